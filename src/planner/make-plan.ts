import type { CapturedComponent, ComponentId } from "../domain/component/component.ts";
import { threeWay } from "../domain/component/diff.ts";
import type { Reason } from "../domain/errors.ts";
import { type Plan, type PlanStep, planDigest, type StepAction } from "../domain/plan/plan.ts";
import { exposed, type Fingerprint } from "../domain/template/secrets.ts";
import { acting, refused, restoredBy, type StepPlan } from "../kinds/kind.ts";
import type { DraftStep } from "./draft-step.ts";
import { actionOf, type DatedFacts, directPlan, goalFor, isConflict, isKept, type PlanFacts } from "./facts.ts";
import { orderSteps } from "./order-steps.ts";
import { ownerOf } from "./ownership.ts";
import { withMovedCode } from "./relocate-code.ts";
import { type PartPlans, planParts } from "./stack-parts/plan-parts.ts";

export function makePlan(found: PlanFacts, fingerprint: Fingerprint, plannedAt: number): Plan {
  const facts = withMovedCode(found);
  const dated = { ...facts, at: plannedAt };
  const parts = planParts(dated);
  const drafts = facts.rollback.picked.map((id) => draftStep(id, { facts: dated, parts, fingerprint }));
  const steps = orderSteps(drafts, facts, (id) => goalFor(id, facts));
  return { digest: planDigest(steps), plannedAt, steps };
}

interface Drafting {
  readonly facts: DatedFacts;
  readonly parts: PartPlans;
  readonly fingerprint: Fingerprint;
}

function draftStep(id: ComponentId, { facts, parts, fingerprint }: Drafting): DraftStep {
  const { before, deployed } = facts.sources;
  const live = facts.live.get(id) ?? null;
  const conflict = isConflict(id, facts);
  const goal = parts.goals.get(id) ?? goalFor(id, facts);
  const planned = planStep(id, facts, parts);
  const throughStack = id.startsWith("stack") || parts.steps.has(id) || planned.via?.startsWith("stack:");
  const strategy = throughStack ? "stack" : "direct";
  const masking = { fingerprint, ...(facts.disclosure ? { disclosure: facts.disclosure } : {}) };
  const shown = (side: CapturedComponent | null | undefined) => side && exposed(id, side.state.settings, masking);
  return {
    component: id,
    action: planned.action,
    strategy,
    via: planned.via,
    conflict,
    destructive: planned.destructive,
    reasons: [...planned.reasons, ...warnings(id, facts, { planned, conflict, strategy })],
    actions: planned.actions,
    goal: goal?.state ?? null,
    liveDigest: live?.digest ?? null,
    diff: threeWay(shown(before.get(id)) ?? undefined, shown(deployed.get(id)) ?? undefined, shown(live) ?? undefined),
  };
}

/** With its picked stack, as a part of its stack, or by its own kind. */
function planStep(id: ComponentId, facts: DatedFacts, parts: PartPlans): StepPlan {
  const backup = facts.sources.before.get(id);
  if (backup?.incomplete) return refused({ code: "INCOMPLETE_BACKUP", detail: backup.incomplete });
  const owner = ownerOf(id, facts);
  const goal = goalFor(id, facts);
  const action = actionOf(id, facts);
  if (owner && facts.rollback.picked.includes(owner) && (action !== "unchanged" || isKept(id, facts)))
    return restoredBy(owner, action);
  const part = parts.steps.get(id);
  if (part) return part;
  const planned = directPlan(id, facts, goal);
  if (facts.byCommand) return leftToCommand(planned, action);
  if (facts.rollback.strategy !== "stack" || id.startsWith("stack:") || planned.actions.length === 0) return planned;
  return refused({
    code: "STRATEGY_UNSUPPORTED",
    detail: `The template of ${owner} says the same about ${id} as in the backup, or nothing: use auto or direct.`,
  });
}

/** How it goes back is the command's own matter: what a kind could not do itself is no reason against it. Losses are. */
function leftToCommand(planned: StepPlan, action: StepAction): StepPlan {
  if (planned.action === "refused") return acting(action, []);
  return { ...planned, actions: [] };
}

interface Planned {
  readonly planned: StepPlan;
  readonly conflict: boolean;
  readonly strategy: PlanStep["strategy"];
}

function warnings(id: ComponentId, facts: DatedFacts, { planned, conflict, strategy }: Planned): Reason[] {
  const reasons: Reason[] = [];
  if (conflict)
    reasons.push({
      code: "CONFLICT",
      detail: `${id} is neither as in the backup nor as it was recorded after the deploy.`,
    });
  const owner = ownerOf(id, facts);
  if (planned.actions.length > 0 && owner && strategy === "direct") {
    const detail = `The template of ${owner} and its next deploy still say what the deployment said about ${id}.`;
    reasons.push({ code: "LEAVES_STACK_BEHIND", detail });
  }
  return reasons;
}
