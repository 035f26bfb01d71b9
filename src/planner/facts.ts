import type { Rollback } from "../domain/activity/rollback.ts";
import type { Disclosure } from "../domain/activity/stage-policy.ts";
import {
  type CapturedComponent,
  type ComponentId,
  type Components,
  captured,
  type KindName,
  parseComponentId,
} from "../domain/component/component.ts";
import { keepLive } from "../domain/component/diff.ts";
import type { StepAction } from "../domain/plan/plan.ts";
import { type CodePlace, type CodePlan, NO_CODE_PLAN } from "../domain/template/code-relocation.ts";
import type { Sources } from "../jobs/plan/sources.ts";
import { KINDS } from "../kinds/index.ts";
import { actionBetween, type PlanInput, refused, type StepPlan, type VersionContent } from "../kinds/kind.ts";
import { ownerOf, resourcesOf } from "./ownership.ts";

/** Everything that a plan is made from. Making it is pure: the same facts give the same digest. */
export interface PlanFacts {
  readonly rollback: Pick<Rollback, "picked" | "strategy" | "onConflict" | "continueUpdateRollback">;
  readonly sources: Pick<Sources, "before" | "deployed">;
  /** The picked components, the others of their functions and the stacks that own them, as they are now. */
  readonly live: Components;
  /** Digest of what Stepback itself last recorded; null where that was "absent". */
  readonly lastRecorded: ReadonlyMap<ComponentId, string | null>;
  /** Published versions by function. */
  readonly versions: ReadonlyMap<string, readonly VersionContent[]>;
  /** ARNs of layer versions that the backup names and that do not exist any more. */
  readonly goneLayers: ReadonlySet<string>;
  readonly hasStagingBucket: boolean;
  /** Absent where nobody looked: then every object counts as being where the templates name it. */
  readonly code?: CodeFacts;
  /** What that makes of each stack, once the sources have been rewritten to it (`relocation.ts`). */
  readonly codePlans?: ReadonlyMap<ComponentId, CodePlan>;
  /** Whether the team's own command puts everything back: then the steps take no actions. */
  readonly byCommand?: boolean;
  /** Every export of the account and region, and the stack that has it; null where AWS would not list them. */
  readonly exporters: readonly { readonly name: string; readonly stack: string }[] | null;
  /** What the stage's policy says of secrets; without one, what is always secret is. */
  readonly disclosure?: Disclosure;
}

/** Objects that templates of the backup name, as they stand now. */
export interface CodeFacts {
  /** Where those go that have to move; null where no bucket is configured. */
  readonly stagingBucket: string | null;
  readonly places: ReadonlyMap<ComponentId, readonly CodePlace[]>;
}

/** What one component is planned from; the rest of the facts is for the order among them. */
export type ComponentFacts = Omit<PlanFacts, "exporters">;

/** The facts with the time to which they are seen. */
export type DatedFacts = ComponentFacts & { readonly at: number };

/** The state to reach: the backup, or under `keep-live` what someone changed since and the backup for the rest. */
export function goalFor(id: ComponentId, facts: ComponentFacts): CapturedComponent | null {
  const before = facts.sources.before.get(id) ?? null;
  const deployed = facts.sources.deployed.get(id) ?? null;
  const live = facts.live.get(id) ?? null;
  if (!isKept(id, facts)) return before;
  // Code, templates and what came or went are kept whole; only settings that are independent of each other are merged.
  if (!before || !deployed || !live || !MERGED.has(parseComponentId(id)?.kind ?? "stack")) return live;
  const settings = keepLive(before.state.settings, deployed.state.settings, live.state.settings);
  return captured(id, { ...before.state, settings }, { parent: before.parent, physicalId: before.physicalId });
}

/** Kinds whose settings are independent of each other, member by member. */
const MERGED: ReadonlySet<KindName> = new Set(["lambda-config", "lambda-tags"]);

/** What `keep-live` leaves as somebody made it; a container that goes back may change it in passing. */
export function isKept(id: ComponentId, facts: ComponentFacts): boolean {
  return facts.rollback.onConflict === "keep-live" && isConflict(id, facts);
}

/** Someone else changed it: live is neither the backup nor what Stepback last recorded of it. */
export function isConflict(id: ComponentId, { sources, live, lastRecorded }: ComponentFacts): boolean {
  const now = live.get(id)?.digest ?? null;
  const recorded = lastRecorded.has(id) ? lastRecorded.get(id) : (sources.deployed.get(id)?.digest ?? null);
  return now !== recorded && !isAsIn(sources.before.get(id), live.get(id));
}

/** Whether there is nothing to put back, by what the kind counts as the same. */
function isAsIn(backup: CapturedComponent | undefined, live: CapturedComponent | undefined): boolean {
  if (!backup || !live) return backup === live;
  if (backup.digest === live.digest) return true;
  const kind = parseComponentId(live.id)?.kind ?? "stack";
  return !backup.incomplete && !live.incomplete && KINDS[kind].diff(backup.state, live.state).length === 0;
}

/** What has to happen to it, seen from the two states alone. */
export function actionOf(id: ComponentId, facts: ComponentFacts): StepAction {
  const [goal, live] = [goalFor(id, facts) ?? undefined, facts.live.get(id)];
  return isAsIn(goal, live) ? "unchanged" : actionBetween(goal ?? null, live ?? null);
}

/** What the component's own kind plans. */
export function directPlan(id: ComponentId, facts: DatedFacts, goal: CapturedComponent | null): StepPlan {
  const parsed = parseComponentId(id);
  if (!parsed) return refused({ code: "UNKNOWN_COMPONENT", detail: `${id} is no component id.` });
  return KINDS[parsed.kind].plan(planInput(id, facts, goal));
}

/** Somebody's consent to let the failed rollback of a stack go on. */
export function mayContinue({ rollback }: Pick<PlanFacts, "rollback">): PlanInput["mayContinue"] {
  return (stack) => rollback.continueUpdateRollback[stack] ?? null;
}

/** What the kind of a component is given to plan with. */
export function planInput(id: ComponentId, facts: DatedFacts, goal: CapturedComponent | null): PlanInput {
  const picked = new Set(facts.rollback.picked);
  const liveOf = (other: ComponentId) => facts.live.get(other) ?? null;
  return {
    name: parseComponentId(id)?.name ?? "",
    goal,
    live: liveOf(id),
    sameThing: sameThing(id, facts, goal),
    owner: ownerOf(id, facts),
    ownedAs: (statement) => resourcesOf(id, facts, statement)[0] ?? null,
    isPicked: (other) => picked.has(other),
    goalOf: (other) => goalFor(other, facts),
    liveOf,
    versionsOf: (functionName) => facts.versions.get(functionName) ?? [],
    isLayerGone: (arn) => facts.goneLayers.has(arn),
    mayContinue: mayContinue(facts),
    hasStagingBucket: facts.hasStagingBucket,
    code: codePlanOf(id, facts),
    at: facts.at,
  };
}

export function codePlanOf(stack: ComponentId, { codePlans }: ComponentFacts): CodePlan {
  return codePlans?.get(stack) ?? NO_CODE_PLAN;
}

/** The component of the same kind that AWS holds to be the same thing, where only one of the two names exists at a time. */
function sameThing(
  id: ComponentId,
  { live, sources }: ComponentFacts,
  goal: CapturedComponent | null,
): CapturedComponent | null {
  const here = live.get(id);
  if (Boolean(goal) === Boolean(here)) return null;
  const kind = parseComponentId(id)?.kind;
  const physicalId = (goal ?? here)?.physicalId;
  const others = [...(goal ? live : sources.before).values()];
  const isSame = (other: CapturedComponent) =>
    other.id !== id && other.physicalId === physicalId && parseComponentId(other.id)?.kind === kind;
  // A name that exists on both sides is a thing of its own.
  const isFree = (other: CapturedComponent) => !(goal ? sources.before : live).has(other.id);
  return (physicalId && others.find((other) => isSame(other) && isFree(other))) || null;
}
