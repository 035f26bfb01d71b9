import { type Activity, hasEnded } from "../domain/activity/activity.ts";
import { type Altered, alteredIds, changeOf } from "../domain/activity/altered.ts";
import type { BuildReturn } from "../domain/activity/build.ts";
import { type Deployment, wayBackWithoutRecord } from "../domain/activity/deployment.ts";
import type { Rollback } from "../domain/activity/rollback.ts";
import type { Scope } from "../domain/activity/scope.ts";
import { mergeAltered, type Pickable } from "../domain/activity/selection.ts";
import type { ComponentId, Components } from "../domain/component/component.ts";
import type { SnapshotSummary } from "../domain/component/snapshot.ts";
import { type ErrorCode, type Fault, StepbackError } from "../domain/errors.ts";
import { leftBehind, returnStates, type SnapshotPair } from "../domain/plan/rollback-states.ts";
import type { ActivityStore } from "../store/port/activities.ts";
import type { DeploymentStore } from "../store/port/deployments.ts";
import type { RollbackStore } from "../store/port/rollbacks.ts";
import type { SnapshotStore } from "../store/port/snapshots.ts";
import { findActivity } from "./find-activity.ts";
import { errorOf, found, refuse } from "./refusals.ts";

/** The ports from which the rows of a rollback are read. */
export type SourceStore = ActivityStore &
  Pick<DeploymentStore, "findAltered"> &
  Pick<RollbackStore, "findPlan" | "findSteps"> &
  SnapshotStore;

/** What a rollback is made from: the activity whose facts it copies, and the rows that can be picked. */
export interface RollbackSource extends Pick<Rollback, "deployments" | "undoes" | "toBuild" | "restores"> {
  /** The newest of the deployments, the rollback to undo, or the owner of the snapshot. */
  readonly origin: Activity;
  /** What the rollback locks besides its rows: the scope of the command that deploys a package. */
  readonly scope: Scope;
  readonly rows: readonly Pickable[];
}

const NO_SCOPE: Scope = { stacks: [], functions: [] };

/** Why a deployment cannot be rolled back; null when it can. Pure. */
export function whyNotRollbackable(deployment: Deployment): ErrorCode | null {
  if (deployment.status !== "Completed") return "DEPLOYMENT_NOT_COMPLETED";
  return countOf(deployment) > 0 ? null : "NOTHING_ALTERED";
}

/**
 * The merged rows of one or several deployments to one target. With `includeFailed`, a deployment that was reported as
 * failed and has a record counts too. NOT_FOUND, DEPLOYMENT_NOT_COMPLETED, SEVERAL_TARGETS, NOTHING_ALTERED.
 */
export async function deploymentsSource(
  store: SourceStore,
  ids: readonly string[],
  includeFailed: boolean,
): Promise<RollbackSource> {
  const deployments: Deployment[] = [];
  for (const id of new Set(ids)) deployments.push(found(await store.findDeployment(id), id));
  deployments.sort((one, other) => one.createdAt - other.createdAt || (one.id < other.id ? -1 : 1));
  refuse(
    errorOf(deployments.flatMap(incompletenessOf(includeFailed)), "Some deployments cannot be rolled back."),
    severalTargets(deployments),
  );
  const oldestFirst = deployments.map(({ id }) => id);
  const rows = await mergedRows(store, oldestFirst);
  const origin = deployments.at(-1);
  if (!origin || rows.length === 0) {
    throw new StepbackError("NOTHING_ALTERED", `${oldestFirst.join(", ")} left every component as it was.`);
  }
  return { origin, deployments: oldestFirst, undoes: null, toBuild: null, restores: null, scope: NO_SCOPE, rows };
}

/** The rows of an ended rollback: what differs between its backup and its record. ROLLBACK_NOT_FINISHED, NOTHING_ALTERED. */
export async function undoSource(store: SourceStore, id: string): Promise<RollbackSource> {
  const origin = found(await store.findRollback(id), id);
  if (!hasEnded(origin.status)) throw new StepbackError("ROLLBACK_NOT_FINISHED", `${id} is ${origin.status}.`);
  const rows = await undoRows(store, origin);
  if (rows.length === 0) throw new StepbackError("NOTHING_ALTERED", `${id} changed nothing.`);
  return { origin, deployments: [], undoes: id, toBuild: null, restores: null, scope: NO_SCOPE, rows };
}

/**
 * Every component of a snapshot, altered or not: any of them may have another state by now. NOT_FOUND, BACKUP_NOT_READY.
 */
export async function snapshotSource(store: SourceStore, id: string): Promise<RollbackSource> {
  const { status, activity } = found(await store.findSnapshot(id), id);
  if (status !== "Ready") throw new StepbackError("BACKUP_NOT_READY", `The snapshot ${id} is ${status}.`);
  const rows = await snapshotRows(store, id);
  const origin = found<Activity>(await findActivity(store, activity), activity);
  return { origin, deployments: [], undoes: null, toBuild: null, restores: id, scope: NO_SCOPE, rows };
}

async function snapshotRows(store: SourceStore, snapshot: string): Promise<readonly Pickable[]> {
  const components = [...(await store.findComponents(snapshot)).values()];
  return components.map(({ id, parent }) => ({ component: id, parent }));
}

/** The rows from which a rollback was picked. They no longer change: everything that they come from has ended. */
export async function rowsOf(store: SourceStore, rollback: Rollback): Promise<readonly Pickable[]> {
  if (rollback.toBuild) return returnRows(store, rollback.toBuild);
  if (rollback.restores !== null) return snapshotRows(store, rollback.restores);
  if (rollback.undoes === null) return mergedRows(store, rollback.deployments);
  return undoRows(store, found(await store.findRollback(rollback.undoes), rollback.undoes));
}

async function mergedRows(store: SourceStore, oldestFirst: readonly string[]): Promise<readonly Altered[]> {
  const rows: (readonly Altered[])[] = [];
  for (const id of oldestFirst) rows.push(await store.findAltered(id));
  return mergeAltered(rows);
}

/** The snapshots also hold the stack of a restored part, which was not picked itself. */
async function undoRows(store: SourceStore, undone: Rollback): Promise<readonly Altered[]> {
  if (undone.backup?.status !== "Ready") return [];
  const before = await store.findComponents(undone.backup.id);
  const deployed = await readLeft(store, undone, before);
  const changed = alteredIds(before, deployed).filter((id) => undone.picked.includes(id));
  return rowsBetween({ before, deployed }, changed);
}

/** The record of a rollback; where it broke off without one, what its rows say. */
async function readLeft(store: SourceStore, { id, record }: Rollback, backup: Components): Promise<Components> {
  if (record?.status === "Ready") return store.findComponents(record.id);
  const plan = await store.findPlan(id);
  return plan ? leftBehind(backup, plan, await store.findSteps(id)) : backup;
}

/** What a return to a build can restore: each component that differs from the record of the build's deployment. */
export async function returnRows(store: SourceStore, toState: BuildReturn): Promise<readonly Altered[]> {
  const { states } = await readReturn(store, toState);
  return rowsBetween(states, alteredIds(states.before, states.deployed));
}

/** The states between which a return to a build goes, and the two snapshots of the build's deployment. */
export async function readReturn(
  store: SourceStore,
  toState: Pick<BuildReturn, "deployment" | "since">,
): Promise<{ base: SnapshotPair; states: SnapshotPair }> {
  const base = await readPair(store, found(await store.findDeployment(toState.deployment), toState.deployment));
  const states = returnStates(base);
  for (const id of toState.since) {
    states.add(await readPair(store, found(await findActivity(store, id), id)));
  }
  return { base, states };
}

async function readPair(store: SourceStore, { backup, record }: Deployment | Rollback): Promise<SnapshotPair> {
  const read = async (snapshot: SnapshotSummary | null): Promise<Components> =>
    snapshot ? store.findComponents(snapshot.id) : new Map();
  return { before: await read(backup), deployed: await read(record) };
}

/** Rows without a diff and a verdict: the planner compares the states themselves. */
export function rowsBetween({ before, deployed }: SnapshotPair, ids: readonly ComponentId[]): readonly Altered[] {
  return ids.map((component): Altered => {
    const [was, became] = [before.get(component), deployed.get(component)];
    return {
      component,
      change: changeOf(was, became),
      parent: (became ?? was)?.parent ?? null,
      physicalId: (became ?? was)?.physicalId ?? null,
      before: was?.digest ?? null,
      deployed: became?.digest ?? null,
      diff: [],
      readiness: "reversible",
      reasons: [],
    };
  });
}

function incompletenessOf(includeFailed: boolean): (deployment: Deployment) => Fault[] {
  return (deployment) => {
    const { id, status, outcome, record } = deployment;
    const isFailed = status === "Exception" && outcome === "failed" && record?.status === "Ready";
    if (status === "Completed" || (isFailed && includeFailed)) return [];
    const hint = isFailed ? "It failed: roll it back with `includeFailed: true`." : wayBackWithoutRecord(deployment);
    const detail = [`${id} is ${status}.`, ...(hint ? [hint] : [])].join(" ");
    return [{ pointer: "/deployment", code: "DEPLOYMENT_NOT_COMPLETED", detail }];
  };
}

/** A target whose settings were changed in between counts as another one: its deployments are of another account or region. */
function severalTargets(deployments: readonly Deployment[]): StepbackError | null {
  const places = new Set(deployments.map(placeOf));
  if (places.size <= 1) return null;
  const names = [...new Set(deployments.map(({ target }) => target))];
  const to = (names.length > 1 ? names : [...places]).join(", ");
  const faults = deployments.map(
    (deployment): Fault => ({
      pointer: "/deployment",
      code: "SEVERAL_TARGETS",
      detail: `${deployment.id} went to ${placeOf(deployment)}.`,
    }),
  );
  return new StepbackError("SEVERAL_TARGETS", `The deployments went to ${to}.`, faults);
}

function placeOf({ target, identity }: Deployment): string {
  return identity ? `${target} (account ${identity.account}, region ${identity.region})` : target;
}

function countOf({ altered }: Deployment): number {
  return altered ? altered.added + altered.modified + altered.deleted : 0;
}
