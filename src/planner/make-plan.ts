import type { Disclosure } from "../domain/activity/stage-policy.ts";
import type { CapturedComponent, ComponentId, ComponentState } from "../domain/component/component.ts";
import { threeWay } from "../domain/component/diff.ts";
import type { ReferenceFacts } from "../domain/component/references.ts";
import type { Reason } from "../domain/errors.ts";
import { type LaterDeployment, overwriteReason, overwrittenBy } from "../domain/plan/later-deployment.ts";
import { asksForConsent, lossReasons } from "../domain/plan/losses.ts";
import { type DamagedBytes, damageReasons, neededBytes } from "../domain/plan/needed-bytes.ts";
import { type Plan, planDigest } from "../domain/plan/plan.ts";
import { rolledBackValues } from "../domain/plan/rolled-back-values.ts";
import { masked } from "../domain/secrets/exposed.ts";
import type { Fingerprint } from "../domain/secrets/mark.ts";
import type { SecretValues } from "../domain/secrets/secret-values.ts";
import { acting, refused, restoredBy, type StepPlan } from "../kinds/kind.ts";
import { movesOf } from "./capacity/moves.ts";
import { reservedFirst } from "./capacity/schedule.ts";
import { FREES_NOTHING, provisioningAgain, versionsToFree } from "./capacity/shared-versions.ts";
import { withinCapacity } from "./capacity/within-capacity.ts";
import type { DraftStep } from "./draft-step.ts";
import type { GatheredFacts } from "./facts.ts";
import { orderSteps } from "./order-steps.ts";
import { directPlanner, type PlanDirectly } from "./plan-directly.ts";
import { withReferences } from "./references.ts";
import { relocateCode } from "./relocate-code.ts";
import { type PartPlans, planParts } from "./stack-parts/plan-parts.ts";
import { stillServing } from "./still-serving.ts";
import { resolveSubjects, type Subject, type Subjects } from "./subject.ts";

/** How a plan is shown, and when it is made. */
export interface Making {
  readonly fingerprint: Fingerprint;
  /** What the stage's policy says of secrets; without one, whatever is always secret is. */
  readonly disclosure?: Disclosure;
  /** Secrets of the stage, which are masked wherever else they stand. */
  readonly known?: SecretValues;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** What a rollback will do, step by step, in its order. Pure: the same facts give the same digest. */
export function makePlan(facts: GatheredFacts, making: Making): Plan {
  const { states, codePlans } = relocateCode(facts);
  const subjects = resolveSubjects(facts.request, states);
  const planDirectly = directPlanner(subjects, { ...facts.target, codePlans, at: making.at });
  const parts = planParts(subjects, { planDirectly, codePlans, ...facts.target });
  const changedBy = facts.request.undoes === null ? "deploy" : "rollback";
  const planners = { parts, planDirectly, references: facts.target.references };
  const own = subjects.picked.map((subject) => {
    const planned = withWholeBytes(planStep(subject, subjects, planners), subject, {
      damaged: facts.damaged ?? new Map(),
      goalOf: (id) => subjects.of(id).goal?.state ?? null,
    });
    const isPart = parts.steps.has(subject.id);
    const stackDiffers = subject.owner !== null && differsFromBackup(subjects.of(subject.owner));
    const partGoal = parts.goals.get(subject.id);
    const overwritten = overwrittenBy(facts.later.get(subject.id) ?? [], states.lastRecorded.get(subject.id));
    const serving = isPart ? [] : stillServing(subject, subjects);
    return draftStep(subject, { planned, isPart, stackDiffers, partGoal, overwritten, changedBy, serving }, making);
  });
  const freeing = facts.request.byCommand ? FREES_NOTHING : versionsToFree(own, subjects);
  const drafts = provisioningAgain(own, freeing, subjects);
  const { exports, capacity } = facts.target;
  const moves = capacity && !facts.request.byCommand ? movesOf(subjects, drafts, capacity.functions) : [];
  const reservedBefore = reservedFirst(capacity?.functions ?? new Map(), moves);
  const ordered = orderSteps(drafts, subjects, { exports, reservedFirst: reservedBefore });
  const steps = withinCapacity(ordered, { moves, freeing, capacity });
  return { digest: planDigest(steps), plannedAt: making.at, steps };
}

interface Planners {
  readonly parts: PartPlans;
  readonly planDirectly: PlanDirectly;
  readonly references: ReferenceFacts;
}

/** With its picked stack, as a part of its stack, or by its own kind. */
function planStep(subject: Subject, subjects: Subjects, { parts, planDirectly, references }: Planners): StepPlan {
  const { id, before, owner, action, kept } = subject;
  if (before?.incomplete) return refused({ code: "INCOMPLETE_BACKUP", detail: before.incomplete });
  if (owner && subjects.isPicked(owner) && (action !== "unchanged" || kept)) return restoredBy(owner, action);
  const part = parts.steps.get(id);
  if (part) return part;
  const planned = withReferences(subject, planDirectly(subject), { subjects, references });
  const { byCommand, strategy } = subjects.request;
  if (byCommand) return leftToCommand(planned, action);
  if (strategy !== "stack" || subject.kind === "stack" || planned.actions.length === 0) return planned;
  return refused({
    code: "STRATEGY_UNSUPPORTED",
    detail: `The template of ${owner} says the same about ${id} as in the backup, or nothing: use \`strategy: auto\` or \`strategy: direct\`.`,
  });
}

interface Stored {
  readonly damaged: DamagedBytes;
  readonly goalOf: (id: ComponentId) => ComponentState | null;
}

/** The step as planned, unless bytes that it uploads are damaged: then nothing may be touched for it. */
function withWholeBytes(planned: StepPlan, { id, goal }: Subject, { damaged, goalOf }: Stored): StepPlan {
  const needed = neededBytes({ component: id, actions: planned.actions, goal: goal?.state ?? null }, goalOf);
  const reasons = damageReasons(needed, damaged);
  return reasons.length > 0 ? refused(...reasons) : planned;
}

/** How the command restores it is its own matter, so a kind's refusal does not count; a loss does. */
function leftToCommand(planned: StepPlan, action: Subject["action"]): StepPlan {
  if (planned.action === "refused") return acting(action, []);
  return { ...planned, actions: [] };
}

interface Drafting {
  readonly planned: StepPlan;
  readonly isPart: boolean;
  /** Whether its stack is not as in the backup; false where no stack owns it. */
  readonly stackDiffers: boolean;
  /** The goal of a resource whose definition had to be adapted to the live template. */
  readonly partGoal: CapturedComponent | undefined;
  /** The later deployment whose state would be overwritten. */
  readonly overwritten: LaterDeployment | undefined;
  /** What is reversed. */
  readonly changedBy: "deploy" | "rollback";
  /** Who keeps the state that the step undoes; a part says that itself. */
  readonly serving: readonly Reason[];
}

function draftStep(subject: Subject, drafting: Drafting, { fingerprint, disclosure, known }: Making): DraftStep {
  const { id, before, deployed, live, conflict } = subject;
  const { planned, isPart, stackDiffers, partGoal, overwritten, changedBy, serving } = drafting;
  const changes = planned.action !== "unchanged" && planned.action !== "refused";
  const throughStack = id.startsWith("stack") || isPart || planned.via?.startsWith("stack:");
  const strategy = throughStack ? "stack" : "direct";
  const leavesStackBehind = planned.actions.length > 0 && !throughStack && stackDiffers;
  const masking = { fingerprint, ...(disclosure ? { disclosure } : {}), ...(known ? { known } : {}) };
  const shown = (side: CapturedComponent | null) => (side ? masked(id, side.state.settings, masking) : undefined);
  return {
    component: id,
    action: planned.action,
    strategy,
    via: planned.via,
    conflict,
    destructive: planned.losses.some(asksForConsent),
    losses: planned.losses,
    reasons: [
      ...lossReasons(planned.losses),
      ...planned.reasons,
      ...(changes ? serving : []),
      ...warnings(subject, leavesStackBehind),
      ...(changes && overwritten ? [overwriteReason(id, overwritten)] : []),
      ...(changes ? rolledBackValues(subject, changedBy) : []),
    ],
    actions: planned.actions,
    goal: (partGoal ?? subject.goal)?.state ?? null,
    liveDigest: live?.digest ?? null,
    diff: threeWay(shown(before), shown(deployed), shown(live)),
  };
}

/** A hotswap, or a call of somebody, changes what a stack owns and leaves the stack as it was. Unknown counts as different. */
function differsFromBackup({ before, live }: Subject): boolean {
  return !before || !live || before.digest !== live.digest;
}

function warnings(
  { id, owner, conflict, brokenOffBy, action, deployed }: Subject,
  leavesStackBehind: boolean,
): Reason[] {
  const reasons: Reason[] = [];
  if (deployed?.incomplete && !conflict && action !== "unchanged") {
    const detail = `Part of ${id} could not be read when it was recorded after the deploy, so that a later change of that part by someone else is not noticed: ${deployed.incomplete}`;
    reasons.push({ code: "PARTLY_COMPARED", detail });
  }
  if (conflict)
    reasons.push({
      code: "CONFLICT",
      detail: `${id} is neither as in the backup nor as it was recorded after the deploy.`,
    });
  if (brokenOffBy) {
    const detail = `${brokenOffBy} broke off while it changed ${id}, so that nobody can tell whether someone else has changed it since.`;
    reasons.push({ code: "EFFECT_UNKNOWN", detail });
  }
  if (leavesStackBehind) {
    const detail = `The template of ${owner} and its next deploy still say what the deployment said about ${id}.`;
    reasons.push({ code: "LEAVES_STACK_BEHIND", detail });
  }
  return reasons;
}
