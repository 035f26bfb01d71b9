import type { CapturedComponent, ComponentId, ComponentState } from "../../domain/component/component.ts";
import type { Reason } from "../../domain/errors.ts";
import { asObject, type Json, sameJson } from "../../domain/json.ts";
import type { Action, StepAction } from "../../domain/plan/plan.ts";
import { isRetained } from "../../domain/stack/retained.ts";
import { policyDenies, type ResourceUpdate } from "../../domain/stack/stack-policy.ts";
import { holdsData } from "../../domain/stack/stateful-types.ts";
import { ownedElsewhere } from "../../domain/stack/status.ts";
import { relocationReason } from "../../domain/template/code-relocation.ts";
import { dynamicReferences } from "../../domain/template/dynamic-references.ts";
import { partOf } from "../../domain/template/part.ts";
import { sameTemplate } from "../../domain/template/same-effect.ts";
import { isNoEcho } from "../../domain/template/secrets.ts";
import { parseTemplate, resourcesOf, templateStateOf } from "../../domain/template/template.ts";
import { acting, actionBetween, type PlanInput, refused, restoredBy, type StepPlan, unchanged } from "../kind.ts";
import { settingsDiff } from "../verdict.ts";
import { publishIntermediateVersion } from "./intermediate-version.ts";
import { isShell, recovering } from "./recovery.ts";
import { comingAgain, importedReason, importing, staying } from "./retained-reasons.ts";

/** Keys of the outputs whose export nobody imported when the stack was captured. One that was not asked for may be imported. */
export function unimported({ state }: CapturedComponent): string[] {
  const importers = asObject(state.evidence["importers"]);
  const isUnused = (name: Json) => (importers[String(name)] as readonly Json[] | undefined)?.length === 0;
  return Object.entries(asObject(state.evidence["exportNames"])).flatMap(([key, name]) =>
    isUnused(name) ? [key] : [],
  );
}

/**
 * A template is its data: CloudFormation takes no other text of the same for a change, so none could go back. Nor does
 * anybody bring a stack back into a status that it was stuck in.
 */
export function stackDiff(goal: ComponentState, live: ComponentState): string[] {
  const [wanted, present] = [goal, live].map(({ settings }) => String(settings["template"])) as [string, string];
  const means = (path: string) => {
    if (path === "/template") return !sameTemplate(wanted, present);
    return path !== "/stuckIn" || goal.settings["stuckIn"] === null;
  };
  return settingsDiff(goal, live).filter(means);
}

export function planStack(input: PlanInput): StepPlan {
  const { goal, live, name } = input;
  const action = actionBetween(goal, live);
  if (action === "unchanged") return unchanged();
  if (goal && live && stackDiff(goal.state, live.state).length === 0) return same(name, goal, live);
  if (input.owner) return planNested(name, input.owner, { action, isPicked: input.isPicked(input.owner) });
  if (action === "remove") return planRemoval(name, live);
  if (goal && isShell(live)) return planAnew(input, goal, live);
  const recovery = recovering(name, live, input.mayContinue);
  const blockers = [...ownedElsewhere(name, live ?? goal), ...recovery.blockers, ...lostNoEcho(goal, live)];
  blockers.push(...protectedResources(name, goal, live), ...input.code.refusals.map(asReason));
  if (blockers.length > 0) return refused(...blockers);
  const losing = removedDataHolders(goal, live);
  const updates = submitting(action, goal, live, name);
  const lookedUp = goal && updates.length > 0 ? dynamicReferences(goal, { live }) : [];
  const actions: Action[] = [...recovery.actions, putting(input), ...updates, ...protecting(goal, live, name)];
  const coming = comingAgain(goal, live).map(importedReason);
  const reasons = [
    ...losing,
    ...staying(goal, live),
    ...coming,
    ...input.code.moves.map(relocationReason),
    ...lookedUp,
  ];
  return acting(action, actions, { destructive: losing.length > 0, reasons });
}

/** What the goal's template names and its bucket has lost, or holds otherwise by now. */
function putting({ name, code: { moves } }: PlanInput): Action {
  return { do: "put-code-objects", name, ...(moves.length > 0 ? { moves } : {}) };
}

function asReason({ code, detail }: Reason): Reason {
  return { code, detail };
}

function same(name: string, goal: CapturedComponent, live: CapturedComponent): StepPlan {
  if (goal.state.settings["template"] === live.state.settings["template"]) return unchanged();
  const detail = `The template of ${name} says the same as in the backup, in another text, which stays.`;
  return { ...unchanged(), reasons: [{ code: "TEMPLATE_TEXT_STAYS", detail }] };
}

/** CloudFormation operates nested stacks only from their root (facts D). */
function planNested(
  name: string,
  owner: ComponentId,
  { action, isPicked }: { action: StepAction; isPicked: boolean },
): StepPlan {
  if (isPicked) return restoredBy(owner, action);
  return refused({ code: "NESTED_STACK", detail: `${name} is a nested stack: add ${owner}, which brings it back.` });
}

/** The shell makes room for the stack of the backup. */
function planAnew(input: PlanInput, goal: CapturedComponent, shell: CapturedComponent | null): StepPlan {
  const { name, code } = input;
  const blockers = [...ownedElsewhere(name, shell), ...protection(name, shell), ...lostNoEcho(goal, null)];
  blockers.push(...code.refusals.map(asReason));
  if (blockers.length > 0) return refused(...blockers);
  const coming = comingAgain(goal, null);
  const actions: Action[] = [
    putting(input),
    { do: "delete-stack", name },
    { do: "create-stack", name, ...importing(coming) },
    ...protecting(goal, null, name),
  ];
  return acting("recreate", actions, { reasons: [...coming.map(importedReason), ...code.moves.map(relocationReason)] });
}

function protection(name: string, live: CapturedComponent | null): Reason[] {
  if (live?.state.settings["terminationProtection"] !== true) return [];
  const detail = `${name} has termination protection; it is never taken off by a rollback.`;
  return [{ code: "STACK_NOT_UPDATABLE", detail }];
}

/** The deployment created it. Only with consent, and never against its protection. */
function planRemoval(name: string, live: CapturedComponent | null): StepPlan {
  const blockers = [...ownedElsewhere(name, live), ...protection(name, live)];
  if (blockers.length > 0) return refused(...blockers);
  const reason: Reason = { code: "DESTRUCTIVE", detail: `The stack ${name} and everything in it is deleted.` };
  const reasons = [reason, ...staying(null, live)];
  return acting("remove", [{ do: "delete-stack", name }], { destructive: true, reasons });
}

/** A stack policy is respected and named; it stops the run here and not in the middle of an update. */
function protectedResources(name: string, goal: CapturedComponent | null, live: CapturedComponent | null): Reason[] {
  if (!goal || !live) return [];
  const [wanted, present] = [templateStateOf(goal.state), templateStateOf(live.state)];
  if (!wanted || !present) return [];
  const updates = resourcesOf(present.template).flatMap(({ logicalId, type }): ResourceUpdate[] => {
    const part = { logicalId, take: "all" } as const;
    const [to, from] = [partOf(wanted, part), partOf(present, part)];
    if (sameJson(to, from)) return [];
    return [{ logicalId, type, action: to ? "Update:Modify" : "Update:Delete" }];
  });
  return policyBlockers(name, live, updates);
}

/** Why the live stack's policy does not allow these updates; empty where it does. */
export function policyBlockers(name: string, live: CapturedComponent, updates: readonly ResourceUpdate[]): Reason[] {
  const denied = updates.filter((update) => policyDenies(live.state.settings["policy"] ?? null, update));
  return denied.map(({ logicalId, action }) => ({
    code: "STACK_POLICY_DENIES",
    detail: `The policy of the stack ${name} does not allow ${action} of ${logicalId}.`,
  }));
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
  const definitions = asObject((live && templateStateOf(live.state))?.template["Resources"]);
  const losing = present.filter(
    ([logicalId, type]) =>
      wanted[logicalId] !== type && holdsData(String(type)) && !isRetained(asObject(definitions[logicalId])),
  );
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
  const taking = importing(comingAgain(goal, live));
  if (action === "recreate") return [{ do: "create-stack", name, ...taking }];
  const submitted = ["template", "parameters", "tags", "resources"];
  const differing = goal && live ? stackDiff(goal.state, live.state) : [];
  return differing.some((path) => submitted.includes(path.split("/")[1] ?? ""))
    ? [...publishIntermediateVersion(goal, live, () => true), { do: "update-stack", name, ...taking }]
    : [];
}

function protecting(goal: CapturedComponent | null, live: CapturedComponent | null, name: string): Action[] {
  const differs = (key: string) => !sameJson(goal?.state.settings[key] ?? null, live?.state.settings[key] ?? null);
  const actions: Action[] = [];
  if (differs("policy")) actions.push({ do: "put-stack-policy", name });
  if (
    (goal?.state.settings["terminationProtection"] ?? false) !==
    (live?.state.settings["terminationProtection"] ?? false)
  ) {
    actions.push({ do: "put-termination-protection", name });
  }
  return actions;
}
