import type { ComponentId } from "../component/component.ts";
import type { ErrorCode, Problem } from "../errors.ts";
import type { Json } from "../json.ts";
import type { Action, StepAction, StepStrategy } from "./plan.ts";

export const STEP_STATUSES = [
  "Pending",
  "Running",
  "Restored",
  "Removed",
  "Recreated",
  "Unchanged",
  "Skipped",
  "Failed",
] as const;
export type StepStatus = (typeof STEP_STATUSES)[number];

/** The progress of one picked component in a rollback. */
export interface StepRow {
  readonly order: number;
  readonly component: ComponentId;
  readonly action: StepAction;
  readonly status: StepStatus;
  readonly verified: boolean | null;
  readonly strategy: StepStrategy;
  readonly warnings: readonly ErrorCode[];
  readonly error: Problem | null;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
}

/** One mutation in the journal: `intent` is committed before AWS is called, `done` together with the result. */
export interface JournalEntry {
  readonly step: number;
  /** Position within the step, from 0. */
  readonly index: number;
  readonly action: Action;
  /** The same after a restart; sent to AWS as the idempotency token where a call takes one. */
  readonly token: string;
  readonly status: "intent" | "done";
  readonly result: Json;
}
