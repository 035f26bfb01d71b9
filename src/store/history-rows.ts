import { and, desc, eq } from "drizzle-orm";
import type { Activity } from "../domain/activity/activity.ts";
import type { CapturedComponent, ComponentId } from "../domain/component/component.ts";
import type { SnapshotRow } from "../domain/component/snapshot.ts";
import { targetScope } from "../sealing/scopes.ts";
import { getActivity } from "./activity-rows.ts";
import { listLookedFor } from "./last-record-rows.ts";
import { activities } from "./schema/activities.ts";
import { componentHistory, snapshots } from "./schema/snapshots.ts";
import type { Rows } from "./sqlite-database.ts";

interface Seen {
  readonly snapshot: string;
  readonly activity: string;
  readonly purpose: SnapshotRow["purpose"];
  readonly components: readonly CapturedComponent[];
}

/** Adds each state that a snapshot saw for the first time to its component's history; a null digest says that it is gone. */
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
    const place = { scope: targetScope(activity.target), id: historyId(seen.snapshot, state.component) };
    const values = { ...state, target: activity.target, snapshot: seen.snapshot };
    await rows.insert(componentHistory).values(rows.sealing.seal(componentHistory, place, values));
  }
}

/** The public id of a row of `component_history`: a snapshot adds at most one for each component. */
export function historyId(snapshot: string, component: ComponentId): string {
  return `${snapshot}/${component}`;
}

/**
 * The newest known state of a component in the account and region of an activity. The target's name alone does not
 * suffice: the settings may give it to another account later.
 */
async function lastSeen(rows: Rows, component: ComponentId, { target, identity }: Activity) {
  const { digest, incomplete, snapshot } = componentHistory;
  const [last] = await rows
    .select({ digest, incomplete, snapshot })
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
  return last ? rows.sealing.open(componentHistory, historyId(last.snapshot, component), last) : null;
}
