import type { Rollback } from "../domain/activity.ts";
import {
  type CapturedComponent,
  type ComponentId,
  type Components,
  captured,
  KIND_NAMES,
  parseComponentId,
} from "../domain/component.ts";
import { keepLive, threeWay } from "../domain/diff.ts";
import { type Plan, type PlanStep, planDigest, type Reason } from "../domain/plan.ts";
import { exposed, type Fingerprint } from "../domain/secrets.ts";
import type { Disclosure } from "../domain/stage-policy.ts";
import { KINDS } from "../kinds/index.ts";
import { type PlanInput, refused, type StepPlan, type VersionContent } from "../kinds/kind.ts";
import type { Sources } from "./sources.ts";

/** Everything that a plan is made from. Making it is pure: the same facts give the same digest. */
export interface PlanFacts {
  readonly rollback: Pick<Rollback, "picked" | "strategy" | "onConflict">;
  readonly sources: Pick<Sources, "before" | "deployed">;
  /** The picked components, and the others of their functions, as they are now. */
  readonly live: Components;
  /** Digest of what Stepback itself last recorded; null where that was "absent". */
  readonly lastRecorded: ReadonlyMap<ComponentId, string | null>;
  /** Published versions by function. */
  readonly versions: ReadonlyMap<string, readonly VersionContent[]>;
  readonly hasStagingBucket: boolean;
  /** What the stage's policy says of secrets; without one, what is always secret is. */
  readonly disclosure?: Disclosure;
}

export function makePlan(facts: PlanFacts, fingerprint: Fingerprint, plannedAt: number): Plan {
  const drafts = facts.rollback.picked.map((id) => draftStep(id, facts, fingerprint));
  const ordered = drafts.sort((one, other) => rank(one) - rank(other) || (one.component < other.component ? -1 : 1));
  const waves = [...new Set(ordered.map((step) => Math.floor(rank(step))))];
  const steps = ordered.map((step, index) => ({
    ...step,
    order: index + 1,
    wave: waves.indexOf(Math.floor(rank(step))) + 1,
  }));
  return { digest: planDigest(steps), plannedAt, steps };
}

type DraftStep = Omit<PlanStep, "order" | "wave">;

/**
 * Stacks first, then functions (configuration before code, as Terraform does; a function that is created, with its
 * code), then aliases. What a container brings back stands right behind it.
 */
function rank(step: DraftStep): number {
  const kind = (id: ComponentId) => KIND_NAMES.indexOf(parseComponentId(id)?.kind ?? "stack");
  if (step.via) return kind(step.via) + 0.5;
  const creates = step.actions.some((action) => action.do === "create-function");
  return creates ? KIND_NAMES.indexOf("lambda-config") : kind(step.component);
}

function draftStep(id: ComponentId, facts: PlanFacts, fingerprint: Fingerprint): DraftStep {
  const { before, deployed } = facts.sources;
  const live = facts.live.get(id) ?? null;
  const conflict = isConflict(id, facts);
  const goal = goalFor(id, facts);
  const planned = planStep(id, facts, goal);
  const strategy = id.startsWith("stack:") || planned.via?.startsWith("stack:") ? "stack" : "direct";
  const masking = { fingerprint, ...(facts.disclosure ? { disclosure: facts.disclosure } : {}) };
  const shown = (side: CapturedComponent | null | undefined) => side && exposed(id, side.state.settings, masking);
  return {
    component: id,
    action: planned.action,
    strategy,
    via: planned.via,
    conflict,
    destructive: planned.destructive,
    reasons: [...planned.reasons, ...warnings(id, facts, planned, conflict)],
    actions: planned.actions,
    goal: goal?.state ?? null,
    liveDigest: live?.digest ?? null,
    diff: threeWay(shown(before.get(id)) ?? undefined, shown(deployed.get(id)) ?? undefined, shown(live) ?? undefined),
  };
}

function planStep(id: ComponentId, facts: PlanFacts, goal: CapturedComponent | null): StepPlan {
  const parsed = parseComponentId(id);
  if (!parsed) return refused({ code: "UNKNOWN_COMPONENT", detail: `${id} is no component id.` });
  const backup = facts.sources.before.get(id);
  if (backup?.incomplete) return refused({ code: "INCOMPLETE_BACKUP", detail: backup.incomplete });
  const input = planInput(id, facts, goal);
  const planned = KINDS[parsed.kind].plan(input);
  const isPart =
    parsed.kind !== "stack" &&
    planned.action !== "unchanged" &&
    planned.action !== "refused" &&
    !planned.via?.startsWith("stack:");
  if (facts.rollback.strategy !== "stack" || !isPart) return planned;
  return refused({
    code: "STRATEGY_UNSUPPORTED",
    detail: `${id} is a part: pick its whole stack, or use auto or direct.`,
  });
}

/** What the kind of a component is given to plan with. */
export function planInput(id: ComponentId, facts: PlanFacts, goal: CapturedComponent | null): PlanInput {
  const picked = new Set(facts.rollback.picked);
  const liveOf = (other: ComponentId) => facts.live.get(other) ?? null;
  return {
    name: parseComponentId(id)?.name ?? "",
    goal,
    live: liveOf(id),
    owner: ownerOf(id, facts),
    isPicked: (other) => picked.has(other),
    goalOf: (other) => goalFor(other, facts),
    liveOf,
    versionsOf: (functionName) => facts.versions.get(functionName) ?? [],
    hasStagingBucket: facts.hasStagingBucket,
  };
}

/** The stack that owns it now or did in the backup. */
export function ownerOf(id: ComponentId, { sources, live }: Pick<PlanFacts, "sources" | "live">): ComponentId | null {
  return live.get(id)?.parent ?? sources.before.get(id)?.parent ?? sources.deployed.get(id)?.parent ?? null;
}

/** The state to reach: the backup, or under `keep-live` what someone changed since and the backup for the rest. */
export function goalFor(id: ComponentId, facts: PlanFacts): CapturedComponent | null {
  const before = facts.sources.before.get(id) ?? null;
  const deployed = facts.sources.deployed.get(id) ?? null;
  const live = facts.live.get(id) ?? null;
  if (facts.rollback.onConflict !== "keep-live" || !isConflict(id, facts)) return before;
  // Code, templates and what came or went are kept whole; only settings that are independent of each other are merged.
  if (!before || !deployed || !live || !id.startsWith("lambda-config:")) return live;
  const settings = keepLive(before.state.settings, deployed.state.settings, live.state.settings);
  return captured(id, { ...before.state, settings }, { parent: before.parent, physicalId: before.physicalId });
}

/** Someone else changed it: live is neither the backup nor what Stepback last recorded of it. */
function isConflict(id: ComponentId, { sources, live, lastRecorded }: PlanFacts): boolean {
  const now = live.get(id)?.digest ?? null;
  const recorded = lastRecorded.has(id) ? lastRecorded.get(id) : (sources.deployed.get(id)?.digest ?? null);
  return now !== (sources.before.get(id)?.digest ?? null) && now !== recorded;
}

function warnings(id: ComponentId, facts: PlanFacts, planned: StepPlan, conflict: boolean): Reason[] {
  const reasons: Reason[] = [];
  if (conflict)
    reasons.push({
      code: "CONFLICT",
      detail: `${id} is neither as in the backup nor as it was recorded after the deploy.`,
    });
  const owner = ownerOf(id, facts);
  const acts = planned.actions.length > 0;
  if (acts && owner && !id.startsWith("stack:")) {
    const detail = `The template of ${owner} and its next deploy still say what the deployment said about ${id}.`;
    reasons.push({ code: "LEAVES_STACK_BEHIND", detail });
  }
  return reasons;
}
