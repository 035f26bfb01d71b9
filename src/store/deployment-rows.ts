import { and, asc, eq, getTableColumns, gt, lt } from "drizzle-orm";
import type { Altered } from "../domain/activity/altered.ts";
import type { Deployment } from "../domain/activity/deployment.ts";
import type { ComponentId } from "../domain/component/component.ts";
import { withoutSecrets } from "../domain/secrets/secret-values.ts";
import { targetScope } from "../sealing/scopes.ts";
import { ACTIVITY, activityOf, found, insertActivity, scopeOf } from "./activity-rows.ts";
import { consentColumns, withConsent } from "./consent-rows.ts";
import { alteredAgain } from "./damage-rows.ts";
import { isNumberKey, pageOf, readAhead, startOf } from "./pages.ts";
import type { Page, Paged } from "./port/transaction.ts";
import { activities, UNFINISHED } from "./schema/activities.ts";
import { altered, deployments } from "./schema/deployments.ts";
import { snapshots } from "./schema/snapshots.ts";
import type { Opened } from "./sealed-rows.ts";
import { secretsOfActivity } from "./secret-rows.ts";
import { insertPendingSnapshot } from "./snapshot-rows.ts";
import type { Rows } from "./sqlite-database.ts";
import { backups, isBackup, isRecord, records, summaryOf } from "./summary-rows.ts";

export function selectDeployments(rows: Rows) {
  return rows
    .select({ activity: ACTIVITY, own: deployments, backup: backups, record: records })
    .from(activities)
    .innerJoin(deployments, eq(deployments.id, activities.id))
    .innerJoin(backups, isBackup)
    .leftJoin(records, isRecord)
    .$dynamic();
}

interface StoredDeployment {
  readonly activity: Parameters<typeof activityOf>[1];
  readonly own: typeof deployments.$inferSelect;
  readonly backup: typeof snapshots.$inferSelect;
  readonly record: typeof snapshots.$inferSelect | null;
}

export function deploymentOf(rows: Rows, row: StoredDeployment): Deployment {
  const [backup, record] = [summaryOf(row.backup), row.record && summaryOf(row.record)];
  const own = rows.sealing.open(deployments, row.own.id, row.own);
  return { ...activityOf(rows, row.activity), ...withConsent(own), type: "deploy", backup, record };
}

/** NOT_FOUND. */
export async function getDeployment(rows: Rows, id: string): Promise<Deployment> {
  const [row] = await selectDeployments(rows).where(eq(activities.id, id));
  return deploymentOf(rows, found(row, id));
}

export async function insertDeployment(rows: Rows, deployment: Deployment): Promise<void> {
  await insertActivity(rows, deployment);
  const values = { ...deployment, ...consentColumns(deployment.allowDestructive) };
  const place = { scope: targetScope(deployment.target), id: deployment.id };
  await rows.insert(deployments).values(rows.sealing.seal(deployments, place, values));
  await insertPendingSnapshot(rows, { id: deployment.backup.id, activity: deployment.id, purpose: "backup" });
}

export async function updateDeployment(
  rows: Rows,
  id: string,
  change: Partial<Opened<typeof deployments.$inferSelect>>,
): Promise<void> {
  const place = { scope: await scopeOf(rows, id), id };
  const { message, warnings } = change;
  const texts = { ...(message ? { message } : {}), ...(warnings ? { warnings } : {}) };
  const told = withoutSecrets(texts, await secretsOfActivity(rows, id));
  await rows
    .update(deployments)
    .set(rows.sealing.seal(deployments, place, { ...change, ...told }))
    .where(eq(deployments.id, id));
}

/** Ids of unfinished deployments that were opened before a time, oldest first. */
export async function listOpenSince(rows: Rows, before: number): Promise<readonly string[]> {
  const open = await rows
    .select({ id: activities.id })
    .from(activities)
    .where(and(UNFINISHED, eq(activities.type, "deploy"), lt(activities.createdAt, before)))
    .orderBy(asc(activities.createdAt), asc(activities.id));
  return open.map(({ id }) => id);
}

const { deployment: _deployment, ...ALTERED } = getTableColumns(altered);

/** The public id of a row of `altered`. */
const alteredId = (deployment: string, position: number) => `${deployment}/${position}`;

export async function insertAltered(rows: Rows, deployment: string, list: readonly Altered[]): Promise<void> {
  const scope = await scopeOf(rows, deployment);
  const secrets = await secretsOfActivity(rows, deployment);
  for (const [position, row] of parentsFirst(list).entries()) {
    const place = { scope, id: alteredId(deployment, position) };
    const values = { ...row, reasons: withoutSecrets(row.reasons, secrets), deployment, position };
    await rows.insert(altered).values(rows.sealing.seal(altered, place, values));
  }
}

export async function findAltered(rows: Rows, deployment: string): Promise<readonly Altered[]> {
  const isOfIt = eq(altered.deployment, deployment);
  const found = await rows.select(ALTERED).from(altered).where(isOfIt).orderBy(asc(altered.position));
  return found.map((row) => alteredOf(rows, deployment, row));
}

function alteredOf(rows: Rows, deployment: string, stored: Omit<typeof altered.$inferSelect, "deployment">): Altered {
  const { position, ...row } = rows.sealing.open(altered, alteredId(deployment, stored.position), stored);
  return row;
}

export async function listAltered(rows: Rows, deployment: string, page: Page): Promise<Paged<Altered>> {
  const start = startOf(page, isNumberKey);
  const paged = await rows
    .select(ALTERED)
    .from(altered)
    .where(and(eq(altered.deployment, deployment), start ? gt(altered.position, start[0]) : undefined))
    .orderBy(asc(altered.position))
    .limit(readAhead(page));
  const { items, next } = pageOf(paged, page, ({ position }) => [position]);
  const isOfIt = and(eq(snapshots.activity, deployment), eq(snapshots.purpose, "backup"));
  const [backup] = await rows.select({ id: snapshots.id }).from(snapshots).where(isOfIt);
  const listed = items.map((row) => alteredOf(rows, deployment, row));
  return { items: backup ? await alteredAgain(rows, backup.id, listed) : listed, next };
}

/** Sorts by the number of altered containers above a row; rows of one depth keep their order. */
function parentsFirst(list: readonly Altered[]): readonly Altered[] {
  const parents = new Map(list.map(({ component, parent }) => [component, parent]));
  const depth = (component: ComponentId, below: number): number => {
    const parent = parents.get(component);
    // A chain longer than the list is a circle.
    return parent && below < list.length ? depth(parent, below + 1) : below;
  };
  const depths = new Map(list.map(({ component }) => [component, depth(component, 0)]));
  return list.toSorted((one, other) => (depths.get(one.component) ?? 0) - (depths.get(other.component) ?? 0));
}
