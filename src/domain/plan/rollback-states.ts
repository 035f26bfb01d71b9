import { alteredIds } from "../activity/altered.ts";
import {
  type CapturedComponent,
  type ComponentId,
  type Components,
  captured,
  takeOver,
} from "../component/component.ts";
import type { Plan } from "./plan.ts";
import type { StepRow, StepStatus } from "./step-row.ts";

/*
 * The states that a rollback goes from and to, merged once from the snapshots of one or several activities. Pure.
 */

/** The two snapshots of one activity. */
export interface SnapshotPair {
  readonly before: Components;
  readonly deployed: Components;
}

/** The states between which a return to a build moves. */
export interface ReturnStates extends SnapshotPair {
  /** Adds a later deployment or rollback of the stage; the oldest has to come first. */
  add(pair: SnapshotPair): void;
}

/**
 * `before` starts as the record of the build's deployment. The state of a component that this deployment did not capture
 * comes from the oldest later backup; a component that a later deployment added is absent. `deployed` is the last record.
 */
export function returnStates(base: SnapshotPair): ReturnStates {
  const before = new Map(base.deployed);
  const deployed = new Map(base.deployed);
  const settled = new Set(idsOf(base));
  return {
    before,
    deployed,
    add(pair) {
      for (const id of idsOf(pair)) {
        // The oldest backup with the component decides, even where the component was absent: a later one shows later changes.
        if (!settled.has(id)) takeOver(before, id, pair.before.get(id));
        takeOver(deployed, id, pair.deployed.get(id));
        settled.add(id);
      }
    },
  };
}

/** Ids of the components in either snapshot. */
export function idsOf({ before, deployed }: SnapshotPair): ReadonlySet<ComponentId> {
  return new Set([...before.keys(), ...deployed.keys()]);
}

/** A pair, and when its record was taken: what Stepback recorded since then is not somebody else's change. */
export interface RollbackStates extends SnapshotPair {
  /** Milliseconds since the epoch; of several records the oldest. */
  readonly since: number;
}

/**
 * What a rollback has left that broke off and could record nothing: the goals of the steps that it began, as far as anybody
 * knows, and its own backup for the rest.
 */
export function leftBehind(backup: Components, { steps }: Pick<Plan, "steps">, rows: readonly StepRow[]): Components {
  const left = new Map(backup);
  const begun = new Set(rows.filter(({ status }) => MAY_HAVE_CHANGED.has(status)).map(({ component }) => component));
  for (const { component, goal } of steps) {
    const { parent = null, physicalId = null } = backup.get(component) ?? {};
    if (begun.has(component))
      takeOver(left, component, goal ? captured(component, goal, { parent, physicalId }) : undefined);
  }
  return left;
}

/** Statuses of steps that may have changed their component. */
export const MAY_HAVE_CHANGED: ReadonlySet<StepStatus> = new Set(["Restored", "Removed", "Recreated", "Failed"]);

/**
 * The states of a rollback of several activities, oldest first: `before` of the oldest that altered the component,
 * `deployed` of the newest that altered it.
 */
export function mergeStates(pairs: readonly RollbackStates[]): RollbackStates {
  const before = new Map<ComponentId, CapturedComponent>();
  const deployed = new Map<ComponentId, CapturedComponent>();
  const seen = new Set<ComponentId>();
  for (const pair of pairs) {
    const altered = new Set(alteredIds(pair.before, pair.deployed));
    for (const id of idsOf(pair)) {
      if (!seen.has(id)) takeOver(before, id, pair.before.get(id));
      if (!seen.has(id) || altered.has(id)) takeOver(deployed, id, pair.deployed.get(id));
    }
    for (const id of altered) seen.add(id);
  }
  return { before, deployed, since: Math.min(...pairs.map((pair) => pair.since)) };
}
