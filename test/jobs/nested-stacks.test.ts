import t, { type Test } from "tap";
import type { AlteredComponent } from "#client/api-types";
import { payResource } from "../support/stack-templates.ts";
import {
  deployStack,
  finishDeployment,
  openDeployment,
  rollBack,
  stackSettled,
  startTestAccount,
  type TestAccount,
} from "../support/test-account.ts";

const BUCKET = "deploys";

function pay(says: string) {
  return {
    Resources: {
      Pay: payResource(
        { ZipFile: `exports.handler = async () => ${JSON.stringify(says)};` },
        { Environment: { Variables: { SAYS: says } } },
      ),
    },
  };
}

/** A root with one nested stack, whose template is in a bucket. With `DisableRollback` a last resource never gets its signal. */
async function deploy(w: TestAccount, says: string, more: { readonly DisableRollback?: true } = {}): Promise<void> {
  await w.aws("s3", "PutObject", { Bucket: BUCKET, Key: `${says}.json`, Body: Buffer.from(JSON.stringify(pay(says))) });
  const Resources = {
    Nested: {
      Type: "AWS::CloudFormation::Stack",
      Properties: { TemplateURL: `https://s3.amazonaws.com/${BUCKET}/${says}.json` },
    },
    Rule: { Type: "AWS::Events::Rule", Properties: { Description: says, ScheduleExpression: "rate(1 day)" } },
  };
  const Failing = { Type: "AWS::CloudFormation::WaitCondition", DependsOn: ["Nested"], Properties: { Timeout: "1" } };
  await deployStack(w, "shop", { Resources: more.DisableRollback ? { ...Resources, Failing } : Resources }, more);
}

async function badDeploy(
  t: Test,
): Promise<{ w: TestAccount; deployment: string; nested: string; altered: AlteredComponent[] }> {
  const w = await startTestAccount();
  t.teardown(() => w.close());
  await w.aws("s3", "CreateBucket", { Bucket: BUCKET });
  await deploy(w, "good");
  const { StackResources } = await w.aws("cloudformation", "DescribeStackResources", { StackName: "shop" });
  const resource = StackResources.find(({ LogicalResourceId }) => LogicalResourceId === "Nested");
  const nested = resource?.PhysicalResourceId.split("/")[1] ?? "";
  const { id } = await openDeployment(w, { stacks: ["shop"] });
  await deploy(w, "bad");
  t.match(await finishDeployment(w, id), { status: "Completed" });
  const altered = (await w.api("GET", `/v1/deployments/${id}/components`)).body.items;
  return { w, deployment: id, nested, altered };
}

t.test("a nested stack that is picked as its root's resource is rolled back with its contents", async (t) => {
  const { w, deployment } = await badDeploy(t);
  t.match(await rollBack(w, deployment, ["stack-resource:shop/Nested"]), { status: "Completed", error: null });
  const { Environment } = await w.aws("lambda", "GetFunctionConfiguration", { FunctionName: "shop-pay" });
  t.equal(Environment.Variables.SAYS, "good");
  const { TemplateBody } = await w.aws("cloudformation", "GetTemplate", { StackName: "shop" });
  t.match(TemplateBody, /"Description": "bad"/, "and nothing else");
});

t.test("a function in a nested stack belongs to that stack, and is rolled back with the root", async (t) => {
  const { w, deployment, nested, altered } = await badDeploy(t);
  const config = altered.find(({ id }) => id === "lambda-config:shop-pay");
  t.equal(config?.parent, `stack-resource:${nested}/Pay`);
  const back = await rollBack(w, deployment, "all");
  t.match(back, { status: "Completed", error: null });
  const rows = (await w.api("GET", `/v1/rollbacks/${back.id}/components`)).body.items;
  for (const row of rows.filter(({ component }) => component.startsWith("lambda-")))
    t.match(row, { status: "Restored", strategy: "stack", warnings: [] });
});

t.test("a function in a nested stack is rolled back directly, since nobody updates a nested stack alone", async (t) => {
  const { w, deployment } = await badDeploy(t);
  const back = await rollBack(w, deployment, ["lambda-config:shop-pay"]);
  t.match(back, { status: "Completed", error: null, result: { restored: 1 } });
  const [row] = (await w.api("GET", `/v1/rollbacks/${back.id}/components`)).body.items;
  t.match(row, { strategy: "direct", warnings: ["LEAVES_STACK_BEHIND"] });
});

t.test(
  "a nested stack that the deploy deleted is recreated under another name, and verified with its contents",
  async (t) => {
    const w = await startTestAccount();
    t.teardown(() => w.close());
    await w.aws("s3", "CreateBucket", { Bucket: BUCKET });
    const child = pay("good");
    const { FunctionName: _, ...unnamed } = child.Resources.Pay.Properties;
    const Body = Buffer.from(
      JSON.stringify({ Resources: { Pay: { Type: "AWS::Lambda::Function", Properties: unnamed } } }),
    );
    await w.aws("s3", "PutObject", { Bucket: BUCKET, Key: "child.json", Body });
    const Rule = { Type: "AWS::Events::Rule", Properties: { ScheduleExpression: "rate(1 day)" } };
    const TemplateURL = `https://s3.amazonaws.com/${BUCKET}/child.json`;
    await deployStack(w, "shop", {
      Resources: { Rule, Nested: { Type: "AWS::CloudFormation::Stack", Properties: { TemplateURL } } },
    });
    const { id } = await openDeployment(w, { stacks: ["shop"] });
    await deployStack(w, "shop", { Resources: { Rule } });
    t.match(await finishDeployment(w, id), { status: "Completed" });
    const before = (await w.api("GET", `/v1/deployments/${id}/components`)).body.items.map((row) => row.id);
    t.ok(
      before.some((one) => one.startsWith("stack:shop-Nested-")),
      "the nested stack is in the list",
    );
    t.ok(
      before.some((one) => one.startsWith("lambda-code:")),
      "with its function",
    );
    const back = await rollBack(w, id, "all");
    t.match(back, { status: "Completed", error: null, result: { failed: 0, skipped: 0 } });
    const rows = (await w.api("GET", `/v1/rollbacks/${back.id}/components?limit=200`)).body.items;
    for (const row of rows) t.equal(row.verified, true, row.component);
    t.match(
      rows.find(({ component }) => component.startsWith("stack:shop-Nested-")),
      { status: "Recreated", warnings: ["PHYSICAL_ID_CHANGED"] },
    );
    const { Functions } = await w.aws("lambda", "ListFunctions");
    t.match(Functions, [{ Environment: { Variables: { SAYS: "good" } } }]);
    const { body } = await w.api("POST", "/v1/rollbacks", {
      rollback: back.id,
      components: "all",
      allowDestructive: true,
    });
    const undone = (await w.api("GET", `/v1/rollbacks/${body.id}?wait=60`)).body;
    t.match(undone, { status: "Completed", error: null }, "and the undo removes it again");
    t.match((await w.aws("lambda", "ListFunctions")).Functions, []);
  },
);

t.test(
  "a nested stack does not wait for its root where that one stopped half-way: the refusal names what helps",
  async (t) => {
    const w = await startTestAccount();
    t.teardown(() => w.close());
    await w.aws("s3", "CreateBucket", { Bucket: BUCKET });
    await deploy(w, "good");
    const { id } = await openDeployment(w, { stacks: ["shop"] });
    await deploy(w, "bad", { DisableRollback: true });
    const { Stacks } = await w.aws("cloudformation", "DescribeStacks");
    t.same(Stacks.map(({ StackStatus }) => StackStatus).sort(), [
      "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
      "UPDATE_FAILED",
    ]);
    t.match(await finishDeployment(w, id, "failed"), { status: "Exception" });

    const refused = await rollBack(w, id, "all", { includeFailed: true });
    t.match(refused, { status: "Exception", error: { code: "PLAN_REFUSED" } });
    t.match(JSON.stringify(refused.error), /aws cloudformation rollback-stack --stack-name shop/);
    await w.aws("cloudformation", "RollbackStack", { StackName: "shop" });
    await stackSettled(w, "shop");
    t.match(await rollBack(w, id, "all", { includeFailed: true }), { status: "Completed", error: null });
  },
);
