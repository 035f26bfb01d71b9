import { inspect } from "node:util";
import Database from "better-sqlite3";
import t from "tap";
import { allow, claim, component, deploy, deployment, enqueue, plan, rollback } from "./builders.ts";
import { fileIn, open } from "./open-store.ts";

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
