import type { Activity } from "../domain/activity/activity.ts";
import type { ActivityFilter, ActivityStore } from "../store/port/activities.ts";
import type { Page, Paged } from "../store/port/transaction.ts";
import type { Store } from "../store/store.ts";
import type { Uses } from "./service-deps.ts";

export type { ActivityFilter, Page, Paged };

export interface ActivityService {
  /** Deploy and Rollback jobs in one list, newest first. */
  list(filter: ActivityFilter, page: Page): Promise<Paged<Activity>>;
  /** Resolves when the store can be read and written; rejects otherwise. */
  ready(): Promise<void>;
}

export function createActivityService({ store }: Uses<ActivityStore & Pick<Store, "ping">>): ActivityService {
  return { list: (filter, page) => store.listActivities(filter, page), ready: () => store.ping() };
}
