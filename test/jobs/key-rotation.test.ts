import { generateKeyPairSync } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import t, { type Test } from "tap";
import {
  createFunction,
  ended,
  finishDeployment,
  openDeployment,
  startTestAccount,
  type TestAccount,
  updateCode,
} from "../support/test-account.ts";

interface Keeper extends TestAccount {
  readonly folder: string;
  readonly file: string;
  /** Another service on the same data, with these settings. */
  startWith(env: Record<string, string>): Promise<void>;
}

/** An account with one deployment in a folder of its own, whose master key lies outside. */
async function openKeeper(t: Test, env: Record<string, string> = {}): Promise<Keeper> {
  const account = await startTestAccount({}, { STEPBACK_LOG_LEVEL: "silent" });
  t.teardown(() => account.close());
  const folder = join(account.dataDir, "own");
  const file = join(account.dataDir, "keys", "master.key");
  await mkdir(join(account.dataDir, "keys"));
  const startWith = (more: Record<string, string>) => account.restart({ STEPBACK_DATA_DIR: folder, ...more });
  await startWith({ STEPBACK_MASTER_KEY_FILE: file, ...env });
  await createFunction(account, "tool", "one");
  const { id } = await openDeployment(account, { functions: ["tool"] });
  await updateCode(account, "tool", "two");
  await finishDeployment(account, id);
  return Object.assign(account, { folder, file, startWith });
}

async function rotated(w: TestAccount) {
  const { body: opened, status } = await w.api("POST", "/v1/keys/rotations");
  const { id } = opened as unknown as { id: string };
  return { status, rotation: await ended(w, `/v1/keys/rotations/${id}`) };
}

async function keysOf(w: TestAccount) {
  const { items } = (await w.api("GET", "/v1/keys?limit=200")).body as unknown as {
    items: { id: string; master: string; recovery: string | null; current: boolean }[];
  };
  return items;
}

const mastersOf = async (w: TestAccount) => [...new Set((await keysOf(w)).map(({ master }) => master))];

/** The one deployment can be read, rolled back and drawn from its bytes. */
async function isWhole(t: Test, w: TestAccount, after: string): Promise<void> {
  const { items } = (await w.api("GET", "/v1/deployments")).body as unknown as { items: { id: string }[] };
  const opened = await w.api("POST", "/v1/rollbacks", {
    deployment: items.at(-1)?.id,
    components: "all",
    onConflict: "restore",
  });
  t.match(await ended(w, `/v1/rollbacks/${opened.body.id}`), { status: "Completed", error: null }, after);
}

t.test("a rotation makes a version, wraps every key under it, and says who asked", async (t) => {
  const w = await openKeeper(t);
  const [before] = await mastersOf(w);
  const { status, rotation } = await rotated(w);
  t.equal(status, 202);
  const keys = await keysOf(w);
  const [after] = await mastersOf(w);
  t.match(rotation, { status: "Completed", master: after, keys: keys.length, skipped: 0, error: null });
  t.match(rotation, { requestedBy: /^token:tok_/ });
  t.not(after, before);
  t.ok(keys.every(({ current }) => current));
  const lines = (await readFile(w.file, "utf8")).split("\n").filter((line) => line.startsWith("mk_"));
  t.same(
    lines.map((line) => line.split(" ")[0]),
    [before, after],
    "the earlier version stays, for copies of the folder from before",
  );
  await isWhole(t, w, "while the service runs");
  await w.startWith({ STEPBACK_MASTER_KEY_FILE: w.file });
  await isWhole(t, w, "after a restart");
});

t.test("a file from before a rotation is refused, in words that lead back", async (t) => {
  const w = await openKeeper(t);
  const old = await readFile(w.file, "utf8");
  await rotated(w);
  const now = await readFile(w.file, "utf8");
  const [wanted] = await mastersOf(w);
  await writeFile(w.file, old);
  const detail = new RegExp(`needs? the master key ${wanted}.*Bring the file back`);
  await t.rejects(w.startWith({ STEPBACK_MASTER_KEY_FILE: w.file }), { code: "INVALID_SETTINGS", detail });
  await writeFile(w.file, now);
  await w.startWith({ STEPBACK_MASTER_KEY_FILE: w.file });
  await isWhole(t, w, "after it was brought back");
});

t.test("from the file to KMS and back is a rotation each", async (t) => {
  const w = await openKeeper(t);
  const { KeyMetadata } = await w.sandbox.service("kms").call("CreateKey", {}, "wire");
  const { Arn } = KeyMetadata as { Arn: string };
  await w.startWith({ STEPBACK_MASTER_KEY_FILE: w.file, STEPBACK_KMS_KEY: Arn });
  t.match((await rotated(w)).rotation, { status: "Completed", master: Arn });
  t.same(await mastersOf(w), [Arn]);
  await rm(w.file);
  await w.startWith({ STEPBACK_KMS_KEY: Arn });
  await isWhole(t, w, "the file is not needed any more");
  const words = /needs? the KMS key .*STEPBACK_KMS_KEY is not set/;
  await t.rejects(w.startWith({}), { code: "INVALID_SETTINGS", detail: words });
  await w.startWith({ STEPBACK_MASTER_KEY_FILE: w.file });
  const { rotation } = await rotated(w);
  t.match(rotation, { status: "Completed", master: /^mk_/ });
  await w.sandbox.service("kms").call("DisableKey", { KeyId: Arn }, "wire");
  await w.startWith({ STEPBACK_MASTER_KEY_FILE: w.file });
  await isWhole(t, w, "KMS is not needed any more");
});

for (const type of ["x25519", "rsa"] as const) {
  t.test(`a folder whose master key is lost opens with its recovery key (${type})`, async (t) => {
    const w = await openKeeper(t);
    const pair = type === "rsa" ? generateKeyPairSync("rsa", { modulusLength: 2048 }) : generateKeyPairSync("x25519");
    const [half, other] = ["recovery.pem", "recovery-private.pem"].map((name) => join(w.dataDir, name)) as [
      string,
      string,
    ];
    await writeFile(half, pair.publicKey.export({ type: "spki", format: "pem" }));
    await writeFile(other, pair.privateKey.export({ type: "pkcs8", format: "pem" }));
    const settings = { STEPBACK_MASTER_KEY_FILE: w.file, STEPBACK_RECOVERY_KEY: half };
    await w.startWith(settings);
    t.ok(
      (await keysOf(w)).some(({ recovery, current }) => recovery === null && !current),
      "added later, some lack it",
    );
    await rotated(w);
    t.ok(
      (await keysOf(w)).every(({ recovery }) => recovery?.startsWith("rk_")),
      "a rotation gives it to all",
    );
    await rm(w.file);
    await t.rejects(w.startWith(settings), { code: "INVALID_SETTINGS", detail: /STEPBACK_RECOVERY_PRIVATE_KEY_FILE/ });
    await w.startWith({ ...settings, STEPBACK_RECOVERY_PRIVATE_KEY_FILE: other });
    await isWhole(t, w, "with the private half");
    t.match((await rotated(w)).rotation, { status: "Completed", skipped: 0 });
    await w.startWith(settings);
    await isWhole(t, w, "and with the new master key alone");
  });
}
