import type { Transaction } from "./transaction.ts";

export const JOB_TYPES = ["take-snapshot", "record-deployment", "plan-rollback", "run-rollback"] as const;
export type JobType = (typeof JOB_TYPES)[number];

export interface JobRequest {
  readonly type: JobType;
  /** Id of the deployment or rollback. */
  readonly subject: string;
}

/** Ownership of a running job. Every write of the job carries it; a stale one gets LEASE_LOST and changes nothing. */
export interface Fence {
  readonly job: number;
  readonly fence: number;
}

export interface ClaimedJob extends JobRequest, Fence {}

export interface JobStore {
  insertJob(transaction: Transaction, job: JobRequest, at: number): Promise<void>;
  /** The oldest queued job, now running under a raised fence. Null when nothing waits. */
  claimJob(now: number, leaseMs: number): Promise<ClaimedJob | null>;
  /** Running jobs whose lease has run out, or all of them with `everything`, go back to the queue with raised fences. */
  requeueJobs(now: number, everything: boolean): Promise<number>;
  /** False when the lease is lost. */
  renewLease(fence: Fence, until: number): Promise<boolean>;
  /** Ends a job that ended without a row of its own to write. */
  endJob(fence: Fence): Promise<void>;
}
