import type { Rollback } from "../domain/activity.ts";
import type { BridgeTemplate } from "../domain/bridge-template.ts";
import {
  type CapturedComponent,
  type ComponentId,
  type Components,
  captured,
  parseComponentId,
} from "../domain/component.ts";
import { keepLive, threeWay } from "../domain/diff.ts";
import { type Plan, type PlanStep, planDigest, type Reason } from "../domain/plan.ts";
import { exposed, type Fingerprint } from "../domain/secrets.ts";
import { KINDS } from "../kinds/index.ts";
import { type PlanInput, refused, type StepPlan, type VersionContent } from "../kinds/kind.ts";
import { orderSteps } from "./ordering.ts";
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
  /** Every export of the account and region, and the stack that has it; null where AWS would not list them. */
  readonly exporters: readonly { readonly name: string; readonly stack: string }[] | null;
  readonly bridgeTemplate: BridgeTemplate;
}

export function makePlan(facts: PlanFacts, fingerprint: Fingerprint, plannedAt: number): Plan {
  const drafts = facts.rollback.picked.map((id) => draftStep(id, facts, fingerprint));
  const steps = orderSteps(drafts, facts, (id) => goalFor(id, facts));
  return { digest: planDigest(steps), plannedAt, steps };
}

/** A step before it has its place among the others. */
export type DraftStep = Omit<PlanStep, "order" | "wave" | "position" | "after" | "bridges">;

function draftStep(id: ComponentId, facts: PlanFacts, fingerprint: Fingerprint): DraftStep {
  const { before, deployed } = facts.sources;
  const live = facts.live.get(id) ?? null;
  const conflict = isConflict(id, facts);
  const goal = goalFor(id, facts);
  const planned = planStep(id, facts, goal);
  const strategy = id.startsWith("stack:") || planned.via?.startsWith("stack:") ? "stack" : "direct";
  const shown = (side: CapturedComponent | null | undefined) => side && exposed(id, side.state.settings, fingerprint);
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

/** What one component is planned from; the rest of the facts is for the order among them. */
export type ComponentFacts = Omit<PlanFacts, "exporters" | "bridgeTemplate">;

/** What the kind of a component is given to plan with. */
export function planInput(id: ComponentId, facts: ComponentFacts, goal: CapturedComponent | null): PlanInput {
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
export function goalFor(id: ComponentId, facts: ComponentFacts): CapturedComponent | null {
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
function isConflict(id: ComponentId, { sources, live, lastRecorded }: ComponentFacts): boolean {
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
