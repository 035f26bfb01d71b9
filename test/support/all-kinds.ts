import { createHash } from "node:crypto";
import type { Shape } from "#sandbox/core/contract";
import { type Account, configure, createFunction, deployStack, settled, updateCode, zip } from "./test-account.ts";

const BUCKET = "shop-deploys";

/** A stack as a deploy tool makes it: code by S3 key, a topic with an export, a NoEcho parameter, an alias on a version. */
function template(keys: { pay: string; second: { name: string; key: string }; version: string }): Shape {
  const fn = (name: string, S3Key: string, more: Shape = {}) => ({
    Type: "AWS::Lambda::Function",
    Properties: {
      FunctionName: name,
      Runtime: "nodejs20.x",
      Handler: "index.handler",
      Role: { "Fn::GetAtt": ["Role", "Arn"] },
      Code: { S3Bucket: BUCKET, S3Key },
      Environment: { Variables: { TOPIC: { Ref: "Topic" }, KEY: { Ref: "Secret" } } },
      ...more,
    },
  });
  return {
    Parameters: { Secret: { Type: "String", NoEcho: true } },
    Resources: {
      Role: {
        Type: "AWS::IAM::Role",
        Properties: { AssumeRolePolicyDocument: { Version: "2012-10-17", Statement: [] } },
      },
      Topic: { Type: "AWS::SNS::Topic", Properties: { TopicName: "shop-orders" } },
      Pay: fn("shop-stack-pay", keys.pay),
      [`PayVersion${keys.version}`]: {
        Type: "AWS::Lambda::Version",
        DeletionPolicy: "Retain",
        Properties: { FunctionName: { Ref: "Pay" }, CodeSha256: sha(keys.pay) },
      },
      PayLive: {
        Type: "AWS::Lambda::Alias",
        Properties: {
          FunctionName: { Ref: "Pay" },
          Name: "live",
          FunctionVersion: { "Fn::GetAtt": [`PayVersion${keys.version}`, "Version"] },
        },
      },
      [keys.second.name]: fn(`shop-stack-${keys.second.name.toLowerCase()}`, keys.second.key, {
        Description: keys.second.name,
      }),
    },
    Outputs: { TopicArn: { Value: { Ref: "Topic" }, Export: { Name: "shop-topic" } } },
  };
}

const CODE: Record<string, Uint8Array> = {
  "v1/pay.zip": zip("pay v1"),
  "v1/old.zip": zip("old v1"),
  "v2/pay.zip": zip("pay v2"),
  "v2/new.zip": zip("new v2"),
};

function sha(key: string): string {
  return createHash("sha256")
    .update(CODE[key] ?? "")
    .digest("base64");
}

const PARAMETERS = [{ ParameterKey: "Secret", ParameterValue: "hunter2" }];

/** Version 1: a stack, and functions outside of it with an alias. */
export async function deployFirst(world: Account): Promise<void> {
  await world.aws("s3", "CreateBucket", { Bucket: BUCKET });
  await upload(world, "v1");
  const first = template({ pay: "v1/pay.zip", second: { name: "Old", key: "v1/old.zip" }, version: "One" });
  await deployStack(world, "shop", first, { Parameters: PARAMETERS });
  await createFunction(world, "tool-code", "code v1");
  await createFunction(world, "tool-config", "config v1", { Environment: { Variables: { LEVEL: "info" } } });
  await createFunction(world, "tool-gone", "gone v1");
  await world.aws("lambda", "PublishVersion", { FunctionName: "tool-code" });
  await world.aws("lambda", "CreateAlias", { FunctionName: "tool-code", Name: "live", FunctionVersion: "1" });
  await giveFacets(world);
}

/** What `tool-code` and its alias have beside code, configuration and versions. */
async function giveFacets(world: Account): Promise<void> {
  const FunctionName = "tool-code";
  const lambda = (operation: string, input: Shape) => world.aws("lambda", operation, { FunctionName, ...input });
  const bucket = { Action: "lambda:InvokeFunction", Principal: "s3.amazonaws.com" };
  await lambda("AddPermission", { ...bucket, StatementId: "bucket", SourceAccount: "000000000000" });
  await lambda("AddPermission", { ...bucket, StatementId: "events", Principal: "events.amazonaws.com" });
  await lambda("PutFunctionEventInvokeConfig", { Qualifier: "live", MaximumRetryAttempts: 0 });
  await lambda("CreateFunctionUrlConfig", { Qualifier: "live", AuthType: "AWS_IAM" });
  await lambda("PutFunctionConcurrency", { ReservedConcurrentExecutions: 5 });
  await tag(world, { Tags: { team: "shop", stage: "prod" } });
}

/** The same facets after a deploy: modified, deleted and added. */
async function spoilFacets(world: Account): Promise<void> {
  const FunctionName = "tool-code";
  const lambda = (operation: string, input: Shape) => world.aws("lambda", operation, { FunctionName, ...input });
  await lambda("RemovePermission", { StatementId: "bucket" });
  await lambda("AddPermission", {
    StatementId: "everybody",
    Action: "lambda:InvokeFunction",
    Principal: "*",
    EventSourceToken: "amzn1.ask.skill.secret",
  });
  await lambda("DeleteFunctionEventInvokeConfig", { Qualifier: "live" });
  await lambda("UpdateFunctionUrlConfig", { Qualifier: "live", AuthType: "NONE", Cors: { AllowOrigins: ["*"] } });
  await lambda("PutFunctionConcurrency", { ReservedConcurrentExecutions: 0 });
  await lambda("PutFunctionRecursionConfig", { RecursiveLoop: "Allow" });
  await world.aws("lambda", "PutFunctionConcurrency", {
    FunctionName: "tool-config",
    ReservedConcurrentExecutions: 1,
  });
  await tag(world, { Tags: { team: "other" } });
}

async function tag(world: Account, input: Shape): Promise<void> {
  await world.aws("lambda", "TagResource", {
    Resource: "arn:aws:lambda:us-east-1:000000000000:function:tool-code",
    ...input,
  });
}

/** Version 2 of all of it: modified, added and deleted, in the stack and outside. The bucket loses version 1, as buckets do. */
export async function deploySecond(world: Account): Promise<void> {
  await upload(world, "v2");
  const second = template({ pay: "v2/pay.zip", second: { name: "New", key: "v2/new.zip" }, version: "Two" });
  await deployStack(world, "shop", second, { Parameters: PARAMETERS });
  for (const Key of ["v1/pay.zip", "v1/old.zip"]) await world.aws("s3", "DeleteObject", { Bucket: BUCKET, Key });
  await updateCode(world, "tool-code", "code v2");
  const { Version } = await world.aws("lambda", "PublishVersion", { FunctionName: "tool-code" });
  await world.aws("lambda", "UpdateAlias", { FunctionName: "tool-code", Name: "live", FunctionVersion: Version });
  await spoilFacets(world);
  await configure(world, "tool-config", { Environment: { Variables: { LEVEL: "debug" } } });
  await createFunction(world, "tool-new", "new v2");
  await world.aws("lambda", "DeleteFunction", { FunctionName: "tool-gone" });
  await settled(world, "shop-stack-pay");
}

export const ALL_KINDS_SCOPE = { stacks: ["shop"], functions: ["tool-*"] };

async function upload(world: Account, version: string): Promise<void> {
  for (const [Key, Body] of Object.entries(CODE)) {
    if (Key.startsWith(version)) await world.aws("s3", "PutObject", { Bucket: BUCKET, Key, Body });
  }
}
