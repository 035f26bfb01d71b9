import t from "tap";
import type { PlanStep } from "#client/api-types";
import type { Shape } from "#sandbox/core/contract";
import {
  createFunction,
  deployStack,
  fingerprintOf,
  finishDeployment,
  invoke,
  openDeployment,
  rollBack,
  type TestAccount,
  worldOf,
} from "../support/test-account.ts";

const KEPT: Shape = { Role: { Type: "AWS::IAM::Role", Properties: { AssumeRolePolicyDocument: { Statement: [] } } } };

/** A stack that refers to a function outside it: by name, by the ARN of the function's alias, and through a parameter. */
const CALLERS: Shape = {
  Callers: {
    Type: "AWS::Lambda::Permission",
    Properties: { FunctionName: { Ref: "Fn" }, Action: "lambda:InvokeFunction", Principal: "s3.amazonaws.com" },
  },
  Orders: {
    Type: "AWS::Lambda::EventSourceMapping",
    Properties: {
      FunctionName: { "Fn::Sub": "arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:${Fn}:live" },
      EventSourceArn: "arn:aws:sqs:us-east-1:000000000000:orders",
    },
  },
};
const template = (resources: Shape): Shape => ({
  Parameters: { Fn: { Type: "String", Default: "pay" } },
  Resources: { ...KEPT, ...resources },
});

/** The deployment removed the callers from the stack, and then deleted the function. */
async function deletion(w: TestAccount): Promise<string> {
  await createFunction(w, "pay", "pay v1");
  await w.aws("lambda", "CreateAlias", { FunctionName: "pay", Name: "live", FunctionVersion: "$LATEST" });
  await deployStack(w, "api", template(CALLERS));
  const { id } = await openDeployment(w, { stacks: ["api"], functions: ["pay"] });
  await deployStack(w, "api", template({}));
  await w.aws("lambda", "DeleteFunction", { FunctionName: "pay" });
  const finished = await finishDeployment(w, id);
  if (finished.status !== "Completed") throw new Error(JSON.stringify(finished.error));
  return id;
}

async function stepsOf(w: TestAccount, rollback: string): Promise<PlanStep[]> {
  return (await w.api("GET", `/v1/rollbacks/${rollback}/plan`)).body.steps;
}

t.test("CloudFormation refuses resources that name a missing function", async (t) => {
  for (const logicalId of ["Callers", "Orders"]) {
    const w = await worldOf(t);
    await deployStack(w, "api", template({}));
    await deployStack(w, "api", template({ [logicalId]: CALLERS[logicalId] })).catch(() => null);
    const { Stacks } = await w.aws("cloudformation", "DescribeStacks", { StackName: "api" });
    t.equal(Stacks[0]?.StackStatus, "UPDATE_ROLLBACK_COMPLETE", logicalId);
  }
});

t.test("a deleted function is recreated before the stack, or the parts, that refer to it", async (t) => {
  for (const picked of [
    "all",
    ["stack-resource:api/Callers", "stack-resource:api/Orders", "lambda-alias:pay:live", "lambda-code:pay"],
  ] as const) {
    await t.test(String(picked), async (t) => {
      const w = await worldOf(t);
      const id = await deletion(w);
      const rollback = await rollBack(w, id, picked, { allowDestructive: true });
      t.match(rollback, { status: "Completed", error: null, result: { failed: 0, skipped: 0 } });
      t.equal(await invoke(w, "pay", "live"), "pay v1");
      t.match((await fingerprintOf(w))["pay"]?.statements, [/s3.amazonaws.com/]);
      const steps = await stepsOf(w, rollback.id);
      const at = (component: string) => steps.find((step) => step.component === component);
      t.match(at("lambda-code:pay"), {
        wave: 1,
        position: /^before stack.*api.*, lambda-alias:pay:live, which refer to it$/,
      });
      t.match(at("lambda-alias:pay:live"), { wave: 2, after: ["lambda-code:pay"] });
      t.match(at(picked === "all" ? "stack:api" : "stack-resource:api/Callers"), {
        wave: 3,
        after: ["lambda-alias:pay:live", "lambda-code:pay"],
      });
    });
  }
});

t.test("a stack is skipped when the function that it refers to could not be recreated", async (t) => {
  const w = await worldOf(t);
  const id = await deletion(w);
  w.sandbox.faults.fail({ match: ({ operation }) => operation === "CreateFunction", error: "reset" });
  w.sandbox.calls.clear();
  const rollback = await rollBack(w, id, "all", { onError: "continue" });
  t.match(rollback, { status: "Exception" });
  t.match(rollback.error?.detail, /stack:api: .*lambda-code:pay.* had to be restored first and failed/);
  t.notOk(w.sandbox.calls.mutations().some(({ operation }) => operation === "CreateChangeSet"));
});

t.test("a function that the deployment added is removed after the stack that refers to it", async (t) => {
  const w = await worldOf(t);
  await deployStack(w, "api", template({}));
  const { id } = await openDeployment(w, { stacks: ["api"], functions: ["pay"] });
  await createFunction(w, "pay", "pay v1");
  await w.aws("lambda", "CreateAlias", { FunctionName: "pay", Name: "live", FunctionVersion: "$LATEST" });
  await deployStack(w, "api", template(CALLERS));
  await finishDeployment(w, id);
  w.sandbox.calls.clear();
  const rollback = await rollBack(w, id, "all", { allowDestructive: true });
  t.match(rollback, { status: "Completed", error: null });
  t.same(
    w.sandbox.calls.mutations().map(({ operation }) => operation),
    ["CreateChangeSet", "ExecuteChangeSet", "DeleteFunction"],
  );
  t.match(
    (await stepsOf(w, rollback.id)).find(({ component }) => component === "lambda-code:pay"),
    {
      after: ["stack:api"],
      position: "after stack:api, which refers to it until then",
    },
  );
});
