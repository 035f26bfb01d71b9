import { randomBytes } from "node:crypto";
import { cp, readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import Database from "better-sqlite3";
import t, { type Test } from "tap";
import { openSqliteStore } from "#src/store/sqlite-store";
import type { Store } from "#src/store/store";
import { TEST_SEALING } from "../support/sealing.ts";
import {
  allow,
  beginRollback,
  component,
  deploy,
  deployment,
  enqueue,
  FIRST_PAGE,
  line,
  NOW,
  PROBLEM,
  rollback,
  step,
} from "./builders.ts";
import { makePlain } from "./plain-database.ts";

/** Stands in every sealed column. */
const SECRET = "hunter2-canary";

/** Rows of each sort, in two targets that share a state. */
async function fill(store: Store): Promise<void> {
  const settings = { Variables: { PASSWORD: SECRET } };
  const facts = { reason: SECRET, message: SECRET, warnings: [{ code: "CONFLICT" as const, detail: SECRET }] };
  for (const target of ["default", "other"])
    await deploy(store, deployment(`dep_${target}`, { ...facts, target }), {
      before: [component("lambda-config:shop-pay", settings)],
      deployed: [component("lambda-config:shop-pay", { ...settings, more: true })],
    });
  const fence = await beginRollback(store, rollback("rbk_1", ["dep_default"], facts), [step(1), step(2)]);
  const problem = { ...PROBLEM, detail: SECRET };
  await store.intend(fence, "rbk_1", { step: 1, index: 0, action: { do: "update-code", name: SECRET }, token: "t" });
  await store.finishAction(fence, "rbk_1", { step: 1, index: 0, result: { kept: SECRET }, lines: [line(SECRET)] });
  await store.finishStep(fence, "rbk_1", { row: step(1, { status: "Failed", error: problem }), lines: [] });
  await store.endActivity("rbk_1", problem, NOW);
  await store.openDeployment(deployment("dep_open"), allow, enqueue(store, "take-snapshot", "dep_open"));
  await store.putPackage({
    ...{ application: "shop", stage: "prod", build: "1", service: "api", commit: "3f2c", format: "tar" },
    ...{ digest: "ab".repeat(32), sizeBytes: 7, storedBy: "ci", storedAt: NOW },
  });
  await store.reserveKey("ci k1", "fingerprint", NOW);
  await store.completeKey("ci k1", { status: 200, headers: {}, body: SECRET });
}

/** All that callers can read of those rows. */
async function readAll(store: Store): Promise<unknown> {
  const snapshots = ["default", "other"].flatMap((id) => [`snp_backup_dep_${id}`, `snp_record_dep_${id}`]);
  return {
    activities: await store.listActivities({}, FIRST_PAGE),
    deployments: await store.listDeployments({}, FIRST_PAGE),
    rollbacks: await store.listRollbacks({}, FIRST_PAGE),
    altered: await store.findAltered("dep_default"),
    components: await Promise.all(snapshots.map(async (id) => [...(await store.findComponents(id))])),
    histories: await Promise.all(
      ["default", "other"].map((target) => store.listHistory("lambda-config:shop-pay", { target }, FIRST_PAGE)),
    ),
    journal: await store.findJournal("rbk_1"),
    steps: await store.findSteps("rbk_1"),
    lines: await store.listLines("rbk_1", { after: 0, limit: 99 }),
    build: await store.findBuild({ application: "shop", stage: "prod" }, "1"),
    request: await store.reserveKey("ci k1", "fingerprint", NOW),
  };
}

/** A folder with the plain database of an earlier version, and what its rows say. */
async function plainFolder(t: Test): Promise<{ folder: string; said: unknown }> {
  const folder = join(t.testdir({ plain: {} }), "plain");
  const file = join(folder, "stepback.db");
  const store = await openSqliteStore(file, TEST_SEALING);
  await fill(store);
  const said = await readAll(store);
  await store.close();
  await makePlain(t, file);
  // The digest of a request cannot be made plain, so it is set to what the earlier version stored.
  new Database(file).exec("UPDATE idempotency_keys SET fingerprint = 'fingerprint'").close();
  return { folder, said };
}

async function filesWith(folder: string, secret: string): Promise<string[]> {
  const names = await readdir(folder);
  const found = await Promise.all(names.map(async (name) => (await readFile(join(folder, name))).includes(secret)));
  return names.filter((_, index) => found[index]);
}

t.test("rows that an earlier version left plain are sealed at the next start, and say what they said", async (t) => {
  const { folder, said } = await plainFolder(t);
  const file = join(folder, "stepback.db");
  t.not((await filesWith(folder, SECRET)).length, 0, "the earlier version left them plain");
  const store = await openSqliteStore(file, TEST_SEALING);
  t.same(await filesWith(folder, SECRET), [], "no page of any file holds them, before the store is closed");
  t.same(await readAll(store), said);
  await store.close();
  const database = new Database(file);
  t.equal(database.prepare("SELECT count(*) FROM states WHERE typeof(body) = 'text'").pluck().get(), 0);
  t.equal(
    database.prepare("SELECT count(*) FROM states").pluck().get(),
    5,
    "what two targets share is stored for each",
  );
  t.same(database.pragma("foreign_key_check"), []);
  database.close();
});

t.test("sealing that is broken off at any point goes on at the next start", async (t) => {
  const { folder: original, said } = await plainFolder(t);
  const below = dirname(original);
  let points = 0;
  const counted = {
    ...TEST_SEALING,
    random: (bytes: number) => {
      points += 1;
      return randomBytes(bytes);
    },
  };
  const copyTo = async (name: string) => {
    const folder = join(below, name);
    await cp(original, folder, { recursive: true });
    return folder;
  };
  await (await openSqliteStore(join(await copyTo("whole"), "stepback.db"), counted)).close();
  t.ok(points > 40);
  for (let at = 1; at <= points; at += 7) {
    const folder = await copyTo(`cut-${at}`);
    let left = at;
    const random = (bytes: number) => {
      left -= 1;
      if (left === 0) throw new Error("killed");
      return randomBytes(bytes);
    };
    await t.rejects(openSqliteStore(join(folder, "stepback.db"), { ...TEST_SEALING, random }), /killed/);
    const store = await openSqliteStore(join(folder, "stepback.db"), TEST_SEALING);
    t.same(await readAll(store), said, `after ${at} of ${points}`);
    t.same(await filesWith(folder, SECRET), []);
    await store.close();
  }
});

t.test("values of a row cannot be moved to another one, and damaged ones are named", async (t) => {
  const file = join(t.testdir(), "stepback.db");
  const store = await openSqliteStore(file, TEST_SEALING);
  t.teardown(() => store.close());
  await fill(store);
  const database = new Database(file);
  t.teardown(() => database.close());
  database.exec(
    "UPDATE activities SET reason = (SELECT reason FROM activities WHERE id = 'dep_other') WHERE id = 'rbk_1'",
  );
  await t.rejects(store.findRollback("rbk_1"), { code: "INTERNAL", detail: /reason of rbk_1 in activities/ });
  database.exec("UPDATE activities SET reason = 'plain' WHERE id = 'rbk_1'");
  await t.rejects(store.findRollback("rbk_1"), { code: "INTERNAL", detail: /reason of rbk_1 in activities/ });
});

t.test("where the key of a target is lost, its states say which, and everything else can be read", async (t) => {
  const file = join(t.testdir(), "stepback.db");
  const before = await openSqliteStore(file, TEST_SEALING);
  await fill(before);
  await before.close();
  const database = new Database(file);
  const id = database
    .prepare("SELECT id FROM data_keys WHERE purpose = 'data' AND scope = 'target/other'")
    .pluck()
    .get();
  database.exec(`DELETE FROM data_keys WHERE id = '${id}'`).close();
  const store = await openSqliteStore(file, TEST_SEALING);
  t.teardown(() => store.close());
  const lost = { code: "KEY_LOST", detail: new RegExp(String(id)) };
  await t.rejects(store.findComponents("snp_backup_dep_other"), lost);
  t.match(await store.findDeployment("dep_other"), { reason: lost.detail, warnings: [lost] });
  t.equal((await store.findComponents("snp_backup_dep_default")).size, 1);
  const { items } = await store.listDeployments({}, FIRST_PAGE);
  t.equal(items.length, 3);
  t.match(
    items.find((item) => item.id === "dep_default"),
    { reason: SECRET },
  );
  await deploy(store, deployment("dep_new", { target: "other" }), { before: [component("stack:shop-api")] });
  t.equal((await store.findComponents("snp_backup_dep_new")).size, 1, "a new key seals what comes");
});
