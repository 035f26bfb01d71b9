import { and, eq, isNull } from "drizzle-orm";
import { type Activity, hasEnded } from "../domain/activity/activity.ts";
import type { Problem } from "../domain/errors.ts";
import { updateActivity } from "./activity-rows.ts";
import { dropJobs } from "./job-rows.ts";
import { insertLines } from "./log-rows.ts";
import { noteMade } from "./made-rows.ts";
import type { Cancelling } from "./port/transaction.ts";
import { updateRollback } from "./rollback-rows.ts";
import { activities } from "./schema/activities.ts";
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

/** False when the activity has ended already. */
export async function cancelActivity<Row extends Activity>(
  rows: Rows,
  activity: Row,
  { at, by, endsWith }: Cancelling<Row>,
): Promise<boolean> {
  if (hasEnded(activity.status)) return false;
  const isFirst = and(eq(activities.id, activity.id), isNull(activities.cancelRequestedAt));
  const first = await rows
    .update(activities)
    .set({ cancelRequestedAt: at })
    .where(isFirst)
    .returning({ id: activities.id });
  const message = `${by} asked to cancel it.`;
  const asked = { at, level: "info" as const, component: null, step: null, message, aws: null };
  await insertLines(rows, activity.id, first.length > 0 ? [asked] : []);
  await noteMade(rows, activity.id);
  const problem = endsWith(activity);
  if (problem) await closeActivity(rows, activity, problem, at);
  return true;
}
