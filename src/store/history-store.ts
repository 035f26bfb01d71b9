import { and, desc, eq, gt, inArray, lt, notInArray } from "drizzle-orm";
import type { ComponentId } from "../domain/component/component.ts";
import type { LaterDeployment, LaterDeployments } from "../domain/plan/later-deployment.ts";
import { ACTIVITY, activityOf } from "./activity-rows.ts";
import { liesWithin } from "./grant-rows.ts";
import { historyId } from "./history-rows.ts";
import { isNumberKey, pageOf, readAhead, startOf } from "./pages.ts";
import type { HistoryFilter, HistoryStore, LaterThan } from "./port/snapshots.ts";
import type { Page } from "./port/transaction.ts";
import { activities } from "./schema/activities.ts";
import { componentHistory, snapshots } from "./schema/snapshots.ts";
import type { Rows, SqliteDatabase } from "./sqlite-database.ts";

export function createHistoryStore(database: SqliteDatabase): HistoryStore {
  return {
    findLaterDeployments: (rollback, since) => database.read((rows) => readLaterDeployments(rows, rollback, since)),
    listHistory: (component, filter, page) =>
      database.read(async (rows) => {
        const found = await readHistory(rows, { component, ...filter }, page);
        const { items, next } = pageOf(found, page, ({ number }) => [number]);
        return { items: items.map(({ number: _number, ...entry }) => entry), next };
      }),
  };
}

async function readHistory(rows: Rows, wanted: HistoryFilter & { component: ComponentId }, page: Page) {
  const start = startOf(page, isNumberKey);
  const found = await rows
    .select({ own: componentHistory, snapshot: snapshots, activity: ACTIVITY })
    .from(componentHistory)
    .innerJoin(snapshots, eq(snapshots.id, componentHistory.snapshot))
    .innerJoin(activities, eq(activities.id, snapshots.activity))
    .where(
      and(
        eq(componentHistory.component, wanted.component),
        eq(componentHistory.target, wanted.target),
        wanted.application === undefined ? undefined : eq(activities.application, wanted.application),
        wanted.stage === undefined ? undefined : eq(activities.stage, wanted.stage),
        liesWithin(wanted.grants),
        start ? lt(componentHistory.number, start[0]) : undefined,
      ),
    )
    .orderBy(desc(componentHistory.number))
    .limit(readAhead(page));
  return found.map(({ own, snapshot, activity }) => {
    const id = historyId(own.snapshot, own.component);
    const { number, component, digest, incomplete } = rows.sealing.open(componentHistory, id, own);
    const { purpose, takenAt } = snapshot;
    const at = { snapshot: snapshot.id, purpose, takenAt: takenAt ?? 0, activity: activityOf(rows, activity) };
    return { number, component, digest, incomplete, ...at };
  });
}

async function readLaterDeployments(rows: Rows, rollback: LaterThan, since: number): Promise<LaterDeployments> {
  const { identity } = rollback;
  if (!identity) return new Map();
  const { component, digest, number, target, snapshot } = componentHistory;
  const found = await rows
    .select({ component, digest, snapshot, id: activities.id, build: activities.build, recordedAt: snapshots.takenAt })
    .from(componentHistory)
    .innerJoin(snapshots, eq(snapshots.id, componentHistory.snapshot))
    .innerJoin(activities, eq(activities.id, snapshots.activity))
    .where(
      and(
        inArray(component, [...rollback.picked]),
        eq(target, rollback.target),
        eq(snapshots.purpose, "record"),
        gt(snapshots.takenAt, since),
        eq(activities.type, "deploy"),
        eq(activities.status, "Completed"),
        eq(activities.account, identity.account),
        eq(activities.region, identity.region),
        notInArray(activities.id, [...rollback.deployments]),
      ),
    )
    .orderBy(desc(number));
  const later = new Map<ComponentId, LaterDeployment[]>();
  for (const row of found) {
    const opened = rows.sealing.open(componentHistory, historyId(row.snapshot, row.component), row);
    const { component, recordedAt, snapshot: _snapshot, ...deployment } = opened;
    later.set(component, [...(later.get(component) ?? []), { ...deployment, recordedAt: recordedAt ?? 0 }]);
  }
  return later;
}
