import type { Problem } from "../../domain/errors.ts";
import type { ClaimedJob, JobRequest } from "../../store/port/jobs.ts";
import type { Transaction } from "../../store/port/transaction.ts";

export interface JobLife {
  /** Aborts when the service stops or the lease is lost. */
  readonly signal: AbortSignal;
  /** Aborts when the activity is cancelled. */
  readonly cancelled: AbortSignal;
}

/**
 * Delivers jobs; the journal decides what they do. Delivery is at least once, and a job may be delivered again to
 * another worker at any time: its fence keeps the late worker from writing.
 */
export interface Dispatcher {
  /**
   * Runs within the transaction that makes the job necessary; the job is delivered once that transaction has been
   * committed.
   */
  enqueue(transaction: Transaction, job: JobRequest): Promise<void>;
  /**
   * Starts delivering. `handler` writes a job's own failure into the rows, and rejects only where it cannot: in an outage
   * of the store, after which the job is delivered again.
   */
  work(handler: (job: ClaimedJob, life: JobLife) => Promise<void>): void;
  /** Tells the running jobs of an activity that it was cancelled, which its row says already. */
  cancel(subject: string): void;
  /** Why no jobs are delivered at the moment; null while they are. Delivery goes on by itself when the cause is gone. */
  readonly fault: Problem | null;
  /** Stops delivering and ends what running jobs wait for; unfinished jobs go on at the next start, by their journal. */
  stop(): Promise<void>;
}
