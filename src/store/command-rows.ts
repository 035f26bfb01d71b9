import { eq } from "drizzle-orm";
import type { Outcome } from "../domain/activity/deployment.ts";
import type { Problem } from "../domain/errors.ts";
import { updateActivity } from "./activity-rows.ts";
import { buildReturns } from "./schema/rollbacks.ts";
import type { Rows } from "./sqlite-database.ts";

/** Stores how the command of a rollback by package ended. */
export async function saveReport(
  rows: Rows,
  rollback: string,
  { outcome, problem }: { outcome: Outcome; problem: Problem | null },
): Promise<void> {
  await rows.update(buildReturns).set({ outcome }).where(eq(buildReturns.rollback, rollback));
  await updateActivity(rows, rollback, { error: problem });
}
