import t, { type Test } from "tap";
import { AwsError, type CallRecord } from "#sandbox/core/contract";
import {
  configure,
  createFunction,
  ended,
  finishDeployment,
  openDeployment,
  startTestAccount,
  type TestAccount,
  updateCode,
} from "../support/test-account.ts";

const NAMES = ["one", "two", "three"] as const;

/** Three functions, each with a change whose rollback is in a wave of its own. */
async function badDeploy(t: Test): Promise<{ w: TestAccount; deployment: string }> {
  const w = await startTestAccount();
  t.teardown(() => w.close());
  for (const name of NAMES) await createFunction(w, name, "good");
  const { id } = await openDeployment(w, { functions: [...NAMES] }, { build: "1842" });
  await configure(w, "one", { Description: "bad" });
  await updateCode(w, "two", "bad");
  const Resource = "arn:aws:lambda:us-east-1:000000000000:function:three";
  await w.aws("lambda", "TagResource", { Resource, Tags: { state: "bad" } });
  await finishDeployment(w, id);
  return { w, deployment: id };
}

function expire(w: TestAccount, match: (record: CallRecord) => boolean): void {
  w.sandbox.faults.fail({ match, error: new AwsError("ExpiredTokenException", "The token is expired", 403) });
}

/** Matches every call from the first update of this function on. */
function from(name: string): (record: CallRecord) => boolean {
  let hasBegun = false;
  return ({ operation, input }) => {
    hasBegun ||= operation === "UpdateFunctionCode" && input["FunctionName"] === name;
    return hasBegun;
  };
}

async function rowsOf(w: TestAccount, id: string): Promise<unknown[][]> {
  const { items } = (await w.api("GET", `/v1/rollbacks/${id}/components`)).body;
  return items.map(({ component, status, verified, error }) => [component, status, verified, error?.code ?? null]);
}

async function pinsOf(w: TestAccount): Promise<unknown[]> {
  const { items } = (await w.api("GET", "/v1/pins?application=shop&stage=prod&active=true")).body;
  return items.map(({ rollback, builds, components }) => [
    rollback,
    builds,
    components.map(({ component }) => component),
  ]);
}

const OPEN = { components: ["lambda-config:one", "lambda-code:two", "lambda-tags:three"] };

/** `one` is restored and pinned, `two` was in progress, `three` was not started. */
async function brokeOffAtTwo(t: Test, w: TestAccount, id: string, two = "AWS_CREDENTIALS"): Promise<void> {
  t.match(await ended(w, `/v1/rollbacks/${id}`), {
    status: "Exception",
    error: { code: "AWS_CREDENTIALS" },
    result: { restored: 1, failed: 1, skipped: 1 },
  });
  t.same(await rowsOf(w, id), [
    ["lambda-config:one", "Restored", true, null],
    ["lambda-code:two", "Failed", null, two],
    ["lambda-tags:three", "Skipped", null, null],
  ]);
  t.same(await pinsOf(w), [[id, ["1842"], ["lambda-config:one"]]]);
}

t.test(
  "when credentials expire during a run, every component gets a row and the restored ones get a pin",
  async (t) => {
    const { w, deployment } = await badDeploy(t);
    expire(w, from("two"));
    const opened = (await w.api("POST", "/v1/rollbacks", { deployment, ...OPEN })).body;
    await brokeOffAtTwo(t, w, opened.id);
    w.sandbox.faults.off();
    const rest = (await w.api("POST", "/v1/rollbacks", { deployment, ...OPEN })).body;
    t.match(await ended(w, `/v1/rollbacks/${rest.id}`), { status: "Completed", result: { unchanged: 1, restored: 2 } });
  },
);

t.test(
  "a run that resumes after a restart without credentials cannot tell what became of the component in progress",
  async (t) => {
    const { w, deployment } = await badDeploy(t);
    const hold = w.sandbox.faults.hold({ when: "before", match: from("two") });
    const opened = (await w.api("POST", "/v1/rollbacks", { deployment, ...OPEN })).body;
    await hold.reached;
    const restarted = w.restart();
    hold.drop();
    expire(w, () => true);
    await restarted;
    await brokeOffAtTwo(t, w, opened.id, "EFFECT_UNKNOWN");
  },
);

t.test("a run that fails before its first step skips every component and makes no pin", async (t) => {
  const { w, deployment } = await badDeploy(t);
  const draft = (await w.api("POST", "/v1/rollbacks", { deployment, ...OPEN, run: false })).body;
  await w.api("POST", `/v1/rollbacks/${draft.id}/plan`);
  const plan = (await w.api("GET", `/v1/rollbacks/${draft.id}/plan?wait=30`)).body;
  expire(w, () => true);
  await w.api("POST", `/v1/rollbacks/${draft.id}/run`, { planDigest: plan.digest });
  t.match(await ended(w, `/v1/rollbacks/${draft.id}`), { status: "Exception", error: { code: "AWS_CREDENTIALS" } });
  t.same(
    (await rowsOf(w, draft.id)).map(([, status]) => status),
    ["Skipped", "Skipped", "Skipped"],
  );
  t.same(await pinsOf(w), []);
});
