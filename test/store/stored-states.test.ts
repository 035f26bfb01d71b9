import { inspect } from "node:util";
import t from "tap";
import type { PlanStep } from "#src/domain/plan/plan";
import { targetScope } from "#src/sealing/scopes";
import { plans } from "#src/store/schema/rollbacks";
import { states } from "#src/store/schema/snapshots";
import type { Rows } from "#src/store/sqlite-database";
import { rowsIn } from "../support/sealing.ts";
import { allow, claim, component, deploy, deployment, enqueue, plan, rollback } from "./builders.ts";
import { fileIn, open } from "./open-store.ts";

/** Replaces the body of the one stored state. */
async function putBody(rows: Rows, body: string): Promise<void> {
  const [state] = await rows.select({ digest: states.digest }).from(states);
  const place = { scope: targetScope("default"), id: state?.digest ?? "" };
  await rows.update(states).set(rows.sealing.seal(states, place, { body }));
}

t.test("a stored state that does not fit its kind is refused with its snapshot, component and path", async (t) => {
  const file = fileIn(t);
  const store = await open(t, file);
  await deploy(store, deployment("dep_1"), { before: [component("lambda-code:shop-pay", { CodeSha256: "secret" })] });
  const database = await rowsIn(t, file);
  const overwrite = (body: string) => database.writeUnrecorded("key", (rows) => putBody(rows, body));
  const find = () => store.findComponent("snp_backup_dep_1", "lambda-code:shop-pay");
  const where = /snp_backup_dep_1.*lambda-code:shop-pay|lambda-code:shop-pay.*snp_backup_dep_1/;
  for (const [body, path] of [
    ['{"settings":{"CodeSha256":7},"evidence":{},"artifacts":[]}', /\/settings\/CodeSha256/],
    ['{"settings":{"CodeSha256":"x"},"evidence":{"functionArn":[]},"artifacts":[]}', /\/evidence\/functionArn/],
    ['{"settings":{"CodeSha256":"x"}}', /settings, evidence and artifacts/],
    ['{"settings":{"CodeSha256":"secret"', /settings, evidence and artifacts/],
  ] as const) {
    await overwrite(body);
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
  const database = await rowsIn(t, file);
  const earlier = { settings: { CodeSha256: "x", Dropped: true }, evidence: { unknown: [1] }, artifacts: [] };
  await database.writeUnrecorded("key", (rows) => putBody(rows, JSON.stringify(earlier)));
  t.same((await store.findComponent("snp_backup_dep_1", "lambda-code:shop-pay"))?.state, earlier);
});

t.test("a plan whose goal does not fit its component is refused with the step and the path", async (t) => {
  const file = fileIn(t);
  const store = await open(t, file);
  await deploy(store, deployment("dep_1"), { before: [], deployed: [] });
  await store.openRollback(rollback("rbk_1", ["dep_1"]), allow, enqueue(store, "plan-rollback", "rbk_1"));
  await store.savePlan(await claim(store), "rbk_1", { plan: plan("lambda-code:shop-pay"), lines: [], next: null });
  t.ok(await store.findPlan("rbk_1"));
  const spoilt = plan("lambda-code:shop-pay").steps.map((step): PlanStep => {
    const { goal } = step;
    return { ...step, goal: goal && { ...goal, settings: { ...goal.settings, CodeSha256: 7 } } };
  });
  const database = await rowsIn(t, file);
  await database.writeUnrecorded("key", async (rows) => {
    const sealed = rows.sealing.seal(plans, { scope: targetScope("default"), id: "rbk_1" }, { steps: spoilt });
    await rows.update(plans).set(sealed);
  });
  const detail = /step 1 of the plan of rbk_1.*lambda-code:shop-pay.*\/settings\/CodeSha256/;
  await t.rejects(store.findPlan("rbk_1"), { code: "INTERNAL", detail });
});
