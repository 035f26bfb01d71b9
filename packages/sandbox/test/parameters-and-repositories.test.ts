import t from "tap";
import { stageOf, topic } from "./cloudformation/fixtures.ts";
import type { Stage } from "./cloudformation/stage.ts";

/** A request as the wire carries it: no SDK of these services is installed. */
async function send(stage: Stage, target: string, input: object): Promise<{ status: number; body: unknown }> {
  const service = target.startsWith("AmazonSSM") ? "ssm" : "ecr";
  const { response } = await stage.sandbox.requestHandler().handle({
    method: "POST",
    hostname: "sandbox.localhost",
    path: "/",
    headers: {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": target,
      authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/${service}/aws4_request`,
    },
    body: JSON.stringify(input),
  });
  return { status: response.statusCode, body: JSON.parse(Buffer.concat(await response.body.toArray()).toString()) };
}

const parameterStack = (value: string) => ({
  Resources: {
    P: { Type: "AWS::SSM::Parameter", Properties: { Name: "/shop/level", Type: "String", Value: value } },
  },
});

t.test("SSM has the parameters of stacks, with dates in seconds and a version for each value", async (t) => {
  const stage = stageOf(t);
  const get = (Name: string) => send(stage, "AmazonSSM.GetParameter", { Name });
  t.same(await get("/shop/level"), { status: 400, body: { __type: "ParameterNotFound" } });
  await stage.create("store", parameterStack("info"));
  await stage.update("store", parameterStack("debug"));
  t.match(await get("/shop/level"), {
    status: 200,
    body: {
      Parameter: {
        ...{ Name: "/shop/level", Type: "String", Value: "debug", Version: 2, DataType: "text" },
        ARN: "arn:aws:ssm:us-east-1:000000000000:parameter/shop/level",
        LastModifiedDate: Number,
      },
    },
  });
  t.match((await get("/shop/level:1")).body, { Parameter: { Value: "info", Selector: ":1" } });
  t.match((await get("/shop/level:3")).body, { __type: "ParameterVersionNotFound" });
  t.match((await send(stage, "AmazonSSM.GetParameters", { Names: [] })).body, { __type: "ValidationException" });
  t.match((await send(stage, "AmazonSSM.DescribeSessions", {})).body, { __type: "UnknownOperationException" });
  await stage.update("store", { Resources: { T: topic("t") } });
  t.match((await get("/shop/level")).body, { __type: "ParameterNotFound" }, "the stack has deleted it");
});

t.test("a parameter that a client put takes its name and gives its value; a secret gives none", async (t) => {
  const stage = stageOf(t);
  const put = (input: object) => send(stage, "AmazonSSM.PutParameter", { Name: "/shop/level", ...input });
  t.match((await put({ Value: "info" })).body, {
    message: "A parameter type is required when you create a parameter.",
  });
  t.same((await put({ Type: "String", Value: "info" })).body, { Version: 1, Tier: "Standard" });
  t.match((await put({ Type: "String", Value: "info" })).body, { __type: "ParameterAlreadyExists" });
  t.equal((await stage.create("store", parameterStack("debug"))).StackStatus, "ROLLBACK_COMPLETE");

  const reader = {
    Parameters: { Level: { Type: "AWS::SSM::Parameter::Value<String>", Default: "/shop/level" } },
    Resources: { Q: { Type: "AWS::SQS::Queue", Properties: { QueueName: { Ref: "Level" } } } },
  };
  t.match((await stage.create("reader", reader)).Parameters, [{ ResolvedValue: "info" }]);
  await put({ Type: "SecureString", Value: "hunter2", Overwrite: true });
  const secret = (WithDecryption: boolean) =>
    send(stage, "AmazonSSM.GetParameter", { Name: "/shop/level", WithDecryption });
  t.match((await secret(true)).body, { Parameter: { Value: "hunter2" } });
  t.notMatch((await secret(false)).body, { Parameter: { Value: "hunter2" } });
  await t.rejects(stage.create("other", reader), { message: /have types not supported by CloudFormation\.$/ });
});

t.test("ECR has the repositories of stacks, and they are empty", async (t) => {
  const stage = stageOf(t);
  const ecr = (operation: string, input: object) =>
    send(stage, `AmazonEC2ContainerRegistry_V20150921.${operation}`, input);
  const template = {
    Resources: { R: { Type: "AWS::ECR::Repository", Properties: { RepositoryName: "shop/pay" } } },
    Outputs: { Uri: { Value: { "Fn::GetAtt": ["R", "RepositoryUri"] } }, Name: { Value: { Ref: "R" } } },
  };
  const { Outputs } = await stage.create("images", template);
  const uri = "000000000000.dkr.ecr.us-east-1.amazonaws.com/shop/pay";
  t.same(
    Outputs?.map(({ OutputValue }) => OutputValue),
    [uri, "shop/pay"],
  );
  const found = await ecr("DescribeRepositories", { repositoryNames: ["shop/pay"] });
  t.match(found, { status: 200, body: { repositories: [{ repositoryUri: uri, createdAt: Number }] } });
  t.same((await ecr("ListImages", { repositoryName: "shop/pay" })).body, { imageIds: [] });
  const image = { repositoryName: "shop/pay", imageIds: [{ imageTag: "1" }] };
  t.match((await ecr("DescribeImages", image)).body, { __type: "ImageNotFoundException" });
  const gone = { __type: "RepositoryNotFoundException", message: /'shop\/cart' does not exist in the registry/ };
  t.match((await ecr("DescribeRepositories", { repositoryNames: ["shop/cart"] })).body, gone);
  await ecr("DeleteRepository", { repositoryName: "shop/pay", force: true });
  t.same((await ecr("DescribeRepositories", {})).body, { repositories: [] });
});
