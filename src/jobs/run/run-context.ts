import type { Rollback } from "../../domain/activity/rollback.ts";
import type { ComponentId, Components } from "../../domain/component/component.ts";
import type { NewSnapshot } from "../../domain/component/snapshot.ts";
import { ERROR_TABLE, type ErrorCode, type Problem } from "../../domain/errors.ts";
import { asObject } from "../../domain/json.ts";
import { mayLose } from "../../domain/plan/losses.ts";
import type { Plan, PlanStep } from "../../domain/plan/plan.ts";
import type { RollbackStates } from "../../domain/plan/rollback-states.ts";
import type { JournalEntry, StepRow, StepStatus } from "../../domain/plan/step-row.ts";
import type { CachedReader } from "../../kinds/cached-reader.ts";
import type { ChangedId } from "../../planner/expected-state.ts";
import type { JobContext } from "../job-context.ts";

/** A running rollback: its plan, and how far it has come. */
export interface Run {
  readonly context: JobContext;
  readonly rollback: Rollback;
  readonly plan: Plan;
  readonly states: RollbackStates;
  /** The current row of each step, by its order. */
  readonly rows: Map<number, StepRow>;
  /** How many actions of each step are done, by its order: by this worker, and by a killed one before it. */
  readonly done: Map<number, number>;
  /** How many actions of each step have their intent in the journal, by its order. */
  readonly begun: Map<number, number>;
  /** The digest of the template that a stack kept because its change set was empty, by the step's order. */
  readonly kept: Map<number, string>;
  /** Physical ids that each restored stack had to create again. */
  readonly changedIds: Map<ComponentId, readonly ChangedId[]>;
  readonly readBack: ReadBack;
}

/**
 * What the steps of one lane read back: each thing once for as long as none of them writes, because a stack is restored
 * with hundreds of components, and nobody else writes to what is in a lane.
 */
export interface ReadBack {
  reader: CachedReader | null;
  /** The step that has its turn. */
  step: PlanStep | null;
}

export function nothingReadBack(): ReadBack {
  return { reader: null, step: null };
}

/** What the run may lose, by the consent that was given and by what the plan has said. */
export function runMayLose({ rollback, plan }: Pick<Run, "rollback" | "plan">): (id: ComponentId) => boolean {
  return mayLose(
    rollback.allowDestructive,
    plan.steps.flatMap(({ losses }) => losses),
  );
}

export function rowOf(run: Run, step: PlanStep): StepRow {
  return run.rows.get(step.order) ?? pendingRow(step);
}

export function rowOfComponent(run: Run, component: ComponentId): StepRow | undefined {
  return [...run.rows.values()].find((row) => row.component === component);
}

export function pendingRow(step: PlanStep): StepRow {
  const { order, component, action, strategy, reasons } = step;
  const warnings = [...new Set(reasons.map(({ code }) => code))];
  return {
    order,
    component,
    action,
    strategy,
    warnings,
    status: "Pending",
    verified: null,
    error: null,
    startedAt: null,
    finishedAt: null,
  };
}

/** The status of a step that has done what its action says. */
export function doneStatus(step: PlanStep): StepStatus {
  if (step.action === "remove") return "Removed";
  if (step.action === "recreate") return "Recreated";
  return step.action === "restore" ? "Restored" : "Unchanged";
}

/** How many actions of each step are done according to the journal. */
export function doneActions(journal: readonly JournalEntry[]): Map<number, number> {
  const done = new Map<number, number>();
  for (const { step, status } of journal) if (status === "done") done.set(step, (done.get(step) ?? 0) + 1);
  return done;
}

/** How many actions of each step have been begun according to the journal. */
export function begunActions(journal: readonly JournalEntry[]): Map<number, number> {
  const begun = new Map<number, number>();
  for (const { step, index } of journal) begun.set(step, Math.max(begun.get(step) ?? 0, index + 1));
  return begun;
}

/** The updates for which CloudFormation found nothing to do, according to the journal. */
export function keptTemplates(journal: readonly JournalEntry[]): Map<number, string> {
  const kept = new Map<number, string>();
  for (const entry of journal) if (entry.status === "done") noteKept(kept, entry);
  return kept;
}

/** Of several updates of a step the last one counts. */
export function noteKept(kept: Map<number, string>, done: Pick<JournalEntry, "step" | "action" | "result">): void {
  if (done.action.do !== "update-stack" && done.action.do !== "splice-stack") return;
  const { kept: digest } = asObject(done.result);
  if (typeof digest === "string") kept.set(done.step, digest);
  else kept.delete(done.step);
}

export function hasSettled(row: StepRow): boolean {
  return row.status !== "Pending" && row.status !== "Running";
}

export function problem(code: ErrorCode, detail: string): Problem {
  return { code, title: ERROR_TABLE[code].title, detail };
}

export function newSnapshot(context: JobContext, components: Components): NewSnapshot {
  return { id: context.newId("snp"), takenAt: context.clock.now(), components: [...components.values()] };
}
