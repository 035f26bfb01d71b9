import { and, desc, eq, lt } from "drizzle-orm";
import type { Activity } from "../domain/activity/activity.ts";
import type { CapturedComponent, ComponentId } from "../domain/component/component.ts";
import type { SnapshotRow } from "../domain/component/snapshot.ts";
import { ACTIVITY, activityOf, getActivity } from "./activity-rows.ts";
import { listLookedFor } from "./last-recorded.ts";
import { isNumberKey, pageOf, readAhead, startOf } from "./pages.ts";
import type { HistoryFilter, HistoryStore } from "./port/snapshots.ts";
import type { Page } from "./port/transaction.ts";
import { activities, componentHistory, snapshots } from "./schema.ts";
import type { Rows, SqliteDatabase } from "./sqlite-database.ts";

export function createHistoryStore(database: SqliteDatabase): HistoryStore {
  return {
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
        start ? lt(componentHistory.number, start[0]) : undefined,
      ),
    )
    .orderBy(desc(componentHistory.number))
    .limit(readAhead(page));
  return found.map(({ own, snapshot, activity }) => {
    const { number, component, digest, incomplete } = own;
    const { purpose, takenAt } = snapshot;
    const at = { snapshot: snapshot.id, purpose, takenAt: takenAt ?? 0, activity: activityOf(activity) };
    return { number, component, digest, incomplete, ...at };
  });
}

interface Seen {
  readonly snapshot: string;
  readonly activity: string;
  readonly purpose: SnapshotRow["purpose"];
  readonly components: readonly CapturedComponent[];
}

/** Adds what is new in a snapshot to the history of its components: a state, or that one that was there is gone. */
export async function noteHistory(rows: Rows, seen: Seen): Promise<void> {
  const activity = await getActivity(rows, seen.activity);
  const present = new Set(seen.components.map(({ id }) => id));
  const lookedFor = seen.purpose === "record" ? await listLookedFor(rows, activity.id) : [];
  const states = [
    ...seen.components.map(({ id, digest, incomplete }) => ({ component: id, digest, incomplete })),
    ...lookedFor.filter((id) => !present.has(id)).map((id) => ({ component: id, digest: null, incomplete: null })),
  ];
  for (const state of states) {
    const last = await lastSeen(rows, state.component, activity);
    if (last ? last.digest === state.digest && last.incomplete === state.incomplete : state.digest === null) continue;
    await rows.insert(componentHistory).values({ ...state, target: activity.target, snapshot: seen.snapshot });
  }
}

/** The newest state of a component in the account and region of an activity: a target's name may be given to others. */
async function lastSeen(rows: Rows, component: ComponentId, { target, identity }: Activity) {
  const { digest, incomplete } = componentHistory;
  const [last] = await rows
    .select({ digest, incomplete })
    .from(componentHistory)
    .innerJoin(snapshots, eq(snapshots.id, componentHistory.snapshot))
    .innerJoin(activities, eq(activities.id, snapshots.activity))
    .where(
      and(
        eq(componentHistory.component, component),
        eq(componentHistory.target, target),
        identity ? eq(activities.account, identity.account) : undefined,
        identity ? eq(activities.region, identity.region) : undefined,
      ),
    )
    .orderBy(desc(componentHistory.number))
    .limit(1);
  return last ?? null;
}
