import type { EventSourceMappingConfiguration } from "../aws/gateways/triggers.ts";
import { type CapturedComponent, captured, componentId } from "../domain/component/component.ts";
import type { Reason } from "../domain/errors.ts";
import { StepbackError } from "../domain/errors.ts";
import { asObject, type Json, type JsonObject, sameJson } from "../domain/json.ts";
import type { Action } from "../domain/plan/plan.ts";
import { type CachedReader, ownerId } from "./cached-reader.ts";
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
  unchanged,
} from "./kind.ts";
import {
  triggerCreation,
  triggerName,
  triggerNamed,
  triggerPatches,
  triggerSettings,
  unreachable,
} from "./lambda/trigger-settings.ts";
import { tagWrites } from "./lambda-tags.ts";
import { settingsDiff, verdictOf } from "./verdict.ts";

/**
 * A trigger: what a function reads from a queue, a stream or a cluster. It outlives its function (facts B6), so it comes and
 * goes by actions of its own. Its UUID is evidence: a trigger that was created again is the same component.
 */
export const lambdaTrigger: Kind = {
  name: "lambda-trigger",
  capture,
  diff: settingsDiff,
  plan,
  restore(action, context) {
    if (action.do === "delete-trigger") return remove(action.name, context);
    if (action.do === "put-trigger-tags") return putTags(action.name, context);
    return put(action.name, context);
  },
  async verify(reader, name, goal) {
    return verdictOf(this, await capture(reader, name), goal);
  },
};

export function splitTrigger(name: string): { functionName: string; source: string } {
  const slash = name.indexOf("/");
  return { functionName: name.slice(0, slash), source: name.slice(slash + 1) };
}

async function capture(reader: CachedReader, name: string): Promise<CapturedComponent | null> {
  const listed = triggerNamed(name, await reader.listTriggers(splitTrigger(name).functionName));
  const found = listed && (await settled(reader, listed));
  if (!found || triggerName(found) !== name) return null;
  const tags = await readTags(reader, found.EventSourceMappingArn);
  const own = tags && Object.fromEntries(Object.entries(tags).filter(([key]) => !key.startsWith(AWS_TAG)));
  return captured(
    componentId("lambda-trigger", name),
    { settings: triggerSettings(found, own), evidence: evidenceOf(found), artifacts: [] },
    {
      parent: ownerId(reader.ownerOf(found.UUID ?? "", tags)),
      physicalId: found.UUID ?? null,
      incomplete: whyIncomplete(found, tags),
    },
  );
}

/** Waits for a transition to end: whether a trigger that is being changed will be enabled, AWS does not tell. */
async function settled(reader: CachedReader, listed: EventSourceMappingConfiguration) {
  try {
    return await reader.aws.lambda.awaitTrigger(listed.UUID ?? "");
  } catch (error) {
    if (error instanceof StepbackError && error.code === "AWS_IN_PROGRESS") return listed;
    throw error;
  }
}

/** Null where the principal may not read them. Servers that know no tags of triggers give no ARN either. */
async function readTags(
  reader: CachedReader,
  arn: string | undefined,
): Promise<Readonly<Record<string, string>> | null> {
  if (!arn) return {};
  try {
    return (await reader.aws.lambda.listTags(arn)) ?? {};
  } catch (error) {
    if (error instanceof StepbackError && error.code === "AWS_DENIED") return null;
    throw error;
  }
}

/** What AWS would not tell. Restoring filters that could not be read would let every record through (facts A3). */
function whyIncomplete(found: EventSourceMappingConfiguration, tags: object | null): string | null {
  const { FilterCriteriaError: error, State } = found;
  if (error) return `FilterCriteria: ${[error.ErrorCode, error.Message].filter(Boolean).join(", ")}`;
  if (tags === null) return "Tags: they may not be read.";
  return State === "Enabled" || State === "Disabled" ? null : `The trigger stayed in the state ${State}.`;
}

/** AWS's own tags, which say what owns the trigger and which nobody else may write. */
const AWS_TAG = "aws:";

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
  const blockers = targetWalls(input, goal, live);
  if (blockers.length > 0) return refused(...blockers);
  return live && !recreates ? planUpdate(input.name, goal, live) : planCreation(input.name, goal, live);
}

/**
 * The deploy turned one trigger to another alias or version, which gave it another name. It is turned back, not deleted and
 * created: it keeps its place in the stream.
 */
function planMove(input: PlanInput, same: CapturedComponent): StepPlan {
  const { goal, name } = input;
  if (!input.isPicked(same.id)) {
    return refused({
      code: "REQUIRES_COMPONENT",
      detail: `${name} and ${same.id} are one trigger, which the deploy turned to another target: add ${same.id}.`,
    });
  }
  if (!goal) return restoredBy(same.id, "remove");
  const blockers = targetWalls(input, goal, same);
  if (blockers.length > 0) return refused(...blockers);
  const losing = unreachable(goal.state.settings, same.state.settings);
  // Created anew by the deploy under the same id is not possible: what no update reaches was there from the beginning.
  if (losing.length > 0) return refused({ code: "IMMUTABLE_FIELD", detail: `${name}: ${losing.join(", ")}.` });
  return planUpdate(name, goal, same);
}

function planUpdate(name: string, goal: CapturedComponent, live: CapturedComponent): StepPlan {
  const { functionName } = splitTrigger(name);
  const [wanted, present] = [goal.state.settings, live.state.settings];
  const actions: Action[] = [];
  const patches = triggerPatches(functionName, wanted, present);
  const tags = tagWrites(asObject(wanted["Tags"]), asObject(present["Tags"]));
  const updates = patches.map(() => "UpdateEventSourceMapping");
  if (patches.length > 0) actions.push({ do: "put-trigger", name, writes: updates });
  if (!sameJson(wanted["Tags"] ?? null, present["Tags"] ?? null))
    actions.push({ do: "put-trigger-tags", name, writes: tags });
  return acting("restore", actions);
}

/** Over a live trigger that no update can bring to the goal, or where none is any more. */
function planCreation(name: string, goal: CapturedComponent, live: CapturedComponent | null): StepPlan {
  const creation: Action = { do: "put-trigger", name, writes: ["CreateEventSourceMapping"] };
  const actions: Action[] = [...(live ? [{ do: "delete-trigger", name } as const] : []), creation];
  const fields = live ? unreachable(goal.state.settings, live.state.settings) : [];
  const why = live
    ? `${fields.join(", ")} can be set at creation only, so ${name} is created anew`
    : `${name} is created anew`;
  const loss = positionLost(goal.state.settings);
  const reasons: Reason[] = loss ? [{ code: "DESTRUCTIVE", detail: `${why}: ${loss}` }] : [];
  return acting(live ? "restore" : "recreate", actions, { destructive: loss !== null, reasons });
}

/** A new trigger has no checkpoint (facts B7). Null for queues, which keep what was not processed. */
function positionLost(settings: JsonObject): string | null {
  const position = settings["StartingPosition"];
  if (typeof position !== "string") return null;
  const group = settings["ConsumerGroupId"];
  const kept = typeof group === "string" ? ` Unless the brokers still know the offsets of ${group}, it` : " It";
  if (position === "LATEST") return `its place in the stream is lost.${kept} skips what came in between.`;
  const from = position === "TRIM_HORIZON" ? "everything that the stream holds" : "everything since its timestamp";
  return `its place in the stream is lost.${kept} reads ${from} again.`;
}

/** What a trigger calls has to be there when it is turned to it. */
function targetWalls(input: PlanInput, goal: CapturedComponent, live: CapturedComponent | null): Reason[] {
  const target = goal.state.settings["Target"] ?? null;
  if (live && sameJson(live.state.settings["Target"] ?? null, target)) return [];
  const { functionName } = splitTrigger(input.name);
  const willBe = (id: ReturnType<typeof componentId>) =>
    (input.isPicked(id) ? input.goalOf(id) : input.liveOf(id)) !== null;
  const code = componentId("lambda-code", functionName);
  if (!willBe(code))
    return [{ code: "REQUIRES_COMPONENT", detail: `The function ${functionName} does not exist: add ${code}.` }];
  if (typeof target !== "string") return [];
  if (VERSION.test(target)) return versionWall(input, functionName, target);
  const alias = componentId("lambda-alias", `${functionName}:${target}`);
  return willBe(alias) ? [] : [{ code: "REQUIRES_COMPONENT", detail: `${alias} does not exist: add it.` }];
}

const VERSION = /^\d+$/;

function versionWall({ versionsOf, name }: PlanInput, functionName: string, target: string): Reason[] {
  if (versionsOf(functionName).some(({ version }) => version === target)) return [];
  return [{ code: "VERSION_GONE", detail: `${name} called version ${target}, which ${functionName} has no more.` }];
}

/** The live trigger that an action is about: by its name, or by the UUID of the backup, which survives another target. */
async function findLive(name: string, { aws, goal }: RestoreContext): Promise<EventSourceMappingConfiguration | null> {
  const uuid = triggerNamed(name, await aws.lambda.listTriggers())?.UUID ?? goal?.evidence["uuid"];
  return typeof uuid === "string" ? aws.lambda.awaitTrigger(uuid) : null;
}

async function put(name: string, context: RestoreContext): Promise<Json> {
  const { functionName } = splitTrigger(name);
  const settings = goalSettings(context);
  const live = await findLive(name, context);
  if (!live) {
    await context.aws.lambda.createTrigger(triggerCreation(functionName, settings));
    context.note(`Created the trigger ${name} as it was in the backup.`);
    return { created: true };
  }
  const patches = triggerPatches(functionName, settings, triggerSettings(live, null));
  for (const patch of patches) await context.aws.lambda.updateTrigger(live.UUID ?? "", patch);
  const fields = patches.flatMap((patch) => Object.keys(patch));
  context.note(
    fields.length > 0
      ? `Put ${fields.join(", ")} of the trigger ${name} back.`
      : `The trigger ${name} is that of the backup: nothing to do.`,
  );
  return { fields };
}

async function putTags(name: string, context: RestoreContext): Promise<Json> {
  const { lambda } = context.aws;
  const live = await findLive(name, context);
  if (!live?.EventSourceMappingArn)
    throw new StepbackError("AWS_NOT_FOUND", `The trigger ${name} does not exist any more.`);
  const arn = live.EventSourceMappingArn;
  const wanted = asObject(goalSettings(context)["Tags"]) as Record<string, string>;
  const present = (await lambda.listTags(arn)) ?? {};
  const extra = Object.keys(present).filter((key) => !(key in wanted) && !key.startsWith(AWS_TAG));
  const missing = Object.entries(wanted).filter(([key, value]) => present[key] !== value);
  if (extra.length > 0) await lambda.untagResource(arn, extra);
  if (missing.length > 0) await lambda.tagResource(arn, Object.fromEntries(missing));
  context.note(`Put the tags of the trigger ${name} back: ${missing.length} written, ${extra.length} taken off.`);
  return { written: missing.map(([key]) => key), removed: extra };
}

/** By its name, not by the UUID of the backup: what goes is what live has under that name. */
async function remove(name: string, context: RestoreContext): Promise<Json> {
  const { lambda } = context.aws;
  const live = triggerNamed(name, await lambda.listTriggers());
  if (live) await lambda.deleteTrigger(live.UUID ?? "");
  context.note(live ? `Deleted the trigger ${name}.` : `The trigger ${name} is gone: nothing to do.`);
  return { deleted: live !== null };
}

function goalSettings({ goal }: RestoreContext): JsonObject {
  if (!goal) throw new StepbackError("INTERNAL", "A trigger action without a goal.");
  return goal.settings;
}
