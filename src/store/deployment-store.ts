import { hasEnded } from "../domain/activity/activity.ts";
import { countAltered } from "../domain/activity/altered.ts";
import { StepbackError } from "../domain/errors.ts";
import { backedUp, openedDeployment, reasonIn } from "./activity-deeds.ts";
import { checkGuard, listUnfinished, updateActivity } from "./activity-rows.ts";
import { cancelling, deedIf, endDeed } from "./audit-deeds.ts";
import {
  findAltered,
  getDeployment,
  insertAltered,
  insertDeployment,
  listAltered,
  listOpenSince,
  updateDeployment,
} from "./deployment-rows.ts";
import { cancelActivity } from "./ending-rows.ts";
import { openFollowing } from "./following-rows.ts";
import { finishJob, writeFenced } from "./job-rows.ts";
import { insertLines } from "./log-rows.ts";
import { noteMade } from "./made-rows.ts";
import { hideFromEarlierTexts } from "./own-texts.ts";
import type { DeploymentStore } from "./port/deployments.ts";
import { completeRevalidations } from "./revalidation-rows.ts";
import { saveSnapshot } from "./snapshot-rows.ts";
import type { SqliteDatabase } from "./sqlite-database.ts";

export function createDeploymentStore(database: SqliteDatabase): DeploymentStore {
  return {
    openDeployment: (deployment, guard, enqueue) =>
      database.write(openedDeployment(deployment), async (rows, transaction) => {
        checkGuard(guard, await listUnfinished(rows, deployment));
        await insertDeployment(rows, deployment);
        await enqueue(transaction);
        await noteMade(rows, deployment.id);
      }),
    saveBackup: (fence, id, snapshot, { lock, readiness = null, warnings, lines }) =>
      writeFenced(database, { fence, says: backedUp(id, snapshot) }, async (rows) => {
        await saveSnapshot(rows, { activity: id, purpose: "backup" }, snapshot);
        await hideFromEarlierTexts(rows, id);
        await updateDeployment(rows, id, { readiness, ...(warnings ? { warnings } : {}) });
        const locked = lock ? { lock } : {};
        await updateActivity(rows, id, { status: "In Progress", startedAt: snapshot.takenAt, ...locked });
        await insertLines(rows, id, lines);
        await finishJob(rows, fence);
      }),
    reportOutcome: async (id, { outcome, message }, guard, enqueue) => {
      const facts = { after: { outcome }, ...reasonIn(message) };
      const says = (isFirst: boolean) => deedIf(isFirst, "deployment.report", id, facts);
      await database.write(says, async (rows, transaction) => {
        const deployment = await getDeployment(rows, id);
        checkGuard(guard, deployment);
        if (deployment.outcome === outcome) return false;
        if (deployment.outcome !== null)
          throw new StepbackError("OUTCOME_DIFFERS", `${id} was finished as ${deployment.outcome}.`);
        if (hasEnded(deployment.status)) throw new StepbackError("ALREADY_FINISHED", `${id} is ${deployment.status}.`);
        await updateDeployment(rows, id, { outcome, message });
        await enqueue(transaction);
        await noteMade(rows, id);
        return true;
      });
    },
    cancelDeployment: (id, request) =>
      database.write(cancelling(id), async (rows) => cancelActivity(rows, await getDeployment(rows, id), request)),
    saveRecord: (fence, id, end) =>
      writeFenced(database, { fence, says: (_, rows) => endDeed(rows, id) }, async (rows, transaction) => {
        await saveSnapshot(rows, { activity: id, purpose: "record" }, end.snapshot);
        await hideFromEarlierTexts(rows, id);
        await insertAltered(rows, id, end.altered);
        if (end.follow) await openFollowing(rows, end.follow, transaction);
        const rollback = end.follow?.rollback.id ?? null;
        const warnings = end.warnings ? { warnings: end.warnings } : {};
        const facts = { altered: countAltered(end.altered), pinned: end.pinned ?? [], rollback, ...warnings };
        await updateDeployment(rows, id, facts);
        if (end.status === "Completed") await completeRevalidations(rows, await getDeployment(rows, id), end.at);
        await updateActivity(rows, id, { status: end.status, finishedAt: end.at, error: end.problem });
        await insertLines(rows, id, end.lines);
        await finishJob(rows, fence);
      }),
    findAltered: (deployment) => database.read((rows) => findAltered(rows, deployment)),
    listAltered: (deployment, page) => database.read((rows) => listAltered(rows, deployment, page)),
    listOpenSince: (before) => database.read((rows) => listOpenSince(rows, before)),
  };
}
