import { and, asc, eq, lte, notInArray, sql } from "drizzle-orm";
import { finishJob, ownedBy } from "./job-rows.ts";
import type { ClaimedJob, JobStore } from "./port/jobs.ts";
import { jobs } from "./schema/jobs.ts";
import { type Rows, rowsOf, type SqliteDatabase } from "./sqlite-database.ts";

export function createJobStore(database: SqliteDatabase): JobStore {
  return {
    async insertJob(transaction, { type, subject }, at) {
      const job = { type, subject, status: "queued" as const, fence: 0, createdAt: at };
      await rowsOf(transaction).insert(jobs).values(job).onConflictDoNothing();
    },
    claimJob: (now, leaseMs) => database.writeUnrecorded("lease", (rows) => claimJob(rows, now + leaseMs)),
    requeueJobs: (now, everything, except = []) =>
      database.writeUnrecorded("lease", async (rows) => {
        const isRunning = and(eq(jobs.status, "running"), notInArray(jobs.id, [...except]));
        const requeued = await rows
          .update(jobs)
          .set({ status: "queued", fence: sql`${jobs.fence} + 1`, leaseUntil: null })
          .where(everything ? isRunning : and(isRunning, lte(jobs.leaseUntil, now)))
          .returning({ id: jobs.id });
        return requeued.length;
      }),
    renewLease: (fence, until) =>
      database.writeUnrecorded("lease", async (rows) => {
        const renewed = await rows
          .update(jobs)
          .set({ leaseUntil: until })
          .where(ownedBy(fence))
          .returning({ id: jobs.id });
        return renewed.length > 0;
      }),
    endJob: (fence) => database.writeUnrecorded("lease", (rows) => finishJob(rows, fence)),
  };
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
