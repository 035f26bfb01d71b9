import { createHash } from "node:crypto";
import type { Account } from "../answers.ts";
import { fingerprintOf } from "../test-account.ts";

/** A stack that no scene names. */
export const BYSTANDER = "bystander";

interface LiveStack {
  readonly StackName: string;
  readonly StackId: string;
  readonly StackStatus: string;
  readonly ParentId?: string;
}

export async function liveStacks(account: Account): Promise<readonly LiveStack[]> {
  const { StackSummaries } = await account.aws("cloudformation", "ListStacks");
  return StackSummaries.filter(({ StackStatus }) => StackStatus !== "DELETE_COMPLETE");
}

/** What `pictureOf` finds. */
export interface Picture {
  readonly stacks: readonly Awaited<ReturnType<typeof stackPicture>>[];
  readonly functions: object;
}

/** Everything that a rollback restores, without the values that AWS makes for each object. */
export async function pictureOf(account: Account): Promise<Picture> {
  const live = await liveStacks(account);
  const stacks = live.filter(({ StackStatus }) => StackStatus !== "REVIEW_IN_PROGRESS");
  const pictures = await Promise.all(stacks.map((stack) => stackPicture(account, stack)));
  return {
    stacks: pictures.sort((one, other) => one.name.localeCompare(other.name)),
    functions: await fingerprintOf(account),
  };
}

async function stackPicture(account: Account, { StackName, StackId, ParentId }: LiveStack) {
  const cfn = <Operation extends string>(operation: Operation) =>
    account.aws("cloudformation", operation, { StackName: StackId });
  const [stack] = (await cfn("DescribeStacks")).Stacks;
  const { StackResources } = await cfn("DescribeStackResources");
  return {
    // CloudFormation ends the name of a nested stack with random letters.
    name: ParentId ? StackName.replace(/-[^-]+$/, "") : StackName,
    template: (await cfn("GetTemplate")).TemplateBody,
    policy: JSON.parse((await cfn("GetStackPolicy")).StackPolicyBody ?? "null"),
    parameters: stack?.Parameters ?? [],
    tags: stack?.Tags ?? [],
    isProtected: stack?.EnableTerminationProtection ?? false,
    resources: StackResources.map(
      ({ LogicalResourceId, ResourceType }) => `${LogicalResourceId} ${ResourceType}`,
    ).sort(),
  };
}

/**
 * The same picture with the SHA-256 of each code object instead of its place: where S3 denies the look at an object, the rollback says
 * CODE_RELOCATED and its template names the same bytes in the staging bucket.
 */
export async function withCodeByContent(account: Account, picture: Picture): Promise<Picture> {
  const stacks = picture.stacks.map(async (stack) => ({
    ...stack,
    template: JSON.stringify(await byContent(account, JSON.parse(stack.template))),
  }));
  return { ...picture, stacks: await Promise.all(stacks) };
}

async function byContent(account: Account, value: unknown): Promise<unknown> {
  if (Array.isArray(value)) return Promise.all(value.map((item) => byContent(account, item)));
  if (typeof value !== "object" || value === null) return value;
  const { S3Bucket, S3Key } = value as { readonly S3Bucket?: string; readonly S3Key?: string };
  if (S3Bucket && S3Key) {
    const { Body } = await account.aws("s3", "GetObject", { Bucket: S3Bucket, Key: S3Key });
    return {
      digest: createHash("sha256")
        .update(Body as Uint8Array)
        .digest("hex"),
    };
  }
  const members = Object.entries(value).map(
    async ([name, member]) => [name, await byContent(account, member)] as const,
  );
  return Object.fromEntries(await Promise.all(members));
}

/** What a stack has lived through: nothing may be added to the bystander's. */
export async function eventsOf(account: Account, StackName: string): Promise<readonly string[]> {
  const { StackEvents } = await account.aws("cloudformation", "DescribeStackEvents", { StackName });
  return (StackEvents as { EventId: string }[]).map(({ EventId }) => EventId);
}

/** Change sets that nobody runs, and stacks without a resource around them. */
export async function leftOvers(account: Account): Promise<readonly { stack: string; changeSet: string | null }[]> {
  const found: { stack: string; changeSet: string | null }[] = [];
  for (const { StackName, StackId, StackStatus } of await liveStacks(account)) {
    const { Summaries } = await account.aws("cloudformation", "ListChangeSets", { StackName: StackId });
    found.push(...Summaries.map(({ ChangeSetName }) => ({ stack: StackName, changeSet: ChangeSetName })));
    if (StackStatus === "REVIEW_IN_PROGRESS" && Summaries.length === 0)
      found.push({ stack: StackName, changeSet: null });
  }
  return found;
}

/** What an operator does by hand with that of which a log said that it stays. */
export async function removeLeftOvers(account: Account): Promise<void> {
  for (const { stack, changeSet } of await leftOvers(account))
    if (changeSet)
      await account.aws("cloudformation", "DeleteChangeSet", { StackName: stack, ChangeSetName: changeSet });
  const live = await liveStacks(account);
  for (const { StackId } of live.filter(({ StackStatus }) => StackStatus === "REVIEW_IN_PROGRESS"))
    await account.aws("cloudformation", "DeleteStack", { StackName: StackId });
}
