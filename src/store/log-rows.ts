import { eq, max } from "drizzle-orm";
import { subjectOf } from "../domain/audit/subjects.ts";
import { StepbackError } from "../domain/errors.ts";
import { isReadCall } from "../domain/read-calls.ts";
import { type KeyScope, targetScope } from "../sealing/scopes.ts";
import { insertEntry, jobOf } from "./audit-inbox.ts";
import { noteChanged } from "./changes.ts";
import type { NewLine } from "./port/transaction.ts";
import { activities } from "./schema/activities.ts";
import { logLines } from "./schema/jobs.ts";
import { secretsOfActivity } from "./secret-rows.ts";
import type { Rows } from "./sqlite-database.ts";

/** Without the secrets of the activity's stage. Continues the activity's numbering without a gap: this transaction holds the only write lock. */
export async function insertLines(rows: Rows, activity: string, lines: readonly NewLine[]): Promise<void> {
  if (lines.length === 0) return;
  noteChanged(rows, activity);
  const { number, scope } = await logOf(rows, activity);
  const [last] = await rows
    .select({ seq: max(logLines.seq) })
    .from(logLines)
    .where(eq(logLines.activity, number));
  const secrets = await secretsOfActivity(rows, activity);
  let seq = last?.seq ?? 0;
  for (const { outcome = "done", ...line } of lines) {
    seq += 1;
    const place = { scope, id: lineId(number, seq) };
    await rows
      .insert(logLines)
      .values(
        rows.sealing.seal(logLines, place, { ...line, message: secrets.without(line.message), activity: number, seq }),
      );
    await recordCall(rows, activity, { ...line, outcome });
  }
}

/** A call that may have changed something is in the audit as soon as it is in the log. */
async function recordCall(
  rows: Rows,
  activity: string,
  { at, aws, component, outcome = "done" }: NewLine,
): Promise<void> {
  if (!aws || isReadCall(aws.operation)) return;
  const { service, operation, requestId } = aws;
  const subject = { ...subjectOf(activity), ...(component === null ? {} : { component }) };
  const call = { service, operation, requestId };
  await insertEntry(rows, { at, actor: jobOf(activity), action: "aws.call", subject, aws: call, outcome });
}

/** The public id of a row of `log_lines`. */
export function lineId(activity: number, seq: number): string {
  return `${activity}/${seq}`;
}

/** The number that stands for an activity's id in the log, and whose key seals its lines. NOT_FOUND. */
export async function logOf(rows: Rows, activity: string): Promise<{ number: number; scope: KeyScope }> {
  const { number, target } = activities;
  const [row] = await rows.select({ number, target }).from(activities).where(eq(activities.id, activity));
  if (!row) throw new StepbackError("NOT_FOUND", `There is no ${activity}.`);
  return { number: row.number, scope: targetScope(row.target) };
}
