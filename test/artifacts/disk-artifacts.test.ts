import { spawn } from "node:child_process";
import { readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import t, { type Test } from "tap";
import { openDiskArtifacts } from "#src/artifacts/disk-artifacts";
import { sha256, testArtifacts } from "./artifacts-contract.ts";

const BYTES = Buffer.from("the code of a function");
const DIGEST = sha256(BYTES);

t.test("artifacts on disk", (t) => testArtifacts(t, (t) => openDiskArtifacts(folderOf(t))));

t.test("stores bytes in folders by the first two digits of their digest, readable only for its own user", async (t) => {
  const folder = folderOf(t);
  await (await openDiskArtifacts(folder)).put(Readable.from([BYTES]));
  t.same(await filesIn(folder), [join(DIGEST.slice(0, 2), DIGEST.slice(2))]);
  t.equal((await stat(placeOf(folder))).mode & 0o777, 0o600);
  t.equal((await stat(folder)).mode & 0o777, 0o700);
});

t.test("a process killed while it streams leaves complete artifacts, and nothing of the rest", async (t) => {
  const folder = folderOf(t);
  const digest = await killHalfWay(t, folder);
  t.equal((await filesIn(folder)).length, 2, "the killed process left a part behind");
  const artifacts = await openDiskArtifacts(folder);
  t.same(await filesIn(folder), [join(digest.slice(0, 2), digest.slice(2))]);
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
  const uncertain = ["incoming-1-1@another%20host", "incoming-1-1", ofWriter];
  const foreign = ["incoming.txt", whole];
  for (const name of [...gone, ...uncertain.slice(0, 2), "incoming.txt"]) await writeFile(join(folder, name), "half");
  const artifacts = await openDiskArtifacts(folder);
  t.same((await filesIn(folder)).sort(), [...uncertain, ...foreign].sort());
  const later = artifacts.put(Readable.from([BYTES]));
  await artifacts.removeLeftBehind();
  await later;
  t.same(
    (await filesIn(folder)).sort(),
    [...foreign, join(DIGEST.slice(0, 2), DIGEST.slice(2))].sort(),
    "nothing of its own is removed",
  );
});

t.test("keeps what it holds over a restart", async (t) => {
  const folder = folderOf(t);
  await (await openDiskArtifacts(folder)).put(Readable.from([BYTES]));
  const artifacts = await openDiskArtifacts(folder);
  t.ok((await buffer(artifacts.open(DIGEST))).equals(BYTES));
});

t.test("never returns damaged bytes as whole, and storing them again repairs them", async (t) => {
  const folder = folderOf(t);
  const artifacts = await openDiskArtifacts(folder);
  await artifacts.put(Readable.from([BYTES]));
  await writeFile(placeOf(folder), "the code of a functioN");
  await t.rejects(buffer(artifacts.open(DIGEST)), { code: "ARTIFACT_MISSING", detail: /damaged/ });
  await artifacts.put(Readable.from([BYTES]), DIGEST);
  t.ok((await buffer(artifacts.open(DIGEST))).equals(BYTES));
});

t.test("lets go of a source that it cannot store", async (t) => {
  const folder = folderOf(t);
  const artifacts = await openDiskArtifacts(folder);
  // A file in the place of the subfolder: refused for every user, even for one who ignores file modes.
  await writeFile(join(folder, DIGEST.slice(0, 2)), "in the way");
  const source = Readable.from([BYTES]);
  await t.rejects(artifacts.put(source), { code: "INTERNAL" });
  t.equal(source.destroyed, true);
  t.same(await filesIn(folder), [DIGEST.slice(0, 2)]);
});

t.test("refuses to start on a folder that cannot hold artifacts", async (t) => {
  const folder = t.testdir({ file: "in the way" });
  await t.rejects(openDiskArtifacts(join(folder, "file")), { code: "INVALID_SETTINGS" });
});

function folderOf(t: Test): string {
  return join(t.testdir(), "artifacts");
}

function placeOf(folder: string): string {
  return join(folder, DIGEST.slice(0, 2), DIGEST.slice(2));
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
  let digest = "";
  for await (const line of createInterface({ input: child.stdout })) {
    if (line === "half") child.kill("SIGKILL");
    else digest = line;
  }
  return digest;
}
