import { and, eq, sql } from "drizzle-orm";
import { StepbackError } from "../domain/errors.ts";
import { jobOf } from "./audit-inbox.ts";
import type { Fence, JobType } from "./port/jobs.ts";
import type { Transaction } from "./port/transaction.ts";
import { jobs } from "./schema/jobs.ts";
import type { DeedOf, Rows, SqliteDatabase, Unrecorded } from "./sqlite-database.ts";

/**
 * Runs a transaction on behalf of the job that owns `fence`, and says it in the audit, or why it is not said there. LEASE_LOST, with
 * nothing changed, when the job lost it.
 */
export function writeFenced<Result>(
  database: SqliteDatabase,
  { fence, says }: { readonly fence: Fence; readonly says: DeedOf<Result> | Unrecorded },
  work: (rows: Rows, transaction: Transaction) => Promise<Result>,
): Promise<Result> {
  const fenced = async (rows: Rows, transaction: Transaction) => {
    const owned = await rows.select({ id: jobs.id }).from(jobs).where(ownedBy(fence));
    if (owned.length === 0) throw leaseLost(fence);
    return work(rows, transaction);
  };
  if (typeof says === "string") return database.writeUnrecorded(says, fenced);
  const deedOf = async (result: Result, rows: Rows) => {
    const deed = typeof says === "function" ? await says(result, rows) : says;
    return deed && { actor: jobOf(deed.subject.id), ...deed };
  };
  return database.write(deedOf, fenced);
}

/** Ends the job that owns `fence`. LEASE_LOST when the job lost it. */
export async function finishJob(rows: Rows, fence: Fence): Promise<void> {
  const done = { status: "done" as const, leaseUntil: null };
  const finished = await rows.update(jobs).set(done).where(ownedBy(fence)).returning({ id: jobs.id });
  if (finished.length === 0) throw leaseLost(fence);
}

/** Ends the queued and running jobs of an activity, or only those of one type. The worker that runs one loses its lease. */
export async function dropJobs(rows: Rows, subject: string, type?: JobType): Promise<void> {
  await rows
    .update(jobs)
    .set({ status: "done", fence: sql`${jobs.fence} + 1`, leaseUntil: null })
    // A literal: SQLite uses the partial index of unfinished jobs only when the condition repeats its text.
    .where(and(eq(jobs.subject, subject), type && eq(jobs.type, type), sql`${jobs.status} <> 'done'`));
}

/** Selects the running job of a fence. */
export function ownedBy({ job, fence }: Fence) {
  return and(eq(jobs.id, job), eq(jobs.fence, fence), eq(jobs.status, "running"));
}

function leaseLost({ job, fence }: Fence): StepbackError {
  return new StepbackError("LEASE_LOST", `Job ${job} has been taken from the worker with fence ${fence}.`);
}
