import type { CapturedComponent, ComponentId, ComponentState } from "../../domain/component/component.ts";
import { stackState } from "../../domain/component/states/stack.ts";
import type { Reason } from "../../domain/errors.ts";
import { sameJson } from "../../domain/json.ts";
import type { Action, StepAction } from "../../domain/plan/plan.ts";
import { lostSecrets } from "../../domain/stack/lost-secrets.ts";
import { lostHolders, wholeStack } from "../../domain/stack/stack-losses.ts";
import { policyDenies, type ResourceUpdate } from "../../domain/stack/stack-policy.ts";
import { isShell, ownedElsewhere, unprotecting } from "../../domain/stack/status.ts";
import { trafficShifts } from "../../domain/stack/traffic-shifts.ts";
import { relocationReason } from "../../domain/template/code-relocation.ts";
import { dynamicReferences } from "../../domain/template/dynamic-references.ts";
import { partOf } from "../../domain/template/part.ts";
import { sameTemplate } from "../../domain/template/same-effect.ts";
import { resourcesOf, templateStateOf } from "../../domain/template/template.ts";
import { templateSettingsDiff } from "../comparison.ts";
import { acting, actionBetween, type PlanInput, refused, restoredBy, type StepPlan, unchanged } from "../kind.ts";
import { goneLayerBlockers } from "./gone-layers.ts";
import { planIntermediateVersions } from "./intermediate-version.ts";
import { planRecovery } from "./recovery.ts";
import {
  importedReason,
  importingMember,
  recreatedReasons,
  retainedReasons,
  returningResources,
} from "./retained-reasons.ts";

/** Keys of the outputs whose export no stack imported at the capture. An export without a list of importers may be imported. */
export function unimported({ state }: CapturedComponent): string[] {
  const { importers, exportNames } = stackState(state).evidence;
  return Object.entries(exportNames).flatMap(([key, name]) => (importers[name]?.length === 0 ? [key] : []));
}

/**
 * Templates are compared as data: CloudFormation does not accept another text of the same data as a change, so the text
 * could not be restored. A status in which the stack was stuck is no goal either.
 */
export function stackDiff(goal: ComponentState, live: ComponentState): string[] {
  const [wanted, present] = [stackState(goal).settings, stackState(live).settings];
  const isDifference = (path: string) => {
    if (path === "/template") return !sameTemplate(wanted.template, present.template);
    if (path.startsWith("/policy")) return knowsPolicy(goal) && knowsPolicy(live);
    return path !== "/stuckIn" || wanted.stuckIn === null;
  };
  return templateSettingsDiff(goal, live).filter(isDifference);
}

/** Whether the capture could read the stack's policy: an unavailable one is not compared. */
function knowsPolicy({ settings }: ComponentState): boolean {
  return "policy" in settings;
}

/** A policy of the backup cannot be put back where nobody can tell which one there is. */
function unreadablePolicy(name: string, goal: CapturedComponent | null, live: CapturedComponent | null): Reason[] {
  const wanted = stackState(goal?.state).settings.policy ?? null;
  if (!live || wanted === null || knowsPolicy(live.state)) return [];
  const why = stackState(live.state).evidence.unavailable["policy"] ?? "it could not be read.";
  return [{ code: "LIVE_UNREADABLE", detail: `The policy of the stack ${name}: ${why}` }];
}

export function planStack(input: PlanInput): StepPlan {
  const { goal, live, name } = input;
  const action = actionBetween(goal, live);
  if (action === "unchanged") return unchanged();
  if (goal && live && stackDiff(goal.state, live.state).length === 0) return planSame(name, goal, live);
  if (input.owner) return planNested(name, input.owner, { action, isPicked: input.isPicked(input.owner) });
  if (action === "remove") return planRemoval(input);
  if (goal && isShell(live)) return planOverShell(input, goal, live);
  const recovery = planRecovery(name, live, input.mayContinue);
  const secrets = lostSecrets(goal, live);
  const blockers = [...ownedElsewhere(name, live ?? goal), ...recovery.blockers, ...secrets.blockers];
  blockers.push(
    ...unreadablePolicy(name, goal, live),
    ...protectedResources(name, goal, live),
    ...input.code.refusals.map(asReason),
    ...goneLayers(input),
  );
  if (blockers.length > 0) return refused(...blockers);
  const losses = goal && live ? lostHolders(goal, live, input.losses) : [];
  const updates = updateActions(action, goal, live, name);
  const references = goal && updates.length > 0 ? dynamicReferences(goal, { live }) : [];
  const actions: Action[] = [
    ...recovery.actions,
    codeAction(input),
    ...updates,
    ...protectionActions(goal, live, name),
  ];
  const imported = returningResources(goal, live).map(importedReason);
  const reasons = [
    ...retainedReasons(goal, live),
    ...imported,
    ...input.code.moves.map(relocationReason),
    ...references,
    ...trafficShifts(goal, live),
    ...recreatedReasons(goal, live),
    ...secrets.losses,
  ];
  return acting(action, actions, { losses, reasons });
}

/** Restores objects that the goal's template names and that their bucket has lost or changed. */
function codeAction({ name, code: { moves, lostTemplates } }: PlanInput): Action {
  return {
    do: "put-code-objects",
    name,
    ...(moves.length > 0 ? { moves } : {}),
    ...(lostTemplates.length > 0 ? { templates: true } : {}),
  };
}

function goneLayers({ goal, live, isLayerGone }: Pick<PlanInput, "goal" | "live" | "isLayerGone">): Reason[] {
  const wanted = goal && templateStateOf(goal.state);
  return wanted ? goneLayerBlockers(goal, { wanted, live: live && templateStateOf(live.state) }, { isLayerGone }) : [];
}

function asReason({ code, detail }: Reason): Reason {
  return { code, detail };
}

/** Nothing to do, at most another text of the same template. */
function planSame(name: string, goal: CapturedComponent, live: CapturedComponent): StepPlan {
  if (stackState(goal.state).settings.template === stackState(live.state).settings.template) return unchanged();
  const detail = `The template of ${name} means the same as in the backup. Its text differs, and stays as it is.`;
  return { ...unchanged(), reasons: [{ code: "TEMPLATE_TEXT_STAYS", detail }] };
}

/** CloudFormation updates nested stacks only through their root (facts D). */
function planNested(
  name: string,
  owner: ComponentId,
  { action, isPicked }: { action: StepAction; isPicked: boolean },
): StepPlan {
  if (isPicked) return restoredBy(owner, action);
  return refused({ code: "NESTED_STACK", detail: `${name} is a nested stack: add ${owner}, which restores it.` });
}

/** Deletes the shell, so that the stack of the backup can be created under its name. */
function planOverShell(input: PlanInput, goal: CapturedComponent, shell: CapturedComponent | null): StepPlan {
  const { name, code } = input;
  const secrets = lostSecrets(goal, null);
  const blockers = [...ownedElsewhere(name, shell), ...protection(name, shell), ...secrets.blockers];
  blockers.push(...code.refusals.map(asReason), ...goneLayers({ ...input, live: null }));
  if (blockers.length > 0) return refused(...blockers);
  const returning = returningResources(goal, null);
  const actions: Action[] = [
    codeAction(input),
    { do: "delete-stack", name },
    { do: "create-stack", name, ...importingMember(returning) },
    ...protectionActions(goal, null, name),
  ];
  return acting("recreate", actions, {
    reasons: [
      ...returning.map(importedReason),
      ...recreatedReasons(goal, null),
      ...code.moves.map(relocationReason),
      ...secrets.losses,
    ],
  });
}

function protection(name: string, live: CapturedComponent | null): Reason[] {
  if (!stackState(live?.state).settings.terminationProtection) return [];
  const detail = `${name} has termination protection, which a rollback never removes. ${unprotecting(name)}`;
  return [{ code: "STACK_NOT_UPDATABLE", detail }];
}

/** Deletes a stack that the deployment created: only with consent, and never despite its termination protection. */
function planRemoval({ name, live, losses: facts }: PlanInput): StepPlan {
  const blockers = [...ownedElsewhere(name, live), ...protection(name, live)];
  if (blockers.length > 0) return refused(...blockers);
  const losses = live ? [wholeStack(live, facts)] : [];
  return acting("remove", [{ do: "delete-stack", name }], { losses, reasons: retainedReasons(null, live) });
}

/** Refuses what the stack policy denies, so that it stops the rollback here and not in the middle of an update. */
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

/** The updates that the live stack's policy denies; empty if it allows all. */
export function policyBlockers(name: string, live: CapturedComponent, updates: readonly ResourceUpdate[]): Reason[] {
  const denied = updates.filter((update) => policyDenies(stackState(live.state).settings.policy ?? null, update));
  return denied.map(({ logicalId, action }) => ({
    code: "STACK_POLICY_DENIES",
    detail: `The policy of the stack ${name} does not allow ${action} of ${logicalId}. ${allowingAll(name)}`,
  }));
}

/** A policy can be replaced and never removed. The change counts as somebody's, so the rollback has to overwrite it. */
function allowingAll(name: string): string {
  const statement = { Effect: "Allow", Action: "Update:*", Principal: "*", Resource: "*" };
  const body = JSON.stringify({ Statement: [statement] });
  const command = `aws cloudformation set-stack-policy --stack-name ${name} --stack-policy-body '${body}'`;
  return `Allow it with \`${command}\`, then roll back with \`onConflict: restore\`: with the whole stack, its policy is restored, too.`;
}

function updateActions(
  action: "restore" | "recreate" | "refused",
  goal: CapturedComponent | null,
  live: CapturedComponent | null,
  name: string,
): Action[] {
  const imports = importingMember(returningResources(goal, live));
  if (action === "recreate") return [{ do: "create-stack", name, ...imports }];
  const submitted = ["template", "parameters", "tags", "resources"];
  const differing = goal && live ? stackDiff(goal.state, live.state) : [];
  return differing.some((path) => submitted.includes(path.split("/")[1] ?? ""))
    ? [...planIntermediateVersions(goal, live, () => true), { do: "update-stack", name, ...imports }]
    : [];
}

function protectionActions(goal: CapturedComponent | null, live: CapturedComponent | null, name: string): Action[] {
  const [wanted, present] = [stackState(goal?.state).settings, stackState(live?.state).settings];
  const actions: Action[] = [];
  const isPolicyKnown = goal !== null && knowsPolicy(goal.state) && (live === null || knowsPolicy(live.state));
  if (isPolicyKnown && !sameJson(wanted.policy ?? null, present.policy ?? null))
    actions.push({ do: "put-stack-policy", name });
  if (wanted.terminationProtection !== present.terminationProtection)
    actions.push({ do: "put-termination-protection", name });
  return actions;
}
