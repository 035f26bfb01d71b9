import { hasEnded } from "../../domain/activity/activity.ts";
import type { Rollback } from "../../domain/activity/rollback.ts";
import { isByPackage } from "../../domain/activity/rollback.ts";
import { type Problem, StepbackError } from "../../domain/errors.ts";
import { type Lane, type LanePass, wavesOf } from "../../planner/waves.ts";
import { checkpoint, identify, type JobContext } from "../job-context.ts";
import { mapBounded } from "../map-bounded.ts";
import { loadStates } from "../plan/sources.ts";
import { finishRollback, refuseRollback } from "./finish-rollback.ts";
import { preflight } from "./preflight.ts";
import {
  begunActions,
  doneActions,
  doneStatus,
  hasSettled,
  keptTemplates,
  nothingReadBack,
  problem,
  type Run,
  rowOf,
} from "./run-context.ts";
import { runEarlierPass, runStep } from "./run-step.ts";
import { Stop } from "./stop.ts";

/**
 * Stacks of one wave that are updated at the same time. CloudFormation takes minutes for each and throttles callers
 * that start many at once; one release rarely has more.
 */
const STACKS_AT_ONCE = 4;

/**
 * Functions of one wave that are restored at the same time. Each spends most of its time waiting for AWS to settle, and
 * fifteen calls a second keep about ten of them going (facts C).
 */
const FUNCTIONS_AT_ONCE = 10;

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
  const read = { changedIds: new Map(), readBack: nothingReadBack() };
  const run: Run = { context, rollback, plan, states, rows, ...journaled, ...read };
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
  const stop = new Stop();
  for (const lanes of wavesOf(run.plan)) {
    const stacks = lanes.filter(isOfStack);
    const functions = lanes.filter((lane) => !isOfStack(lane));
    await Promise.all([
      mapBounded(stacks, STACKS_AT_ONCE, (lane) => runLane(run, lane, stop)),
      mapBounded(functions, FUNCTIONS_AT_ONCE, (lane) => runLane(run, lane, stop)),
    ]);
    if (stop.isSet) return stop.why();
  }
  return null;
}

function isOfStack(lane: Lane): boolean {
  return lane.some(({ step }) => step.strategy === "stack");
}

/** Never rejects: what ends the job is kept in `stop`, so that all lanes have ended before the job does. */
async function runLane(shared: Run, lane: Lane, stop: Stop): Promise<void> {
  const run: Run = { ...shared, context: shared.context.fork(), readBack: nothingReadBack() };
  try {
    for (const pass of lane) {
      await runPass(run, pass, stop);
      if (stop.isSet) return;
    }
  } catch (error) {
    stop.endJob(error);
  } finally {
    shared.context.log.keep(run.context.log.take());
  }
}

async function runPass(run: Run, { step, earlier }: LanePass, stop: Stop): Promise<void> {
  const row = run.rows.get(step.order);
  if (row && hasSettled(row) && row.status !== "Failed") return;
  await checkpoint(run.context, run.rollback.id);
  // Another lane may have failed meanwhile.
  if (stop.isSet) return;
  const ended =
    row?.status === "Failed" ? row : await (earlier ? runEarlierPass(run, step, earlier) : runStep(run, step));
  if (ended.status === "Failed" && run.rollback.onError === "stop")
    stop.fail(problem("STEP_FAILED", `${step.component}: ${ended.error?.detail}`));
}
