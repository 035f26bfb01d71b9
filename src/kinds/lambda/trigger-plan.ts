import {
  type CapturedComponent,
  type ComponentId,
  type ComponentState,
  componentId,
  isVersion,
  nameOf,
} from "../../domain/component/component.ts";
import { lambdaTriggerState } from "../../domain/component/states/lambda.ts";
import type { Reason } from "../../domain/errors.ts";
import { asObject, type Json, sameJson } from "../../domain/json.ts";
import { triggerLoss } from "../../domain/plan/lambda-losses.ts";
import type { Action } from "../../domain/plan/plan.ts";
import { listsUnder, triggerRemovedOutside } from "../../domain/stack/removed-outside.ts";
import {
  acting,
  actionBetween,
  ownedReason,
  type PlanInput,
  refused,
  restoredBy,
  type StepPlan,
  stateAfter,
  unchanged,
} from "../kind.ts";
import { type Tags, tagWrites } from "./tags.ts";
import { functionNameIn, triggerPatches, unreachable } from "./trigger-settings.ts";

/** Null stands for tags that could not be read. */
export function asTags(tags: Json): Tags {
  return asObject(tags) as Tags;
}

/** What a restore of a trigger takes, or why it is refused. Pure. */
export function planTrigger(input: PlanInput): StepPlan {
  const { goal, live, owner, sameThing } = input;
  const action = sameThing && goal ? "restore" : actionBetween(goal, live);
  if (action === "unchanged") return unchanged();
  if (owner && input.isPicked(owner)) return restoredBy(owner, action);
  if (sameThing) return planMove(input, sameThing);
  const recreates = !live || (goal !== null && unreachable(goal.state.settings, live.state.settings).length > 0);
  if (owner && (action === "remove" || recreates)) return refused(onlyByStack(input, owner));
  if (!goal) return planRemoval(input);
  const blockers = targetBlockers(input, goal, live);
  if (blockers.length > 0) return refused(...blockers);
  return live && !recreates ? planUpdate(input.name, goal, live) : planCreation(input.name, goal, live);
}

/** Only the stack can create and delete its trigger, and it does not create what it still lists. */
function onlyByStack({ name, goal, live, ownedAs, liveOf }: PlanInput, owner: ComponentId): Reason {
  if (goal && !live && listsUnder(liveOf(owner), goal.physicalId)) return triggerRemovedOutside(name, owner);
  return ownedReason(`The trigger ${name}`, ownedAs() ?? owner);
}

/** What the deploy added is deleted; what it took from a function outside its scope is not. */
function planRemoval({ name, live, calledOutside }: PlanInput): StepPlan {
  const uuid = live?.physicalId ?? "";
  const called = calledOutside(uuid);
  if (called === null) return acting("remove", [{ do: "delete-trigger", name }]);
  const detail = `${name} called ${called} before the deploy, which is not in its scope. To give the trigger back: ${turnCommand(uuid, called)}`;
  return refused({ code: "TRIGGER_ELSEWHERE", detail });
}

function turnCommand(uuid: string, target: string): string {
  return `aws lambda update-event-source-mapping --uuid ${uuid} --function-name ${target}`;
}

/**
 * The trigger was pointed to another function, alias or version, which changed its name. It is pointed back rather than
 * created again, so that it keeps its position in the stream and never reads next to a second one.
 */
function planMove(input: PlanInput, same: CapturedComponent): StepPlan {
  const { goal, name } = input;
  const why = whyNotAlone(input, same);
  if (why) return refused(why);
  if (!goal) return restoredBy(same.id, "remove");
  const blockers = targetBlockers(input, goal, same);
  if (blockers.length > 0) return refused(...blockers);
  const losing = unreachable(goal.state.settings, same.state.settings);
  // The deploy cannot have created it again under the same UUID, so these fields have differed since its creation.
  if (losing.length > 0) return refused({ code: "IMMUTABLE_FIELD", detail: `${name}: ${losing.join(", ")}.` });
  return planUpdate(name, goal, same, { uuid: same.physicalId ?? "" });
}

/** Under its other name, the trigger belongs to what was not picked; null where nobody else is concerned. */
function whyNotAlone({ name, goal, isAltered, isPicked, freedBy }: PlanInput, same: CapturedComponent): Reason | null {
  if (goal && freedBy && !isPicked(freedBy)) {
    const detail = `Another trigger has the function and the source of ${name} until it is turned back: add ${freedBy}.`;
    return { code: "REQUIRES_COMPONENT", detail };
  }
  if (isPicked(same.id)) return null;
  const one = `${name} and ${same.id} are one trigger, which was pointed to another target`;
  if (isAltered(same.id)) return { code: "REQUIRES_COMPONENT", detail: `${one}: add ${same.id}.` };
  if (goal && readsFor(same) === functionNameIn(name)) return null;
  const target = goal && lambdaTriggerState(goal.state).settings.Target;
  const back = `${functionNameIn(name)}${target ? `:${target}` : ""}`;
  const command = turnCommand(same.physicalId ?? "", back);
  const detail = `${one}, and ${readsFor(same)} is not what the deploy altered. To take the trigger from it: ${command}`;
  return { code: "TRIGGER_ELSEWHERE", detail };
}

function readsFor({ id }: CapturedComponent): string {
  return functionNameIn(nameOf(id));
}

function planUpdate(
  name: string,
  goal: CapturedComponent,
  live: CapturedComponent,
  which: Pick<Action, "uuid"> = {},
): StepPlan {
  const actions: Action[] = [];
  const patches = triggerPatches(functionNameIn(name), goal.state.settings, live.state.settings, readsFor(live));
  if (patches.length > 0)
    actions.push({ do: "put-trigger", name, ...which, writes: patches.map(() => "UpdateEventSourceMapping") });
  const [wanted, present] = [
    lambdaTriggerState(goal.state).settings.Tags,
    lambdaTriggerState(live.state).settings.Tags,
  ];
  if (knowTags(goal.state, live.state) && !sameJson(wanted, present))
    actions.push({ do: "put-trigger-tags", name, ...which, writes: tagWrites(asTags(wanted), asTags(present)) });
  return acting("restore", actions);
}

/** Whether both captures could read the tags. */
export function knowTags(...states: readonly ComponentState[]): boolean {
  return states.every((state) => lambdaTriggerState(state).settings.Tags !== null);
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
