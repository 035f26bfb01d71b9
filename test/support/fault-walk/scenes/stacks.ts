import type { Shape } from "#sandbox/core/contract";
import type { Account } from "../../answers.ts";
import { payResource } from "../../stack-templates.ts";
import { deployStack, stackSettled, until, zip } from "../../test-account.ts";

export const BUCKET = "deploys";

/** Puts a function's code where the templates of a version name it. */
export async function uploadCode(account: Account, version: string): Promise<void> {
  await account.aws("s3", "PutObject", { Bucket: BUCKET, Key: keyOf(version), Body: zip(`pay ${version}`) });
}

export async function loseCode(account: Account, version: string): Promise<void> {
  await account.aws("s3", "DeleteObject", { Bucket: BUCKET, Key: keyOf(version) });
}

function keyOf(version: string): string {
  return `${version}/pay.zip`;
}

/** The function `shop-pay` with the code of a version. */
export function payOf(version: string, more: Shape = {}) {
  return payResource({ S3Bucket: BUCKET, S3Key: keyOf(version) }, more);
}

export function topic(DisplayName: string) {
  return { Type: "AWS::SNS::Topic", Properties: { TopicName: "orders", DisplayName } };
}

export function rule(Description: string) {
  return { Type: "AWS::Events::Rule", Properties: { Description, ScheduleExpression: "rate(1 day)" } };
}

/** Where the templates name their code. */
export async function ensureBucket(account: Account): Promise<void> {
  const { Buckets } = await account.aws("s3", "ListBuckets");
  const names = (Buckets as { Name: string }[]).map(({ Name }) => Name);
  if (!names.includes(BUCKET)) await account.aws("s3", "CreateBucket", { Bucket: BUCKET });
}

/** Deploys a template, unless the stack has its effect already. */
export async function bring(account: Account, stack: string, template: object, more: Shape = {}): Promise<string> {
  try {
    return await deployStack(account, stack, template, more);
  } catch (error) {
    if (!/No updates are to be performed/.test(String(error))) throw error;
    return stackSettled(account, stack);
  }
}

export async function isThere(account: Account, StackName: string): Promise<boolean> {
  return account.aws("cloudformation", "DescribeStacks", { StackName }).then(
    () => true,
    () => false,
  );
}

export async function removeStack(account: Account, StackName: string): Promise<void> {
  await account.aws("cloudformation", "DeleteStack", { StackName });
  await until(async () => !(await isThere(account, StackName)));
}
