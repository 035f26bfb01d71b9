import type { Activity } from "../domain/activity/activity.ts";
import type { Deployment } from "../domain/activity/deployment.ts";
import type { Rollback } from "../domain/activity/rollback.ts";
import { StepbackError } from "../domain/errors.ts";
import type { ActivityStore } from "../store/port/activities.ts";

type Finder = (store: ActivityStore, id: string) => Promise<Deployment | Rollback | null>;

const FINDERS: Readonly<Record<Activity["type"], Finder>> = {
  deploy: (store, id) => store.findDeployment(id),
  rollback: (store, id) => store.findRollback(id),
};

/** The activity with this id and type; null when there is none. INTERNAL for a type that the table does not know. */
export function findOfType(
  store: ActivityStore,
  type: Activity["type"],
  id: string,
): Promise<Deployment | Rollback | null> {
  const find = FINDERS[type];
  if (!find) throw new StepbackError("INTERNAL", `Nothing finds an activity of the type ${type}.`);
  return find(store, id);
}

/** The deployment or rollback with this id; null when there is neither. */
export async function findActivity(store: ActivityStore, id: string): Promise<Deployment | Rollback | null> {
  return (await store.findDeployment(id)) ?? store.findRollback(id);
}
