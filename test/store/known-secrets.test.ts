import Database from "better-sqlite3";
import t from "tap";
import type { Store } from "#src/store/store";
import {
  beginRollback,
  component,
  deploy,
  deployment,
  line,
  NOW,
  openDeployment,
  PROBLEM,
  plan,
  rollback,
  snapshot,
  step,
} from "./builders.ts";
import { fileIn, open } from "./open-store.ts";

const SECRET = 'hunter2-"hunter2"';
const PLACE = { application: "shop", stage: "prod", target: "default" };

async function told(store: Store, activity: string, message: string): Promise<string> {
  await store.appendLines(null, activity, [line(message)]);
  const lines = await store.listLines(activity, { after: 0, limit: 1_000 });
  return lines.at(-1)?.message ?? "";
}

/** What stands in an activity's log for a line with the secret. */
const seen = (store: Store, activity: string) => told(store, activity, `A ${SECRET} b`);

const config = () => component("lambda-config:shop-pay", { Environment: { DB_PASSWORD: SECRET } });

t.test("what a job has captured is searched for at once, and after a restart once a snapshot holds it", async (t) => {
  const file = fileIn(t);
  const store = await open(t, file);
  await openDeployment(store, deployment("dep_1"));
  t.equal(await seen(store, "dep_1"), `A ${SECRET} b`, "nobody knows it yet");
  await store.learnSecrets(PLACE, [SECRET]);
  t.equal(await seen(store, "dep_1"), "A (secret) b");
  t.equal(await seen(await open(t, file), "dep_1"), `A ${SECRET} b`, "no snapshot holds it");
  await deploy(store, deployment("dep_2", { reason: `for ${SECRET}` }), { before: [config()] });
  const other = await open(t, file);
  t.equal(await seen(other, "dep_1"), "A (secret) b", "in another process");
  t.match(await other.findDeployment("dep_2"), { reason: "for (secret)" });
  await other.learnSecrets(PLACE, ["another-1-secret"]);
  await deploy(other, deployment("dep_3"), { before: [config()] });
  t.equal(await told(store, "dep_1", "A another-1-secret b"), "A (secret) b", "what the other one learned later, too");
});

t.test("secrets of one stage are none of another one, and all of them are those of no stage", async (t) => {
  const store = await open(t, fileIn(t));
  for (const [id, facts] of Object.entries({ dep_1: {}, dep_2: { stage: "dev" }, dep_3: { application: "bank" } }))
    await openDeployment(store, deployment(id, { ...facts, lock: { stacks: [], functions: [], within: [] } }));
  await store.learnSecrets(PLACE, [SECRET]);
  t.equal(await seen(store, "dep_1"), "A (secret) b");
  for (const id of ["dep_2", "dep_3"]) t.equal(await seen(store, id), `A ${SECRET} b`, id);
  t.ok((await store.findSecrets(null)).isIn(SECRET));
  t.notOk((await store.findSecrets({ application: "shop", stage: "dev" })).isIn(SECRET));
});

t.test("a transaction that is undone neither keeps nor forgets what was learned", async (t) => {
  const file = fileIn(t);
  const store = await open(t, file);
  await openDeployment(store, deployment("dep_1"));
  await store.learnSecrets(PLACE, [SECRET]);
  const taken = snapshot("snp_backup_dep_1", [config()]);
  const late = store.saveBackup({ job: 99, fence: 7 }, "dep_1", taken, { lock: null, lines: [] });
  await t.rejects(late, { code: "LEASE_LOST" });
  t.equal(await seen(store, "dep_1"), "A (secret) b");
  t.notOk((await (await open(t, file)).findSecrets(PLACE)).isIn(SECRET));
  await deploy(store, deployment("dep_2"), { before: [config()] });
  t.ok((await (await open(t, file)).findSecrets(PLACE)).isIn(SECRET));
});

t.test("the states of an earlier version are searched at the next start, once", async (t) => {
  const file = fileIn(t);
  const store = await open(t, file);
  await deploy(store, deployment("dep_1"), { before: [config(), component("lambda-code:shop-pay")] });
  await store.close();
  const database = new Database(file);
  const count = () => database.prepare("SELECT count(*) FROM known_secrets").pluck().get();
  t.equal(count(), 0, "nothing was learned when the snapshot was stored");
  database.exec("UPDATE installation SET secrets = 0");
  const later = await open(t, file);
  t.equal(await seen(later, "dep_1"), "A (secret) b");
  t.equal(count(), 1);
  t.equal(database.prepare("SELECT secrets FROM installation").pluck().get(), 1);
  database.close();
});

t.test("errors, warnings, steps and reasons of plans are kept without the secrets of their stage", async (t) => {
  const store = await open(t, fileIn(t));
  await store.learnSecrets(PLACE, [SECRET]);
  const detail = `because of ${SECRET}`;
  const problem = { ...PROBLEM, detail, errors: [{ pointer: "/a", detail }] };
  const reasons = [{ code: "CONFLICT" as const, detail }];
  const job = await openDeployment(store, deployment("dep_1", { reason: detail }));
  await store.saveBackup(job, "dep_1", snapshot("snp_backup_dep_1", [{ ...config(), incomplete: detail }]), {
    lock: null,
    lines: [],
    warnings: reasons,
  });
  const failing = await openDeployment(store, deployment("dep_2"));
  await store.failActivity(failing, "dep_2", { problem, at: NOW, lines: [] });
  const running = await beginRollback(store, rollback("rbk_1", ["dep_1"], { reason: detail }), [
    step(1, { error: problem }),
  ]);
  const planned = plan("lambda-code:shop-pay");
  const steps = planned.steps.map((each) => ({ ...each, reasons }));
  await store.savePlan(running, "rbk_1", { plan: { ...planned, steps }, lines: [], next: null });
  const kept = [
    await store.findDeployment("dep_1"),
    await store.findDeployment("dep_2"),
    await store.findRollback("rbk_1"),
    await store.findSteps("rbk_1"),
    (await store.findPlan("rbk_1"))?.steps.map((each) => each.reasons),
    [...(await store.findComponents("snp_backup_dep_1")).values()].map(({ incomplete }) => incomplete),
  ];
  const text = JSON.stringify(kept);
  t.notMatch(text, "hunter2");
  t.equal(text.match(/because of \(secret\)/g)?.length, 9, text);
});
