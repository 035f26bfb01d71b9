import type { Activity } from "../domain/activity/activity.ts";
import type { ActivityFilter } from "../store/port/activities.ts";
import type { Page, Paged } from "../store/port/transaction.ts";
import type { ServiceDeps } from "./service-deps.ts";

export type { ActivityFilter, Page, Paged };

export interface ActivityService {
  /** Deploy and Rollback jobs in one list, newest first (F13). */
  list(filter: ActivityFilter, page: Page): Promise<Paged<Activity>>;
  /** Resolves when rows can be read and written; rejects otherwise. */
  ready(): Promise<void>;
}

export function createActivityService({ store }: ServiceDeps): ActivityService {
  return { list: (filter, page) => store.listActivities(filter, page), ready: () => store.ping() };
}
