import t from "tap";
import type { Activity, RollbackComponent } from "#client/api-types";
import type { Shape } from "#sandbox/core/contract";
import { firstRow } from "../support/answers.ts";
import {
  deployStack,
  ended,
  finishDeployment,
  openDeployment,
  rollBack,
  type TestAccount,
  worldOf,
} from "../support/test-account.ts";

const STACK = { StackName: "shop" };
const ALLOW = { Effect: "Allow", Action: "Update:*", Principal: "*", Resource: "*" };

/** A template with a topic whose display name makes an update a real change, and with the members that a test is about. */
function topics(DisplayName: unknown, { resource = {}, ...more }: { resource?: object } & Shape = {}): Shape {
  return { Resources: { Orders: { Type: "AWS::SNS::Topic", ...resource, Properties: { DisplayName } } }, ...more };
}

/**
 * A deployment that changes the template from `before` to `after`. In between, the topic changes and changes back, since AWS
 * accepts a template only when it changes something.
 */
async function redeploy(
  w: TestAccount,
  before: Shape | string,
  after: Shape | string,
  on: string[] = ["shop"],
): Promise<string> {
  await deployStack(w, "shop", before);
  const { id } = await openDeployment(w, { stacks: on });
  const text = typeof after === "string" ? after : JSON.stringify(after, null, 2);
  await deployStack(w, "shop", text.replaceAll("orders", "other"));
  await deployStack(w, "shop", text);
  w.sandbox.calls.clear();
  return id;
}

async function rowsOf(w: TestAccount, { id }: Activity): Promise<RollbackComponent[]> {
  return (await w.api("GET", `/v1/rollbacks/${id}/components`)).body.items;
}

async function logOf(w: TestAccount, { id }: Activity): Promise<string> {
  const { items } = (await w.api("GET", `/v1/rollbacks/${id}/logs?limit=200`)).body;
  return items.map(({ message }) => message).join("\n");
}

async function templateOf(w: TestAccount): Promise<string> {
  return (await w.aws("cloudformation", "GetTemplate", { ...STACK, TemplateStage: "Original" })).TemplateBody;
}

async function policyOf(w: TestAccount): Promise<unknown> {
  const { StackPolicyBody } = await w.aws("cloudformation", "GetStackPolicy", STACK);
  return StackPolicyBody ? JSON.parse(StackPolicyBody) : null;
}

async function setPolicy(w: TestAccount, ...Statement: object[]): Promise<void> {
  const StackPolicyBody = JSON.stringify({ Statement });
  await w.aws("cloudformation", "SetStackPolicy", { ...STACK, StackPolicyBody });
}

const operations = (w: TestAccount) => w.sandbox.calls.mutations().map(({ operation }) => operation);

t.test("a template that differs only in its text is unchanged, and CloudFormation gets no call", async (t) => {
  const w = await worldOf(t);
  const yaml = [
    "# reviewed",
    "Resources:",
    "  Orders:",
    "    Properties: { DisplayName: orders }",
    "    Type: AWS::SNS::Topic",
  ].join("\n");
  const deployment = await redeploy(w, topics("orders"), yaml);
  await finishDeployment(w, deployment);
  const rollback = await rollBack(w, deployment, ["stack:shop"]);
  t.match(rollback, { status: "Completed", error: null, result: { unchanged: 1, failed: 0 } });
  t.match(await rowsOf(w, rollback), [{ status: "Unchanged", verified: true, warnings: ["TEMPLATE_TEXT_STAYS"] }]);
  t.same(operations(w), []);
  t.equal(await templateOf(w), yaml);
});

t.test("a template whose text was only reformatted after the deploy is no conflict", async (t) => {
  const w = await worldOf(t);
  await deployStack(w, "shop", topics("orders"));
  const { id } = await openDeployment(w, { stacks: ["shop"] });
  await deployStack(w, "shop", topics("deployed"));
  await finishDeployment(w, id);
  await deployStack(w, "shop", JSON.stringify(topics("orders")));
  t.match(await rollBack(w, id, "all"), { status: "Completed", result: { unchanged: 2 } });
});

t.test("a step that CloudFormation finds to be no change is Unchanged with a warning, not Failed", async (t) => {
  const w = await worldOf(t);
  const deployment = await redeploy(
    w,
    topics("orders", { Description: "before" }),
    topics("orders", { Description: "after", Metadata: { by: "deploy" } }),
  );
  await finishDeployment(w, deployment);
  const rollback = await rollBack(w, deployment, ["stack:shop"]);
  t.match(rollback, { status: "Completed", error: null, result: { unchanged: 1, restored: 0 } });
  t.match(await rowsOf(w, rollback), [{ status: "Unchanged", verified: true, warnings: ["TEMPLATE_TEXT_STAYS"] }]);
  t.same(operations(w), ["CreateChangeSet", "DeleteChangeSet"]);
  t.match(await logOf(w, rollback), /keeps the template text of the deploy/);
  t.equal(JSON.parse(await templateOf(w)).Description, "after");
});

t.test("an empty change set proves nothing: other differences are rolled back or fail the step", async (t) => {
  for (const [made, expected] of [
    [
      "outputs",
      { status: "Failed", error: { code: "VERIFY_FAILED", detail: /the output Name\. Deploy.*Metadata of/ } },
    ],
    ["policies", { status: "Failed", error: { code: "VERIFY_FAILED", detail: /DeletionPolicy of Orders/ } }],
    ["protection", { status: "Restored", error: null, warnings: ["TEMPLATE_TEXT_STAYS"] }],
  ] as const) {
    await t.test(made, async (t) => {
      const w = await worldOf(t, { outputsCount: false, policiesCount: false });
      const sides = {
        outputs: (side: string) => topics("orders", { Outputs: { Name: { Value: side } } }),
        policies: (side: string) =>
          topics("orders", { resource: { DeletionPolicy: side === "before" ? "Retain" : "Delete" } }),
        protection: (side: string) => topics("orders", { Description: side }),
      }[made];
      const deployment = await redeploy(w, sides("before"), sides("after"));
      if (made === "protection") {
        const EnableTerminationProtection = true;
        await w.aws("cloudformation", "UpdateTerminationProtection", { ...STACK, EnableTerminationProtection });
      }
      await finishDeployment(w, deployment);
      const rollback = await rollBack(w, deployment, ["stack:shop"]);
      t.match(await rowsOf(w, rollback), [expected]);
      const stack = (await w.aws("cloudformation", "DescribeStacks", STACK)).Stacks[0];
      t.equal(stack?.EnableTerminationProtection, false);
    });
  }
});

t.test("outputs alone are rolled back where CloudFormation counts them as a change", async (t) => {
  const w = await worldOf(t);
  const side = (Value: string) => topics("orders", { Outputs: { Name: { Value } } });
  const deployment = await redeploy(w, side("before"), side("after"));
  await finishDeployment(w, deployment);
  t.match(await rollBack(w, deployment, ["stack:shop"]), { status: "Completed", result: { restored: 1 } });
  const { Stacks } = await w.aws("cloudformation", "DescribeStacks", STACK);
  t.match(Stacks[0]?.Outputs, [{ OutputValue: "before" }]);
});

t.test("policies alone are rolled back where CloudFormation counts them as a change", async (t) => {
  const w = await worldOf(t);
  const side = (DeletionPolicy: string) => topics("orders", { resource: { DeletionPolicy } });
  const deployment = await redeploy(w, side("Retain"), side("Delete"));
  await finishDeployment(w, deployment);
  t.match(await rollBack(w, deployment, ["stack:shop"]), { status: "Completed", result: { restored: 2 } });
  const { TemplateBody } = await w.aws("cloudformation", "GetTemplate", STACK);
  t.match(TemplateBody, /"DeletionPolicy": ?"Retain"/);
});

t.test("a part that CloudFormation finds to be no change is Unchanged, too", async (t) => {
  const w = await worldOf(t);
  const side = (DisplayName: unknown) => ({
    Parameters: { Name: { Type: "String", Default: "orders" } },
    ...topics(DisplayName),
  });
  const deployment = await redeploy(w, side({ Ref: "Name" }), side("orders"));
  await finishDeployment(w, deployment);
  const rollback = await rollBack(w, deployment, ["stack-resource:shop/Orders"]);
  t.match(rollback, { status: "Completed", error: null, result: { unchanged: 1 } });
  t.match(await rowsOf(w, rollback), [{ status: "Unchanged", verified: true, warnings: ["TEMPLATE_TEXT_STAYS"] }]);
  const whole = await rollBack(w, deployment, "all");
  t.match(whole, { status: "Completed", result: { unchanged: 2 } }, "with its stack");
});

t.test("a service that stops after an empty change set remembers that the change set was empty", async (t) => {
  const w = await worldOf(t);
  const deployment = await redeploy(
    w,
    topics("orders", { Description: "before" }),
    topics("orders", { Description: "after" }),
  );
  await setPolicy(w, ALLOW, { ...ALLOW, Effect: "Deny", Action: "Update:Replace" });
  await finishDeployment(w, deployment);
  const hold = w.sandbox.faults.hold({ when: "before", match: ({ operation }) => operation === "SetStackPolicy" });
  const opened = await w.api("POST", "/v1/rollbacks", { deployment, components: ["stack:shop"] });
  await hold.reached;
  const restarted = w.restart();
  hold.release();
  await restarted;
  t.match(await ended(w, `/v1/rollbacks/${opened.body.id}`), { status: "Completed", error: null });
  t.match(await rowsOf(w, opened.body), [{ status: "Restored", verified: true, warnings: ["TEMPLATE_TEXT_STAYS"] }]);
  t.same(operations(w), ["CreateChangeSet", "DeleteChangeSet", "SetStackPolicy"], "the change set was created once");
});

t.test("the verification finds a deploy that somebody made after an empty change set", async (t) => {
  const named = (DisplayName: unknown, Description = "") => ({
    Description,
    Parameters: { Name: { Type: "String", Default: "orders" } },
    ...topics(DisplayName),
  });
  for (const [picked, before, after] of [
    ["stack:shop", named("orders", "before"), named("orders", "after")],
    ["stack-resource:shop/Orders", named({ Ref: "Name" }), named("orders")],
  ] as const) {
    await t.test(picked, async (t) => {
      const w = await worldOf(t);
      const deployment = await redeploy(w, before, after);
      await finishDeployment(w, deployment);
      const last = w.sandbox.faults.hold({
        when: "before",
        nth: 2,
        match: ({ operation }) => operation === "GetTemplate" && operations(w).includes("DeleteChangeSet"),
      });
      const rolling = rollBack(w, deployment, [picked]);
      await last.reached;
      await deployStack(w, "shop", named("hot fix", "after"));
      last.release();
      t.match(await rolling, { status: "Exception", error: { code: "VERIFY_FAILED" }, result: { failed: 1 } });
    });
  }
});

t.test("a policy that the deployment added is replaced by one that allows all; the undo restores it", async (t) => {
  const w = await worldOf(t);
  await deployStack(w, "shop", topics("orders"));
  const { id } = await openDeployment(w, { stacks: ["shop"] });
  await deployStack(w, "shop", topics("deployed"));
  const deny = { ...ALLOW, Effect: "Deny", Action: "Update:Replace" };
  await setPolicy(w, ALLOW, deny);
  await finishDeployment(w, id);
  const rollback = await rollBack(w, id, ["stack:shop"]);
  t.match(rollback, { status: "Completed", error: null, result: { restored: 2 } });
  t.same(await policyOf(w), { Statement: [ALLOW] });
  t.match(await logOf(w, rollback), /cannot remove one: now it has a policy that allows every update/);
  t.match(await rollBack(w, id, ["stack:shop"]), { status: "Completed", result: { unchanged: 2 } }, "equals no policy");
  const undo = (await w.api("POST", "/v1/rollbacks", { rollback: rollback.id, components: "all" })).body;
  t.match(await ended(w, `/v1/rollbacks/${undo.id}`), { status: "Completed", error: null });
  t.same(await policyOf(w), { Statement: [ALLOW, deny] });

  await setPolicy(w, ALLOW, { ...deny, Action: "Update:Modify", Resource: "LogicalResourceId/Orders" });
  t.match(
    await rollBack(w, id, ["stack:shop"], { onConflict: "restore" }),
    { error: { code: "PLAN_REFUSED", errors: [{ code: "STACK_POLICY_DENIES" }] } },
    "a policy that denies the update still denies it",
  );
});

t.test(
  "a part that was rolled back under new names equals the backup: nothing left to do, and no conflict",
  async (t) => {
    const w = await worldOf(t);
    const side = (level: string) => ({
      Parameters: { Level: { Type: "String" } },
      Mappings: { Names: { all: { topic: level } } },
      Resources: {
        Orders: {
          Type: "AWS::SNS::Topic",
          Properties: {
            DisplayName: { "Fn::Sub": ["${Level}-${N}", { N: { "Fn::FindInMap": ["Names", "all", "topic"] } }] },
          },
        },
        Other: { Type: "AWS::SNS::Topic", Properties: { DisplayName: { Ref: "Level" } } },
      },
    });
    const deploy = (level: string) =>
      deployStack(w, "shop", side(level), { Parameters: [{ ParameterKey: "Level", ParameterValue: level }] });
    await deploy("good");
    const { id } = await openDeployment(w, { stacks: ["shop"] });
    await deploy("bad");
    await finishDeployment(w, id);
    const picked = ["stack-resource:shop/Orders"];
    t.match(await rollBack(w, id, picked), { status: "Completed", result: { restored: 1 } });
    const { Parameters, Mappings } = JSON.parse(await templateOf(w));
    t.same(
      [Object.keys(Parameters), Object.keys(Mappings)],
      [
        ["Level", "LevelFromBackup"],
        ["Names", "NamesFromBackup"],
      ],
    );
    w.sandbox.calls.clear();
    t.match(await rollBack(w, id, picked), { status: "Completed", result: { unchanged: 1 } });
    t.same(operations(w), []);

    const next = await openDeployment(w, { stacks: ["shop"] });
    const back = await deployStack(w, "shop", side("good"), {
      Parameters: [{ ParameterKey: "Level", ParameterValue: "good" }],
    });
    t.equal(back, "UPDATE_COMPLETE");
    await finishDeployment(w, next.id);
    const { items } = (await w.api("GET", `/v1/deployments/${next.id}/components`)).body;
    t.same(
      items.map(({ id }) => id),
      ["stack:shop", "stack-resource:shop/Other"],
      "the new name alone alters nothing",
    );
  },
);

t.test(
  "the plan names the dynamic references, and the one whose value has changed, without showing the value",
  async (t) => {
    const w = await worldOf(t);
    const keep = (Value: string) => ({
      Type: "AWS::SSM::Parameter",
      Properties: { Name: "/level", Type: "String", Value },
    });
    await deployStack(w, "values", { Resources: { Level: keep("secret one") } });
    const side = (name: string) => ({
      Parameters: { Level: { Type: "AWS::SSM::Parameter::Value<String>", Default: "/level" } },
      Resources: {
        Orders: { Type: "AWS::SNS::Topic", Properties: { DisplayName: { "Fn::Sub": `${name} \${Level}` } } },
        Other: { Type: "AWS::SNS::Topic", Properties: { DisplayName: name } },
      },
    });
    await deployStack(w, "shop", side("before"));
    const { id } = await openDeployment(w, { stacks: ["shop"] });
    await deployStack(w, "values", { Resources: { Level: keep("secret two") } });
    await deployStack(w, "shop", side("after"));
    await finishDeployment(w, id);
    for (const [picked, expected] of [
      ["stack:shop", [/the parameter Level to the present.*different value of Level/]],
      ["stack-resource:shop/Orders", [/the parameter Level to the present.*different value of Level/]],
      ["stack-resource:shop/Other", []],
    ] as const) {
      const draft = (await w.api("POST", "/v1/rollbacks", { deployment: id, components: [picked], run: false })).body;
      await w.api("POST", `/v1/rollbacks/${draft.id}/plan`);
      const plan = (await w.api("GET", `/v1/rollbacks/${draft.id}/plan?wait=30`)).body;
      const said = firstRow(plan.steps).details.filter(({ code }) => code === "VALUE_LOOKED_UP");
      t.match(
        said.map(({ detail }) => detail),
        expected,
        picked,
      );
      t.equal(said.length, expected.length, picked);
      t.notMatch(JSON.stringify(plan), /secret (one|two)/);
    }
  },
);
