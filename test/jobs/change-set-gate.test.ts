import t, { type Test } from "tap";
import { AwsError, type CallRecord, type Shape } from "#sandbox/core/contract";
import {
  deployStack,
  ended,
  finishDeployment,
  openDeployment,
  rollBack,
  stackSettled,
  type TestAccount,
  until,
  worldOf,
} from "../support/test-account.ts";

const STACKS = ["one", "two"] as const;

/** A table that every other name replaces, and a topic whose name in SSM nobody picked. */
function shop(name: string, { table = "kept", more = {} }: { table?: string; more?: Shape } = {}) {
  return {
    Parameters: { Label: { Type: "AWS::SSM::Parameter::Value<String>", Default: "/label" } },
    Resources: {
      Orders: {
        Type: "AWS::DynamoDB::Table",
        Properties: {
          TableName: `${name}-${table}`,
          AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
          KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
          BillingMode: "PAY_PER_REQUEST",
        },
      },
      Topic: { Type: "AWS::SNS::Topic", Properties: { DisplayName: { Ref: "Label" } } },
      ...more,
    },
  };
}

/** A table that its change set says may be replaced: its name is the value of a parameter that a deploy describes in other words. */
function conditional(name: string, description: string) {
  const { Orders } = shop(name).Resources;
  const Value = `${name}-table`;
  return {
    Resources: {
      Setting: { Type: "AWS::SSM::Parameter", Properties: { Type: "String", Value, Description: description } },
      Orders: { ...Orders, Properties: { ...Orders.Properties, TableName: { "Fn::GetAtt": ["Setting", "Value"] } } },
    },
  };
}

const queue = (seconds: number) => ({ Queue: { Type: "AWS::SQS::Queue", Properties: { DelaySeconds: seconds } } });

async function labelled(t: Test): Promise<TestAccount> {
  const w = await worldOf(t);
  const label = (Value: string) => ({
    Resources: { Label: { Type: "AWS::SSM::Parameter", Properties: { Name: "/label", Type: "String", Value } } },
  });
  await deployStack(w, "labels", label("first"));
  return w;
}

async function relabel(w: TestAccount): Promise<void> {
  await deployStack(w, "labels", {
    Resources: {
      Label: { Type: "AWS::SSM::Parameter", Properties: { Name: "/label", Type: "String", Value: "second" } },
    },
  });
}

/** Deploys each template of a stack in turn, the last one as the bad deploy. */
async function badDeploy(t: Test, w: TestAccount, stacks: Record<string, readonly [object, object]>): Promise<string> {
  for (const [name, [good]] of Object.entries(stacks)) await deployStack(w, name, good);
  const { id } = await openDeployment(w, { stacks: Object.keys(stacks) });
  for (const [name, [, bad]] of Object.entries(stacks)) await deployStack(w, name, bad);
  t.match(await finishDeployment(w, id), { status: "Completed" });
  w.sandbox.calls.clear();
  return id;
}

function mutationsOf(w: TestAccount): string[] {
  return w.sandbox.calls.mutations().map(({ operation, input }) => `${operation} ${input["StackName"]}`);
}

/** What no rollback may leave behind: change sets that nobody runs, and stacks without a resource. */
async function nothingIsLeft(t: Test, w: TestAccount, stacks: readonly string[] = STACKS): Promise<void> {
  const { StackSummaries } = await w.aws("cloudformation", "ListStacks", {});
  const present = StackSummaries.filter(({ StackStatus }) => StackStatus !== "DELETE_COMPLETE");
  t.notOk(
    present.some(({ StackStatus }) => StackStatus === "REVIEW_IN_PROGRESS"),
    "no empty stack",
  );
  for (const { StackName } of present.filter((stack) => stacks.includes(stack.StackName))) {
    const { Summaries } = await w.aws("cloudformation", "ListChangeSets", { StackName });
    t.same(Summaries, [], `no change set of ${StackName}`);
  }
}

const calling =
  (wanted: string, stack?: string) =>
  ({ operation, input }: CallRecord): boolean =>
    operation === wanted && (stack === undefined || input["StackName"] === stack);

t.test("a run that one of its change sets forbids touches nothing, and names the faults of all of them", async (t) => {
  const w = await labelled(t);
  const pair = (name: string) => [conditional(name, "good"), conditional(name, "bad")] as const;
  const fine = { Resources: queue(1) };
  const stacks = { one: pair("one"), two: pair("two"), fine: [fine, { Resources: queue(2) }] as const };
  const deployment = await badDeploy(t, w, stacks);
  const rollback = await rollBack(
    w,
    deployment,
    Object.keys(stacks).map((name) => `stack:${name}`),
    { onError: "continue" },
  );
  t.match(rollback, { status: "Exception", error: { code: "PLAN_REFUSED" }, result: { skipped: 6, failed: 0 } });
  for (const name of STACKS) {
    t.match(JSON.stringify(rollback.error), `stack-resource:${name}/Orders (AWS::DynamoDB::Table) may be replaced`);
  }
  const operations = new Set(mutationsOf(w).map((call) => call.split(" ")[0]));
  t.same([...operations].sort(), ["CreateChangeSet", "DeleteChangeSet"], "nothing else was called");
  await nothingIsLeft(t, w, Object.keys(stacks));
  const consent = { allowDestructive: STACKS.map((name) => `stack-resource:${name}/Orders`) };
  const again = await rollBack(
    w,
    deployment,
    Object.keys(stacks).map((name) => `stack:${name}`),
    consent,
  );
  t.match(again, { status: "Completed", error: null });
  await nothingIsLeft(t, w, Object.keys(stacks));
});

t.test(
  "a part whose change set really changes something else is refused before the run, and the advice works",
  async (t) => {
    const w = await labelled(t);
    const stacks = { one: [shop("one", { more: queue(1) }), shop("one", { more: queue(2) })] as const };
    const deployment = await badDeploy(t, w, stacks);
    await relabel(w);
    w.sandbox.calls.clear();
    const rollback = await rollBack(w, deployment, ["stack-resource:one/Queue"]);
    t.match(rollback, { status: "Exception", error: { code: "PLAN_REFUSED", errors: [{ code: "CHANGE_SET_WIDER" }] } });
    t.match(rollback.error?.detail, /Modify Topic .* Pick stack:one instead/);
    t.same(mutationsOf(w), ["CreateChangeSet one", "DeleteChangeSet one"]);
    await nothingIsLeft(t, w);
    t.match(await rollBack(w, deployment, ["stack:one"]), { status: "Completed", error: null });
  },
);

t.test("a change set that the stack has left behind before its turn is made again", async (t) => {
  const w = await labelled(t);
  const deployment = await badDeploy(t, w, { one: [{ Resources: queue(1) }, { Resources: queue(2) }] });
  const hold = w.sandbox.faults.hold({ when: "before", match: calling("ExecuteChangeSet") });
  const opened = await w.api("POST", "/v1/rollbacks", { deployment, components: ["stack:one"] });
  await hold.reached;
  await w.aws("cloudformation", "UpdateStack", {
    StackName: "one",
    TemplateBody: JSON.stringify({ Resources: queue(3) }),
  });
  await stackSettled(w, "one");
  hold.release();
  t.match(await ended(w, `/v1/rollbacks/${opened.body.id}`), { status: "Completed", error: null });
  t.same(mutationsOf(w).slice(-3), ["DeleteChangeSet one", "CreateChangeSet one", "ExecuteChangeSet one"]);
  await nothingIsLeft(t, w);
});

t.test("a cancelled run leaves no change set, neither while they are made nor before their turn", async (t) => {
  const w = await labelled(t);
  const pair = () => [{ Resources: queue(1) }, { Resources: queue(2) }] as const;
  const deployment = await badDeploy(t, w, { one: pair(), two: pair() });
  for (const at of ["DescribeChangeSet", "ExecuteChangeSet"]) {
    const hold = w.sandbox.faults.hold({ when: "after", match: calling(at) });
    const opened = await w.api("POST", "/v1/rollbacks", { deployment, components: "all" });
    await hold.reached;
    await w.api("POST", `/v1/rollbacks/${opened.body.id}/cancel`);
    hold.release();
    t.match(await ended(w, `/v1/rollbacks/${opened.body.id}`), { status: "Exception" }, at);
    await nothingIsLeft(t, w);
  }
});

t.test("a run that was killed while it made its change sets, and then cancelled, leaves none", async (t) => {
  const w = await labelled(t);
  const deployment = await badDeploy(t, w, { one: [{ Resources: queue(1) }, { Resources: queue(2) }] });
  const hold = w.sandbox.faults.hold({ when: "after", match: calling("CreateChangeSet") });
  const opened = await w.api("POST", "/v1/rollbacks", { deployment, components: "all" });
  await hold.reached;
  await w.api("POST", `/v1/rollbacks/${opened.body.id}/cancel`);
  const restarted = w.restart();
  hold.drop();
  await restarted;
  t.match(await ended(w, `/v1/rollbacks/${opened.body.id}`), { status: "Exception", error: { code: "CANCELLED" } });
  await nothingIsLeft(t, w);
});

t.test("a stack that could not be created leaves neither its change set nor its empty shell", async (t) => {
  const w = await labelled(t);
  await deployStack(w, "one", { Resources: queue(1) });
  const { id } = await openDeployment(w, { stacks: ["one"] });
  await w.aws("cloudformation", "DeleteStack", { StackName: "one" });
  await until(async () => {
    const { StackSummaries } = await w.aws("cloudformation", "ListStacks", {});
    return StackSummaries.some(
      ({ StackName, StackStatus }) => StackName === "one" && StackStatus === "DELETE_COMPLETE",
    );
  });
  await finishDeployment(w, id);
  const denied = new AwsError("AccessDenied", "not allowed", 403);
  w.sandbox.faults.fail({ match: calling("ExecuteChangeSet"), error: denied });
  t.match(await rollBack(w, id, ["stack:one"]), { status: "Exception", result: { failed: 1 } });
  await nothingIsLeft(t, w);
});

t.test("the plan says which change sets are seen before the run, and what keeps the others from it", async (t) => {
  const w = await labelled(t);
  const exported = { Exports: { Value: "v", Export: { Name: "shared" } } };
  const importing = {
    Topic: { Type: "AWS::SNS::Topic", Properties: { DisplayName: { "Fn::ImportValue": "shared" } } },
  };
  const stacks = {
    exporter: [{ Resources: queue(1), Outputs: exported }, { Resources: queue(2) }],
    importer: [{ Resources: { ...queue(1), ...importing } }, { Resources: queue(2) }],
  } as const;
  await deployStack(w, "exporter", stacks.exporter[0]);
  await deployStack(w, "importer", stacks.importer[0]);
  const { id } = await openDeployment(w, { stacks: Object.keys(stacks) });
  await deployStack(w, "importer", stacks.importer[1]);
  await deployStack(w, "exporter", stacks.exporter[1]);
  await finishDeployment(w, id);
  const draft = await w.api("POST", "/v1/rollbacks", {
    deployment: id,
    components: ["stack:exporter", "stack:importer"],
    run: false,
  });
  const path = `/v1/rollbacks/${draft.body.id}`;
  await w.api("POST", `${path}/plan`);
  await until(async () => (await w.api("GET", `${path}/plan`)).status === 200);
  const { steps } = (await w.api("GET", `${path}/plan`)).body;
  t.match(
    steps.filter(({ changeSet }) => changeSet),
    [
      { component: "stack:exporter", changeSet: { gated: "before the run", why: null } },
      { component: "stack:importer", changeSet: { gated: "at its turn", why: "it waits for stack:exporter" } },
    ],
  );
});
