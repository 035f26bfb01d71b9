import type { Availability } from "../aws/availability.ts";
import type { EventSourceMappingConfiguration } from "../aws/gateways/triggers.ts";
import {
  type CapturedComponent,
  type ComponentState,
  captured,
  componentId,
  isVersion,
  nameOf,
} from "../domain/component/component.ts";
import { lambdaTriggerState } from "../domain/component/states/lambda.ts";
import { type Reason, StepbackError } from "../domain/errors.ts";
import { asObject, type Json, type JsonObject, sameJson } from "../domain/json.ts";
import { triggerLoss } from "../domain/plan/lambda-losses.ts";
import type { Action } from "../domain/plan/plan.ts";
import { requiredGoal, restoreBy } from "./action-handlers.ts";
import { type CachedReader, ownerId } from "./cached-reader.ts";
import { compareWithGoal, settingsDiff } from "./comparison.ts";
import {
  acting,
  actionBetween,
  type Kind,
  ownedReason,
  type PlanInput,
  type RestoreContext,
  refused,
  restoredBy,
  type StepPlan,
  stateAfter,
  unchanged,
} from "./kind.ts";
import { valueOrThrow } from "./lambda/facet.ts";
import { ownTags, type Tags, tagChanges, tagWrites } from "./lambda/tags.ts";
import {
  functionNameOf,
  triggerCreation,
  triggerName,
  triggerNamed,
  triggerPatches,
  triggerSettings,
  unreachable,
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
  plan,
  restore: restoreBy({
    "put-trigger": putTrigger,
    "put-trigger-tags": putTriggerTags,
    "delete-trigger": deleteTrigger,
  }),
  async verify(reader, name, goal) {
    return compareWithGoal(this, await capture(reader, name), goal);
  },
};

/** The function's name stands before the source. */
function functionNameIn(name: string): string {
  return name.slice(0, name.indexOf("/"));
}

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

function plan(input: PlanInput): StepPlan {
  const { goal, live, owner, sameThing } = input;
  const action = actionBetween(goal, live);
  if (action === "unchanged") return unchanged();
  if (owner && input.isPicked(owner)) return restoredBy(owner, action);
  if (sameThing) return planMove(input, sameThing);
  const recreates = !live || (goal !== null && unreachable(goal.state.settings, live.state.settings).length > 0);
  if (owner && (action === "remove" || recreates))
    return refused(ownedReason(`The trigger ${input.name}`, input.ownedAs() ?? owner));
  if (!goal) return acting("remove", [{ do: "delete-trigger", name: input.name }]);
  const blockers = targetBlockers(input, goal, live);
  if (blockers.length > 0) return refused(...blockers);
  return live && !recreates ? planUpdate(input.name, goal, live) : planCreation(input.name, goal, live);
}

/**
 * The trigger was pointed to another function, alias or version, which changed its name. It is pointed back rather than
 * created again, so that it keeps its position in the stream and never reads next to a second one.
 */
function planMove(input: PlanInput, same: CapturedComponent): StepPlan {
  const { goal, name } = input;
  if (!input.isPicked(same.id)) {
    const why = whyNotAlone(input, same);
    if (why) return refused(why);
  }
  if (!goal) return restoredBy(same.id, "remove");
  const blockers = targetBlockers(input, goal, same);
  if (blockers.length > 0) return refused(...blockers);
  const losing = unreachable(goal.state.settings, same.state.settings);
  // The deploy cannot have created it again under the same UUID, so these fields have differed since its creation.
  if (losing.length > 0) return refused({ code: "IMMUTABLE_FIELD", detail: `${name}: ${losing.join(", ")}.` });
  return planUpdate(name, goal, same);
}

/** Under its other name, the trigger belongs to what was not picked; null where nobody else is concerned. */
function whyNotAlone({ name, goal, isAltered }: PlanInput, same: CapturedComponent): Reason | null {
  const one = `${name} and ${same.id} are one trigger, which was pointed to another target`;
  if (isAltered(same.id)) return { code: "REQUIRES_COMPONENT", detail: `${one}: add ${same.id}.` };
  if (goal && readsFor(same) === functionNameIn(name)) return null;
  const target = goal && lambdaTriggerState(goal.state).settings.Target;
  const back = `${functionNameIn(name)}${target ? `:${target}` : ""}`;
  const command = `aws lambda update-event-source-mapping --uuid ${same.physicalId} --function-name ${back}`;
  const detail = `${one}, and ${readsFor(same)} is not what the deploy altered. To take the trigger from it: ${command}`;
  return { code: "TRIGGER_ELSEWHERE", detail };
}

function readsFor({ id }: CapturedComponent): string {
  return functionNameIn(nameOf(id));
}

function planUpdate(name: string, goal: CapturedComponent, live: CapturedComponent): StepPlan {
  const actions: Action[] = [];
  const patches = triggerPatches(functionNameIn(name), goal.state.settings, live.state.settings, readsFor(live));
  if (patches.length > 0)
    actions.push({ do: "put-trigger", name, writes: patches.map(() => "UpdateEventSourceMapping") });
  const [wanted, present] = [
    lambdaTriggerState(goal.state).settings.Tags,
    lambdaTriggerState(live.state).settings.Tags,
  ];
  if (knowTags(goal.state, live.state) && !sameJson(wanted, present))
    actions.push({ do: "put-trigger-tags", name, writes: tagWrites(asTags(wanted), asTags(present)) });
  return acting("restore", actions);
}

/** Whether both captures could read the tags. */
function knowTags(...states: readonly ComponentState[]): boolean {
  return states.every((state) => lambdaTriggerState(state).settings.Tags !== null);
}

/** Tags that one of the two captures could not read are not compared. */
function diff(goal: ComponentState, live: ComponentState): string[] {
  return settingsDiff(goal, live).filter((path) => !path.startsWith("/Tags") || knowTags(goal, live));
}

/** Creates the trigger, in place of a live one that no update can bring to the goal. */
function planCreation(name: string, goal: CapturedComponent, live: CapturedComponent | null): StepPlan {
  const creation: Action = { do: "put-trigger", name, writes: ["CreateEventSourceMapping"] };
  const actions: Action[] = [...(live ? [{ do: "delete-trigger", name } as const] : []), creation];
  const fields = live ? unreachable(goal.state.settings, live.state.settings) : [];
  const why = live
    ? `${fields.join(", ")} can only be set at creation, so ${name} is created again`
    : `${name} is created again`;
  const loss = triggerLoss(goal, why);
  return acting(live ? "restore" : "recreate", actions, { losses: loss ? [loss] : [] });
}

/** The function, version or alias that a trigger calls has to exist when the trigger is pointed to it. */
function targetBlockers(input: PlanInput, goal: CapturedComponent, live: CapturedComponent | null): Reason[] {
  const target = lambdaTriggerState(goal.state).settings.Target;
  const functionName = functionNameIn(input.name);
  if (live && readsFor(live) === functionName && lambdaTriggerState(live.state).settings.Target === target) return [];
  const code = componentId("lambda-code", functionName);
  if (!stateAfter(input, code))
    return [{ code: "REQUIRES_COMPONENT", detail: `The function ${functionName} does not exist: add ${code}.` }];
  if (target === null) return [];
  if (isVersion(target)) return versionBlockers(input, functionName, target);
  const alias = componentId("lambda-alias", `${functionName}:${target}`);
  return stateAfter(input, alias) ? [] : [{ code: "REQUIRES_COMPONENT", detail: `${alias} does not exist: add it.` }];
}

function versionBlockers({ versionsOf, name }: PlanInput, functionName: string, target: string): Reason[] {
  if (versionsOf(functionName).some(({ version }) => version === target)) return [];
  return [{ code: "VERSION_GONE", detail: `${name} called version ${target}, which ${functionName} no longer has.` }];
}

/** The live trigger of an action, by its name or by the UUID of the backup, which another target does not change. */
async function findLive(name: string, { aws, goal }: RestoreContext): Promise<EventSourceMappingConfiguration | null> {
  const uuid = triggerNamed(name, await aws.lambda.listTriggers())?.UUID ?? lambdaTriggerState(goal).evidence.uuid;
  return uuid ? aws.lambda.awaitTrigger(uuid) : null;
}

async function putTrigger({ name }: Action, context: RestoreContext): Promise<Json> {
  const functionName = functionNameIn(name);
  const { settings } = requiredGoal(context);
  const live = await findLive(name, context);
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

async function putTriggerTags({ name }: Action, context: RestoreContext): Promise<Json> {
  const { lambda } = context.aws;
  const live = await findLive(name, context);
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

/** Null stands for tags that could not be read. */
function asTags(tags: Json): Tags {
  return asObject(tags) as Tags;
}

/** Deletes the live trigger of that name, not the one with the UUID of the backup. */
async function deleteTrigger({ name }: Action, context: RestoreContext): Promise<Json> {
  const { lambda } = context.aws;
  const live = triggerNamed(name, await lambda.listTriggers());
  if (live) await lambda.deleteTrigger(live.UUID ?? "");
  context.note(live ? `Deleted the trigger ${name}.` : `The trigger ${name} does not exist: nothing to do.`);
  return { deleted: live !== null };
}
