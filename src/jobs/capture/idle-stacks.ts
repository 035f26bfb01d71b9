import type { CloudFormationGateway, StackFacts } from "../../aws/gateways/cloudformation.ts";
import { type ComponentId, componentId, kindOf, nameOf, stackNameIn } from "../../domain/component/component.ts";
import { StepbackError } from "../../domain/errors.ts";
import { isBusy, isInCleanup, stuckIn } from "../../domain/stack/status.ts";
import { type CachedReader, type CaptureOptions, createCachedReader } from "../../kinds/cached-reader.ts";
import { checkpoint, type JobContext } from "../job-context.ts";

/**
 * Returns a reader once none of the named stacks is being changed: a state read in the middle of an update is neither
 * one to return to nor one to plan from (facts E1, H4). Logs who is changing a stack. Throws CANCELLED when someone
 * cancels meanwhile, AWS_IN_PROGRESS where it takes longer than any update can.
 */
export async function waitForIdleStacks(
  context: JobContext,
  activity: string,
  { stacks, options }: { readonly stacks: readonly string[]; readonly options: CaptureOptions },
): Promise<CachedReader> {
  for (;;) {
    const reader = createCachedReader(context.access(null, null), context.artifacts, options);
    const busy = await firstBusy(reader, stacks);
    if (!busy) return reader;
    await awaitIdle(context, activity, busy);
  }
}

/** Names of the stacks among components. */
export function stackNames(ids: readonly ComponentId[]): string[] {
  return ids.filter((id) => kindOf(id) === "stack").map(nameOf);
}

async function firstBusy(reader: CachedReader, stacks: readonly string[]): Promise<StackFacts | null> {
  for (const name of stacks) {
    const busy = await busyFrom(reader, name);
    if (busy) return busy;
  }
  return null;
}

/**
 * The stack whose operation is to be waited for; null where there is none. A nested stack that has been updated stays in
 * cleanup until the stack above it is complete, so it is idle where that one stopped half-way (facts E1).
 */
async function busyFrom(reader: CachedReader, name: string): Promise<StackFacts | null> {
  const facts = (await reader.getStack(name))?.facts;
  if (!facts || !isBusy(facts.status)) return null;
  const above = isInCleanup(facts.status) ? stackNameIn(facts.parentId ?? "") : null;
  const parent = above ? (await reader.getStack(above))?.facts : undefined;
  if (!parent) return facts;
  return stuckIn(parent.status) ? null : ((await busyFrom(reader, parent.name)) ?? facts);
}

async function awaitIdle(context: JobContext, activity: string, { name, stackId, status }: StackFacts): Promise<void> {
  const { cloudFormation } = context.access(null, null);
  const about = { component: componentId("stack", name) };
  const whose = await operationOf(cloudFormation, { name, stackId });
  context.log.add("info", `Waiting for the stack ${name}, which is in ${status}${whose}.`, about);
  await context.log.flush();
  const settled = await cloudFormation.awaitStack(stackId, () => checkpoint(context, activity));
  context.log.add("info", `The stack ${name} is in ${settled.status}.`, about);
}

/**
 * Since when the stack changes and by which request: the token distinguishes the console, a deploy tool and a person.
 */
async function operationOf(
  cloudFormation: CloudFormationGateway,
  { name, stackId }: Pick<StackFacts, "name" | "stackId">,
): Promise<string> {
  const events = await cloudFormation.listEvents(stackId, null).catch(unlessUnavailable);
  const begun = events.find((event) => event.logicalId === name && event.reason === USER_INITIATED);
  if (!begun) return "";
  return `, begun at ${begun.at}${begun.token ? ` by the request ${begun.token}` : ""}`;
}

/** Whoever cannot read the events waits all the same, without the name. */
function unlessUnavailable(error: unknown): never[] {
  if (error instanceof StepbackError && ["AWS_DENIED", "AWS_UNSUPPORTED"].includes(error.code)) return [];
  throw error;
}

/** CloudFormation's reason on the first event of every operation that somebody asked for. */
const USER_INITIATED = "User Initiated";
