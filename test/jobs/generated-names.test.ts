import t, { type Test } from "tap";
import type { Shape } from "#sandbox/core/contract";
import { payResource } from "../support/stack-templates.ts";
import {
  deployStack,
  ended,
  finishDeployment,
  openDeployment,
  rollBack,
  stackSettled,
  startTestAccount,
  type TestAccount,
} from "../support/test-account.ts";

/** Functions without an explicit name, as SAM and CDK write them: CloudFormation generates a new name each time. */
function shop(functions: Record<string, string>): Shape {
  const made = Object.entries(functions).map(([logicalId, says]) => [
    logicalId,
    {
      Type: "AWS::Lambda::Function",
      Properties: {
        Runtime: "nodejs22.x",
        Handler: "index.handler",
        Role: "arn:aws:iam::000000000000:role/service",
        Code: { ZipFile: `exports.handler = async () => ${JSON.stringify(says)};` },
        Environment: { Variables: { SAYS: says } },
      },
    },
  ]);
  const alias = {
    Type: "AWS::Lambda::Alias",
    Properties: { FunctionName: { Ref: "Gone" }, Name: "live", FunctionVersion: "$LATEST" },
  };
  return { Resources: { ...Object.fromEntries(made), ...(functions["Gone"] ? { Live: alias } : {}) } };
}

async function badDeploy(t: Test): Promise<{ w: TestAccount; deployment: string }> {
  const w = await startTestAccount();
  t.teardown(() => w.close());
  await deployStack(w, "shop", shop({ Stays: "1", Gone: "1" }));
  const { id } = await openDeployment(w, { stacks: ["shop"] });
  await deployStack(w, "shop", shop({ Stays: "2" }));
  t.match(await finishDeployment(w, id), { status: "Completed" });
  return { w, deployment: id };
}

async function namesOf(w: TestAccount): Promise<string[]> {
  const { Functions } = await w.aws("lambda", "ListFunctions");
  return Functions.map(({ FunctionName }) => FunctionName).sort();
}

t.test("a function that is recreated under a new name is verified under that name, and can be undone", async (t) => {
  const { w, deployment } = await badDeploy(t);
  const back = await rollBack(w, deployment, "all");
  t.match(back, { status: "Completed", error: null });
  const [name] = await namesOf(w);
  t.match(name, /^shop-Gone-/);
  const rows = (await w.api("GET", `/v1/rollbacks/${back.id}/components?limit=200`)).body.items;
  const code = rows.find(({ component }) => /^lambda-code:shop-Gone-/.test(component));
  t.not(code?.component, `lambda-code:${name}`, "CloudFormation generated another name");
  t.match(code, { status: "Recreated", verified: true, warnings: ["PHYSICAL_ID_CHANGED"] });
  const logged = (await w.api("GET", `/v1/rollbacks/${back.id}/logs?limit=200`)).body.items;
  t.ok(logged.some(({ message }) => message.includes(`It is lambda-code:${name} now.`)));
  const undo = await w.api("POST", "/v1/rollbacks", { rollback: back.id, components: "all" });
  t.match(await ended(w, `/v1/rollbacks/${undo.body.id}`), { status: "Completed", error: null });
  t.equal((await namesOf(w)).length, 1);
});

t.test("a function picked alone is recreated with its alias, and the rest is rolled back later", async (t) => {
  const { w, deployment } = await badDeploy(t);
  t.match(await rollBack(w, deployment, ["stack-resource:shop/Gone"]), { status: "Completed", error: null });
  const [name] = await namesOf(w);
  t.match(await w.aws("lambda", "GetAlias", { FunctionName: name, Name: "live" }), { FunctionVersion: "$LATEST" });
  t.match(await rollBack(w, deployment, "all"), { status: "Completed", error: null });
  t.equal((await namesOf(w))[0], name, "the function is not created a second time");
});

t.test(
  "a function whose stack and whose export's stack were deleted names what exists again, not what is gone",
  async (t) => {
    const w = await startTestAccount();
    t.teardown(() => w.close());
    const { api, data } = importing();
    await deployStack(w, "data", data);
    await deployStack(w, "api", api);
    const { id } = await openDeployment(w, { stacks: ["data", "api"] });
    for (const StackName of ["api", "data"]) {
      const { Stacks } = await w.aws("cloudformation", "DescribeStacks", { StackName });
      await w.aws("cloudformation", "DeleteStack", { StackName });
      await stackSettled(w, Stacks[0]?.StackId ?? "");
    }
    await finishDeployment(w, id);
    t.match(await rollBack(w, id, "all"), { status: "Completed", error: null });
    const { StackResources } = await w.aws("cloudformation", "DescribeStackResources", { StackName: "data" });
    const { Environment } = await w.aws("lambda", "GetFunctionConfiguration", { FunctionName: "pay" });
    t.equal(Environment.Variables.QUEUE, StackResources[0]?.PhysicalResourceId);
  },
);

/** A function that imports the address of a queue, which gets another name whenever it is created. */
function importing(): { api: Shape; data: Shape } {
  const Outputs = { Address: { Value: { Ref: "Queue" }, Export: { Name: "queue" } } };
  const environment = { Environment: { Variables: { QUEUE: { "Fn::ImportValue": "queue" } } } };
  const code = { ZipFile: "exports.handler = async () => 1;" };
  return {
    data: { Resources: { Queue: { Type: "AWS::SQS::Queue" } }, Outputs },
    api: { Resources: { Pay: payResource(code, { FunctionName: "pay", ...environment }) } },
  };
}
