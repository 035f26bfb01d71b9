import { spawn } from "node:child_process";
import { stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { inspect } from "node:util";
import Database from "better-sqlite3";
import { readMigrationFiles } from "drizzle-orm/migrator";
import t, { type Test } from "tap";
import { openSqliteStore } from "#src/store/sqlite-store";
import type { Store } from "#src/store/store";
import { ROOT } from "../support/root.ts";
import {
  allow,
  beginRollback,
  claim,
  component,
  deploy,
  deployment,
  enqueue,
  FIRST_PAGE,
  line,
  NOW,
  openDeployment,
  plan,
  rollback,
  snapshot,
  step,
} from "./builders.ts";
import { testStore } from "./store-contract.ts";

const MIGRATIONS = join(ROOT, "migrations/sqlite");

t.test("the store on SQLite", (t) => testStore(t, async (t) => open(t, fileIn(t))));

t.test("a process that takes over the file leaves the one before without any lease", async (t) => {
  const file = fileIn(t);
  const [before, after] = [await open(t, file), await open(t, file)];
  await deploy(before, deployment("dep_1"), { before: [], deployed: [] });
  const stale = await beginRollback(before, rollback("rbk_1", ["dep_1"]), [step(1), step(2)]);
  t.equal(await after.requeueJobs(NOW, true), 1);
  const current = await claim(after);
  t.equal(current.job, stale.job);
  const restored = step(1, { status: "Restored" });
  await t.rejects(before.finishStep(stale, "rbk_1", { row: restored, lines: [line("late")] }), { code: "LEASE_LOST" });
  await t.rejects(before.endJob(stale), { code: "LEASE_LOST" });
  t.equal(await before.renewLease(stale, NOW + 1), false);
  await after.finishStep(current, "rbk_1", { row: restored, lines: [line("in time")] });
  t.same(
    (await before.listLines("rbk_1", { after: 0, limit: 9 })).map(({ message }) => message),
    ["Running.", "in time"],
  );
  t.match(await before.findSteps("rbk_1"), [{ status: "Restored" }, { status: "Pending" }]);
});

t.test("fifty writers in two processes' stores lose nothing and wait for each other", async (t) => {
  const file = fileIn(t);
  const stores = [await open(t, file), await open(t, file)] as const;
  await openDeployment(stores[0], deployment("dep_1"));
  const writers = Array.from({ length: 50 }, async (_, writer) => {
    for (let n = 0; n < 10; n += 1) {
      await stores[writer % 2 === 0 ? 0 : 1].appendLines(null, "dep_1", [line(`${writer} ${n}`)]);
    }
  });
  await Promise.all(writers);
  const lines = await stores[0].listLines("dep_1", { after: 0, limit: 1_000 });
  t.same(
    lines.map(({ seq }) => seq),
    Array.from({ length: 500 }, (_, n) => n + 1),
  );
  t.equal(new Set(lines.map(({ message }) => message)).size, 500);
});

for (const acknowledged of [1, 40, 120]) {
  t.test(`kill -9 after ${acknowledged} actions leaves every committed one whole, and the job goes on`, async (t) => {
    const file = fileIn(t);
    const last = await killWriterAfter(t, file, acknowledged);
    t.equal(new Database(file).pragma("integrity_check", { simple: true }), "ok");
    const store = await open(t, file);
    const journal = await store.findJournal("rbk_1");
    const done = journal.filter(({ status }) => status === "done");
    t.ok(done.length > last, "what was acknowledged is there");
    t.ok(journal.length - done.length <= 1, "at most the last action is open");
    const lines = await store.listLines("rbk_1", { after: 0, limit: 100_000 });
    t.equal(lines.length, 1 + 2 * done.length, "an action and its lines stand together or not at all");
    t.equal(lines.at(-1)?.seq, lines.length);
    t.match(await store.findRollback("rbk_1"), { status: "In Progress", backup: { status: "Ready" } });
    t.equal(await store.requeueJobs(NOW, true), 1);
    const job = await claim(store);
    const intent = {
      step: 1,
      index: journal.length,
      action: { do: "update-code" as const, name: "shop-pay" },
      token: "next",
    };
    t.match(await store.intend(job, "rbk_1", intent), { token: "next", status: "intent" });
  });
}

t.test("stores equal states once, however many snapshots hold them", async (t) => {
  const file = fileIn(t);
  const store = await open(t, file);
  const [same, other] = [component("lambda-code:shop-pay"), component("stack:shop-api")];
  for (let n = 0; n < 5; n += 1)
    await deploy(store, deployment(`dep_${n}`), { before: [same, other], deployed: [same] });
  const rows = new Database(file, { readonly: true });
  t.equal(rows.prepare("SELECT count(*) FROM states").pluck().get(), 2);
  t.equal(rows.prepare("SELECT count(*) FROM snapshot_components").pluck().get(), 15);
});

t.test("a stored state that does not fit its kind is refused with its snapshot, component and path", async (t) => {
  const file = fileIn(t);
  const store = await open(t, file);
  await deploy(store, deployment("dep_1"), { before: [component("lambda-code:shop-pay", { CodeSha256: "secret" })] });
  const rows = new Database(file);
  t.teardown(() => rows.close());
  const overwrite = (body: string) => rows.prepare("UPDATE states SET body = ?").run(body);
  const find = () => store.findComponent("snp_backup_dep_1", "lambda-code:shop-pay");
  const where = /snp_backup_dep_1.*lambda-code:shop-pay|lambda-code:shop-pay.*snp_backup_dep_1/;
  for (const [body, path] of [
    ['{"settings":{"CodeSha256":7},"evidence":{},"artifacts":[]}', /\/settings\/CodeSha256/],
    ['{"settings":{"CodeSha256":"x"},"evidence":{"functionArn":[]},"artifacts":[]}', /\/evidence\/functionArn/],
    ['{"settings":{"CodeSha256":"x"}}', /settings, evidence and artifacts/],
    ['{"settings":{"CodeSha256":"secret"', /settings, evidence and artifacts/],
  ] as const) {
    overwrite(body);
    await t.rejects(find(), { code: "INTERNAL", detail: where }, body);
    await t.rejects(find(), { code: "INTERNAL", detail: path }, body);
    await t.rejects(store.findComponents("snp_backup_dep_1"), { code: "INTERNAL" }, body);
    const error = await find().catch((thrown: unknown) => thrown);
    t.notMatch(inspect(error), /secret/, "no value is quoted");
  }
});

t.test("a state that an earlier version stored reads as it was stored", async (t) => {
  const file = fileIn(t);
  const store = await open(t, file);
  await deploy(store, deployment("dep_1"), { before: [component("lambda-code:shop-pay")] });
  const rows = new Database(file);
  t.teardown(() => rows.close());
  const earlier = { settings: { CodeSha256: "x", Dropped: true }, evidence: { unknown: [1] }, artifacts: [] };
  rows.prepare("UPDATE states SET body = ?").run(JSON.stringify(earlier));
  t.same((await store.findComponent("snp_backup_dep_1", "lambda-code:shop-pay"))?.state, earlier);
});

t.test("a plan whose goal does not fit its component is refused with the step and the path", async (t) => {
  const file = fileIn(t);
  const store = await open(t, file);
  await deploy(store, deployment("dep_1"), { before: [], deployed: [] });
  await store.openRollback(rollback("rbk_1", ["dep_1"]), allow, enqueue(store, "plan-rollback", "rbk_1"));
  await store.savePlan(await claim(store), "rbk_1", { plan: plan("lambda-code:shop-pay"), lines: [], next: null });
  t.ok(await store.findPlan("rbk_1"));
  const rows = new Database(file);
  t.teardown(() => rows.close());
  rows.exec("UPDATE plans SET steps = json_set(steps, '$[0].goal.settings.CodeSha256', 7)");
  const detail = /step 1 of the plan of rbk_1.*lambda-code:shop-pay.*\/settings\/CodeSha256/;
  await t.rejects(store.findPlan("rbk_1"), { code: "INTERNAL", detail });
});

t.test("processes that start at once on a new file create one database", async (t) => {
  const file = fileIn(t);
  const writers = Array.from({ length: 3 }, () => startWriter(file));
  t.teardown(() => writers.forEach((writer) => void writer.kill("SIGKILL")));
  const endings = writers.map(async (writer) => {
    const complaint = text(writer.stderr);
    for await (const _committed of createInterface({ input: writer.stdout })) writer.kill("SIGKILL");
    return complaint;
  });
  const complaints = (await Promise.all(endings)).filter((complaint) => complaint !== "");
  t.equal(complaints.length, 2, "one of them opened the deployment");
  for (const complaint of complaints) t.match(complaint, /SQLITE_CONSTRAINT/, "the others came too late for that only");
  t.match(await (await open(t, file)).findDeployment("dep_1"), { status: "Completed" });
});

t.test("nobody but the service's own user can read the file", async (t) => {
  const file = fileIn(t);
  const store = await open(t, file);
  await openDeployment(store, deployment("dep_1"));
  for (const name of [file, `${file}-wal`]) t.equal((await stat(name)).mode & 0o777, 0o600, name.slice(-4));
});

t.test("log lines lie in the order of their key", async (t) => {
  const file = fileIn(t);
  await open(t, file);
  const rows = new Database(file, { readonly: true });
  t.match(rows.prepare("SELECT sql FROM sqlite_schema WHERE name = 'log_lines'").pluck().get(), /WITHOUT ROWID$/);
});

t.test(
  "a page of a component's history and the marks of its activities are ranges of an index, never a scan",
  async (t) => {
    const file = fileIn(t);
    const store = await open(t, file);
    const { prepare } = Database.prototype;
    const asked: string[] = [];
    Object.assign(Database.prototype, {
      prepare(this: Database.Database, text: string) {
        asked.push(text);
        return prepare.call(this, text);
      },
    });
    t.teardown(() => Object.assign(Database.prototype, { prepare }));
    const filter = { target: "default", application: "shop", stage: "prod" };
    await store.listHistory("lambda-code:shop-pay", filter, { limit: 50, cursor: btoa("[7]") });
    Object.assign(Database.prototype, { prepare });
    const rows = new Database(file, { readonly: true });
    const query = asked.find((sql) => sql.includes("component_history")) ?? "";
    const values = [...query.matchAll(/\?/g)].map(() => 1);
    const plan = rows.prepare<number[], { detail: string }>(`EXPLAIN QUERY PLAN ${query}`).all(...values);
    const text = plan.map(({ detail }) => detail).join("\n");
    t.match(text, /component_history_by_component \(component=\? AND target=\? AND number<\?\)/);
    t.match(text, /revalidations_open/);
    t.notMatch(text, /SCAN|TEMP B-TREE/);
  },
);

t.test("an update from the first version finds the histories that its snapshots hold", async (t) => {
  const file = fileIn(t);
  const [one, two] = [component("lambda-code:shop-pay", { v: 1 }), component("lambda-code:shop-pay", { v: 2 })];
  const before = await open(t, file);
  await deploy(before, deployment("dep_1"), { before: [one], deployed: [two] });
  await deploy(before, deployment("dep_2"), { before: [], deployed: [two], recordedAt: NOW + 900 });
  const list = async (store: Store) => (await store.listHistory(one.id, { target: "default" }, FIRST_PAGE)).items;
  const noted = await list(before);
  await before.close();
  const rows = new Database(file);
  rows.exec("DELETE FROM component_history");
  const statements = readMigrationFiles({ migrationsFolder: MIGRATIONS }).flatMap(({ sql }) => sql);
  rows.exec(statements.find((sql) => sql.includes("INSERT INTO `component_history`")) ?? "");
  rows.close();
  const after = await open(t, file);
  t.same(await list(after), noted);
  t.equal(noted.length, 2);
});

t.test("an error of the database says nothing of the values", async (t) => {
  const store = await open(t, fileIn(t));
  const secret = deployment("dep_1", { reason: "hunter2" });
  await openDeployment(store, secret);
  const error = await store
    .openDeployment(secret, allow, enqueue(store, "take-snapshot", "dep_1"))
    .catch((e: unknown) => e);
  t.match(error, { code: "INTERNAL", detail: /SQLITE_CONSTRAINT/ });
  t.notMatch(JSON.stringify(error, Object.getOwnPropertyNames(error)), /hunter2/);
  t.match(await store.findDeployment("dep_1"), { reason: "hunter2" }, "what was there stays");
  const twice = [component("stack:shop-api"), component("stack:shop-api")];
  await store.requeueJobs(NOW, true);
  const job = await claim(store);
  await t.rejects(store.saveBackup(job, "dep_1", snapshot(secret.backup.id, twice), { lock: null, lines: [] }), {
    code: "INTERNAL",
  });
  t.match(await store.findDeployment("dep_1"), { backup: { status: "Pending" } }, "half a snapshot is none");
});

t.test("refuses to start on what is no database of this version, and says why", async (t) => {
  const folder = t.testdir({
    "text.db": "This is a text, and long enough to be no header of a database file.\n".repeat(20),
  });
  const refused = (name: string, detail: RegExp) =>
    t.rejects(openSqliteStore(join(folder, name)), { code: "INVALID_SETTINGS", detail });
  await refused("text.db", /no database/);
  await refused("missing/stepback.db", /folder does not exist/);
  await refused(".", /cannot be opened/);

  new Database(join(folder, "other.db")).exec("CREATE TABLE customers (name TEXT)").close();
  await refused("other.db", /something else/);

  const newer = join(folder, "newer.db");
  await (await openSqliteStore(newer)).close();
  new Database(newer).exec("INSERT INTO stepback_migrations VALUES (9999999999999)").close();
  await refused("newer.db", /newer version/);

  await writeFile(join(folder, "empty.db"), "");
  await (await openSqliteStore(join(folder, "empty.db"))).close();
});

t.test("keeps its rows over a restart, and answers nothing once it is closed", async (t) => {
  const file = fileIn(t);
  const first = await openSqliteStore(file);
  await first.ping();
  await deploy(first, deployment("dep_1"), { before: [component("stack:shop-api")], deployed: [] });
  const kept = await first.findDeployment("dep_1");
  const late = first.appendLines(null, "dep_1", [line("asked for before the end")]);
  await Promise.all([first.close(), first.close()]);
  await late;
  await t.rejects(first.ping(), { code: "SHUTTING_DOWN" });
  await t.rejects(first.findDeployment("dep_1"), { code: "SHUTTING_DOWN" });
  const second = await open(t, file);
  t.same(await second.findDeployment("dep_1"), kept);
  t.equal((await second.listLines("dep_1", { after: 0, limit: 9 })).length, 1);
});

function fileIn(t: Test): string {
  return join(t.testdir(), "stepback.db");
}

async function open(t: Test, file: string): Promise<Store> {
  const store = await openSqliteStore(file);
  t.teardown(() => store.close());
  return store;
}

function startWriter(file: string) {
  const script = fileURLToPath(new URL("endless-writer.js", import.meta.url));
  return spawn(process.execPath, [script, file], { stdio: ["ignore", "pipe", "pipe"] });
}

/** Answers the last action that the killed process acknowledged. */
async function killWriterAfter(t: Test, file: string, acknowledged: number): Promise<number> {
  const writer = startWriter(file);
  t.teardown(() => writer.kill("SIGKILL"));
  let last = -1;
  for await (const index of createInterface({ input: writer.stdout })) {
    last = Number(index);
    if (last + 1 === acknowledged) writer.kill("SIGKILL");
  }
  return last;
}
