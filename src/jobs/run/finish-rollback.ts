import type { Rollback, RollbackResult } from "../../domain/activity/rollback.ts";
import type { Components } from "../../domain/component/component.ts";
import { type Fault, isUnclear, type Problem } from "../../domain/errors.ts";
import type { Plan, PlanStep } from "../../domain/plan/plan.ts";
import type { StepRow } from "../../domain/plan/step-row.ts";
import { createCachedReader } from "../../kinds/cached-reader.ts";
import { compareWithGoal } from "../../kinds/comparison.ts";
import { kindFor } from "../../kinds/index.ts";
import { expectedState } from "../../planner/expected-state.ts";
import type { Follow } from "../../store/port/rollbacks.ts";
import { followWith } from "../follow-up.ts";
import type { JobContext } from "../job-context.ts";
import { readLive } from "../plan/read-live.ts";
import { loadStates } from "../plan/sources.ts";
import { captureOptions, withSiblings } from "../plan/what-to-read.ts";
import { dropChangeSets } from "./gate-change-sets.ts";
import { readPinChanges } from "./pin-rolled-back.ts";
import { changedIds, idAfter, withRenamed } from "./renamed-ids.ts";
import { begunActions, doneStatus, hasSettled, newSnapshot, pendingRow, problem, type Run } from "./run-context.ts";
import { actingStep, proofOf } from "./verify-step.ts";

/** Reads all picked components once more, since a later step may have undone an earlier one, and ends the job. */
export async function finishRollback(run: Run, stopped: Problem | null): Promise<void> {
  const { context, rollback, states } = run;
  await dropChangeSets(context, rollback);
  context.log.add("info", "Reading all picked components back once more.");
  await context.log.flush();
  const options = captureOptions(rollback, states);
  const reader = createCachedReader(context.access(null, null), context.artifacts, options);
  // This read is not cancelled: the record must say what was done so far.
  const known = await readLive(reader, withSiblings(rollback, states), async (components) => {
    await context.learnSecrets(components);
    await context.log.flush();
  });
  const live = await withRenamed(run, reader, known);
  const rows = run.plan.steps.map((step) => finishRow(run, step, live, stopped));
  const result = count(rows);
  const why = whyNotCompleted(rows, stopped);
  const status = why ? "Exception" : "Completed";
  context.log.add(why ? "error" : "info", why ? `Ended in Exception. ${why.code}: ${why.detail}` : completed(rollback));
  const record = newSnapshot(context, live);
  const pinChanges = await readPinChanges(run, rows);
  if (pinChanges?.pin) context.log.add("info", `What was rolled back is pinned: ${pinChanges.pin.id}.`);
  const follow = why && rollback.onError === "compensate" ? compensation(run, rows) : null;
  if (follow) context.log.add("info", `Undoing what it did by ${follow.rollback.id}, as requested.`);
  const ended = {
    status,
    result,
    problem: why,
    record,
    rows,
    at: context.clock.now(),
    lines: context.log.take(),
    follow,
    ...(pinChanges ? { pinChanges } : {}),
  } as const;
  await context.store.endRollback(context.fence, rollback.id, ended);
}

/** Under keep-live, components that somebody else changed are picked and stay. */
function completed({ onConflict }: Rollback): string {
  const where = onConflict === "keep-live" ? "as the plan says, what it keeps included," : "back";
  return `Completed: everything picked is ${where} and proven.`;
}

/** The undo that `onError: compensate` asks for: of everything that this run touched, even partly. */
function compensation({ context, rollback }: Run, rows: readonly StepRow[]): Follow | null {
  const untouched = new Set<StepRow["status"]>(["Pending", "Skipped", "Unchanged"]);
  const picked = rows.filter(({ status }) => !untouched.has(status)).map(({ component }) => component);
  if (picked.length === 0) return null;
  const { lock, allowDestructive } = rollback;
  return followWith(context, rollback, {
    reason: `The rollback ${rollback.id} failed and asked for its compensation.`,
    deployments: [],
    undoes: rollback.id,
    onConflict: "restore",
    onError: "continue",
    includeFailed: false,
    waiver: "compensation",
    ...{ lock, picked, allowDestructive },
  });
}

function finishRow(run: Run, step: PlanStep, live: Components, stopped: Problem | null): StepRow {
  const row = run.rows.get(step.order) ?? pendingRow(step);
  const isUnsettled = !hasSettled(row) || mayBeDone(row);
  if (row.status === "Failed" && !isUnsettled) return row;
  if (isUnsettled && !run.begun.has(actingStep(run.plan, step).order)) return notReached(run, row, stopped);
  const expected = expectedState(step.goal, changedIds(run, step, live));
  const comparison = compareWithGoal(kindFor(step.component), live.get(idAfter(run, step, live)) ?? null, expected);
  const proof = proofOf(run, step, expected, comparison);
  if (isUnsettled) return proof.is === "failed" ? notReached(run, row, stopped) : reached(run, step, row);
  if (proof.is !== "failed") return { ...row, verified: true };
  const { error } = proof;
  run.context.log.add("error", `At the final read: ${error.detail}`, { component: step.component, step: step.order });
  return { ...row, status: "Failed", verified: false, error };
}

/** The answers of AWS never said whether the last call took effect; what was read now says it. */
function mayBeDone({ status, error }: StepRow): boolean {
  return status === "Failed" && error !== null && isUnclear(error);
}

function isClear(row: StepRow | undefined): boolean {
  return row !== undefined && hasSettled(row) && !mayBeDone(row);
}

/** A run that was stopped leaves what it was doing as failed, and the rest as skipped. */
function notReached({ context }: Run, row: StepRow, stopped: Problem | null): StepRow {
  if (row.status === "Failed") return row;
  if (row.status !== "Running" || !stopped) return { ...row, status: "Skipped" };
  return { ...row, status: "Failed", error: stopped, finishedAt: context.clock.now() };
}

/** Restored before the run was stopped: by its own last action, or by the stack that contains it. */
function reached({ context }: Run, step: PlanStep, row: StepRow): StepRow {
  const status = doneStatus(step);
  const finishedAt = context.clock.now();
  const about = { component: step.component, step: step.order };
  const how = row.status === "Failed" ? "although its answers could not be read" : "before the run was stopped";
  context.log.add("info", `${status} ${how}: read back and equal.`, about);
  return { ...row, status, verified: true, error: null, startedAt: row.startedAt ?? finishedAt, finishedAt };
}

/** Null where all steps are done: a step that was taken for failed may be found done at the end. */
function whyNotCompleted(rows: readonly StepRow[], stopped: Problem | null): Problem | null {
  const isDone = rows.every(({ status }) => status !== "Failed" && status !== "Skipped");
  return isDone && stopped?.code === "STEP_FAILED" ? null : (stopped ?? failure(rows));
}

function failure(rows: readonly StepRow[]): Problem | null {
  const failed = rows.filter((row) => row.status === "Failed");
  if (failed.length === 0) return null;
  const code = failed.every((row) => row.error?.code === "VERIFY_FAILED") ? "VERIFY_FAILED" : "STEP_FAILED";
  const faults = failed.map(
    (row): Fault => ({ code: row.error?.code ?? code, detail: `${row.component}: ${row.error?.detail}` }),
  );
  return {
    ...problem(
      code,
      `${failed.length} of ${rows.length} components failed: ${faults.map(({ detail }) => detail).join(" ")}`,
    ),
    errors: faults,
  };
}

/** Ends a rollback that must not begin: every component leaves a row that says Skipped. */
export async function refuseRollback(
  context: JobContext,
  rollback: Rollback,
  { plan, why }: { plan: Plan; why: Problem },
): Promise<void> {
  await dropChangeSets(context, rollback);
  context.log.add("error", `Nothing was touched. ${why.code}: ${why.detail}`);
  const rows = plan.steps.map((step): StepRow => ({ ...pendingRow(step), status: "Skipped" }));
  const end = {
    status: "Exception",
    result: count(rows),
    problem: why,
    record: null,
    rows,
    at: context.clock.now(),
    lines: context.log.take(),
    follow: null,
  } as const;
  await context.store.endRollback(context.fence, rollback.id, end);
}

/**
 * Ends a run that failed as a whole, by its rows and its journal alone, because AWS is out of reach. What had begun and was
 * not proven is EFFECT_UNKNOWN, what had not begun is skipped, and restored components are pinned by their own proof. Returns
 * false where there is no plan, and so nothing to report.
 */
export async function breakOffRollback(context: JobContext, rollback: Rollback, why: Problem): Promise<boolean> {
  const { store } = context;
  const plan = await store.findPlan(rollback.id);
  if (!plan) return false;
  await dropChangeSets(context, rollback);
  const known = new Map((await store.findSteps(rollback.id)).map((row) => [row.order, row]));
  const begun = known.size > 0 ? begunActions(await store.findJournal(rollback.id)) : new Map<number, number>();
  const at = context.clock.now();
  const rows = plan.steps.map((step): StepRow => {
    const row = known.get(step.order) ?? pendingRow(step);
    if (isClear(row)) return row;
    const acting = actingStep(plan, step).order;
    const hasFailed = known.get(acting)?.status === "Failed" && isClear(known.get(acting));
    if (begun.has(acting) && !hasFailed) return { ...row, status: "Failed", error: unknown(why), finishedAt: at };
    return row.status === "Running"
      ? { ...row, status: "Failed", error: why, finishedAt: at }
      : { ...row, status: "Skipped" };
  });
  // Before the run began there were no rows, and the backups themselves may be what failed.
  const states = known.size > 0 ? await loadStates(store, rollback) : null;
  const pinChanges = states ? await readPinChanges({ context, rollback, states, plan }, rows) : undefined;
  if (pinChanges?.pin) context.log.add("info", `What was rolled back is pinned: ${pinChanges.pin.id}.`);
  const end = { status: "Exception", result: count(rows), problem: why, record: null, rows, at, follow: null } as const;
  const lines = context.log.take();
  await store.endRollback(context.fence, rollback.id, { ...end, lines, ...(pinChanges ? { pinChanges } : {}) });
  return true;
}

function unknown({ code, detail }: Problem): Problem {
  const why = "It had begun, and AWS could not be asked any more what it has done.";
  return problem("EFFECT_UNKNOWN", `${why} ${code}: ${detail}`);
}

function count(rows: readonly StepRow[]): RollbackResult {
  const of = (status: StepRow["status"]) => rows.filter((row) => row.status === status).length;
  return {
    restored: of("Restored"),
    removed: of("Removed"),
    recreated: of("Recreated"),
    unchanged: of("Unchanged"),
    skipped: of("Skipped"),
    failed: of("Failed"),
  };
}
