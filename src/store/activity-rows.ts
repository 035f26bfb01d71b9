import { and, asc, desc, eq, getTableColumns, inArray, or, type SQL, sql } from "drizzle-orm";
import type { Activity } from "../domain/activity/activity.ts";
import { StepbackError } from "../domain/errors.ts";
import { withoutSecrets } from "../domain/secrets/secret-values.ts";
import { type KeyScope, targetScope } from "../sealing/scopes.ts";
import { noteChanged } from "./changes.ts";
import { liesWithin } from "./grant-rows.ts";
import { isTimeKey, startOf } from "./pages.ts";
import type { ActivityFilter } from "./port/activities.ts";
import type { StagePlace } from "./port/policies.ts";
import type { Guard, Page } from "./port/transaction.ts";
import { activities, UNFINISHED } from "./schema/activities.ts";
import { rollbackDeployments } from "./schema/rollbacks.ts";
import type { Opened } from "./sealed-rows.ts";
import { secretsAt } from "./secret-rows.ts";
import type { Rows } from "./sqlite-database.ts";

type StoredActivity = typeof activities.$inferSelect & Pick<Activity, "needsRevalidation">;

export type ActivityRow = Opened<typeof activities.$inferSelect>;

/**
 * Raw SQL, because drizzle omits the table's name from columns of a query over one table, and an unqualified `application`
 * would mean the column of the subquery.
 */
const NEEDS_REVALIDATION = sql<boolean>`(exists (
  select 1 from revalidations mark
  where mark.closed_at is null and mark.application = activities.application and mark.stage = activities.stage
    and mark.subject = 'branch' and mark.name = activities.branch
) or exists (
  select 1 from revalidations mark
  where mark.closed_at is null and mark.application = activities.application and mark.stage = activities.stage
    and mark.subject = 'build' and mark.name = activities.build
))`.mapWith(Boolean);

/** The columns selected for an activity: its row, and whether its branch or build needs revalidation. */
export const ACTIVITY = { ...getTableColumns(activities), needsRevalidation: NEEDS_REVALIDATION };

export function activityOf(rows: Rows, row: StoredActivity): Activity {
  const { number: _number, account, region, ...facts } = rows.sealing.open(activities, row.id, row);
  return { ...facts, identity: account !== null && region !== null ? { account, region } : null };
}

export async function insertActivity(rows: Rows, activity: Activity): Promise<void> {
  const { identity, needsRevalidation: _read, ...facts } = await withoutSecretTexts(rows, activity, activity);
  const values = { ...facts, account: identity?.account ?? null, region: identity?.region ?? null };
  const place = { scope: targetScope(activity.target), id: activity.id };
  await rows.insert(activities).values(rows.sealing.seal(activities, place, values));
}

export async function updateActivity(rows: Rows, id: string, change: Partial<ActivityRow>): Promise<void> {
  noteChanged(rows, id);
  const place = await placeOf(rows, id);
  const sealed = { scope: targetScope(place.target), id };
  await rows
    .update(activities)
    .set(rows.sealing.seal(activities, sealed, await withoutSecretTexts(rows, place, change)))
    .where(eq(activities.id, id));
}

type Texts = Partial<Pick<ActivityRow, "reason" | "error">>;

/** What people or AWS say of an activity, without the secrets of its stage. */
async function withoutSecretTexts<Facts extends Texts>(rows: Rows, place: StagePlace, facts: Facts): Promise<Facts> {
  const { reason, error } = facts;
  if (!reason && !error) return facts;
  const secrets = await secretsAt(rows, place);
  return { ...facts, ...withoutSecrets({ ...(reason ? { reason } : {}), ...(error ? { error } : {}) }, secrets) };
}

/** Where an activity belongs. NOT_FOUND. */
export async function placeOf(rows: Rows, id: string): Promise<StagePlace & { readonly target: string }> {
  const { application, stage, target } = activities;
  const [row] = await rows.select({ application, stage, target }).from(activities).where(eq(activities.id, id));
  return found(row, id);
}

/** Whose key seals what an activity stores: that of its target. NOT_FOUND. */
export async function scopeOf(rows: Rows, activity: string): Promise<KeyScope> {
  return targetScope((await placeOf(rows, activity)).target);
}

/** NOT_FOUND. */
export async function getActivity(rows: Rows, id: string): Promise<Activity> {
  const [row] = await rows.select(ACTIVITY).from(activities).where(eq(activities.id, id));
  return activityOf(rows, found(row, id));
}

/** The row, or NOT_FOUND when there is none. */
export function found<Row>(row: Row | null | undefined, id: string): Row {
  if (!row) throw new StepbackError("NOT_FOUND", `There is no ${id}.`);
  return row;
}

/** Throws the error with which the guard refuses the row, if it does. */
export function checkGuard<Row>(guard: Guard<Row>, row: Row): void {
  const refusal = guard(row);
  if (refusal) throw refusal;
}

/**
 * Every queued or running deployment and rollback of a target, oldest first: what locks its components. Two names may mean one
 * place, so those of the same account and region count as soon as they are known. Partitions share neither regions nor accounts.
 */
export async function listUnfinished(
  rows: Rows,
  { target, identity }: Pick<Activity, "target" | "identity">,
): Promise<readonly Activity[]> {
  const isThere = identity && and(eq(activities.account, identity.account), eq(activities.region, identity.region));
  const unfinished = await rows
    .select(ACTIVITY)
    .from(activities)
    .where(and(UNFINISHED, or(eq(activities.target, target), isThere ?? undefined)))
    .orderBy(asc(activities.createdAt), asc(activities.id));
  return unfinished.map((row) => activityOf(rows, row));
}

const FILTERED = ["type", "application", "stage", "branch", "target", "status"] as const;

/** The conditions of a list, for a query that selects from `activities`. VALIDATION_FAILED for an unreadable cursor. */
export function matches(rows: Rows, filter: ActivityFilter, page: Page): SQL | undefined {
  const start = startOf(page, isTimeKey);
  return and(
    ...FILTERED.map((name) => (filter[name] === undefined ? undefined : eq(activities[name], filter[name]))),
    filter.deployment === undefined ? undefined : inArray(activities.id, reversalsOf(rows, filter.deployment)),
    liesWithin(filter.grants),
    start ? sql`(${activities.createdAt}, ${activities.id}) < (${start[0]}, ${start[1]})` : undefined,
  );
}

function reversalsOf(rows: Rows, deployment: string) {
  const { rollback } = rollbackDeployments;
  return rows.select({ rollback }).from(rollbackDeployments).where(eq(rollbackDeployments.deployment, deployment));
}

/** Newest first. Ids break ties, so that the order is total. */
export const NEWEST_FIRST = [desc(activities.createdAt), desc(activities.id)] as const;
