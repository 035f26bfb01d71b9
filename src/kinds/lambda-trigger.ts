import type { Availability } from "../aws/availability.ts";
import type { EventSourceMappingConfiguration } from "../aws/gateways/triggers.ts";
import { type CapturedComponent, type ComponentState, captured, componentId } from "../domain/component/component.ts";
import { lambdaTriggerState } from "../domain/component/states/lambda.ts";
import { StepbackError } from "../domain/errors.ts";
import type { Json, JsonObject } from "../domain/json.ts";
import type { Action } from "../domain/plan/plan.ts";
import { requiredGoal, restoreBy } from "./action-handlers.ts";
import { type CachedReader, ownerId } from "./cached-reader.ts";
import { compareWithGoal, settingsDiff } from "./comparison.ts";
import type { Kind, RestoreContext } from "./kind.ts";
import { valueOrThrow } from "./lambda/facet.ts";
import { ownTags, type Tags, tagChanges } from "./lambda/tags.ts";
import { asTags, knowTags, planTrigger } from "./lambda/trigger-plan.ts";
import {
  functionNameIn,
  functionNameOf,
  triggerCreation,
  triggerName,
  triggerNamed,
  triggerPatches,
  triggerSettings,
} from "./lambda/trigger-settings.ts";

/**
 * A trigger (event source mapping): it feeds a function from a queue, a stream or a cluster. It outlives its function
 * (facts B6), so it is created and deleted by actions of its own. Its UUID is only evidence: a trigger that was created
 * again is the same component.
 */
export const lambdaTrigger: Kind = {
  name: "lambda-trigger",
  capture,
  diff,
  plan: planTrigger,
  restore: restoreBy({
    "put-trigger": putTrigger,
    "put-trigger-tags": putTriggerTags,
    "delete-trigger": deleteTrigger,
  }),
  async verify(reader, name, goal) {
    return compareWithGoal(this, await capture(reader, name), goal);
  },
};

async function capture(reader: CachedReader, name: string): Promise<CapturedComponent | null> {
  const listed = triggerNamed(name, await reader.listTriggers(functionNameIn(name)));
  const found = listed && (await settled(reader, listed));
  if (!found || triggerName(found) !== name) return null;
  const tags = await readTags(reader, found.EventSourceMappingArn);
  const known = "value" in tags ? tags.value : null;
  return captured(
    componentId("lambda-trigger", name),
    { settings: triggerSettings(found, known && ownTags(known)), evidence: evidenceOf(found), artifacts: [] },
    {
      parent: ownerId(reader.ownerOf(found.UUID ?? "", known)),
      physicalId: found.UUID ?? null,
      incomplete: whyIncomplete(found, tags),
    },
  );
}

/** Waits for a transition to end: during one, AWS does not say whether the trigger will be enabled. */
async function settled(reader: CachedReader, listed: EventSourceMappingConfiguration) {
  try {
    return await reader.aws.lambda.awaitTrigger(listed.UUID ?? "");
  } catch (error) {
    if (error instanceof StepbackError && error.code === "AWS_IN_PROGRESS") return listed;
    throw error;
  }
}

/** Servers without tags of triggers return no ARN. */
async function readTags(reader: CachedReader, arn: string | undefined): Promise<Availability<Tags>> {
  if (!arn) return { value: {} };
  const read = await reader.aws.lambda.listTags(arn);
  return "value" in read ? { value: read.value ?? {} } : read;
}

/** What AWS did not return. Restoring filters that could not be read would let every record through (facts A3). */
function whyIncomplete(found: EventSourceMappingConfiguration, tags: Availability<Tags>): string | null {
  const { FilterCriteriaError: error, State } = found;
  if (error) return `FilterCriteria: ${[error.ErrorCode, error.Message].filter(Boolean).join(", ")}`;
  if ("unavailable" in tags && !tags.lacking) return `Tags: ${tags.unavailable}`;
  return State === "Enabled" || State === "Disabled" ? null : `The trigger stayed in the state ${State}.`;
}

function evidenceOf(found: EventSourceMappingConfiguration): JsonObject {
  return {
    uuid: found.UUID ?? null,
    arn: found.EventSourceMappingArn ?? null,
    functionArn: found.FunctionArn ?? null,
    state: found.State ?? null,
    stateTransitionReason: found.StateTransitionReason ?? null,
    lastProcessingResult: found.LastProcessingResult ?? null,
  };
}

/** Tags that one of the two captures could not read are not compared. */
function diff(goal: ComponentState, live: ComponentState): string[] {
  return settingsDiff(goal, live).filter((path) => !path.startsWith("/Tags") || knowTags(goal, live));
}

/** The live trigger of an action, by the UUID that it names, by its name or by the UUID of the backup, which another target does not change. */
async function findLive(
  { name, uuid: planned }: Action,
  { aws, goal }: RestoreContext,
): Promise<EventSourceMappingConfiguration | null> {
  const named = async () => triggerNamed(name, await aws.lambda.listTriggers())?.UUID;
  const uuid = planned ?? (await named()) ?? lambdaTriggerState(goal).evidence.uuid;
  return uuid ? aws.lambda.awaitTrigger(uuid) : null;
}

async function putTrigger(action: Action, context: RestoreContext): Promise<Json> {
  const { name } = action;
  const functionName = functionNameIn(name);
  const { settings } = requiredGoal(context);
  const live = await findLive(action, context);
  if (!live) {
    await context.aws.lambda.createTrigger(triggerCreation(functionName, settings));
    context.note(`Created the trigger ${name} as it was in the backup.`);
    return { created: true };
  }
  const patches = triggerPatches(functionName, settings, triggerSettings(live, null), functionNameOf(live));
  for (const patch of patches) await context.aws.lambda.updateTrigger(live.UUID ?? "", patch);
  const fields = patches.flatMap((patch) => Object.keys(patch));
  context.note(
    fields.length > 0
      ? `Restored ${fields.join(", ")} of the trigger ${name}.`
      : `The trigger ${name} is that of the backup: nothing to do.`,
  );
  return { fields };
}

async function putTriggerTags(action: Action, context: RestoreContext): Promise<Json> {
  const { name } = action;
  const { lambda } = context.aws;
  const live = await findLive(action, context);
  if (!live?.EventSourceMappingArn)
    throw new StepbackError("AWS_NOT_FOUND", `The trigger ${name} does not exist any more.`);
  const arn = live.EventSourceMappingArn;
  const wanted = asTags(lambdaTriggerState(requiredGoal(context)).settings.Tags);
  const { changed, extra } = tagChanges(wanted, valueOrThrow(await lambda.listTags(arn)) ?? {});
  const written = Object.keys(changed);
  if (extra.length > 0) await lambda.untagResource(arn, extra);
  if (written.length > 0) await lambda.tagResource(arn, changed);
  context.note(`Restored the tags of the trigger ${name}: ${written.length} written, ${extra.length} removed.`);
  return { written, removed: extra };
}

/** Deletes the live trigger of that name, not the one with the UUID of the backup. */
async function deleteTrigger({ name }: Action, context: RestoreContext): Promise<Json> {
  const { lambda } = context.aws;
  const live = triggerNamed(name, await lambda.listTriggers());
  if (live) await lambda.deleteTrigger(live.UUID ?? "");
  context.note(live ? `Deleted the trigger ${name}.` : `The trigger ${name} does not exist: nothing to do.`);
  return { deleted: live !== null };
}
