import { createHash } from "node:crypto";
import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import t, { type Test } from "tap";
import { createSandbox } from "#sandbox/sandbox";
import { startService } from "#src/compose";
import { readConfig } from "#src/config";
import type { ComponentId } from "#src/domain/component/component";
import { isJsonObject, type Json } from "#src/domain/json";
import { openSqliteStore } from "#src/store/sqlite-store";
import { apiOf, type ReplyTo } from "../support/answers.ts";
import { ROOT } from "../support/root.ts";
import { digesterOf, TEST_SEALING } from "../support/sealing.ts";
import { awsEnv } from "../support/test-account.ts";
import { callsFromText, replay } from "./account-calls.ts";
import { countIds } from "./counted-ids.ts";
import { databaseFromText } from "./database-text.ts";
import { goOn, type Recorded } from "./follow-up.ts";
import { missingMembers } from "./missing-members.ts";
import { answersFromText } from "./old-answers.ts";

const FIXTURE = join(ROOT, "test/compat/fixtures/0.1.0");
/** Nothing listens there: a test that only reads must not call AWS. */
const NOWHERE = "http://127.0.0.1:1";
const TOKEN = "token-of-the-recorded-service";

const fixture = (name: string) => readFile(join(FIXTURE, name), "utf8");

const recorded: Recorded = JSON.parse(await fixture("recorded.json"));

/**
 * The data folder that 0.1.0 left when it was killed. Sets the clock back to that moment, because an open deployment is
 * abandoned after a day.
 */
async function recordedFolder(t: Test): Promise<string> {
  const { now } = Date;
  const agoMs = now() - recorded.killedAt;
  t.intercept(Date, "now", { value: () => now() - agoMs });
  const folder = await mkdtemp(join(tmpdir(), "stepback-compat-"));
  t.teardown(() => rm(folder, { recursive: true }));
  for (const name of ["artifacts", "fingerprint.key"])
    await cp(join(FIXTURE, name), join(folder, name), { recursive: true });
  databaseFromText(join(folder, "stepback.db"), await fixture("database.sql"));
  return folder;
}

/** Runs one SQL statement on the database in a folder and returns its rows. */
function onRows<Row>(folder: string, sql: string): Row[] {
  const database = new Database(join(folder, "stepback.db"));
  try {
    const statement = database.prepare<[], Row>(sql);
    if (statement.reader) return statement.all();
    statement.run();
    return [];
  } finally {
    database.close();
  }
}

/** Starts the current version on a data folder. */
async function start(t: Test, folder: string, awsUrl: string) {
  Object.assign(process.env, awsEnv(awsUrl));
  const settings = { STEPBACK_PORT: "0", STEPBACK_DATA_DIR: folder, STEPBACK_LOG_LEVEL: "error" };
  const service = await startService(readConfig({ ...settings, STEPBACK_ADMIN_TOKEN: TOKEN }));
  t.teardown(() => service.close());
  const send = (method: string, path: string, body?: unknown) => {
    const headers = { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" };
    return fetch(service.url + path, { method, headers, body: body ? JSON.stringify(body) : null });
  };
  const api = apiOf(async (method, path, body) => (await send(method, path, body)).json());
  return { send, api };
}

/** As it would be stored. */
const asJson = (value: unknown): Json => JSON.parse(JSON.stringify(value));

t.test("answers every recorded GET with all that 0.1.0 answered", async (t) => {
  const folder = await recordedFolder(t);
  onRows(folder, "UPDATE jobs SET status = 'done'");
  const { send } = await start(t, folder, NOWHERE);
  const answers = answersFromText(await fixture("answers.jsonl"));
  const { completed, beforeCall, afterCall, draft } = recorded;
  for (const id of [completed, beforeCall, afterCall, draft])
    t.ok(answers.some(({ path, status }) => path === `/v1/rollbacks/${id}/plan` && status === 200));
  const shown = await digesterOf(folder, "default");
  for (const { path, status, body } of answers) {
    const answer = await send("GET", path);
    t.equal(answer.status, status, path);
    const wanted = withShownDigests(asJson(body), shown);
    t.same(missingMembers(wanted, (await answer.json()) as Json), [], path);
  }
});

/** Members that hold digests of settings: others see them keyed, since settings can be guessed. */
const DIGESTS = new Set(["digest", "before", "deployed", "planDigest"]);
/** Members with digests of bytes, which stay as they are, and values of settings. */
const OF_BYTES = new Set(["artifacts", "diff", "package", "packages"]);

/** What 0.1.0 answered, with the digests as they are shown now. */
function withShownDigests(value: Json, shown: (digest: string) => string): Json {
  if (Array.isArray(value)) return value.map((item) => withShownDigests(item, shown));
  if (!isJsonObject(value)) return value;
  const members = Object.entries(value).flatMap(([name, member]): [string, Json][] => {
    // Of a version's settings: shown as a fingerprint now, by a key that the recording does not have.
    if (name === "config" && typeof member === "string" && /^[0-9a-f]{16,64}$/.test(member)) return [];
    if (OF_BYTES.has(name)) return [[name, member]];
    const isDigest = DIGESTS.has(name) && typeof member === "string" && /^[0-9a-f]{64}$/.test(member);
    return [[name, isDigest ? shown(member) : withShownDigests(member, shown)]];
  });
  return Object.fromEntries(members);
}

interface PlanRow {
  readonly rollback: string;
  readonly digest: string;
  readonly planned_at: string;
  readonly steps: string;
}

interface JournalRow {
  readonly rollback: string;
  readonly step: number;
  readonly index: number;
  readonly action: string;
  readonly result: string;
}

interface StateRow {
  readonly snapshot: string;
  readonly component: ComponentId;
  readonly body: string;
}

t.test("loses nothing of the plans, the journal and the captured states of 0.1.0", async (t) => {
  const folder = await recordedFolder(t);
  const [plans, journal, states] = [
    onRows<PlanRow>(folder, "SELECT * FROM plans"),
    onRows<JournalRow>(folder, 'SELECT * FROM journal ORDER BY rollback, step, "index"'),
    onRows<StateRow>(
      folder,
      "SELECT snapshot, component, body FROM snapshot_components JOIN states ON states.digest = state",
    ),
  ];
  const store = await openSqliteStore(join(folder, "stepback.db"), TEST_SEALING);
  t.teardown(() => store.close());
  const shown = await store.findDigester("default");
  for (const { rollback, digest, planned_at: at, steps } of plans)
    t.same(
      missingMembers(
        { digest: shown(digest), plannedAt: at, steps: JSON.parse(steps) },
        asJson(await store.findPlan(rollback)),
      ),
      [],
      rollback,
    );
  for (const { rollback, action, result, ...row } of journal) {
    const entry = { ...row, action: JSON.parse(action), result: JSON.parse(result) };
    const entries = await store.findJournal(rollback);
    t.strictSame(
      entries.find(({ step, index }) => step === row.step && index === row.index),
      entry,
    );
  }
  for (const { snapshot, component, body } of states)
    t.strictSame((await store.findComponent(snapshot, component))?.state, JSON.parse(body), `${snapshot} ${component}`);
  t.ok(plans.length >= 4 && journal.length >= 9 && states.length > 50, "the fixture has rows of each");
});

t.test("what 0.1.0 read in another way of a template is no change", async (t) => {
  const folder = await recordedFolder(t);
  const [row] = onRows<StateRow & { state: string }>(
    folder,
    `SELECT snapshot, component, state, body FROM snapshot_components JOIN states ON states.digest = state
     WHERE component LIKE 'stack-resource:%' ORDER BY snapshot, component LIMIT 1`,
  );
  if (!row) throw new Error("the fixture has no resource of a stack");
  onRows(
    folder,
    `UPDATE states SET body = json_set(body, '$.settings.definition.ReadAs', 1.1) WHERE digest = '${row.state}'`,
  );
  const { digest } = onRows<{ digest: string }>(
    folder,
    `SELECT digest FROM snapshot_components WHERE snapshot = '${row.snapshot}' AND component = '${row.component}'`,
  )[0] as { digest: string };
  const store = await openSqliteStore(join(folder, "stepback.db"), TEST_SEALING);
  t.teardown(() => store.close());
  const found = (await store.findComponents(row.snapshot)).get(row.component);
  t.strictSame(found?.state, JSON.parse(row.body), "its settings are read again in the template of its backup");
  t.equal(found?.digest, digest);
});

t.test("serves the code in the backups of 0.1.0", async (t) => {
  const folder = await recordedFolder(t);
  onRows(folder, "UPDATE jobs SET status = 'done'");
  const { send } = await start(t, folder, NOWHERE);
  const answers = answersFromText(await fixture("answers.jsonl"));
  const states = answers.filter(({ path }) => /^\/v1\/snapshots\/\w+\/components/.test(path));
  for (const { path, body } of states) {
    const { items } = body as ReplyTo<"GET", "/v1/snapshots/id/components">;
    for (const { id, artifacts } of items.filter(({ id }) => /^lambda-code:/.test(id))) {
      const [artifact] = artifacts;
      if (artifact === undefined) continue;
      const url = `${path.replace(/\?.*/, "")}/${encodeURIComponent(id)}/artifact`;
      const bytes = Buffer.from(await (await send("GET", url)).arrayBuffer());
      t.equal(createHash("sha256").update(bytes).digest("hex"), artifact.digest, url);
    }
  }
});

t.test("finishes what 0.1.0 left half done and makes each mutation once", async (t) => {
  const folder = await recordedFolder(t);
  const beginCall = countIds();
  const sandbox = createSandbox({ updateMs: 1 });
  t.teardown(() => sandbox.close());
  const awsUrl = await sandbox.listen();
  const account = await replay(sandbox, callsFromText(await fixture("account.jsonl")), beginCall);
  // The leases are still valid, so the service must take them over instead of waiting for them to run out.
  onRows(folder, `UPDATE jobs SET lease_until = ${Date.now() + 3_600_000} WHERE status = 'running'`);
  const { api } = await start(t, folder, awsUrl);
  const outcome = await goOn(api, recorded, sandbox, account);

  const ended = { status: "Completed", error: null, result: { failed: 0, skipped: 0, unchanged: 0 } };
  const { open, beforeCall, afterCall, queued, draft } = outcome.activities;
  t.match(
    { beforeCall, afterCall, queued, draft },
    { beforeCall: ended, afterCall: ended, queued: ended, draft: ended },
  );
  t.match(open, { status: "Completed", altered: { added: 0, modified: 1, deleted: 0 } });
  t.same(
    outcome.effects.filter((effect) => /tool-half| shop/.test(effect)),
    ["UpdateAlias tool-half live"],
    "the alias is updated once, and the executed change set is neither created nor executed again",
  );
  const jobs = onRows(folder, "SELECT status, fence FROM jobs WHERE id IN (7, 9, 11) ORDER BY id");
  t.same(jobs, Array(3).fill({ status: "done", fence: 3 }), "the leases of the killed process are taken over");
  t.same(
    missingMembers(
      withShownDigests(JSON.parse(await fixture("outcome.json")), await digesterOf(folder, "default")),
      asJson(outcome),
    ),
    [],
    "the outcome is the one that 0.1.0 reached after a restart",
  );
});
