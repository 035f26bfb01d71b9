import { and, asc, eq, getTableColumns, gt, inArray, isNotNull, type SQL, sql } from "drizzle-orm";
import type { RollbackResult } from "../domain/activity/rollback.ts";
import { type ComponentId, parseComponentId } from "../domain/component/component.ts";
import type { Problem } from "../domain/errors.ts";
import type { MeasuredStep } from "../domain/plan/estimate.ts";
import type { JournalEntry, StepRow } from "../domain/plan/step-row.ts";
import { withoutSecrets } from "../domain/secrets/secret-values.ts";
import { found, NEWEST_FIRST, scopeOf } from "./activity-rows.ts";
import { isNumberKey, pageOf, readAhead, startOf } from "./pages.ts";
import type { Page, Paged } from "./port/transaction.ts";
import { activities } from "./schema/activities.ts";
import { journal, rollbackSteps } from "./schema/rollbacks.ts";
import { secretsOfActivity } from "./secret-rows.ts";
import type { Rows } from "./sqlite-database.ts";

const { rollback: _rollback, ...STEP } = getTableColumns(rollbackSteps);
const { rollback: _journalRollback, ...ENTRY } = getTableColumns(journal);

/** The public ids of rows of `rollback_steps` and of `journal`. */
const stepId = (rollback: string, order: number) => `${rollback}/${order}`;
const entryId = (rollback: string, step: number, index: number) => `${rollback}/${step}/${index}`;

function stepOf(rows: Rows, rollback: string, row: Omit<typeof rollbackSteps.$inferSelect, "rollback">): StepRow {
  return rows.sealing.open(rollbackSteps, stepId(rollback, row.order), row);
}

function entryOf(rows: Rows, rollback: string, row: Omit<typeof journal.$inferSelect, "rollback">): JournalEntry {
  return rows.sealing.open(journal, entryId(rollback, row.step, row.index), row);
}

export async function findSteps(rows: Rows, rollback: string): Promise<readonly StepRow[]> {
  const { order, rollback: owner } = rollbackSteps;
  const found = await rows.select(STEP).from(rollbackSteps).where(eq(owner, rollback)).orderBy(asc(order));
  return found.map((row) => stepOf(rows, rollback, row));
}

export async function listSteps(rows: Rows, rollback: string, page: Page): Promise<Paged<StepRow>> {
  const start = startOf(page, isNumberKey);
  const found = await rows
    .select(STEP)
    .from(rollbackSteps)
    .where(and(eq(rollbackSteps.rollback, rollback), start ? gt(rollbackSteps.order, start[0]) : undefined))
    .orderBy(asc(rollbackSteps.order))
    .limit(readAhead(page));
  const steps = found.map((row) => stepOf(rows, rollback, row));
  return pageOf(steps, page, ({ order }) => [order]);
}

/** Null for an unknown step. */
export async function findStepComponent(rows: Rows, rollback: string, order: number): Promise<ComponentId | null> {
  const isIt = and(eq(rollbackSteps.rollback, rollback), eq(rollbackSteps.order, order));
  const [row] = await rows.select({ component: rollbackSteps.component }).from(rollbackSteps).where(isIt);
  return row?.component ?? null;
}

/** How many rollbacks an estimate is based on: a target's speed changes over months, not over a few rollbacks. */
const MEASURED_ROLLBACKS = 50;

export async function listMeasuredSteps(rows: Rows, target: string): Promise<readonly MeasuredStep[]> {
  const newest = rows
    .select({ id: activities.id })
    .from(activities)
    .where(and(eq(activities.target, target), eq(activities.type, "rollback"), isNotNull(activities.finishedAt)))
    .orderBy(...NEWEST_FIRST)
    .limit(MEASURED_ROLLBACKS);
  const { component, action, strategy, startedAt, finishedAt } = rollbackSteps;
  const verified = await rows
    .select({ component, action, strategy, startedAt, finishedAt })
    .from(rollbackSteps)
    .where(and(inArray(rollbackSteps.rollback, newest), eq(rollbackSteps.verified, true)));
  return verified.flatMap((row) => {
    const kind = parseComponentId(row.component)?.kind;
    if (!kind || row.startedAt === null || row.finishedAt === null) return [];
    return [{ kind, action: row.action, strategy: row.strategy, tookMs: row.finishedAt - row.startedAt }];
  });
}

/** Inserts whole rows, and replaces the stored ones of the same order. */
export async function putSteps(rows: Rows, rollback: string, steps: readonly StepRow[]): Promise<void> {
  const target = [rollbackSteps.rollback, rollbackSteps.order];
  const scope = await scopeOf(rows, rollback);
  const secrets = await secretsOfActivity(rows, rollback);
  for (const step of steps) {
    const values = { ...step, error: withoutSecrets(step.error, secrets) };
    const sealed = rows.sealing.seal(rollbackSteps, { scope, id: stepId(rollback, step.order) }, values);
    await rows
      .insert(rollbackSteps)
      .values({ ...sealed, rollback })
      .onConflictDoUpdate({ target, set: sealed });
  }
}

/** Marks a step as running. A step that is started again after a restart keeps its first start time. NOT_FOUND. */
export async function startStep(rows: Rows, rollback: string, order: number, at: number): Promise<void> {
  const [started] = await rows
    .update(rollbackSteps)
    .set({ status: "Running", startedAt: sql`coalesce(${rollbackSteps.startedAt}, ${at})` })
    .where(and(eq(rollbackSteps.rollback, rollback), eq(rollbackSteps.order, order)))
    .returning({ order: rollbackSteps.order });
  found(started, `step ${order} of ${rollback}`);
}

/** Marks the running step as failed with the problem, and the pending steps as skipped. */
export async function closeSteps(
  rows: Rows,
  rollback: string,
  { problem, at }: { problem: Problem; at: number },
): Promise<void> {
  const inStatus = (status: "Pending" | "Running") =>
    and(eq(rollbackSteps.rollback, rollback), eq(rollbackSteps.status, status));
  const running = await findStepsIn(rows, inStatus("Running"));
  const error = withoutSecrets(problem, await secretsOfActivity(rows, rollback));
  const scope = await scopeOf(rows, rollback);
  for (const order of running) {
    const change = { status: "Failed" as const, error, finishedAt: at };
    const sealed = rows.sealing.seal(rollbackSteps, { scope, id: stepId(rollback, order) }, change);
    await rows
      .update(rollbackSteps)
      .set(sealed)
      .where(and(inStatus("Running"), eq(rollbackSteps.order, order)));
  }
  await rows.update(rollbackSteps).set({ status: "Skipped" }).where(inStatus("Pending"));
}

async function findStepsIn(rows: Rows, which: SQL | undefined): Promise<readonly number[]> {
  const found = await rows.select({ order: rollbackSteps.order }).from(rollbackSteps).where(which);
  return found.map(({ order }) => order);
}

/** Counts the steps by how they ended. Pure. */
export function countSteps(steps: readonly StepRow[]): RollbackResult {
  const count = (wanted: StepRow["status"]) => steps.filter(({ status }) => status === wanted).length;
  return {
    restored: count("Restored"),
    removed: count("Removed"),
    recreated: count("Recreated"),
    unchanged: count("Unchanged"),
    skipped: count("Skipped"),
    failed: count("Failed"),
  };
}

/** In the order of the plan: by step, then by the action's index. */
export async function findJournal(rows: Rows, rollback: string): Promise<readonly JournalEntry[]> {
  const entries = await rows
    .select(ENTRY)
    .from(journal)
    .where(eq(journal.rollback, rollback))
    .orderBy(asc(journal.step), asc(journal.index));
  return entries.map((row) => entryOf(rows, rollback, row));
}

/** Inserts an intent unless the step and index have one already, whose token has to stay. Returns the stored entry. */
export async function intend(
  rows: Rows,
  rollback: string,
  { step, index, action, token }: Omit<JournalEntry, "status" | "result">,
): Promise<JournalEntry> {
  const place = { scope: await scopeOf(rows, rollback), id: entryId(rollback, step, index) };
  const values = { rollback, step, index, action, token, status: "intent" as const };
  await rows
    .insert(journal)
    .values(rows.sealing.seal(journal, place, values))
    .onConflictDoNothing();
  const [entry] = await rows
    .select(ENTRY)
    .from(journal)
    .where(entryAt(rollback, step, index));
  return entryOf(rows, rollback, found(entry, `action ${index} of step ${step} of ${rollback}`));
}

/** NOT_FOUND for an action without an intent. */
export async function finishAction(
  rows: Rows,
  rollback: string,
  { step, index, result }: Pick<JournalEntry, "step" | "index" | "result">,
): Promise<void> {
  const place = { scope: await scopeOf(rows, rollback), id: entryId(rollback, step, index) };
  const [done] = await rows
    .update(journal)
    .set(rows.sealing.seal(journal, place, { status: "done" as const, result }))
    .where(entryAt(rollback, step, index))
    .returning({ step: journal.step });
  found(done, `action ${index} of step ${step} of ${rollback}`);
}

function entryAt(rollback: string, step: number, index: number) {
  return and(eq(journal.rollback, rollback), eq(journal.step, step), eq(journal.index, index));
}
