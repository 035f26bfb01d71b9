import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import Database from "better-sqlite3";
import { sql } from "drizzle-orm";
import { readMigrationFiles } from "drizzle-orm/migrator";
import t, { type Test } from "tap";
import { tokens } from "#src/store/schema/access";
import { openSqliteStore } from "#src/store/sqlite-store";
import type { Store } from "#src/store/store";
import { ROOT } from "../support/root.ts";
import { rowsIn, TEST_SEALING } from "../support/sealing.ts";
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
  rollback,
  snapshot,
  step,
  tokenRow,
} from "./builders.ts";
import { fileIn, open } from "./open-store.ts";
import { makePlain } from "./plain-database.ts";
import { testStore } from "./store-contract.ts";

const MIGRATIONS = join(ROOT, "migrations/sqlite");

t.test("the store on SQLite", (t) => testStore(t, async (t) => open(t, fileIn(t))));

t.test("a process that takes over the file leaves the previous one without a lease", async (t) => {
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

t.test("fifty writers in two stores on one file lose nothing and wait for each other", async (t) => {
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
  t.test(
    `after kill -9 behind ${acknowledged} actions, every committed action is complete and the job continues`,
    async (t) => {
      const file = fileIn(t);
      const last = await killWriterAfter(t, file, acknowledged);
      t.equal(new Database(file).pragma("integrity_check", { simple: true }), "ok");
      const store = await open(t, file);
      const journal = await store.findJournal("rbk_1");
      const done = journal.filter(({ status }) => status === "done");
      t.ok(done.length > last, "every acknowledged action is there");
      t.ok(journal.length - done.length <= 1, "at most the last action is open");
      const lines = await store.listLines("rbk_1", { after: 0, limit: 100_000 });
      t.equal(lines.length, 1 + 2 * done.length, "an action is stored with its lines or not at all");
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
    },
  );
}

t.test("stores equal states once, however many snapshots share them", async (t) => {
  const file = fileIn(t);
  const store = await open(t, file);
  const [same, other] = [component("lambda-code:shop-pay"), component("stack:shop-api")];
  for (let n = 0; n < 5; n += 1)
    await deploy(store, deployment(`dep_${n}`), { before: [same, other], deployed: [same] });
  const rows = new Database(file, { readonly: true });
  t.equal(rows.prepare("SELECT count(*) FROM states").pluck().get(), 2);
  t.equal(rows.prepare("SELECT count(*) FROM snapshot_components").pluck().get(), 15);
});

t.test("processes that start on a new file at the same time create one database", async (t) => {
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
  for (const complaint of complaints)
    t.match(complaint, /SQLITE_CONSTRAINT/, "the others only came too late to open it");
  t.match(await (await open(t, file)).findDeployment("dep_1"), { status: "Completed" });
});

t.test("only the service's own user can read the file", async (t) => {
  const file = fileIn(t);
  const store = await open(t, file);
  await openDeployment(store, deployment("dep_1"));
  for (const name of [file, `${file}-wal`]) t.equal((await stat(name)).mode & 0o777, 0o600, name.slice(-4));
});

t.test("log lines are stored in the order of their key", async (t) => {
  const file = fileIn(t);
  await open(t, file);
  const rows = new Database(file, { readonly: true });
  t.match(rows.prepare("SELECT sql FROM sqlite_schema WHERE name = 'log_lines'").pluck().get(), /WITHOUT ROWID$/);
});

t.test(
  "a page of a component's history, with the marks of its activities, reads ranges of indexes and never scans",
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

t.test("an update from the first version derives the histories from the stored snapshots", async (t) => {
  const file = fileIn(t);
  const [one, two] = [component("lambda-code:shop-pay", { v: 1 }), component("lambda-code:shop-pay", { v: 2 })];
  const before = await open(t, file);
  await deploy(before, deployment("dep_1"), { before: [one], deployed: [two] });
  await deploy(before, deployment("dep_2"), { before: [], deployed: [two], recordedAt: NOW + 900 });
  const list = async (store: Store) => (await store.listHistory(one.id, { target: "default" }, FIRST_PAGE)).items;
  const noted = await list(before);
  await before.close();
  await makePlain(t, file);
  const rows = new Database(file);
  rows.exec("DELETE FROM component_history");
  const statements = readMigrationFiles({ migrationsFolder: MIGRATIONS }).flatMap(({ sql }) => sql);
  rows.exec(statements.find((sql) => sql.includes("INSERT INTO `component_history`")) ?? "");
  rows.close();
  const after = await open(t, file);
  t.same(await list(after), noted);
  t.equal(noted.length, 2);
});

t.test("an error of the database does not reveal values", async (t) => {
  const store = await open(t, fileIn(t));
  const secret = deployment("dep_1", { reason: "hunter2" });
  await openDeployment(store, secret);
  const error = await store
    .openDeployment(secret, allow, enqueue(store, "take-snapshot", "dep_1"))
    .catch((e: unknown) => e);
  t.match(error, { code: "INTERNAL", detail: /SQLITE_CONSTRAINT/ });
  t.notMatch(JSON.stringify(error, Object.getOwnPropertyNames(error)), /hunter2/);
  t.match(await store.findDeployment("dep_1"), { reason: "hunter2" }, "the stored row stays");
  const twice = [component("stack:shop-api"), component("stack:shop-api")];
  await store.requeueJobs(NOW, true);
  const job = await claim(store);
  await t.rejects(store.saveBackup(job, "dep_1", snapshot(secret.backup.id, twice), { lock: null, lines: [] }), {
    code: "INTERNAL",
  });
  t.match(
    await store.findDeployment("dep_1"),
    { backup: { status: "Pending" } },
    "an incomplete snapshot is not stored",
  );
});

t.test("refuses to start on a file that is no database of this version, and says why", async (t) => {
  const folder = t.testdir({
    "text.db": "This is a text, and long enough to be no header of a database file.\n".repeat(20),
  });
  const refused = (name: string, detail: RegExp) =>
    t.rejects(openSqliteStore(join(folder, name), TEST_SEALING), { code: "INVALID_SETTINGS", detail });
  await refused("text.db", /no database/);
  await refused("missing/stepback.db", /folder does not exist/);
  await refused(".", /cannot be opened/);

  new Database(join(folder, "other.db")).exec("CREATE TABLE customers (name TEXT)").close();
  await refused("other.db", /something else/);

  const newer = join(folder, "newer.db");
  await (await openSqliteStore(newer, TEST_SEALING)).close();
  new Database(newer).exec("INSERT INTO stepback_migrations VALUES (9999999999999)").close();
  await refused("newer.db", /newer version/);

  await writeFile(join(folder, "empty.db"), "");
  await (await openSqliteStore(join(folder, "empty.db"), TEST_SEALING)).close();
});

t.test("keeps its rows over a restart, and refuses everything once it is closed", async (t) => {
  const file = fileIn(t);
  const first = await openSqliteStore(file, TEST_SEALING);
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

function startWriter(file: string) {
  const script = fileURLToPath(new URL("endless-writer.js", import.meta.url));
  return spawn(process.execPath, [script, file], { stdio: ["ignore", "pipe", "pipe"] });
}

/** Returns the index of the last action that the killed process acknowledged. */
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

t.test("a full disk refuses what needs room, loses nothing, and passes by itself", async (t) => {
  const file = fileIn(t);
  await (await openSqliteStore(file, TEST_SEALING)).close();
  const database = await rowsIn(t, file);
  const limitPages = (pages: number) =>
    database.writeUnrecorded("key", async (rows) => rows.get<unknown[]>(sql.raw(`PRAGMA max_page_count = ${pages}`)));
  const insert = () =>
    database.writeUnrecorded("key", async (rows) => {
      const row = { ...tokenRow(randomUUID()), hash: randomUUID().repeat(1_000) };
      await rows.insert(tokens).values(row);
    });
  await insert();
  await limitPages(1);
  for (const attempt of [1, 2]) await t.rejects(insert(), { code: "DISK_FULL" }, `attempt ${attempt}`);
  await limitPages(1_000_000);
  await insert();
  t.equal(new Database(file).prepare("SELECT count(*) FROM access_tokens").pluck().get(), 2);
});

t.test(
  "a database that another process holds refuses writes as unavailable, and takes them once it is free",
  async (t) => {
    const file = fileIn(t);
    const store = await open(t, file);
    const other = new Database(file);
    other.exec("BEGIN IMMEDIATE");
    await t.rejects(store.ping(), { code: "STORE_UNAVAILABLE" });
    await t.resolves(store.findToken("none"), "it can still be read");
    other.exec("ROLLBACK");
    other.close();
    await t.resolves(store.ping());
  },
);
