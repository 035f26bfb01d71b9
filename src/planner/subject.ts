import {
  type CapturedComponent,
  type ComponentId,
  captured,
  type KindName,
  kindOf,
  nameOf,
  stackOf,
} from "../domain/component/component.ts";
import { keepLive } from "../domain/component/diff.ts";
import { turnedBetween } from "../domain/component/turned-triggers.ts";
import type { StepAction } from "../domain/plan/plan.ts";
import { kindFor } from "../kinds/index.ts";
import { actionBetween } from "../kinds/kind.ts";
import type { PlanRequest, RecordedStates } from "./facts.ts";
import { owningResources, parentOf } from "./ownership.ts";

/** One component as the planner sees it: resolved once, and asked everywhere. */
export interface Subject {
  readonly id: ComponentId;
  readonly kind: KindName;
  readonly name: string;
  readonly before: CapturedComponent | null;
  readonly deployed: CapturedComponent | null;
  readonly live: CapturedComponent | null;
  /** The state to reach; null when the component has to go. */
  readonly goal: CapturedComponent | null;
  /** What contains it now or did in the backup. */
  readonly parent: ComponentId | null;
  /** The stack that owns it now or did in the backup; null for what no stack owns. */
  readonly owner: ComponentId | null;
  /** The resources of stacks that it is by itself; empty where only its function is a resource. */
  readonly resources: readonly ComponentId[];
  /** What has to happen to it, as the goal and live say. */
  readonly action: StepAction;
  /** Someone else changed it: live is neither the backup nor what Stepback last recorded. */
  readonly conflict: boolean;
  /** The rollback that broke off and may have made live what it is; null where live is explained. */
  readonly brokenOffBy: string | null;
  /** `keep-live` leaves it as somebody made it; a container that is rolled back may still change it. */
  readonly kept: boolean;
}

/** The picked components, and any other that planning one of them asks about. */
export interface Subjects {
  readonly request: PlanRequest;
  readonly states: RecordedStates;
  readonly picked: readonly Subject[];
  readonly isPicked: (id: ComponentId) => boolean;
  readonly of: (id: ComponentId) => Subject;
  /** Triggers under their names in the backup, with those that they have in live. */
  readonly turned: ReadonlyMap<ComponentId, ComponentId>;
  /** The name in the backup of the turned trigger that has this name in live; null for any other component. */
  readonly turnedFrom: (id: ComponentId) => ComponentId | null;
  /** Whether the deploy altered a component, so that it can be picked. */
  readonly isAltered: (id: ComponentId) => boolean;
}

/** Pure. Each subject is resolved when it is first asked for. */
export function resolveSubjects(request: PlanRequest, states: RecordedStates): Subjects {
  const known = new Map<ComponentId, Subject>();
  const turned = turnedBetween(states.before, states.live);
  const turnedByDeploy = turnedBetween(states.before, states.deployed);
  const of = (id: ComponentId): Subject => {
    const subject = known.get(id) ?? resolveSubject(id, request, { states, isTurned: turned.has(id) });
    known.set(id, subject);
    return subject;
  };
  const ids = new Set(request.picked);
  const isAltered = (id: ComponentId) =>
    turnedByDeploy.has(id) || states.before.get(id)?.digest !== states.deployed.get(id)?.digest;
  const origins = new Map([...turned].map(([was, is]) => [is, was]));
  return {
    ...{ request, states, of, turned, isAltered },
    picked: request.picked.map(of),
    isPicked: (id) => ids.has(id),
    turnedFrom: (id) => origins.get(id) ?? null,
  };
}

interface Resolving {
  readonly states: RecordedStates;
  /** Whether another trigger has its name now. */
  readonly isTurned: boolean;
}

function resolveSubject(id: ComponentId, { onConflict }: PlanRequest, { states, isTurned }: Resolving): Subject {
  const kind = kindOf(id);
  const sides = {
    before: states.before.get(id) ?? null,
    deployed: states.deployed.get(id) ?? null,
    live: states.live.get(id) ?? null,
  };
  const isUnexplained = !isAsRecorded(id, sides, states) && !isAsIn(sides.before, sides.live);
  const brokenOffBy = (isUnexplained && states.brokenOff?.get(id)) || null;
  const conflict = isUnexplained && brokenOffBy === null;
  const kept = conflict && onConflict === "keep-live";
  const goal = kept ? keptGoal(kind, sides) : sides.before;
  const action = actionOf(goal, { ...sides, isTurned: isTurned && !kept });
  const parent = parentOf(id, states);
  const resources = owningResources(id, states);
  const owner = stackOf(resources[0] ?? parent);
  return { id, kind, name: nameOf(id), ...sides, goal, parent, owner, resources, action, conflict, brokenOffBy, kept };
}

function actionOf(
  goal: CapturedComponent | null,
  { live, isTurned }: Pick<Subject, "live"> & Pick<Resolving, "isTurned">,
): StepAction {
  if (!isAsIn(goal, live)) return actionBetween(goal, live);
  return isTurned ? "restore" : "unchanged";
}

/** Whether live is what Stepback itself last recorded: by the digest or, where that is of the record at hand, by what the kind compares. */
function isAsRecorded(id: ComponentId, { deployed, live }: Sides, { lastRecorded }: RecordedStates): boolean {
  const known = deployed?.digest ?? null;
  const recorded = lastRecorded.has(id) ? (lastRecorded.get(id) ?? null) : known;
  return recorded === (live?.digest ?? null) || (recorded === known && agreesWithRecord(deployed, live));
}

/** An incomplete record says nothing of the settings that it lacks; none of the others may have changed since. */
function agreesWithRecord(deployed: CapturedComponent | null, live: CapturedComponent | null): boolean {
  if (!deployed?.incomplete || !live || live.incomplete) return isAsIn(deployed, live);
  const known = Object.entries(live.state.settings).filter(([member]) => member in deployed.state.settings);
  return kindFor(deployed.id).diff(deployed.state, { ...live.state, settings: Object.fromEntries(known) }).length === 0;
}

type Sides = Pick<Subject, "before" | "deployed" | "live">;

/** Kinds whose settings are independent of each other, member by member. */
const MERGED: ReadonlySet<KindName> = new Set(["lambda-config", "lambda-tags"]);

/**
 * What someone changed since, and the backup for the rest. Code, templates and components that came or went are kept
 * whole.
 */
function keptGoal(kind: KindName, { before, deployed, live }: Sides): CapturedComponent | null {
  if (!before || !deployed || !live || !MERGED.has(kind)) return live;
  const settings = keepLive(before.state.settings, deployed.state.settings, live.state.settings);
  return captured(before.id, { ...before.state, settings }, { parent: before.parent, physicalId: before.physicalId });
}

/** Whether there is nothing to restore, by what the kind counts as the same. */
function isAsIn(goal: CapturedComponent | null, live: CapturedComponent | null): boolean {
  if (!goal || !live) return goal === live;
  if (goal.digest === live.digest) return true;
  return !goal.incomplete && !live.incomplete && kindFor(goal.id).diff(goal.state, live.state).length === 0;
}
