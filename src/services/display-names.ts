import type { Deployment } from "../domain/activity/deployment.ts";
import type { Rollback } from "../domain/activity/rollback.ts";
import type { ComponentId } from "../domain/component/component.ts";
import type { DisplayNames } from "../domain/component/display-names.ts";
import type { SnapshotStore } from "../store/port/snapshots.ts";

/** Something about a component, with what people call that component; null where that is its name. */
export type Named<Item> = Item & { readonly displayName: string | null };

export function named<Item extends { readonly component: ComponentId | null }>(
  names: DisplayNames,
  items: readonly Item[],
): Named<Item>[] {
  const nameOf = (component: ComponentId | null) => (component === null ? null : (names.get(component) ?? null));
  return items.map((item) => ({ ...item, displayName: nameOf(item.component) }));
}

/** From the snapshots of a job; for a rollback also from those it was picked from, since a draft has none of its own. */
export async function displayNamesFor(store: SnapshotStore, activity: Deployment | Rollback): Promise<DisplayNames> {
  if (activity.type === "deploy") return store.findDisplayNames([activity.id]);
  const { id, deployments, undoes, restores, toBuild } = activity;
  const restored = restores === null ? null : await store.findSnapshot(restores);
  const returned = toBuild ? [toBuild.deployment, ...toBuild.since] : [];
  return store.findDisplayNames([
    ...returned,
    ...deployments,
    ...[undoes, restored?.activity ?? null].filter((activity) => activity !== null),
    id,
  ]);
}
