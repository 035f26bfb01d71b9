import type { Approval } from "../../domain/access/approvals.ts";
import type { Activity } from "../../domain/activity/activity.ts";
import type { PinChanges } from "../../domain/activity/pins.ts";
import type { Review, Rollback, RollbackResult } from "../../domain/activity/rollback.ts";
import type { NewSnapshot } from "../../domain/component/snapshot.ts";
import type { Problem } from "../../domain/errors.ts";
import type { Json } from "../../domain/json.ts";
import type { MeasuredStep } from "../../domain/plan/estimate.ts";
import type { AllowDestructive } from "../../domain/plan/losses.ts";
import type { Plan } from "../../domain/plan/plan.ts";
import type { JournalEntry, StepRow } from "../../domain/plan/step-row.ts";
import type { Fence } from "./jobs.ts";
import type { Cancelling, Enqueue, Guard, NewLine, Page, Paged } from "./transaction.ts";

/** A rollback that is opened in the transaction that ends a job, so that nothing else can lock its components in between. */
export interface Follow {
  readonly rollback: Rollback;
  readonly enqueue: Enqueue;
}

export interface ApprovalStore {
  addApproval(approval: Approval): Promise<void>;
  /** Oldest first. */
  findApprovals(about: string): Promise<readonly Approval[]>;
  /** False when the rollback was reviewed before; the first review stays. */
  saveReview(rollback: string, review: Review): Promise<boolean>;
}

export interface CancellingRollback extends Cancelling<Rollback> {
  /** The problem that is reported for a command which the rollback waits for; null where it waits for none. */
  readonly reports: (rollback: Rollback) => Problem | null;
  /** Enqueues what follows such a report. */
  readonly enqueue: Enqueue;
}

/** What a draft picks, and what running it would lock. */
export type Picks = Pick<Rollback, "picked" | "lock">;

export interface RollbackStore extends ApprovalStore {
  /** Inserts a Draft without a job, or a Queued rollback with its job. The guard is that of `openDeployment`; drafts skip it. */
  openRollback(rollback: Rollback, guard: Guard<readonly Activity[]>, enqueue: Enqueue | null): Promise<void>;
  /** Replaces the picked components of a draft and deletes its plan. `edit` may throw StepbackError. */
  editDraft(id: string, by: string, edit: (rollback: Rollback) => Picks): Promise<Rollback>;
  /** Enqueues the planning of a draft and deletes its earlier plan. */
  requestPlan(id: string, by: string, guard: Guard<Rollback>, enqueue: Enqueue): Promise<void>;
  /** Turns a draft into a Queued rollback with its lock and the approved digest. `busy` is the guard of `openRollback`. */
  requestRun(id: string, run: RunRequest): Promise<void>;
  /** False when the rollback had ended already. */
  cancelRollback(id: string, cancelling: CancellingRollback): Promise<boolean>;
  /** Stores the plan and ends the job. With `next`, the same transaction enqueues the run. */
  savePlan(
    fence: Fence,
    id: string,
    plan: { plan: Plan; lines: readonly NewLine[]; next: Enqueue | null },
  ): Promise<void>;
  /** Null while there is no plan. */
  findPlan(id: string): Promise<Plan | null>;
  /**
   * Stores the rollback's own backup, sets it In Progress and inserts one Pending row for each step: the last write before
   * the first mutation. With `waits` the job ends here: an external command comes next, and its report enqueues another job.
   */
  beginRun(fence: Fence, id: string, begin: RunBeginning): Promise<void>;
  findSteps(id: string): Promise<readonly StepRow[]>;
  listSteps(id: string, page: Page): Promise<Paged<StepRow>>;
  /** How long the verified steps of the target's newest rollbacks took, for estimates. */
  listMeasuredSteps(target: string): Promise<readonly MeasuredStep[]>;
  findJournal(id: string): Promise<readonly JournalEntry[]>;
  startStep(fence: Fence, id: string, order: number, at: number): Promise<void>;
  /** Commits the intent. For a known step and index, keeps the first token and returns the stored entry. */
  intend(fence: Fence, id: string, entry: Omit<JournalEntry, "status" | "result">): Promise<JournalEntry>;
  finishAction(
    fence: Fence,
    id: string,
    done: { step: number; index: number; result: Json; lines: readonly NewLine[] },
  ): Promise<void>;
  finishStep(fence: Fence, id: string, end: { row: StepRow; lines: readonly NewLine[] }): Promise<void>;
  /** Stores the result, the record of the states read back and the status, and ends the job. `rows` replace stored steps. */
  endRollback(fence: Fence, id: string, end: RollbackEnd): Promise<void>;
}

export interface RunBeginning {
  readonly snapshot: NewSnapshot;
  readonly steps: readonly StepRow[];
  readonly at: number;
  readonly lines: readonly NewLine[];
  readonly waits?: boolean;
}

export interface RunRequest {
  readonly planDigest: string;
  /** Consent that is given with the approval; without it, that of the draft stays. */
  readonly allowDestructive?: AllowDestructive;
  readonly lock: Rollback["lock"];
  readonly guard: Guard<Rollback>;
  readonly busy: Guard<readonly Activity[]>;
  /** Checks the decisions about the rollback, in the transaction that enqueues it. */
  readonly approved: Guard<readonly Approval[]>;
  /** Why it runs without approvals, where it does. */
  readonly waiver: Rollback["waiver"];
  readonly enqueue: Enqueue;
}

export interface RollbackEnd {
  readonly status: "Completed" | "Exception";
  readonly result: RollbackResult;
  readonly problem: Problem | null;
  readonly record: NewSnapshot | null;
  readonly rows: readonly StepRow[];
  readonly at: number;
  readonly lines: readonly NewLine[];
  /** The undo that `onError: compensate` asks for. */
  readonly follow: Follow | null;
  /** Absent when nothing was restored. */
  readonly pinChanges?: PinChanges;
}
