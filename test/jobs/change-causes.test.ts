import t, { type Test } from "tap";
import type { Shape } from "#sandbox/core/contract";
import {
  deployStack,
  finishDeployment,
  invoke,
  openDeployment,
  rollBack,
  type TestAccount,
  worldOf,
  zip,
} from "../support/test-account.ts";

const BUCKET = "deploys";
const CAPABILITIES = { Capabilities: ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"] };

type Resources = Record<string, Shape>;

const ROLE = {
  Type: "AWS::IAM::Role",
  Properties: { AssumeRolePolicyDocument: { Version: "2012-10-17", Statement: [] } },
};
const ARN = { "Fn::GetAtt": ["F", "Arn"] };

/** A function with a role, as Serverless and the CDK write it, and whatever else refers to it. */
function shop(version: string, dependents: Resources, Outputs: Shape = {}) {
  const F = {
    Type: "AWS::Lambda::Function",
    Properties: {
      FunctionName: "shop-f",
      Runtime: "nodejs22.x",
      Handler: "index.handler",
      Role: { "Fn::GetAtt": ["Role", "Arn"] },
      Code: { S3Bucket: BUCKET, S3Key: `${version}.zip` },
    },
  };
  return { Resources: { Role: ROLE, F, ...dependents }, Outputs };
}

const PERMISSION = {
  Type: "AWS::Lambda::Permission",
  Properties: { FunctionName: ARN, Action: "lambda:InvokeFunction", Principal: "sns.amazonaws.com" },
};

/** Everything that ordinarily refers to a function by its ARN. */
const DEPENDENTS: Resources = {
  Permission: PERMISSION,
  Url: { Type: "AWS::Lambda::Url", Properties: { TargetFunctionArn: ARN, AuthType: "AWS_IAM" } },
  Alias: { Type: "AWS::Lambda::Alias", Properties: { FunctionName: ARN, FunctionVersion: "$LATEST", Name: "live" } },
  Async: {
    Type: "AWS::Lambda::EventInvokeConfig",
    Properties: { FunctionName: ARN, Qualifier: "$LATEST", MaximumRetryAttempts: 1 },
  },
  Queue: { Type: "AWS::SQS::Queue", Properties: {} },
  Trigger: {
    Type: "AWS::Lambda::EventSourceMapping",
    Properties: { FunctionName: ARN, EventSourceArn: { "Fn::GetAtt": ["Queue", "Arn"] } },
  },
  Api: { Type: "AWS::ApiGatewayV2::Api", Properties: { Name: "shop", ProtocolType: "HTTP" } },
  Integration: {
    Type: "AWS::ApiGatewayV2::Integration",
    Properties: {
      ApiId: { Ref: "Api" },
      IntegrationType: "AWS_PROXY",
      PayloadFormatVersion: "2.0",
      IntegrationUri: {
        "Fn::Sub": "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${F.Arn}/invocations",
      },
    },
  },
  Rule: {
    Type: "AWS::Events::Rule",
    Properties: { ScheduleExpression: "rate(1 day)", Targets: [{ Id: "f", Arn: ARN }] },
  },
  Custom: { Type: "Custom::Setup", Properties: { ServiceToken: ARN } },
  Nested: {
    Type: "AWS::CloudFormation::Stack",
    Properties: { TemplateURL: `https://s3.amazonaws.com/${BUCKET}/nested.json`, Parameters: { Arn: ARN } },
  },
};

const NESTED = {
  Parameters: { Arn: { Type: "String" } },
  Resources: {
    Inner: {
      Type: "AWS::Lambda::Permission",
      Properties: { ...PERMISSION.Properties, FunctionName: { Ref: "Arn" }, Principal: "s3.amazonaws.com" },
    },
  },
};

async function badDeploy(t: Test, templates: { readonly good: unknown; readonly bad: unknown }) {
  const w = await worldOf(t);
  await w.aws("s3", "CreateBucket", { Bucket: BUCKET });
  for (const version of ["v1", "v2"])
    await w.aws("s3", "PutObject", { Bucket: BUCKET, Key: `${version}.zip`, Body: zip(version) });
  await w.aws("s3", "PutObject", { Bucket: BUCKET, Key: "nested.json", Body: Buffer.from(JSON.stringify(NESTED)) });
  await deployStack(w, "shop", templates.good, CAPABILITIES);
  const { id } = await openDeployment(w, { stacks: ["shop"] });
  await deployStack(w, "shop", templates.bad, CAPABILITIES);
  t.match(await finishDeployment(w, id), { status: "Completed" });
  return { w, deployment: id };
}

async function idsOf(w: TestAccount): Promise<Record<string, string>> {
  const { StackResources } = await w.aws("cloudformation", "DescribeStackResources", { StackName: "shop" });
  return Object.fromEntries(
    StackResources.map(({ LogicalResourceId: id, PhysicalResourceId }) => [id, PhysicalResourceId]),
  );
}

async function changeSetsOf(w: TestAccount): Promise<unknown> {
  return (await w.aws("cloudformation", "ListChangeSets", { StackName: "shop" })).Summaries;
}

t.test(
  "code is rolled back through its stack although much refers to the function's ARN, and none of it is touched",
  async (t) => {
    const templates = { good: shop("v1", DEPENDENTS), bad: shop("v2", DEPENDENTS) };
    const { w, deployment } = await badDeploy(t, templates);
    const before = await idsOf(w);
    t.match(await rollBack(w, deployment, ["lambda-code:shop-f"]), { status: "Completed", error: null });
    t.equal(await invoke(w, "shop-f"), "v1");
    t.same(await idsOf(w), before, "everything is the same resource");
    t.same(await changeSetsOf(w), []);
  },
);

t.test(
  "a whole stack is rolled back without consent although its URL would be lost if the function were replaced",
  async (t) => {
    const templates = { good: shop("v1", DEPENDENTS), bad: shop("v2", DEPENDENTS) };
    const { w, deployment } = await badDeploy(t, templates);
    const before = await idsOf(w);
    t.match(await rollBack(w, deployment, ["stack:shop"]), { status: "Completed", error: null });
    t.same(await idsOf(w), before);
  },
);

t.test("what the transform makes of a function may refer to it", async (t) => {
  const sam = (version: string) => `Transform: AWS::Serverless-2016-10-31
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: shop-f
      Runtime: nodejs22.x
      Handler: index.handler
      CodeUri: s3://${BUCKET}/${version}.zip
      AutoPublishAlias: live
      FunctionUrlConfig: { AuthType: AWS_IAM }
      Events:
        Route: { Type: HttpApi, Properties: { Path: /, Method: get } }
        Daily: { Type: Schedule, Properties: { Schedule: rate(1 day) } }
  Other:
    Type: AWS::Lambda::Permission
    Properties: { FunctionName: !GetAtt F.Arn, Action: lambda:InvokeFunction, Principal: s3.amazonaws.com }
`;
  const { w, deployment } = await badDeploy(t, { good: sam("v1"), bad: sam("v2") });
  t.match(await rollBack(w, deployment, ["lambda-code:shop-f"]), { status: "Completed", error: null });
  t.equal(await invoke(w, "shop-f"), "v1");
});

t.test("data that may be replaced needs consent, and the refusal says that it is uncertain", async (t) => {
  const table = (description: string) => ({
    Source: {
      Type: "AWS::SSM::Parameter",
      Properties: { Type: "String", Value: "orders", Description: description },
    },
    Data: {
      Type: "AWS::DynamoDB::Table",
      Properties: {
        TableName: { "Fn::GetAtt": ["Source", "Value"] },
        AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
        KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
        BillingMode: "PAY_PER_REQUEST",
      },
    },
  });
  const templates = { good: shop("v1", table("good")), bad: shop("v1", table("bad")) };
  const { w, deployment } = await badDeploy(t, templates);
  const refused = await rollBack(w, deployment, ["stack:shop"]);
  t.match(refused, { status: "Exception" });
  t.match(JSON.stringify(refused), /Data \(AWS::DynamoDB::Table\) may be replaced/);
  t.same(await changeSetsOf(w), []);
  t.match(await rollBack(w, deployment, ["stack:shop"], { allowDestructive: ["Data"] }), { status: "Completed" });
});
