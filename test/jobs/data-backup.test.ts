import { appendFile, copyFile, mkdir, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import t, { type Test } from "tap";
import { backUpFolder, inspectFolder, restoreFolder } from "#src/compose";
import { readConfig } from "#src/config";
import type { Finding } from "#src/domain/activity/verification";
import { writeBackup } from "#src/folder/backup-file";
import { copyDatabase } from "#src/store/database-backup";
import { makeScratchFolder } from "../support/scratch.ts";
import {
  createFunction,
  ended,
  finishDeployment,
  invoke,
  openDeployment,
  rollBack,
  type TestAccount,
  updateCode,
  worldOf,
} from "../support/test-account.ts";

const NAME = "shop-pay";

interface Place {
  readonly file: string;
  /** Where it is brought back; not there yet. */
  readonly folder: string;
  readonly key: string;
}

async function placeOf(t: Test, w: TestAccount): Promise<Place> {
  const base = await makeScratchFolder();
  t.teardown(() => rm(base, { recursive: true }));
  const key = join(base, "master.key");
  await copyFile(join(w.dataDir, "master.key"), key);
  return { file: join(base, "backup.tar"), folder: join(base, "restored"), key };
}

const configOf = (w: TestAccount) => readConfig({ STEPBACK_DATA_DIR: w.dataDir });
const restoredConfig = ({ folder, key }: Place) =>
  readConfig({ STEPBACK_DATA_DIR: folder, STEPBACK_MASTER_KEY_FILE: key });

async function findingsIn(place: Place): Promise<Finding[]> {
  const found: Finding[] = [];
  const options = { readData: true, subset: null };
  for await (const part of await inspectFolder(restoredConfig(place), options)) found.push(...part.findings);
  return found;
}

t.test("a backup of a service at work is brought back whole, and goes on as a new epoch", async (t) => {
  const w = await worldOf(t);
  const place = await placeOf(t, w);
  await createFunction(w, NAME, "good");
  const done = await openDeployment(w, { functions: [NAME] });
  await updateCode(w, NAME, "bad");
  await finishDeployment(w, done.id);
  await createFunction(w, "shop-open", "one");
  const open = await openDeployment(w, { functions: ["shop-open"] });
  const made = await w.api("POST", "/v1/tokens", { name: "pipeline", role: "ci", applications: ["shop"] });
  // While other deployments are under way.
  await createFunction(w, "shop-more", "more");
  const [, counts] = await Promise.all([
    openDeployment(w, { functions: ["shop-more"] }, { stage: "more" }),
    backUpFolder(configOf(w), place.file),
  ]);
  t.ok(counts.files >= 3);
  const key = (await readFile(place.key, "utf8")).split(" ").at(-1) ?? "";
  t.notOk((await readFile(place.file)).includes(key.trim()), "the master key is not in it");
  const before = (await w.api("GET", `/v1/deployments/${done.id}`)).body;

  await restoreFolder(restoredConfig(place), place.file);
  t.same(await findingsIn(place), [], "it is whole, with every byte read");
  await w.restart({ STEPBACK_DATA_DIR: place.folder, STEPBACK_MASTER_KEY_FILE: place.key });
  t.same((await w.api("GET", `/v1/deployments/${done.id}`)).body, before, "what had ended is as it was");
  t.match((await w.api("GET", `/v1/deployments/${open.id}`)).body, {
    status: "Exception",
    error: { code: "RESTORED" },
  });
  const token = made.body as unknown as { id: string; token: string };
  const headers = { authorization: `Bearer ${token.token}` };
  t.equal((await fetch(`${w.url}/v1/deployments`, { headers })).status, 401, "its tokens wait for an admin");
  const audit = (await w.api("GET", "/v1/audit?action=data.restore" as never)).body as unknown as {
    items: { record: { before: { head: { seq: number; hash: string } }; previous: string; seq: number } }[];
  };
  const [epoch] = audit.items;
  t.equal(epoch?.record.before.head.hash, epoch?.record.previous, "the first record names the old head");
  t.equal(epoch?.record.before.head.seq, (epoch?.record.seq ?? 0) - 1);
  t.match(await rollBack(w, done.id, "all"), { status: "Completed" });
  t.equal(await invoke(w, NAME), "good");
  const verification = await w.api("POST", "/v1/verifications", { readData: true });
  const { id } = verification.body as { id: string };
  t.match(await ended(w, `/v1/verifications/${id}` as never), { status: "Completed", damaged: 0 });
});

t.test("whatever cannot be brought back is refused before anything is touched", async (t) => {
  const w = await worldOf(t);
  const place = await placeOf(t, w);
  await createFunction(w, NAME, "good");
  await openDeployment(w, { functions: [NAME] });
  await backUpFolder(configOf(w), place.file);
  await t.rejects(backUpFolder(configOf(w), place.file), { code: "INVALID_SETTINGS", detail: /exists already/ });

  const size = (await stat(place.file)).size;
  const files: Readonly<Record<string, [(file: string) => Promise<void>, RegExp]>> = {
    "cut in its last file": [(file) => truncate(file, size - 4_096), /cut|damaged/],
    "cut in its middle": [(file) => truncate(file, Math.floor(size / 2)), /cut|damaged/],
    empty: [(file) => truncate(file, 0), /cut|no backup/],
    "something else": [(file) => writeFile(file, "not a backup".repeat(1_000)), /cut|something else|no backup/],
    altered: [
      async (file) => {
        const bytes = await readFile(file);
        bytes[Math.floor(size / 2)] = (bytes[Math.floor(size / 2)] ?? 0) ^ 1;
        await writeFile(file, bytes);
      },
      /damaged|cut/,
    ],
  };
  for (const [title, [spoil, detail]] of Object.entries(files)) {
    const file = `${place.file}.spoilt`;
    await copyFile(place.file, file);
    await spoil(file);
    await t.rejects(restoreFolder(restoredConfig(place), file), { code: "INVALID_SETTINGS", detail }, title);
    t.same(await readdir(place.folder).catch(() => []), [], `${title}: nothing was written`);
  }

  const newer = `${place.file}.newer`;
  await writeBackup(newer, {
    dataDir: w.dataDir,
    head: { madeAt: "2030-01-01T00:00:00.000Z", installation: "later", schema: Number.MAX_SAFE_INTEGER },
    copyDatabase: (to) => copyDatabase(join(w.dataDir, "stepback.db"), to),
  });
  const restoring = restoreFolder(restoredConfig(place), newer);
  await t.rejects(restoring, { code: "INVALID_SETTINGS", detail: /newer version/ }, "a newer schema");

  const noKey = { ...place, key: `${place.key}.missing` };
  await t.rejects(
    restoreFolder(restoredConfig(noKey), place.file),
    { code: "INVALID_SETTINGS", detail: /master key/ },
    "a missing key",
  );
  t.same(await readdir(place.folder).catch(() => []), []);
  await t.rejects(
    restoreFolder(configOf(w), place.file),
    { code: "INVALID_SETTINGS", detail: /is not empty/ },
    "a folder at work",
  );
  await mkdir(place.folder);
  await appendFile(join(place.folder, "mine"), "mine");
  await t.rejects(restoreFolder(restoredConfig(place), place.file), {
    code: "INVALID_SETTINGS",
    detail: /is not empty/,
  });
  t.same(await readdir(place.folder), ["mine"]);
});
