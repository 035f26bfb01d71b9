import { spawn } from "node:child_process";
import { once } from "node:events";
import disk, { copyFile, mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import t, { type Test } from "tap";
import type { ArtifactStore } from "#src/artifacts/artifacts";
import { openDiskArtifacts } from "#src/artifacts/disk-artifacts";
import { sealPlainArtifacts } from "#src/artifacts/plain-artifacts";
import type { ArtifactOwner } from "#src/domain/component/artifact-owner";
import { StepbackError } from "#src/domain/errors";
import { diskSealing } from "../support/sealing.ts";
import { sha256, testArtifacts } from "./artifacts-contract.ts";

const BYTES = Buffer.from("the code of a function");
const DIGEST = sha256(BYTES);

const openTarget = async (folder: string, target = "prod") =>
  (await openDiskArtifacts(folder, diskSealing())).ofTarget(target);

t.test("artifacts on disk", (t) => testArtifacts(t, (t) => openTarget(folderOf(t))));

t.test(
  "stores bytes under a name and in a form that say nothing of them, readable only for its own user",
  async (t) => {
    const folder = folderOf(t);
    await (await openTarget(folder)).put(Readable.from([BYTES]));
    const [name = "", ...others] = await filesIn(folder);
    t.same(others, []);
    t.match(name, /^sealed\/[0-9a-f]{2}\/[0-9a-f]{62}$/);
    t.notMatch(name.replaceAll("/", ""), new RegExp(DIGEST.slice(0, 16)));
    t.notOk((await readFile(join(folder, name))).includes("code"));
    t.equal((await stat(join(folder, name))).mode & 0o777, 0o600);
    t.equal((await stat(folder)).mode & 0o777, 0o700);
  },
);

t.test("bytes that are on their way are sealed, too", async (t) => {
  const folder = folderOf(t);
  const artifacts = await openTarget(folder);
  let onTheWay = Buffer.alloc(0);
  const source = async function* () {
    for (let chunk = 0; chunk < 20; chunk += 1) yield Buffer.from("hunter2 ".repeat(2_000));
    const [incoming = ""] = await filesIn(folder);
    onTheWay = await readFile(join(folder, incoming));
  };
  await artifacts.put(Readable.from(source()));
  t.ok(onTheWay.length > 200_000);
  t.notOk(onTheWay.includes("hunter2"));
});

t.test("each owner has its own copy, and cannot read another one's", async (t) => {
  const folder = folderOf(t);
  const store = await openDiskArtifacts(folder, diskSealing());
  const [prod, test] = [store.ofTarget("prod"), store.ofTarget("test")];
  const packages = store.ofPackages({ application: "shop", stage: "prod" });
  await prod.put(Readable.from([BYTES]));
  for (const other of [test, packages]) t.same(await other.check(DIGEST), { damage: "are missing" });
  await test.put(Readable.from([BYTES]));
  await packages.put(Readable.from([BYTES]));
  await prod.put(Readable.from([BYTES]));
  const names = await filesIn(folder);
  t.equal(names.length, 3, "equal bytes of one owner are stored once");
  const contents = await Promise.all(names.map((name) => readFile(join(folder, name), "hex")));
  t.equal(new Set(contents.map((hex) => hex.slice(-30))).size, 3);
});

t.test("a file in the place of another one is noticed", async (t) => {
  const folder = folderOf(t);
  const artifacts = await openTarget(folder);
  const other = await artifacts.put(Readable.from([Buffer.from("the code of another function")]));
  const [first = ""] = await filesIn(folder);
  await artifacts.put(Readable.from([BYTES]));
  const second = (await filesIn(folder)).find((name) => name !== first) ?? "";
  await copyFile(join(folder, first), join(folder, second));
  t.match(await artifacts.check(DIGEST), { damage: /damaged/ });
  t.match(await artifacts.check(other.digest), { sizeBytes: 28 });
});

t.test("bytes whose key is lost say which key, and a key out of reach says nothing of them", async (t) => {
  const folder = folderOf(t);
  await (await openTarget(folder)).put(Readable.from([BYTES]));
  const without = async (error: StepbackError) => {
    const { keys, random } = diskSealing();
    const findKey = (id: string) => Promise.reject(new StepbackError(error.code, `${error.detail} ${id}`));
    return (await openDiskArtifacts(folder, { keys: { ...keys, findKey }, random })).ofTarget("prod");
  };
  const lost = await without(new StepbackError("KEY_LOST", "lost:"));
  t.match(await lost.check(DIGEST), { damage: /cannot be read: lost: dk_[0-9a-f]{16}/ });
  await t.rejects(buffer(lost.open(DIGEST)), { code: "ARTIFACT_MISSING" });
  const away = await without(new StepbackError("STORE_UNAVAILABLE", "later"));
  await t.rejects(away.check(DIGEST), { code: "STORE_UNAVAILABLE" });
});

t.test("a process killed while it streams leaves complete artifacts, and nothing of the rest", async (t) => {
  const folder = folderOf(t);
  const digest = await killHalfWay(t, folder);
  t.equal((await filesIn(folder)).length, 2, "the killed process left a part behind");
  const artifacts = await openTarget(folder, "default");
  t.equal((await filesIn(folder)).length, 1);
  t.equal((await buffer(artifacts.open(digest))).toString(), "whole");
});

t.test("leaves what another process may still be writing, until that has ended or is fenced", async (t) => {
  const folder = folderOf(t);
  const writer = await startWriting(t, folder);
  const [ofWriter = "", whole = ""] = (await filesIn(folder)).sort((a, b) => b.localeCompare(a));
  t.match(ofWriter, `incoming-${writer.pid}-2@`, "a live process writes it");
  const named = (pid: number) => ofWriter.replace(`-${writer.pid}-`, `-${pid}-`);
  // No process of Linux has an id over 4,194,304.
  const gone = [named(2 ** 30), named(process.pid)];
  const uncertain = ["sealed/incoming-1-1@another%20host", "incoming-1-1", ofWriter];
  const foreign = ["incoming.txt", whole];
  for (const name of [...gone, ...uncertain.slice(0, 2), "incoming.txt"]) await writeFile(join(folder, name), "half");
  const artifacts = await openDiskArtifacts(folder, diskSealing());
  t.same((await filesIn(folder)).sort(), [...uncertain, ...foreign].sort());
  const later = artifacts.ofTarget("prod").put(Readable.from([BYTES]));
  await artifacts.removeLeftBehind();
  await later;
  const left = await filesIn(folder);
  t.same([left.length, foreign.every((name) => left.includes(name))], [3, true], "nothing of its own is removed");
  t.same(await artifacts.ofTarget("prod").check(DIGEST), { sizeBytes: BYTES.length });
});

t.test("keeps what it holds over a restart", async (t) => {
  const folder = folderOf(t);
  await (await openTarget(folder)).put(Readable.from([BYTES]));
  t.ok((await buffer((await openTarget(folder)).open(DIGEST))).equals(BYTES));
});

t.test("never returns damaged bytes as whole, and storing them again repairs them", async (t) => {
  const folder = folderOf(t);
  const artifacts = await openTarget(folder);
  await artifacts.put(Readable.from([BYTES]));
  const [name = ""] = await filesIn(folder);
  const whole = await readFile(join(folder, name));
  const flipped = Buffer.from(whole);
  flipped[50] = (flipped[50] ?? 0) ^ 1;
  for (const bytes of [flipped, whole.subarray(0, -1), whole.subarray(0, 44), Buffer.alloc(0), BYTES]) {
    await writeFile(join(folder, name), bytes);
    await t.rejects(buffer(artifacts.open(DIGEST)), { code: "ARTIFACT_MISSING", detail: /damaged/ });
    t.match(await artifacts.check(DIGEST), { damage: /damaged/ });
    await artifacts.put(Readable.from([BYTES]), DIGEST);
    t.ok((await buffer(artifacts.open(DIGEST))).equals(BYTES));
  }
});

t.test("lets go of a source that it cannot store", async (t) => {
  const folder = folderOf(t);
  const artifacts = await openTarget(folder);
  await artifacts.put(Readable.from([BYTES]));
  const [name = ""] = await filesIn(folder);
  const subfolder = join(folder, dirname(name));
  await rm(subfolder, { recursive: true });
  // A file in the place of the subfolder: refused for every user, even for one who ignores file modes.
  await writeFile(subfolder, "in the way");
  const source = Readable.from([BYTES]);
  await t.rejects(artifacts.put(source), { code: "INTERNAL" });
  t.equal(source.destroyed, true);
  t.same(await filesIn(folder), [dirname(name)]);
});

/** Which operation the disk refuses while bytes are stored; `close` and `sync` are those of the file or of its folder. */
const REFUSED_OPERATIONS = ["open", "appendFile", "sync", "close", "mkdir", "rename", "rm and rename"];

/** What the disk says, and what the service makes of it. */
const REFUSALS = {
  ENOSPC: "DISK_FULL",
  EDQUOT: "DISK_FULL",
  EROFS: "STORE_UNAVAILABLE",
  EIO: "STORE_UNAVAILABLE",
  EMFILE: "STORE_UNAVAILABLE",
};

for (const [refusal, code] of Object.entries(REFUSALS)) {
  t.test(`${refusal} at any point of storing leaves no part, says ${code}, and passes`, async (t) => {
    const folder = folderOf(t);
    const artifacts = await openTarget(folder);
    for (const operations of REFUSED_OPERATIONS) {
      const repair = refuseOnDisk(operations.split(" and "), refusal);
      const source = Readable.from([BYTES]);
      await t.rejects(artifacts.put(source), { code }, operations);
      t.equal(source.destroyed, true);
      repair();
      const left = (await filesIn(folder)).filter((name) => name.includes("incoming"));
      // Where the disk refuses even to remove it, the next start does.
      t.equal(left.length, operations.startsWith("rm") ? 1 : 0, `${operations} leaves ${left.join()}`);
      for (const name of left) await rm(join(folder, name));
      t.same(await artifacts.put(Readable.from([BYTES])), { digest: DIGEST, sizeBytes: BYTES.length });
      t.same(await artifacts.check(DIGEST), { sizeBytes: BYTES.length }, "and passes by itself");
      await rm(join(folder, "sealed"), { recursive: true });
      await mkdir(join(folder, "sealed"));
    }
  });
}

/** Lets the disk refuse operations on files, and on open ones. Returns what repairs it. */
function refuseOnDisk(operations: readonly string[], code: string): () => void {
  const refuse = () => Promise.reject(Object.assign(new Error(`${code}: refused`), { code }));
  const whole = { ...disk };
  for (const name of operations) if (name in disk) Object.assign(disk, { [name]: refuse });
  if (!operations.includes("open")) {
    const opened = async (...values: Parameters<typeof whole.open>) => {
      const handle = await whole.open(...values);
      for (const name of operations.filter((name) => name in handle)) {
        // A handle that is not closed warns once it is collected.
        const close = handle.close.bind(handle);
        Object.assign(handle, { [name]: () => (name === "close" ? close().then(refuse) : refuse()) });
      }
      return handle;
    };
    Object.assign(disk, { open: opened });
  }
  syncBuiltinESMExports();
  return () => {
    Object.assign(disk, whole);
    syncBuiltinESMExports();
  };
}

t.test("refuses to start on a folder that cannot hold artifacts", async (t) => {
  const folder = t.testdir({ file: "in the way" });
  await t.rejects(openDiskArtifacts(join(folder, "file"), diskSealing()), { code: "INVALID_SETTINGS" });
});

t.test("plain artifacts of an earlier version are sealed for their owners, and none of them stays", async (t) => {
  const folder = folderOf(t);
  const [shared, packed, unused] = ["shared", "packed", "unused"].map((text) => Buffer.from(`plain ${text}`));
  const plain = async (bytes = Buffer.alloc(0), digest = sha256(bytes)) => {
    await mkdir(join(folder, digest.slice(0, 2)), { recursive: true });
    await writeFile(join(folder, digest.slice(0, 2), digest.slice(2)), bytes);
    return digest;
  };
  const damaged = await plain(Buffer.from("plain damaged"), sha256(Buffer.from("whole")));
  const digests = [await plain(shared), await plain(packed), await plain(unused)] as const;
  const stage = { application: "shop", stage: "prod" };
  const owners = new Map<string, readonly ArtifactOwner[]>([
    [digests[0], [{ target: "prod" }, { target: "test" }]],
    [digests[1], [{ packagesOf: stage }]],
    [damaged, [{ target: "prod" }]],
  ]);
  const store = await openDiskArtifacts(folder, diskSealing());
  let isCut = true;
  const cutOff: ArtifactStore = {
    ...store,
    ofTarget: (target) => {
      if (target === "test" && isCut) throw new Error("killed");
      return store.ofTarget(target);
    },
  };
  await t.rejects(
    sealPlainArtifacts(folder, cutOff, async () => owners),
    /killed/,
  );
  isCut = false;
  await sealPlainArtifacts(folder, cutOff, async () => owners);
  for (const place of [store.ofTarget("prod"), store.ofTarget("test")])
    t.ok((await buffer(place.open(digests[0]))).equals(shared ?? BYTES));
  t.ok((await buffer(store.ofPackages(stage).open(digests[1]))).equals(packed ?? BYTES));
  t.same(await store.ofTarget("prod").check(damaged), { damage: "are missing" });
  t.same(
    (await filesIn(folder)).filter((name) => !name.startsWith("sealed/")),
    [],
  );
  t.equal((await filesIn(folder)).length, 3);
  const asked = () => t.fail("the owners are not asked for again");
  await sealPlainArtifacts(folder, store, async () => asked() as never);
});

function folderOf(t: Test): string {
  return join(t.testdir(), "artifacts");
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}

/** Starts a process that has stored one artifact and streams another one until the test ends. */
async function startWriting(t: Test, folder: string) {
  const script = fileURLToPath(new URL("endless-put.js", import.meta.url));
  const child = spawn(process.execPath, [script, folder], { stdio: ["ignore", "pipe", "ignore"] });
  t.teardown(() => child.kill("SIGKILL"));
  for await (const line of createInterface({ input: child.stdout })) if (line === "half") break;
  return child;
}

/** Kills a process that streams, and returns the digest of what it had stored completely. */
async function killHalfWay(t: Test, folder: string): Promise<string> {
  const script = fileURLToPath(new URL("endless-put.js", import.meta.url));
  const child = spawn(process.execPath, [script, folder], { stdio: ["ignore", "pipe", "ignore"] });
  t.teardown(() => child.kill("SIGKILL"));
  // Its output ends before the process does.
  const gone = once(child, "exit");
  let digest = "";
  for await (const line of createInterface({ input: child.stdout })) {
    if (line === "half") child.kill("SIGKILL");
    else digest = line;
  }
  await gone;
  return digest;
}
