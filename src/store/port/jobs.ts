import type { Transaction } from "./transaction.ts";

export type JobType = "take-snapshot" | "record-deployment" | "plan-rollback" | "run-rollback";

export interface JobRequest {
  readonly type: JobType;
  /** Id of the deployment or rollback. */
  readonly subject: string;
}

/** Proves that a worker still owns a running job. Every write of a job carries its fence; a stale one fails with LEASE_LOST. */
export interface Fence {
  readonly job: number;
  readonly fence: number;
}

export interface ClaimedJob extends JobRequest, Fence {}

export interface JobStore {
  insertJob(transaction: Transaction, job: JobRequest, at: number): Promise<void>;
  /** Marks the oldest queued job as running under a raised fence and returns it. Null when no job waits. */
  claimJob(now: number, leaseMs: number): Promise<ClaimedJob | null>;
  /**
   * Puts running jobs whose lease has expired, or all of them with `everything`, back into the queue, except the named ones.
   * Returns how many.
   */
  requeueJobs(now: number, everything: boolean, except?: readonly number[]): Promise<number>;
  /** False when the job was taken from this worker. */
  renewLease(fence: Fence, until: number): Promise<boolean>;
  /** Ends a job that has no rows of its own to write. LEASE_LOST. */
  endJob(fence: Fence): Promise<void>;
}
