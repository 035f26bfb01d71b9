import { and, asc, eq, lte, sql } from "drizzle-orm";
import { StepbackError } from "../domain/errors.ts";
import type { ClaimedJob, Fence, JobStore, JobType } from "./port/jobs.ts";
import type { Transaction } from "./port/transaction.ts";
import { jobs } from "./schema.ts";
import { type Rows, rowsOf, type SqliteDatabase } from "./sqlite-database.ts";

export function createJobStore(database: SqliteDatabase): JobStore {
  return {
    async insertJob(transaction, { type, subject }, at) {
      const job = { type, subject, status: "queued" as const, fence: 0, createdAt: at };
      await rowsOf(transaction).insert(jobs).values(job).onConflictDoNothing();
    },
    claimJob: (now, leaseMs) => database.write((rows) => claimJob(rows, now + leaseMs)),
    requeueJobs: (now, everything) =>
      database.write(async (rows) => {
        const isRunning = eq(jobs.status, "running");
        const requeued = await rows
          .update(jobs)
          .set({ status: "queued", fence: sql`${jobs.fence} + 1`, leaseUntil: null })
          .where(everything ? isRunning : and(isRunning, lte(jobs.leaseUntil, now)))
          .returning({ id: jobs.id });
        return requeued.length;
      }),
    renewLease: (fence, until) =>
      database.write(async (rows) => {
        const renewed = await rows
          .update(jobs)
          .set({ leaseUntil: until })
          .where(held(fence))
          .returning({ id: jobs.id });
        return renewed.length > 0;
      }),
    endJob: (fence) => database.write((rows) => finishJob(rows, fence)),
  };
}

/** A transaction of the job that owns `fence`. LEASE_LOST, and nothing is changed, where it owns it no more. */
export function writeFenced<Answer>(
  database: SqliteDatabase,
  fence: Fence,
  work: (rows: Rows, transaction: Transaction) => Promise<Answer>,
): Promise<Answer> {
  return database.write(async (rows, transaction) => {
    const owned = await rows.select({ id: jobs.id }).from(jobs).where(held(fence));
    if (owned.length === 0) throw leaseLost(fence);
    return work(rows, transaction);
  });
}

/** Ends the job that owns `fence`. LEASE_LOST where it owns it no more. */
export async function finishJob(rows: Rows, fence: Fence): Promise<void> {
  const done = { status: "done" as const, leaseUntil: null };
  const finished = await rows.update(jobs).set(done).where(held(fence)).returning({ id: jobs.id });
  if (finished.length === 0) throw leaseLost(fence);
}

/** Ends whatever is queued or running for an activity, or only its jobs of one type. Who runs one loses the lease. */
export async function dropJobs(rows: Rows, subject: string, type?: JobType): Promise<void> {
  await rows
    .update(jobs)
    .set({ status: "done", fence: sql`${jobs.fence} + 1`, leaseUntil: null })
    // A literal, so that SQLite sees that the partial index of unfinished jobs serves.
    .where(and(eq(jobs.subject, subject), type && eq(jobs.type, type), sql`${jobs.status} <> 'done'`));
}

async function claimJob(rows: Rows, leaseUntil: number): Promise<ClaimedJob | null> {
  const [next] = await rows
    .select({ id: jobs.id })
    .from(jobs)
    .where(eq(jobs.status, "queued"))
    .orderBy(asc(jobs.id))
    .limit(1);
  if (!next) return null;
  const [claimed] = await rows
    .update(jobs)
    .set({ status: "running", fence: sql`${jobs.fence} + 1`, leaseUntil })
    .where(eq(jobs.id, next.id))
    .returning({ job: jobs.id, fence: jobs.fence, type: jobs.type, subject: jobs.subject });
  return claimed ?? null;
}

function held({ job, fence }: Fence) {
  return and(eq(jobs.id, job), eq(jobs.fence, fence), eq(jobs.status, "running"));
}

function leaseLost({ job, fence }: Fence): StepbackError {
  return new StepbackError("LEASE_LOST", `Job ${job} is no longer held under fence ${fence}.`);
}
