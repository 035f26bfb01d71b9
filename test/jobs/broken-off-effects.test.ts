import t, { type Test } from "tap";
import { AwsError, type CallRecord, type Shape } from "#sandbox/core/contract";
import {
  createFunction,
  ended,
  finishDeployment,
  openDeployment,
  rollBack,
  type TestAccount,
  updateCode,
  worldOf,
} from "../support/test-account.ts";

const FunctionName = "pay";
const POLICY = "lambda-policy:pay";
const CODE = "lambda-code:pay";

const INVOKE = { FunctionName, Action: "lambda:InvokeFunction", Principal: "s3.amazonaws.com" };
const add = (w: TestAccount, StatementId: string, more: Shape = {}) =>
  w.aws("lambda", "AddPermission", { ...INVOKE, StatementId, ...more });
const remove = (w: TestAccount, StatementId: string) =>
  w.aws("lambda", "RemovePermission", { FunctionName, StatementId });

async function statements(w: TestAccount): Promise<string[]> {
  const { Policy } = await w.aws("lambda", "GetPolicy", { FunctionName });
  return JSON.parse(Policy)
    .Statement.map(({ Sid }: { Sid: string }) => Sid)
    .sort();
}

/** A deployment that replaced two statements of a policy, and the code. */
async function badDeploy(t: Test): Promise<{ w: TestAccount; deployment: string }> {
  const w = await worldOf(t);
  await createFunction(w, FunctionName, "good");
  await add(w, "one");
  await add(w, "two");
  const { id } = await openDeployment(w, { functions: [FunctionName] });
  await remove(w, "one");
  await remove(w, "two");
  await add(w, "bad");
  await updateCode(w, FunctionName, "bad");
  await finishDeployment(w, id);
  return { w, deployment: id };
}

/** From the second write of a policy on, nothing is answered: half of the policy is back, and nobody can read that. */
async function breakOff(t: Test, w: TestAccount, deployment: string): Promise<string> {
  let writes = 0;
  const isOut = ({ operation, mutation }: CallRecord) => {
    if (mutation && /Permission$/.test(operation)) writes += 1;
    return writes >= 2;
  };
  w.sandbox.faults.fail({ match: isOut, error: new AwsError("ExpiredTokenException", "The token is expired", 403) });
  const { id } = await rollBack(w, deployment, "all");
  t.match(await ended(w, `/v1/rollbacks/${id}`), { status: "Exception", error: { code: "AWS_CREDENTIALS" } });
  w.sandbox.faults.off();
  t.strictNotSame(await statements(w), ["bad"], "it has changed something");
  t.strictNotSame(await statements(w), ["one", "two"], "but not all of it");
  return id;
}

async function warningsOf(w: TestAccount, id: string): Promise<Record<string, readonly string[]>> {
  const { items } = (await w.api("GET", `/v1/rollbacks/${id}/components`)).body;
  return Object.fromEntries(items.map(({ component, warnings }) => [component, warnings]));
}

t.test("what a rollback did that broke off is no conflict for the next one, which says so and goes on", async (t) => {
  const { w, deployment } = await badDeploy(t);
  await breakOff(t, w, deployment);
  const rollback = await rollBack(w, deployment, "all");
  t.match(rollback, { status: "Completed", error: null });
  t.match(await warningsOf(w, rollback.id), { [POLICY]: ["EFFECT_UNKNOWN"], [CODE]: [] });
  t.same(await statements(w), ["one", "two"]);
});

t.test("it can be undone, with what nobody knows of it", async (t) => {
  const { w, deployment } = await badDeploy(t);
  const id = await breakOff(t, w, deployment);
  const undo = (await w.api("POST", "/v1/rollbacks", { rollback: id, components: "all" })).body;
  t.match(await ended(w, `/v1/rollbacks/${undo.id}`), { status: "Completed", error: null });
  t.same(await statements(w), ["bad"]);
});

t.test("nor is it one for the rollback of an earlier deployment", async (t) => {
  const { w, deployment: earlier } = await badDeploy(t);
  const { id } = await openDeployment(w, { functions: [FunctionName] });
  await remove(w, "bad");
  await add(w, "worse");
  await add(w, "worst");
  await finishDeployment(w, id);
  await breakOff(t, w, id);
  t.match(await rollBack(w, earlier, "all"), { status: "Completed", error: null });
  t.same(await statements(w), ["one", "two"]);
});

t.test("after a later record, a change of somebody else is a conflict again", async (t) => {
  const { w, deployment } = await badDeploy(t);
  await breakOff(t, w, deployment);
  const { id } = await openDeployment(w, { functions: [FunctionName] });
  await finishDeployment(w, id);
  await add(w, "somebody");
  t.match(await rollBack(w, deployment, [POLICY]), {
    status: "Exception",
    error: { code: "PLAN_REFUSED", errors: [{ code: "CONFLICT" }] },
  });
});
