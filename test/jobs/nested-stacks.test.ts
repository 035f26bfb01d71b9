import t, { type Test } from "tap";
import type { Shape } from "../../src/sandbox/core/contract.ts";
import {
  type Body,
  deployStack,
  finishDeployment,
  openDeployment,
  rollBack,
  startWorld,
  type World,
} from "../support/world.ts";

const BUCKET = "deploys";

function pay(says: string): Shape {
  return {
    Resources: {
      Pay: {
        Type: "AWS::Lambda::Function",
        Properties: {
          FunctionName: "shop-pay",
          Runtime: "nodejs22.x",
          Handler: "index.handler",
          Role: "arn:aws:iam::000000000000:role/service",
          Code: { ZipFile: `exports.handler = async () => ${JSON.stringify(says)};` },
          Environment: { Variables: { SAYS: says } },
        },
      },
    },
  };
}

/** A root with one nested stack, whose template stands in a bucket. */
async function deploy(w: World, says: string): Promise<void> {
  await w.aws("s3", "PutObject", { Bucket: BUCKET, Key: `${says}.json`, Body: Buffer.from(JSON.stringify(pay(says))) });
  await deployStack(w, "shop", {
    Resources: {
      Nested: {
        Type: "AWS::CloudFormation::Stack",
        Properties: { TemplateURL: `https://s3.amazonaws.com/${BUCKET}/${says}.json` },
      },
      Rule: { Type: "AWS::Events::Rule", Properties: { Description: says, ScheduleExpression: "rate(1 day)" } },
    },
  });
}

async function badDeploy(t: Test): Promise<{ w: World; deployment: string; nested: string; altered: Body[] }> {
  const w = await startWorld();
  t.teardown(() => w.close());
  await w.aws("s3", "CreateBucket", { Bucket: BUCKET });
  await deploy(w, "good");
  const { StackResources } = await w.aws("cloudformation", "DescribeStackResources", { StackName: "shop" });
  const { PhysicalResourceId } = StackResources.find(({ LogicalResourceId }: Shape) => LogicalResourceId === "Nested");
  const nested = PhysicalResourceId.split("/")[1];
  const { id } = await openDeployment(w, { stacks: ["shop", nested] });
  await deploy(w, "bad");
  t.match(await finishDeployment(w, id), { status: "Completed" });
  const altered = (await w.api("GET", `/v1/deployments/${id}/components`)).body.items;
  return { w, deployment: id, nested, altered };
}

t.test("a nested stack that is picked as its root's resource goes back with what is in it", async (t) => {
  const { w, deployment } = await badDeploy(t);
  t.match(await rollBack(w, deployment, ["stack-resource:shop/Nested"]), { status: "Completed", error: null });
  const { Environment } = await w.aws("lambda", "GetFunctionConfiguration", { FunctionName: "shop-pay" });
  t.equal(Environment.Variables.SAYS, "good");
  const { TemplateBody } = await w.aws("cloudformation", "GetTemplate", { StackName: "shop" });
  t.match(TemplateBody, /"Description": "bad"/, "and nothing beside it");
});

t.test("a function in a nested stack belongs to that one, and goes back with the root", async (t) => {
  const { w, deployment, nested, altered } = await badDeploy(t);
  const config = altered.find(({ id }) => id === "lambda-config:shop-pay");
  t.equal(config.parent, `stack-resource:${nested}/Pay`);
  const back = await rollBack(w, deployment, "all");
  t.match(back, { status: "Completed", error: null });
  const rows = (await w.api("GET", `/v1/rollbacks/${back.id}/components`)).body.items;
  for (const row of rows.filter(({ component }: Shape) => String(component).startsWith("lambda-")))
    t.match(row, { status: "Restored", strategy: "stack", warnings: [] });
});
