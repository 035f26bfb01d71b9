import { alteredIds } from "../../domain/activity/altered.ts";
import { type BuildReturn, returnStates } from "../../domain/activity/build.ts";
import type { Rollback } from "../../domain/activity/rollback.ts";
import {
  type CapturedComponent,
  type ComponentId,
  type Components,
  takeOver,
} from "../../domain/component/component.ts";
import { StepbackError } from "../../domain/errors.ts";
import type { Store } from "../../store/store.ts";

/** The states that a rollback goes from and to. */
export interface Sources {
  /** The backups; of several deployments the oldest that altered the component. */
  readonly before: Components;
  /** The records after; of several deployments the newest that altered the component. */
  readonly deployed: Components;
  /** When the oldest of those records was taken: what Stepback recorded since then is not somebody else's change. */
  readonly since: number;
}

type Reader = Pick<Store, "findDeployment" | "findRollback" | "findComponents" | "findSnapshot" | "findRecorded">;

export async function loadSources(store: Reader, rollback: Rollback): Promise<Sources> {
  if (rollback.toBuild) return loadReturn(store, rollback.toBuild);
  const pairs = await pairsOf(store, rollback);
  const before = new Map<ComponentId, CapturedComponent>();
  const deployed = new Map<ComponentId, CapturedComponent>();
  const seen = new Set<ComponentId>();
  for (const pair of pairs) {
    const altered = new Set(alteredIds(pair.before, pair.deployed));
    for (const id of new Set([...pair.before.keys(), ...pair.deployed.keys()])) {
      if (!seen.has(id)) takeOver(before, id, pair.before.get(id));
      if (!seen.has(id) || altered.has(id)) takeOver(deployed, id, pair.deployed.get(id));
    }
    for (const id of altered) seen.add(id);
  }
  return { before, deployed, since: Math.min(...pairs.map((pair) => pair.since)) };
}

/** Back to a build: from what the stage's later activities left to what the build's deployment had recorded (S2). */
async function loadReturn(store: Reader, { deployment, since: later }: BuildReturn): Promise<Sources> {
  const [base] = await deploymentPairs(store, [deployment]);
  if (!base) throw new StepbackError("DEPLOYMENT_NOT_COMPLETED", `${deployment} has no record of the state after it.`);
  const states = returnStates(base);
  for (const id of later) {
    const isDeployment = (await store.findDeployment(id)) !== null;
    for (const pair of isDeployment ? await deploymentPairs(store, [id]) : [await undonePair(store, id)])
      states.add(pair);
  }
  return { before: states.before, deployed: states.deployed, since: base.since };
}

async function pairsOf(store: Reader, rollback: Rollback): Promise<Sources[]> {
  if (rollback.undoes !== null) return [await undonePair(store, rollback.undoes)];
  if (rollback.restores !== null) return [await snapshotPair(store, rollback, rollback.restores)];
  return deploymentPairs(store, rollback.deployments);
}

async function deploymentPairs(store: Reader, ids: readonly string[]): Promise<Sources[]> {
  const pairs: Sources[] = [];
  for (const id of ids) {
    const deployment = await store.findDeployment(id);
    if (!deployment?.record)
      throw new StepbackError("DEPLOYMENT_NOT_COMPLETED", `${id} has no record of the state after it.`);
    pairs.push(await readPair(store, deployment.backup.id, deployment.record.id));
  }
  return pairs;
}

/** An undo goes back to the backup that the rollback took; what the rollback left is what it compares live with (N7). */
async function undonePair(store: Reader, id: string): Promise<Sources> {
  const undone = await store.findRollback(id);
  if (!undone?.backup || !undone.record)
    throw new StepbackError("NOTHING_ALTERED", `${id} changed nothing that could be undone.`);
  return readPair(store, undone.backup.id, undone.record.id);
}

/** A restore goes to what the snapshot holds, from whatever Stepback last recorded of it, however long ago (N14). */
async function snapshotPair(store: Reader, { identity }: Rollback, snapshot: string): Promise<Sources> {
  const before = await store.findComponents(snapshot);
  const deployed: Components = identity ? await store.findRecorded(identity, [...before.keys()]) : new Map();
  return { before, deployed, since: 0 };
}

async function readPair(store: Reader, backup: string, record: string): Promise<Sources> {
  const [before, deployed, taken] = await Promise.all([
    store.findComponents(backup),
    store.findComponents(record),
    store.findSnapshot(record),
  ]);
  return { before, deployed, since: taken?.takenAt ?? 0 };
}
