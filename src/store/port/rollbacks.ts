import type { Activity } from "../../domain/activity/activity.ts";
import type { PinChanges } from "../../domain/activity/pins.ts";
import type { Rollback, RollbackResult } from "../../domain/activity/rollback.ts";
import type { ComponentId } from "../../domain/component/component.ts";
import type { NewSnapshot } from "../../domain/component/snapshot.ts";
import type { Problem } from "../../domain/errors.ts";
import type { Json } from "../../domain/json.ts";
import type { MeasuredStep } from "../../domain/plan/estimate.ts";
import type { Plan } from "../../domain/plan/plan.ts";
import type { JournalEntry, StepRow } from "../../domain/plan/step-row.ts";
import type { Fence } from "./jobs.ts";
import type { Enqueue, Guard, NewLine, Page, Paged } from "./transaction.ts";

/** A rollback that begins where a job ends: it holds its components from that very moment. */
export interface Follow {
  readonly rollback: Rollback;
  readonly enqueue: Enqueue;
}

export interface RollbackStore {
  /** Inserts a Draft (no enqueue) or a Queued rollback with its job; guard as for openDeployment, not called for drafts. */
  openRollback(rollback: Rollback, guard: Guard<readonly Activity[]>, enqueue: Enqueue | null): Promise<void>;
  /** Replaces the picked components of a draft, and forgets its plan. `edit` may throw StepbackError. */
  editDraft(id: string, edit: (rollback: Rollback) => readonly ComponentId[]): Promise<Rollback>;
  /** Enqueues planning of a draft. The plan that it had is forgotten. */
  requestPlan(id: string, guard: Guard<Rollback>, enqueue: Enqueue): Promise<void>;
  /** Draft → Queued with the lock and the approved digest; `busy` as the guard of openRollback. */
  requestRun(id: string, run: RunRequest): Promise<void>;
  /** The plan, and the job's end. With `next`, the run is enqueued in the same transaction. */
  savePlan(
    fence: Fence,
    id: string,
    plan: { plan: Plan; lines: readonly NewLine[]; next: Enqueue | null },
  ): Promise<void>;
  /** Null where there is none (yet). */
  findPlan(id: string): Promise<Plan | null>;
  /**
   * Backup of the picked components Ready, status In Progress, one Pending row a step: the last moment before mutations.
   * With `waits` the job ends here: somebody else's command comes next, and its report enqueues another job.
   */
  beginRun(fence: Fence, id: string, begin: RunBeginning): Promise<void>;
  findSteps(id: string): Promise<readonly StepRow[]>;
  listSteps(id: string, page: Page): Promise<Paged<StepRow>>;
  /** How long proven steps of the newest rollbacks of a target took: what a drill expects (N15). */
  listMeasuredSteps(target: string): Promise<readonly MeasuredStep[]>;
  findJournal(id: string): Promise<readonly JournalEntry[]>;
  startStep(fence: Fence, id: string, order: number, at: number): Promise<void>;
  /** Commits the intent. The same step and index again keeps the first token and answers the entry that stands. */
  intend(fence: Fence, id: string, entry: Omit<JournalEntry, "status" | "result">): Promise<JournalEntry>;
  finishAction(
    fence: Fence,
    id: string,
    done: { step: number; index: number; result: Json; lines: readonly NewLine[] },
  ): Promise<void>;
  finishStep(fence: Fence, id: string, end: { row: StepRow; lines: readonly NewLine[] }): Promise<void>;
  /** Result, record of the states read back, status, and the end of the job. Rows may be corrected by the last look. */
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
  readonly lock: Rollback["lock"];
  readonly guard: Guard<Rollback>;
  readonly busy: Guard<readonly Activity[]>;
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
  /** Pins and marks; absent where nothing was brought back. */
  readonly pinChanges?: PinChanges;
}
