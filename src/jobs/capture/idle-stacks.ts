import type { CloudFormationGateway, StackFacts } from "../../aws/gateways/cloudformation.ts";
import { type ComponentId, componentId, parseComponentId } from "../../domain/component/component.ts";
import { StepbackError } from "../../domain/errors.ts";
import { isBusy } from "../../domain/stack/status.ts";
import { type CachedReader, type CaptureOptions, createCachedReader } from "../../kinds/cached-reader.ts";
import { checkpoint, type JobContext } from "../job-context.ts";

/**
 * A view in which none of the named stacks is being changed: what is read in the middle of an update was never a state to
 * go back to, nor one to plan from (facts E1, H4). Waits for whoever is at it and says who that is. CANCELLED when someone
 * asks for it meanwhile, AWS_IN_PROGRESS where it takes longer than any update can.
 */
export async function waitForIdleStacks(
  context: JobContext,
  activity: string,
  { stacks, options }: { readonly stacks: readonly string[]; readonly options: CaptureOptions },
): Promise<CachedReader> {
  for (;;) {
    const view = createCachedReader(context.access(null, null), context.artifacts, options);
    const busy = await firstBusy(view, stacks);
    if (!busy) return view;
    await awaitIdle(context, activity, busy);
  }
}

/** Names of the stacks among components. */
export function stackNames(ids: readonly ComponentId[]): string[] {
  return ids.flatMap((id) => {
    const parsed = parseComponentId(id);
    return parsed?.kind === "stack" ? [parsed.name] : [];
  });
}

async function firstBusy(view: CachedReader, stacks: readonly string[]): Promise<StackFacts | null> {
  for (const name of stacks) {
    const facts = (await view.getStack(name))?.facts;
    if (facts && isBusy(facts.status)) return facts;
  }
  return null;
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

/** Since when, why and by which request: the token tells the console, a deploy tool and a person apart. */
async function operationOf(
  cloudFormation: CloudFormationGateway,
  { name, stackId }: Pick<StackFacts, "name" | "stackId">,
): Promise<string> {
  const events = await cloudFormation.listEvents(stackId, null).catch(unlessDenied);
  const begun = events.find((event) => event.logicalId === name && event.reason === USER_INITIATED);
  if (!begun) return "";
  return `, begun at ${begun.at}${begun.token ? ` by the request ${begun.token}` : ""}`;
}

/** Not to know whose it is keeps nobody from waiting. */
function unlessDenied(error: unknown): never[] {
  if (error instanceof StepbackError && error.code === "AWS_DENIED") return [];
  throw error;
}

/** CloudFormation's reason on the first event of every operation that somebody asked for. */
const USER_INITIATED = "User Initiated";
