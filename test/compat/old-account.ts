import type { Shape } from "#sandbox/core/contract";
import { type Account, firstRow } from "../support/answers.ts";
import { configure, createFunction, deployStack, updateCode, zip } from "../support/test-account.ts";
import { triggerSettled } from "./account-calls.ts";

/*
 * The account of the recorded service. Every resource has a name of its own, because CloudFormation would generate random
 * ones. Each function outside the stack belongs to one of the recorded rollbacks.
 */

const BUCKET = "shop-deploys";
const QUEUE = "arn:aws:sqs:us-east-1:000000000000:orders";

/** What the recorded deployment covers. */
export const SCOPE = { stacks: ["shop"], functions: ["tool-*"] };

/** Good code everywhere. */
export async function deployGood(account: Account): Promise<void> {
  await account.aws("s3", "CreateBucket", { Bucket: BUCKET });
  await deployShop(account, "v1");
  for (const name of ["tool-done", "tool-gone", "tool-half", "tool-queued", "tool-draft", "other-open"])
    await createFunction(account, name, `${name} v1`, { Environment: { Variables: { LEVEL: "info" } } });
  for (const name of ["tool-half", "tool-draft"]) await publish(account, name, "CreateAlias");
  const trigger = { FunctionName: "tool-half", EventSourceArn: QUEUE, BatchSize: 10 };
  await triggerSettled(account, (await account.aws("lambda", "CreateEventSourceMapping", trigger)).UUID);
  await giveFacets(account);
}

/** Bad code everywhere: modified, deleted and added. */
export async function deployBad(account: Account): Promise<void> {
  await deployShop(account, "v2");
  await account.aws("s3", "DeleteObject", { Bucket: BUCKET, Key: "v1/pay.zip" });
  for (const name of ["tool-done", "tool-half", "tool-draft"]) await updateCode(account, name, `${name} v2`);
  for (const name of ["tool-done", "tool-half", "tool-queued"])
    await configure(account, name, { Environment: { Variables: { LEVEL: "debug" } } });
  await account.aws("lambda", "DeleteFunction", { FunctionName: "tool-gone" });
  await createFunction(account, "tool-new", "tool-new v2");
  for (const name of ["tool-half", "tool-draft"]) await publish(account, name, "UpdateAlias");
  const { EventSourceMappings } = await account.aws("lambda", "ListEventSourceMappings");
  const { UUID } = firstRow(EventSourceMappings);
  await account.aws("lambda", "UpdateEventSourceMapping", { UUID, BatchSize: 50 });
  await triggerSettled(account, UUID);
  await spoilFacets(account);
}

/** What the deployment that stays open does after its backup. */
export async function deployOther(account: Account): Promise<void> {
  await updateCode(account, "other-open", "other-open v2");
}

async function deployShop(account: Account, version: string): Promise<void> {
  const Key = `${version}/pay.zip`;
  await account.aws("s3", "PutObject", { Bucket: BUCKET, Key, Body: zip(`pay ${version}`) });
  await deployStack(account, "shop", shopTemplate(version, Key), {
    Parameters: [{ ParameterKey: "Secret", ParameterValue: "hunter2" }],
  });
}

function shopTemplate(version: string, S3Key: string): Shape {
  return {
    Description: version,
    Parameters: { Secret: { Type: "String", NoEcho: true } },
    Resources: {
      Topic: { Type: "AWS::SNS::Topic", Properties: { TopicName: "shop-orders", DisplayName: version } },
      Pay: {
        Type: "AWS::Lambda::Function",
        Properties: {
          FunctionName: "shop-pay",
          Runtime: "nodejs20.x",
          Handler: "index.handler",
          Role: "arn:aws:iam::000000000000:role/service",
          Code: { S3Bucket: BUCKET, S3Key },
          Environment: { Variables: { VERSION: version, TOPIC: { Ref: "Topic" }, KEY: { Ref: "Secret" } } },
        },
      },
    },
    Outputs: { TopicArn: { Value: { Ref: "Topic" }, Export: { Name: "shop-topic" } } },
  };
}

async function publish(account: Account, name: string, operation: "CreateAlias" | "UpdateAlias"): Promise<void> {
  const { Version } = await account.aws("lambda", "PublishVersion", { FunctionName: name });
  await account.aws("lambda", operation, { FunctionName: name, Name: "live", FunctionVersion: Version });
}

const DRAFT = { FunctionName: "tool-draft" };
const INVOKE = { ...DRAFT, Action: "lambda:InvokeFunction" };
const TAGGED = { Resource: "arn:aws:lambda:us-east-1:000000000000:function:tool-draft" };

async function giveFacets({ aws }: Account): Promise<void> {
  await aws("lambda", "AddPermission", { ...INVOKE, StatementId: "events", Principal: "events.amazonaws.com" });
  await aws("lambda", "PutFunctionEventInvokeConfig", { ...DRAFT, Qualifier: "live", MaximumRetryAttempts: 0 });
  await aws("lambda", "CreateFunctionUrlConfig", { ...DRAFT, Qualifier: "live", AuthType: "AWS_IAM" });
  await aws("lambda", "PutFunctionConcurrency", { ...DRAFT, ReservedConcurrentExecutions: 5 });
  await aws("lambda", "TagResource", { ...TAGGED, Tags: { team: "shop" } });
}

async function spoilFacets({ aws }: Account): Promise<void> {
  await aws("lambda", "RemovePermission", { ...DRAFT, StatementId: "events" });
  await aws("lambda", "AddPermission", { ...INVOKE, StatementId: "everybody", Principal: "*" });
  await aws("lambda", "DeleteFunctionEventInvokeConfig", { ...DRAFT, Qualifier: "live" });
  await aws("lambda", "UpdateFunctionUrlConfig", { ...DRAFT, Qualifier: "live", AuthType: "NONE" });
  await aws("lambda", "PutFunctionConcurrency", { ...DRAFT, ReservedConcurrentExecutions: 0 });
  await aws("lambda", "TagResource", { ...TAGGED, Tags: { team: "other" } });
}
