import { hasEnded } from "../../domain/activity/activity.ts";
import type { Rollback } from "../../domain/activity/rollback.ts";
import { isByPackage } from "../../domain/activity/rollback.ts";
import { type Problem, problemOf, StepbackError } from "../../domain/errors.ts";
import { type Lane, type LanePass, wavesOf } from "../../planner/waves.ts";
import { checkpoint, identify, type JobContext } from "../job-context.ts";
import { mapBounded } from "../map-bounded.ts";
import { loadStates } from "../plan/sources.ts";
import { finishRollback, refuseRollback } from "./finish-rollback.ts";
import { preflight } from "./preflight.ts";
import { begunActions, doneActions, doneStatus, hasSettled, keptTemplates, problem, type Run, rowOf } from "./run-context.ts";
import { runEarlierPass, runStep } from "./run-step.ts";

/**
 * Stacks of one wave that are updated at the same time. CloudFormation takes minutes for each and throttles callers
 * that start many at once; one release rarely has more.
 */
const LANES_AT_ONCE = 4;

/** Carries a plan out. A job that was killed starts here again and skips whatever its journal and rows say is done. */
export async function runRollback(context: JobContext, rollback: Rollback): Promise<void> {
  if (hasEnded(rollback.status)) return context.store.endJob(context.fence);
  await identify(context, rollback);
  const plan = await context.store.findPlan(rollback.id);
  if (!plan) throw new StepbackError("PLAN_MISSING", `${rollback.id} has no plan.`);
  const states = await loadStates(context.store, rollback);
  const refusal = rollback.status === "In Progress" ? null : await preflight(context, rollback, { plan, states });
  if (refusal) return refuseRollback(context, rollback, { plan, why: refusal });
  if (isByPackage(rollback) && !rollback.toBuild?.outcome) return leaveToCommand(context, rollback);
  const rows = new Map((await context.store.findSteps(rollback.id)).map((row) => [row.order, row]));
  const journal = await context.store.findJournal(rollback.id);
  const journaled = { done: doneActions(journal), begun: begunActions(journal), kept: keptTemplates(journal) };
  const run: Run = { context, rollback, plan, states, rows, ...journaled, changedIds: new Map() };
  const stopped = isByPackage(rollback) ? takeOver(run) : await runWaves(run);
  await finishRollback(run, stopped);
}

/** The team's own command comes next, and its report enqueues another job. Preflight has ended this one already. */
async function leaveToCommand(context: JobContext, rollback: Rollback): Promise<void> {
  if (rollback.status === "In Progress") await context.store.endJob(context.fence);
}

/**
 * A command restored the components instead of the steps: each step counts as done until the final read finds that it
 * is not. Returns the problem of a command that failed; null after a good one.
 */
function takeOver(run: Run): Problem | null {
  const { context, rollback, plan, rows } = run;
  const finishedAt = context.clock.now();
  for (const step of plan.steps) {
    rows.set(step.order, { ...rowOf(run, step), status: doneStatus(step), startedAt: rollback.startedAt, finishedAt });
  }
  return rollback.toBuild?.outcome === "failed" ? rollback.error : null;
}

/**
 * Returns why the run stopped early: a cancellation, or the failure under `onError: stop`. Null when all steps were
 * tried.
 */
async function runWaves(run: Run): Promise<Problem | null> {
  const stop: Stop = { why: null };
  try {
    for (const lanes of wavesOf(run.plan)) {
      await mapBounded(lanes, LANES_AT_ONCE, (lane) => runLane(run, lane, stop));
      if (stop.why) return stop.why;
    }
  } catch (error) {
    if (error instanceof StepbackError && error.code === "CANCELLED") return stop.why ?? problemOf(error);
    throw error;
  }
  return null;
}

/** Why no lane begins another step; running steps are finished. */
interface Stop {
  why: Problem | null;
}

async function runLane(shared: Run, lane: Lane, stop: Stop): Promise<void> {
  const run: Run = { ...shared, context: shared.context.fork() };
  try {
    for (const pass of lane) {
      if (stop.why) return;
      const why = await runPass(run, pass);
      // Asked again after the pass: another lane may have failed meanwhile, and its reason stays.
      stop.why ??= why;
    }
  } finally {
    shared.context.log.keep(run.context.log.take());
  }
}

/** Returns null unless the failure of this pass stops the run. */
async function runPass(run: Run, { step, earlier }: LanePass): Promise<Problem | null> {
  const row = run.rows.get(step.order);
  if (row && hasSettled(row) && row.status !== "Failed") return null;
  await checkpoint(run.context, run.rollback.id);
  const ended =
    row?.status === "Failed" ? row : await (earlier ? runEarlierPass(run, step, earlier) : runStep(run, step));
  if (ended.status !== "Failed" || run.rollback.onError === "continue") return null;
  return problem("STEP_FAILED", `${step.component}: ${ended.error?.detail}`);
}
