import t from "tap";
import { AwsError, type CallRecord } from "#sandbox/core/contract";
import { deployStack, ended, finishDeployment, openDeployment, worldOf } from "../support/test-account.ts";

const NAMES = Array.from({ length: 12 }, (_, index) => `Topic${index}`);

function topics(DisplayName: string): object {
  return {
    Resources: Object.fromEntries(
      NAMES.map((name) => [name, { Type: "AWS::SNS::Topic", Properties: { TopicName: name, DisplayName } }]),
    ),
  };
}

const reading =
  (...operations: string[]) =>
  ({ operation }: CallRecord): boolean =>
    operations.includes(operation);

t.test("a stack is read back once for all that it restores, each call under the step that made it", async (t) => {
  const w = await worldOf(t);
  await deployStack(w, "shop", topics("before"));
  const { id } = await openDeployment(w, { stacks: ["shop"] });
  await deployStack(w, "shop", topics("after"));
  await finishDeployment(w, id);
  w.sandbox.calls.clear();
  const opened = await w.api("POST", "/v1/rollbacks", { deployment: id, components: "all" });
  const path = `/v1/rollbacks/${opened.body.id}` as const;
  t.match(await ended(w, path), { status: "Completed", result: { restored: NAMES.length + 1, failed: 0 } });
  const calls = w.sandbox.calls.all();
  const since = calls.slice(calls.findIndex(({ operation }) => operation === "ExecuteChangeSet"));
  t.equal(since.filter(reading("GetTemplate")).length, 2, "by the steps, and by the last look at everything");
  const { items } = (await w.api("GET", `${path}/logs?component=stack:shop&limit=200`)).body;
  t.ok(items.some(({ message }) => message === "cloudformation:GetTemplate"));
  t.ok(items.every(({ step }) => step === 1));
});

t.test("what somebody changes while a stack is restored is found, in spite of what was read before", async (t) => {
  const w = await worldOf(t);
  await deployStack(w, "shop", topics("before"));
  const { id } = await openDeployment(w, { stacks: ["shop"] });
  await deployStack(w, "shop", topics("after"));
  await finishDeployment(w, id);
  let executed = false;
  const hold = w.sandbox.faults.hold({
    when: "after",
    match: ({ operation }) => {
      executed ||= operation === "ExecuteChangeSet";
      return executed && operation === "GetStackPolicy";
    },
  });
  const opened = await w.api("POST", "/v1/rollbacks", { deployment: id, components: "all" });
  await hold.reached;
  await deployStack(w, "shop", topics("by hand"));
  hold.release();
  const found = await ended(w, `/v1/rollbacks/${opened.body.id}`);
  t.match(found, { status: "Exception", error: { code: "VERIFY_FAILED" }, result: { restored: 0 } });
});

t.test("what may not be read back is not proven, and the problem names the call instead of a difference", async (t) => {
  const w = await worldOf(t);
  await deployStack(w, "shop", topics("before"));
  const { id } = await openDeployment(w, { stacks: ["shop"] });
  await deployStack(w, "shop", topics("after"));
  await finishDeployment(w, id);
  let executed = false;
  w.sandbox.faults.fail({
    match: ({ operation }) => {
      executed ||= operation === "ExecuteChangeSet";
      return executed && operation === "GetStackPolicy";
    },
    error: new AwsError("AccessDenied", "User is not authorized to perform this action", 403),
  });
  const opened = await w.api("POST", "/v1/rollbacks", { deployment: id, components: "all" });
  const found = await ended(w, `/v1/rollbacks/${opened.body.id}`);
  t.match(found, {
    status: "Exception",
    error: { detail: /stack:shop: .*cloudformation:GetStackPolicy is not allowed/ },
  });
  t.notMatch(found.error?.detail, /its existence/);
});
