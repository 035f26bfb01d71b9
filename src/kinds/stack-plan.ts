import type { CapturedComponent, ComponentId } from "../domain/component.ts";
import { asObject, type Json, sameJson } from "../domain/json.ts";
import type { Action, Reason, StepAction } from "../domain/plan.ts";
import { isNoEcho } from "../domain/secrets.ts";
import { policyDenies, type ResourceUpdate } from "../domain/stack-policy.ts";
import { ownedElsewhere, statusWalls } from "../domain/stack-walls.ts";
import { holdsData } from "../domain/stateful.ts";
import { parseTemplate, resourcesOf } from "../domain/template.ts";
import { partOf, type TemplateState } from "../domain/template-part.ts";
import { acting, actionBetween, broughtBy, type PlanInput, refused, type StepPlan, unchanged } from "./kind.ts";
import { settingsDiff } from "./settling.ts";

/** Keys of the outputs whose export nobody imported when the stack was captured. One that was not asked for may be imported. */
export function unimported({ state }: CapturedComponent): string[] {
  const importers = asObject(state.evidence["importers"]);
  const isUnused = (name: Json) => (importers[String(name)] as readonly Json[] | undefined)?.length === 0;
  return Object.entries(asObject(state.evidence["exportNames"])).flatMap(([key, name]) =>
    isUnused(name) ? [key] : [],
  );
}

export function planStack(input: PlanInput): StepPlan {
  const { goal, live, name } = input;
  const action = actionBetween(goal, live);
  if (action === "unchanged") return unchanged();
  if (input.owner) return planNested(name, input.owner, { action, isPicked: input.isPicked(input.owner) });
  if (action === "remove") return planRemoval(name, live);
  const reasons = [...ownedElsewhere(name, live ?? goal), ...statusWalls(name, live), ...lostNoEcho(goal, live)];
  reasons.push(...protectedResources(name, goal, live));
  if (reasons.length > 0) return refused(...reasons);
  const losing = removedDataHolders(goal, live);
  const actions: Action[] = [
    { do: "put-code-objects", name },
    ...submitting(action, goal, live, name),
    ...protecting(goal, live, name),
  ];
  return acting(action, actions, { destructive: losing.length > 0, reasons: losing });
}

/** CloudFormation operates nested stacks only from their root (facts D). */
function planNested(
  name: string,
  owner: ComponentId,
  { action, isPicked }: { action: StepAction; isPicked: boolean },
): StepPlan {
  if (isPicked) return broughtBy(owner, action);
  return refused({ code: "NESTED_STACK", detail: `${name} is a nested stack: add ${owner}, which brings it back.` });
}

/** The deployment created it. Only with consent, and never against its protection. */
function planRemoval(name: string, live: CapturedComponent | null): StepPlan {
  const walls = ownedElsewhere(name, live);
  if (live?.state.settings["terminationProtection"] === true) {
    const detail = `${name} has termination protection; it is never taken off by a rollback.`;
    walls.push({ code: "STACK_NOT_UPDATABLE", detail });
  }
  if (walls.length > 0) return refused(...walls);
  const reason: Reason = { code: "DESTRUCTIVE", detail: `The stack ${name} and everything in it is deleted.` };
  return acting("remove", [{ do: "delete-stack", name }], { destructive: true, reasons: [reason] });
}

/** A stack policy is respected and named; it stops the run here and not in the middle of an update. */
function protectedResources(name: string, goal: CapturedComponent | null, live: CapturedComponent | null): Reason[] {
  const [wanted, present] = [templateStateIn(goal), templateStateIn(live)];
  if (!wanted || !present || !live) return [];
  const updates = resourcesOf(present.template).flatMap(({ logicalId, type }): ResourceUpdate[] => {
    const part = { logicalId, take: "all" } as const;
    const [to, from] = [partOf(wanted, part), partOf(present, part)];
    if (sameJson(to, from)) return [];
    return [{ logicalId, type, action: to ? "Update:Modify" : "Update:Delete" }];
  });
  return policyWalls(name, live, updates);
}

/** Why the live stack's policy does not allow these updates; empty where it does. */
export function policyWalls(name: string, live: CapturedComponent, updates: readonly ResourceUpdate[]): Reason[] {
  const denied = updates.filter((update) => policyDenies(live.state.settings["policy"] ?? null, update));
  return denied.map(({ logicalId, action }) => ({
    code: "STACK_POLICY_DENIES",
    detail: `The policy of the stack ${name} does not allow ${action} of ${logicalId}.`,
  }));
}

/** The templates of a captured stack as data; null where it cannot be read. */
export function templateStateIn(stack: CapturedComponent | null | undefined): TemplateState | null {
  if (!stack) return null;
  const { template, parameters } = stack.state.settings;
  try {
    return { template: parseTemplate(String(template)), parameters: asObject(parameters) };
  } catch {
    return null;
  }
}

/** A NoEcho value goes back by UsePreviousValue, which needs a live parameter of that name; or by the template's default. */
function lostNoEcho(goal: CapturedComponent | null, live: CapturedComponent | null): Reason[] {
  const wanted = asObject(goal?.state.settings["parameters"]);
  const present = asObject(live?.state.settings["parameters"]);
  const lost = Object.keys(wanted).filter(
    (key) => isNoEcho(wanted[key]) && !(key in present) && !hasDefault(goal, key),
  );
  return lost.map((key) => ({
    code: "NOECHO_VALUE_LOST",
    detail: `The parameter ${key} is NoEcho and the live stack has no value for it.`,
  }));
}

function hasDefault(goal: CapturedComponent | null, key: string): boolean {
  const parameters = asObject(parseTemplate(String(goal?.state.settings["template"] ?? "{}"))["Parameters"]);
  return "Default" in asObject(parameters[key]);
}

/** Resources that the backup does not have and that hold data: they go. Replacements are found by the gate, before it runs. */
function removedDataHolders(goal: CapturedComponent | null, live: CapturedComponent | null): Reason[] {
  const wanted = asObject(goal?.state.settings["resources"]);
  const present = Object.entries(asObject(live?.state.settings["resources"]));
  const losing = present.filter(([logicalId, type]) => wanted[logicalId] !== type && holdsData(String(type)));
  return losing.map(([logicalId, type]) => ({
    code: "DESTRUCTIVE",
    detail: `${logicalId} (${type}) is not in the backup and is deleted.`,
  }));
}

function submitting(
  action: "restore" | "recreate" | "refused",
  goal: CapturedComponent | null,
  live: CapturedComponent | null,
  name: string,
): Action[] {
  if (action === "recreate") return [{ do: "create-stack", name }];
  const submitted = ["template", "parameters", "tags", "resources"];
  const differing = goal && live ? settingsDiff(goal.state, live.state) : [];
  return differing.some((path) => submitted.includes(path.split("/")[1] ?? "")) ? [{ do: "update-stack", name }] : [];
}

function protecting(goal: CapturedComponent | null, live: CapturedComponent | null, name: string): Action[] {
  const differs = (key: string) => !sameJson(goal?.state.settings[key] ?? null, live?.state.settings[key] ?? null);
  const actions: Action[] = [];
  // A policy, once set, can be changed but not taken off (facts E2): there is no action for "none".
  if (differs("policy") && goal?.state.settings["policy"]) actions.push({ do: "put-stack-policy", name });
  if (
    (goal?.state.settings["terminationProtection"] ?? false) !==
    (live?.state.settings["terminationProtection"] ?? false)
  ) {
    actions.push({ do: "put-termination-protection", name });
  }
  return actions;
}
