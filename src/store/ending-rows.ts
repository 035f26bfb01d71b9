import type { Activity } from "../domain/activity/activity.ts";
import type { Problem } from "../domain/errors.ts";
import { updateActivity } from "./activity-rows.ts";
import { dropJobs } from "./job-rows.ts";
import { updateRollback } from "./rollback-rows.ts";
import { failPendingSnapshots } from "./snapshot-rows.ts";
import type { Rows } from "./sqlite-database.ts";
import { closeSteps, countSteps, findSteps } from "./step-rows.ts";

/** Ends an activity in Exception, with its jobs, its pending snapshots and its open steps. */
export async function closeActivity(rows: Rows, activity: Activity, problem: Problem, at: number): Promise<void> {
  await updateActivity(rows, activity.id, { status: "Exception", finishedAt: at, error: problem });
  await dropJobs(rows, activity.id);
  await failPendingSnapshots(rows, activity.id);
  if (activity.type !== "rollback") return;
  await closeSteps(rows, activity.id, { problem, at });
  await updateRollback(rows, activity.id, { result: countSteps(await findSteps(rows, activity.id)) });
}
