import { type ComponentId, functionOf, type KindName, kindOf } from "../../domain/component/component.ts";
import { isLeftToOthers, isOutage, StepbackError } from "../../domain/errors.ts";
import type { PlanStep } from "../../domain/plan/plan.ts";
import type { StepRow } from "../../domain/plan/step-row.ts";
import { expectedId, expectedState } from "../../planner/expected-state.ts";
import type { EarlierPass } from "../../planner/waves.ts";
import { jobProblem } from "../job-problem.ts";
import { planRest } from "./direct-actions.ts";
import { perform } from "./perform-actions.ts";
import { readChangedIds, stackOfStep } from "./renamed-ids.ts";
import { type Run, rowOf, rowOfComponent } from "./run-context.ts";
import { comparingReader, proveStep, type Reached, verifyStep } from "./verify-step.ts";

/** Failures of the whole job, not of the step: the job ends, is delivered again, or another worker goes on. */
function endsJob(error: unknown): boolean {
  return isLeftToOthers(error) || isOutage(error) || (error instanceof StepbackError && error.code === "CANCELLED");
}

/** One step: its actions, then the proof, then its row. Returns the row; throws only what ends the whole job. */
export function runStep(run: Run, step: PlanStep): Promise<StepRow> {
  return running(run, step, async (startedAt) => {
    const reached = await restore(run, step);
    return finish(run, step, { ...(await proveStep(run, step, reached)), startedAt });
  });
}

/**
 * An earlier pass of a step: that AWS has taken it is proof enough, because it is not the step's goal. The step stays
 * Running until its last pass.
 */
export function runEarlierPass(run: Run, step: PlanStep, { through, after, says }: EarlierPass): Promise<StepRow> {
  return running(run, step, async () => {
    if ((run.done.get(step.order) ?? 0) >= through) return rowOf(run, step);
    requireBefore(run, after);
    run.context.log.add("info", says, { component: step.component, step: step.order });
    await perform(run, step, step.actions.slice(run.done.get(step.order) ?? 0, through));
    return rowOf(run, step);
  });
}

async function running(run: Run, step: PlanStep, work: (startedAt: number) => Promise<StepRow>): Promise<StepRow> {
  const { context, rollback } = run;
  const startedAt = rowOf(run, step).startedAt ?? context.clock.now();
  await context.store.startStep(context.fence, rollback.id, step.order, startedAt);
  run.rows.set(step.order, { ...rowOf(run, step), status: "Running", startedAt });
  try {
    return await work(startedAt);
  } catch (error) {
    if (endsJob(error)) throw error;
    // Nothing goes on with a read that failed.
    run.readBack.reader = null;
    const place = { component: step.component, step: step.order };
    const failure = jobProblem(context, error, place);
    context.log.add("error", `Failed: ${failure.code}: ${failure.detail}`, place);
    return finish(run, step, { ...rowOf(run, step), status: "Failed", error: failure, startedAt });
  }
}

async function restore(run: Run, step: PlanStep): Promise<Reached> {
  if (step.via) requireParent(run, step.via);
  requireBefore(run, [...step.after, ...(step.takesAfter ?? [])]);
  await perform(run, step, step.actions.slice(run.done.get(step.order) ?? 0));
  const changed = await readChangedIds(run, step, comparingReader(run, step));
  const [id, goal] = [expectedId(step.component, changed), expectedState(step.goal, changed)];
  const comparison = await verifyStep(run, step, { id, goal });
  const isWhole = comparison.live !== null && goal !== null;
  const isDirect = isWhole || COMES_AND_GOES.has(kindOf(step.component));
  if (comparison.differing.length > 0 && isDirect && isRestoredByStack(step)) {
    const rest = planRest(run, { ...step, goal, component: id }, { live: comparison.live, changed });
    await perform(run, { ...step, goal }, rest);
    const again = await verifyStep(run, step, { id, goal });
    return { id, goal, comparison: again, leavesStackBehind: leavesStackBehind(run, step) };
  }
  return { id, goal, comparison, leavesStackBehind: leavesStackBehind(run, step) };
}

/**
 * Whether part of a step was restored outside its stack: more actions were begun than the plan has. The journal also has the
 * intents of a killed worker, whose last call may have taken effect.
 */
function leavesStackBehind(run: Run, step: PlanStep): boolean {
  return stackOfStep(run, step) !== null && (run.begun.get(step.order) ?? 0) > step.actions.length;
}

/** Checked under `onError: continue`, because AWS would refuse the stack late, after half of it has changed. */
function requireBefore(run: Run, after: readonly ComponentId[]): void {
  const missing = after.filter((id) => hasFailed(rowOfComponent(run, id)));
  if (missing.length === 0) return;
  throw new StepbackError("STEP_FAILED", `${missing.join(", ")} had to be restored first and failed.`);
}

function hasFailed(row: StepRow | undefined): boolean {
  return row?.status === "Failed" || row?.status === "Skipped";
}

/**
 * Kinds that can be created and deleted directly where no stack has them as resources of their own, which their plan checks.
 * Components of other kinds come and go with their container alone.
 */
const COMES_AND_GOES: ReadonlySet<KindName> = new Set([
  "lambda-alias",
  "lambda-async",
  "lambda-policy",
  "lambda-url",
  "lambda-concurrency",
]);

/**
 * What a stack restores is read back afterwards: a template may have brought other code, or none where the deploy's code
 * object had the same key. What still differs is restored directly.
 */
function isRestoredByStack({ via, strategy, component }: PlanStep): boolean {
  return via !== null || (strategy === "stack" && functionOf(component) !== null);
}

function requireParent(run: Run, parent: ComponentId): void {
  if (hasFailed(rowOfComponent(run, parent)))
    throw new StepbackError("STEP_FAILED", `${parent}, whose step restores it, failed.`);
}

async function finish(run: Run, step: PlanStep, row: StepRow): Promise<StepRow> {
  const { context, rollback } = run;
  const ended = { ...row, finishedAt: context.clock.now() };
  await context.store.finishStep(context.fence, rollback.id, { row: ended, lines: context.log.take() });
  run.rows.set(step.order, ended);
  return ended;
}
