import type { Reach } from "../domain/access/grants.ts";
import type { Activity } from "../domain/activity/activity.ts";
import type { ActivityFilter, ActivityStore } from "../store/port/activities.ts";
import type { Page, Paged } from "../store/port/transaction.ts";
import type { Uses } from "./service-deps.ts";

export type { ActivityFilter, Page, Paged };

/** A list shows what lies inside the grants, so that leaving them out is no way to see everything. */
export type ShownTo<Filter> = Filter & { readonly grants: readonly Reach[] };

export interface ActivityService {
  /** Deploy and Rollback jobs in one list, newest first. */
  list(filter: ShownTo<ActivityFilter>, page: Page): Promise<Paged<Activity>>;
}

export function createActivityService({ store }: Uses<ActivityStore>): ActivityService {
  return { list: (filter, page) => store.listActivities(filter, page) };
}
