import { createHash } from "node:crypto";
import type { Shape } from "#sandbox/core/contract";
import type { Account } from "./answers.ts";
import { configure, createFunction, deployStack, settled, updateCode, zip } from "./test-account.ts";

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
export async function deployFirst(account: Account): Promise<void> {
  await account.aws("s3", "CreateBucket", { Bucket: BUCKET });
  await upload(account, "v1");
  const first = template({ pay: "v1/pay.zip", second: { name: "Old", key: "v1/old.zip" }, version: "One" });
  await deployStack(account, "shop", first, { Parameters: PARAMETERS });
  await createFunction(account, "tool-code", "code v1");
  await createFunction(account, "tool-config", "config v1", { Environment: { Variables: { LEVEL: "info" } } });
  await createFunction(account, "tool-gone", "gone v1");
  await account.aws("lambda", "PublishVersion", { FunctionName: "tool-code" });
  await account.aws("lambda", "CreateAlias", { FunctionName: "tool-code", Name: "live", FunctionVersion: "1" });
  await giveFacets(account);
}

/** The facets of `tool-code` and its alias besides code, configuration and versions. */
async function giveFacets(account: Account): Promise<void> {
  const FunctionName = "tool-code";
  const lambda = (operation: string, input: Shape) => account.aws("lambda", operation, { FunctionName, ...input });
  const bucket = { Action: "lambda:InvokeFunction", Principal: "s3.amazonaws.com" };
  await lambda("AddPermission", { ...bucket, StatementId: "bucket", SourceAccount: "000000000000" });
  await lambda("AddPermission", { ...bucket, StatementId: "events", Principal: "events.amazonaws.com" });
  await lambda("PutFunctionEventInvokeConfig", { Qualifier: "live", MaximumRetryAttempts: 0 });
  await lambda("CreateFunctionUrlConfig", { Qualifier: "live", AuthType: "AWS_IAM" });
  await lambda("PutFunctionConcurrency", { ReservedConcurrentExecutions: 5 });
  await tag(account, { Tags: { team: "shop", stage: "prod" } });
}

/** The same facets after a deploy: modified, deleted and added. */
async function spoilFacets(account: Account): Promise<void> {
  const FunctionName = "tool-code";
  const lambda = (operation: string, input: Shape) => account.aws("lambda", operation, { FunctionName, ...input });
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
  await account.aws("lambda", "PutFunctionConcurrency", {
    FunctionName: "tool-config",
    ReservedConcurrentExecutions: 1,
  });
  await tag(account, { Tags: { team: "other" } });
}

async function tag(account: Account, input: Shape): Promise<void> {
  await account.aws("lambda", "TagResource", {
    Resource: "arn:aws:lambda:us-east-1:000000000000:function:tool-code",
    ...input,
  });
}

/** Version 2: modified, added and deleted, in the stack and outside. The bucket loses version 1, as buckets do. */
export async function deploySecond(account: Account): Promise<void> {
  await upload(account, "v2");
  const second = template({ pay: "v2/pay.zip", second: { name: "New", key: "v2/new.zip" }, version: "Two" });
  await deployStack(account, "shop", second, { Parameters: PARAMETERS });
  for (const Key of ["v1/pay.zip", "v1/old.zip"]) await account.aws("s3", "DeleteObject", { Bucket: BUCKET, Key });
  await updateCode(account, "tool-code", "code v2");
  const { Version } = await account.aws("lambda", "PublishVersion", { FunctionName: "tool-code" });
  await account.aws("lambda", "UpdateAlias", { FunctionName: "tool-code", Name: "live", FunctionVersion: Version });
  await spoilFacets(account);
  await configure(account, "tool-config", { Environment: { Variables: { LEVEL: "debug" } } });
  await createFunction(account, "tool-new", "new v2");
  await account.aws("lambda", "DeleteFunction", { FunctionName: "tool-gone" });
  await settled(account, "shop-stack-pay");
}

export const ALL_KINDS_SCOPE = { stacks: ["shop"], functions: ["tool-*"] };

async function upload(account: Account, version: string): Promise<void> {
  for (const [Key, Body] of Object.entries(CODE)) {
    if (Key.startsWith(version)) await account.aws("s3", "PutObject", { Bucket: BUCKET, Key, Body });
  }
}
