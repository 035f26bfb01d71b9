import { hasEnded, type Rollback } from "../domain/activity.ts";
import { isByPackage } from "../domain/build.ts";
import { type Problem, problemOf, StepbackError } from "../domain/errors.ts";
import { beginRollback } from "./begin-rollback.ts";
import { closeRollback, refuseRollback } from "./close-rollback.ts";
import { checkpoint, identify, type JobContext } from "./job-context.ts";
import { doneStatus, hasSettled, problem, type Run, rowOf } from "./run-context.ts";
import { runStep } from "./run-step.ts";
import { loadSources } from "./sources.ts";

/**
 * Carries a plan out. A job that was killed comes here again: what its journal and rows say is done stays done.
 */
export async function runRollback(context: JobContext, rollback: Rollback): Promise<void> {
  if (hasEnded(rollback.status)) return context.store.endJob(context.fence);
  await identify(context, rollback);
  const plan = await context.store.findPlan(rollback.id);
  if (!plan) throw new StepbackError("PLAN_MISSING", `${rollback.id} has no plan.`);
  const sources = await loadSources(context.store, rollback);
  const refusal = rollback.status === "In Progress" ? null : await beginRollback(context, rollback, { plan, sources });
  if (refusal) return refuseRollback(context, rollback, { plan, why: refusal });
  if (isByPackage(rollback) && !rollback.toBuild?.outcome) return leaveToCommand(context, rollback);
  const rows = new Map((await context.store.findSteps(rollback.id)).map((row) => [row.order, row]));
  const run: Run = {
    context,
    rollback,
    plan,
    sources,
    rows,
    journal: await context.store.findJournal(rollback.id),
    changedIds: new Map(),
  };
  const stopped = isByPackage(rollback) ? takeOver(run) : await runSteps(run);
  await closeRollback(run, stopped);
}

/** The team's own command comes next, and its report enqueues another job. Beginning the run has ended this one. */
async function leaveToCommand(context: JobContext, rollback: Rollback): Promise<void> {
  if (rollback.status === "In Progress") await context.store.endJob(context.fence);
}

/**
 * What a command did instead of the steps: each step counts as done until the last look finds that it is not. Answers the
 * problem of a command that failed; null after a good one.
 */
function takeOver(run: Run): Problem | null {
  const { context, rollback, plan, rows } = run;
  const finishedAt = context.clock.now();
  for (const step of plan.steps) {
    rows.set(step.order, { ...rowOf(run, step), status: doneStatus(step), startedAt: rollback.startedAt, finishedAt });
  }
  return rollback.toBuild?.outcome === "failed" ? rollback.error : null;
}

/** Answers why it stopped before its end: a cancellation, or the failure under `onError: stop`. Null when all were tried. */
async function runSteps(run: Run): Promise<Problem | null> {
  for (const step of run.plan.steps) {
    const row = run.rows.get(step.order);
    if (row && hasSettled(row) && row.status !== "Failed") continue;
    try {
      await checkpoint(run.context, run.rollback.id);
      const ended = row?.status === "Failed" ? row : await runStep(run, step);
      if (ended.status === "Failed" && run.rollback.onError !== "continue")
        return problem("STEP_FAILED", `${step.component}: ${ended.error?.detail}`);
    } catch (error) {
      if (error instanceof StepbackError && error.code === "CANCELLED") return problemOf(error);
      throw error;
    }
  }
  return null;
}
