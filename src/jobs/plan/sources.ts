import type { BuildReturn } from "../../domain/activity/build.ts";
import type { Rollback } from "../../domain/activity/rollback.ts";
import type { Components } from "../../domain/component/component.ts";
import { StepbackError } from "../../domain/errors.ts";
import { leftBehind, mergeStates, type RollbackStates, returnStates } from "../../domain/plan/rollback-states.ts";
import type { Store } from "../../store/store.ts";

type Reader = Pick<
  Store,
  "findDeployment" | "findRollback" | "findComponents" | "findSnapshot" | "findRecorded" | "findPlan" | "findSteps"
>;

/** Reads the states that a rollback goes from and to. */
export async function loadStates(store: Reader, rollback: Rollback): Promise<RollbackStates> {
  return rollback.toBuild ? loadReturn(store, rollback.toBuild) : mergeStates(await readPairs(store, rollback));
}

/** Back to a build: from what the stage's later activities left to what the build's deployment had recorded. */
async function loadReturn(store: Reader, { deployment, since: later }: BuildReturn): Promise<RollbackStates> {
  const base = await readDeployment(store, deployment);
  const states = returnStates(base);
  for (const id of later) {
    const isDeployment = (await store.findDeployment(id)) !== null;
    states.add(await (isDeployment ? readDeployment(store, id) : readUndone(store, id)));
  }
  return { before: states.before, deployed: states.deployed, since: base.since };
}

async function readPairs(store: Reader, rollback: Rollback): Promise<RollbackStates[]> {
  if (rollback.undoes !== null) return [await readUndone(store, rollback.undoes)];
  if (rollback.restores !== null) return [await readSnapshot(store, rollback, rollback.restores)];
  const pairs: RollbackStates[] = [];
  for (const id of rollback.deployments) pairs.push(await readDeployment(store, id));
  return pairs;
}

async function readDeployment(store: Reader, id: string): Promise<RollbackStates> {
  const deployment = await store.findDeployment(id);
  if (!deployment?.record)
    throw new StepbackError("DEPLOYMENT_NOT_COMPLETED", `${id} has no record of the state after it.`);
  return readPair(store, deployment.backup.id, deployment.record.id);
}

/** An undo goes to the backup that the rollback took; live is compared with what the rollback left. */
async function readUndone(store: Reader, id: string): Promise<RollbackStates> {
  const undone = await store.findRollback(id);
  const plan = await store.findPlan(id);
  if (!undone?.backup || !plan)
    throw new StepbackError("NOTHING_ALTERED", `${id} changed nothing that could be undone.`);
  if (undone.record) return readPair(store, undone.backup.id, undone.record.id);
  const before = await store.findComponents(undone.backup.id);
  const deployed = leftBehind(before, plan, await store.findSteps(id));
  return { before, deployed, since: undone.finishedAt ?? 0 };
}

/** A restore goes to what the snapshot holds, from whatever Stepback last recorded of it, however long ago. */
async function readSnapshot(store: Reader, { identity }: Rollback, snapshot: string): Promise<RollbackStates> {
  const before = await store.findComponents(snapshot);
  const deployed: Components = identity ? await store.findRecorded(identity, [...before.keys()]) : new Map();
  return { before, deployed, since: 0 };
}

async function readPair(store: Reader, backup: string, record: string): Promise<RollbackStates> {
  const [before, deployed, taken] = await Promise.all([
    store.findComponents(backup),
    store.findComponents(record),
    store.findSnapshot(record),
  ]);
  return { before, deployed, since: taken?.takenAt ?? 0 };
}
