import type { AwsAccess } from "../../aws/gateways/access.ts";
import { StepbackError } from "../../domain/errors.ts";
import { type Contents, LOST_POSITION, NO_POSITION } from "../../domain/stack/stack-losses.ts";

/*
 * Looks into resources that would be deleted: what holds nothing yet is told, and all else needs consent. Nothing here
 * changes anything.
 */

/** A resource of a stack that would be deleted. */
export interface DeletedResource {
  readonly type: string;
  readonly physicalId: string;
  /** ARNs of the subscriptions that its stack made, and how many its own definition lists. */
  readonly subscriptions: { readonly arns: readonly string[]; readonly inline: number };
}

type Inspect = (aws: AwsAccess, resource: DeletedResource) => Promise<Contents>;

const EMPTY: Contents = { isEmpty: true, words: "it is empty" };

/** Types that can be looked into. */
const INSPECTIONS: Readonly<Record<string, Inspect>> = {
  "AWS::S3::Bucket": async ({ objects }, { physicalId }) => {
    return (await objects.isEmpty(physicalId)) ? EMPTY : holding("objects, or earlier versions of them");
  },
  "AWS::SQS::Queue": async ({ queues }, { physicalId }) => {
    const count = await queues.countMessages(physicalId);
    return count === 0 ? EMPTY : holding(count === 1 ? "about 1 message" : `about ${count} messages`);
  },
  "AWS::DynamoDB::Table": inspectTable,
  "AWS::DynamoDB::GlobalTable": inspectTable,
  "AWS::SNS::Topic": inspectTopic,
  "AWS::Lambda::EventSourceMapping": async ({ lambda }, { physicalId }) => {
    const live = (await lambda.listTriggers()).find(({ UUID }) => UUID === physicalId);
    return live?.StartingPosition ? LOST_POSITION : NO_POSITION;
  },
  "AWS::Logs::LogGroup": async ({ logGroups }, { physicalId }) => {
    const found = await logGroups.describe(physicalId);
    return found === null || found.isEmpty ? EMPTY : holding(sizeOfLogs(found.storedBytes));
  },
};

/** What a resource holds; null for a type that nobody can look into. What cannot be read now is said, and counts as data. */
export async function inspectContents(aws: AwsAccess, resource: DeletedResource): Promise<Contents | null> {
  const inspect = INSPECTIONS[resource.type];
  if (!inspect) return null;
  try {
    return await inspect(aws, resource);
  } catch (error) {
    if (!(error instanceof StepbackError) || error.code === "SHUTTING_DOWN") throw error;
    return { isEmpty: false, words: `nobody could look into it (${error.detail})` };
  }
}

async function inspectTable({ tables }: AwsAccess, { physicalId }: DeletedResource): Promise<Contents> {
  return (await tables.isEmpty(physicalId)) ? EMPTY : holding("items");
}

/**
 * Subscriptions that somebody else added are lost with the topic. One that is not confirmed has no ARN, and one in the
 * topic's own definition none that the stack knows: as many as these are not counted.
 */
async function inspectTopic({ topics }: AwsAccess, { physicalId, subscriptions }: DeletedResource): Promise<Contents> {
  const listed = await topics.listSubscriptions(physicalId);
  const own = subscriptions.arns.filter((arn) => arn.startsWith(`${physicalId}:`));
  const withoutArn = own.filter((arn) => !listed.includes(arn)).length + subscriptions.inline;
  const foreign = listed.filter((arn) => !own.includes(arn)).length - withoutArn;
  if (foreign <= 0) return { isEmpty: true, words: "nobody else has subscribed to it" };
  return holding(foreign === 1 ? "1 subscription of somebody else" : `${foreign} subscriptions of others`);
}

function holding(what: string): Contents {
  return { isEmpty: false, words: `it holds ${what}` };
}

const UNITS = ["bytes", "kB", "MB", "GB", "TB"];

/** CloudWatch counts late: there may be events although it says 0. */
function sizeOfLogs(bytes: number): string {
  if (bytes === 0) return "logs";
  const unit = Math.min(Math.floor(Math.log10(bytes) / 3), UNITS.length - 1);
  return `${Math.round(bytes / 1000 ** unit)} ${UNITS[unit]} of logs`;
}
