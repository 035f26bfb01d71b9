import t, { type Test } from "tap";
import type { Shape } from "#sandbox/core/contract";
import {
  deployStack,
  finishDeployment,
  openDeployment,
  rollBack,
  startTestAccount,
  type TestAccount,
  zip,
} from "../support/test-account.ts";

async function account(t: Test): Promise<TestAccount> {
  const made = await startTestAccount();
  t.teardown(() => made.close());
  await made.aws("s3", "CreateBucket", { Bucket: "deploys" });
  await made.aws("s3", "PutObject", { Bucket: "deploys", Key: "pay.zip", Body: zip("pay") });
  return made;
}

const topic = (DisplayName: unknown): Shape => ({ Type: "AWS::SNS::Topic", Properties: { DisplayName } });

/** Three resources that share a parameter, a mapping and a condition, all of which the deploy changed. */
function sharing(value: string): Shape {
  return {
    Parameters: { P: { Type: "String", Default: value } },
    Mappings: { M: { k: { v: value } } },
    Conditions: { C: { "Fn::Equals": [{ Ref: "P" }, value] } },
    Resources: {
      A: topic({ Ref: "P" }),
      B: topic({ "Fn::Sub": "of ${P}" }),
      D: topic({ "Fn::If": ["C", { "Fn::FindInMap": ["M", "k", "v"] }, "none"] }),
    },
    Outputs: { Name: { Value: { "Fn::Sub": "${A.TopicName} ${P}" } } },
  };
}

/** A function with a permission that the deploy opened to another account, and so replaced. */
function invoked(value: string): Shape {
  return {
    Resources: {
      Role: {
        Type: "AWS::IAM::Role",
        Properties: { AssumeRolePolicyDocument: { Version: "2012-10-17", Statement: [] } },
      },
      Pay: {
        Type: "AWS::Lambda::Function",
        Properties: {
          FunctionName: "shop-pay",
          Runtime: "nodejs22.x",
          Handler: "index.handler",
          Role: { "Fn::GetAtt": ["Role", "Arn"] },
          Code: { S3Bucket: "deploys", S3Key: "pay.zip" },
          Description: value,
        },
      },
      Perm: {
        Type: "AWS::Lambda::Permission",
        Properties: {
          FunctionName: { Ref: "Pay" },
          Action: "lambda:InvokeFunction",
          Principal: "events.amazonaws.com",
          SourceArn: `arn:aws:events:us-east-1:000000000000:rule/${value}`,
        },
      },
    },
  };
}

async function badDeploy(w: TestAccount, template: (value: string) => Shape): Promise<string> {
  await deployStack(w, "shop", template("good"));
  const { id } = await openDeployment(w, { stacks: ["shop"] });
  await deployStack(w, "shop", template("bad"));
  const { status } = await finishDeployment(w, id);
  if (status !== "Completed") throw new Error(`the deployment ended in ${status}`);
  return id;
}

async function stepsOf(w: TestAccount, id: string) {
  return (await w.api("GET", `/v1/rollbacks/${id}/components`)).body.items;
}

const whole = (logicalId: string) => `stack-resource:shop/${logicalId}`;

const CASES: readonly (readonly [(value: string) => Shape, readonly (readonly string[])[]])[] = [
  [sharing, [[whole("A")]]],
  [sharing, [[whole("A")], [whole("B")]]],
  [sharing, [[whole("D"), whole("A")]]],
  [sharing, [[whole("B")], [whole("D")], [whole("A")]]],
  [sharing, [[whole("A"), whole("B"), whole("D")]]],
  [invoked, [[whole("Perm")]]],
  [invoked, [[whole("Perm")], ["lambda-config:shop-pay"]]],
  [invoked, [[whole("Perm"), "lambda-policy:shop-pay"]]],
  [invoked, [[whole("Pay"), whole("Perm")]]],
];

for (const [template, parts] of CASES) {
  t.test(
    `${template.name}: ${parts.map((picked) => picked.join(" and ")).join(", then ")}, then everything`,
    async (t) => {
      const w = await account(t);
      const deployment = await badDeploy(w, template);
      for (const picked of parts) {
        const rolled = await rollBack(w, deployment, picked);
        t.match(rolled, { status: "Completed", error: null }, picked.join());
      }
      for (const again of ["all", "all again"]) {
        const all = await rollBack(w, deployment, "all");
        t.match(all, { status: "Completed", error: null, result: { failed: 0, skipped: 0 } }, again);
        for (const { component, status, verified } of await stepsOf(w, all.id))
          t.ok(verified || status === "Unchanged", `${again}: ${component} ${status}`);
      }
    },
  );
}

t.test("an undo of everything after parts brings back what they left", async (t) => {
  const w = await account(t);
  const deployment = await badDeploy(w, sharing);
  t.match(await rollBack(w, deployment, [whole("A")]), { status: "Completed" });
  const between = await liveTemplate(w);
  const all = await rollBack(w, deployment, "all");
  t.match(all, { status: "Completed" });
  t.same(await liveTemplate(w), sharing("good"), "no copy is left where CloudFormation takes the template");
  const opened = await w.api("POST", "/v1/rollbacks", { rollback: all.id, components: "all" });
  const undone = (await w.api("GET", `/v1/rollbacks/${opened.body.id}?wait=60`)).body;
  t.match(undone, { status: "Completed", error: null });
  t.same(await liveTemplate(w), between);
});

t.test("a parameter that no resource uses is told as text that stays", async (t) => {
  const w = await account(t);
  const unused = (value: string): Shape => ({
    Parameters: { Version: { Type: "String", Default: value } },
    Resources: { A: topic(value) },
  });
  const deployment = await badDeploy(w, unused);
  t.match(await rollBack(w, deployment, [whole("A")]), { status: "Completed" });
  const all = await rollBack(w, deployment, "all");
  t.match(all, { status: "Completed", error: null, result: { unchanged: 2 } });
  const steps = await stepsOf(w, all.id);
  t.match(
    steps.find(({ component }) => component === "stack:shop"),
    { status: "Unchanged", verified: true, warnings: ["TEMPLATE_TEXT_STAYS"] },
  );
});

t.test("a parameter that an output shows is not told as text", async (t) => {
  const w = await account(t);
  const shown = (value: string): Shape => ({
    Parameters: { Version: { Type: "String", Default: value } },
    Resources: { A: topic("a") },
    Outputs: { Version: { Value: { Ref: "Version" } } },
  });
  const deployment = await badDeploy(w, shown);
  const all = await rollBack(w, deployment, "all");
  const { Stacks } = await w.aws("cloudformation", "DescribeStacks", { StackName: "shop" });
  const isBack = Stacks?.[0]?.Outputs?.[0]?.OutputValue === "good";
  t.equal(all.status === "Completed", isBack, `${all.status}, and the output is ${isBack ? "back" : "as deployed"}`);
});

async function liveTemplate(w: TestAccount): Promise<unknown> {
  const { TemplateBody } = await w.aws("cloudformation", "GetTemplate", {
    StackName: "shop",
    TemplateStage: "Original",
  });
  return JSON.parse(TemplateBody);
}

t.test("an API's deployment is refused without the method that it keeps, and the advice works", async (t) => {
  const w = await account(t);
  const api = (value: string): Shape => ({
    Resources: {
      Api: { Type: "AWS::ApiGateway::RestApi", Properties: { Name: "api" } },
      Method: {
        Type: "AWS::ApiGateway::Method",
        Properties: {
          RestApiId: { Ref: "Api" },
          ResourceId: { "Fn::GetAtt": ["Api", "RootResourceId"] },
          HttpMethod: "GET",
          AuthorizationType: "NONE",
          OperationName: value,
        },
      },
      [`Deployment${value}`]: {
        Type: "AWS::ApiGateway::Deployment",
        DependsOn: "Method",
        Properties: { RestApiId: { Ref: "Api" } },
      },
      Stage: {
        Type: "AWS::ApiGateway::Stage",
        Properties: { RestApiId: { Ref: "Api" }, DeploymentId: { Ref: `Deployment${value}` }, StageName: "prod" },
      },
    },
  });
  const deployment = await badDeploy(w, api);
  const picked = [whole("Stage"), whole("Deploymentgood")];
  const refused = await rollBack(w, deployment, picked);
  t.match(refused, { status: "Exception", error: { code: "PLAN_REFUSED" } });
  const [, named] = /Add (stack-resource:shop\/\w+)\./.exec(refused.error?.detail ?? "") ?? [];
  t.equal(named, whole("Method"), String(refused.error?.detail));
  t.match(await rollBack(w, deployment, [...picked, String(named)]), { status: "Completed", error: null });
  const { Resources } = (await liveTemplate(w)) as { Resources: Record<string, unknown> };
  t.same(Resources["Stage"], (api("good")["Resources"] as Shape)["Stage"]);
  t.match(await rollBack(w, deployment, "all"), { status: "Completed", error: null, result: { failed: 0 } });
});
