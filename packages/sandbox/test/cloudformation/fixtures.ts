import { zipSync } from "fflate";
import type { Test } from "tap";
import { Stage } from "./stage.ts";

export const topic = (TopicName?: string, more: object = {}) => ({
  Type: "AWS::SNS::Topic",
  Properties: { TopicName },
  ...more,
});
export const queue = (Properties: object = {}) => ({ Type: "AWS::SQS::Queue", Properties });
/** Never gets its signal, so its creation fails and whatever was created before it has to be rolled back. */
export const failing = (DependsOn: string[] = []) => ({
  Type: "AWS::CloudFormation::WaitCondition",
  DependsOn,
  Properties: { Handle: "x", Timeout: "1" },
});

export const ROLE = { Type: "AWS::IAM::Role", Properties: { AssumeRolePolicyDocument: {} } };
export const fn = (code: Record<string, unknown>, more: Record<string, unknown> = {}) => ({
  Type: "AWS::Lambda::Function",
  Properties: {
    FunctionName: "pay",
    Runtime: "nodejs22.x",
    Handler: "index.handler",
    Role: "arn:aws:iam::000000000000:role/r",
    Code: code,
    ...more,
  },
});

export function stageOf(t: Test): Stage {
  const stage = new Stage();
  t.teardown(() => stage.close());
  return stage;
}

/** Puts a function's code into S3 and returns its location. */
export async function putCode(
  stage: Stage,
  S3Key: string,
  source: string,
): Promise<{ S3Bucket: string; S3Key: string }> {
  await stage.call("s3", "CreateBucket", { Bucket: "code" });
  const Body = zipSync({ "index.js": new TextEncoder().encode(source) });
  await stage.call("s3", "PutObject", { Bucket: "code", Key: S3Key, Body });
  return { S3Bucket: "code", S3Key };
}

export async function liveFunction(stage: Stage): Promise<{ sha: unknown; memory: unknown }> {
  const { CodeSha256, MemorySize } = await stage.call("lambda", "GetFunctionConfiguration", { FunctionName: "pay" });
  return { sha: CodeSha256, memory: MemorySize };
}
