import { and, asc, desc, eq, inArray, type SQL, sql } from "drizzle-orm";
import type { Activity } from "../domain/activity.ts";
import { StepbackError } from "../domain/errors.ts";
import { isTimeKey, startOf } from "./pages.ts";
import { activities, rollbackDeployments, UNFINISHED } from "./schema.ts";
import type { Rows } from "./sqlite-database.ts";
import type { ActivityFilter, Guard, Page } from "./store.ts";

export type ActivityRow = typeof activities.$inferSelect;

export function activityOf(row: ActivityRow): Activity {
  const { number: _number, account, region, ...facts } = row;
  return { ...facts, identity: account !== null && region !== null ? { account, region } : null };
}

export async function insertActivity(rows: Rows, activity: Activity): Promise<void> {
  const { identity, ...facts } = activity;
  await rows
    .insert(activities)
    .values({ ...facts, account: identity?.account ?? null, region: identity?.region ?? null });
}

export async function updateActivity(rows: Rows, id: string, change: Partial<ActivityRow>): Promise<void> {
  await rows.update(activities).set(change).where(eq(activities.id, id));
}

/** NOT_FOUND where there is none. */
export async function getActivity(rows: Rows, id: string): Promise<Activity> {
  const [row] = await rows.select().from(activities).where(eq(activities.id, id));
  return activityOf(found(row, id));
}

export function found<Row>(row: Row | null | undefined, id: string): Row {
  if (!row) throw new StepbackError("NOT_FOUND", `There is no ${id}.`);
  return row;
}

/** Throws what the guard says of the row. */
export function ask<Row>(guard: Guard<Row>, row: Row): void {
  const refusal = guard(row);
  if (refusal) throw refusal;
}

/** What holds components of a target: every deployment and rollback that is queued or runs. Oldest first. */
export async function listUnfinished(rows: Rows, target: string): Promise<readonly Activity[]> {
  const unfinished = await rows
    .select()
    .from(activities)
    .where(and(UNFINISHED, eq(activities.target, target)))
    .orderBy(asc(activities.createdAt), asc(activities.id));
  return unfinished.map(activityOf);
}

const FILTERED = ["type", "application", "stage", "branch", "target", "status"] as const;

/** The conditions of a list, for a query that has `activities` in it. VALIDATION_FAILED for an unreadable cursor. */
export function matches(rows: Rows, filter: ActivityFilter, page: Page): SQL | undefined {
  const start = startOf(page, isTimeKey);
  return and(
    ...FILTERED.map((name) => (filter[name] === undefined ? undefined : eq(activities[name], filter[name]))),
    filter.deployment === undefined ? undefined : inArray(activities.id, reversalsOf(rows, filter.deployment)),
    start ? sql`(${activities.createdAt}, ${activities.id}) < (${start[0]}, ${start[1]})` : undefined,
  );
}

function reversalsOf(rows: Rows, deployment: string) {
  const { rollback } = rollbackDeployments;
  return rows.select({ rollback }).from(rollbackDeployments).where(eq(rollbackDeployments.deployment, deployment));
}

/** Newest first; ids break ties, so that the order is total. */
export const NEWEST_FIRST = [desc(activities.createdAt), desc(activities.id)] as const;
