import type { Place, Reach } from "../../domain/access/grants.ts";
import type { Activity, Status, TargetIdentity } from "../../domain/activity/activity.ts";
import type { Deployment } from "../../domain/activity/deployment.ts";
import type { Rollback } from "../../domain/activity/rollback.ts";
import type { Problem } from "../../domain/errors.ts";
import type { Fence } from "./jobs.ts";
import type { Guard, NewLine, Page, Paged } from "./transaction.ts";

export interface ActivityFilter {
  readonly type?: "deploy" | "rollback";
  readonly application?: string;
  readonly stage?: string;
  readonly branch?: string;
  readonly target?: string;
  readonly status?: Status;
  /** Only rollbacks that reverse this deployment. */
  readonly deployment?: string;
  /** Only what lies inside one of them. */
  readonly grants?: readonly Reach[];
}

/** Where something is that has an id, and who opened it. */
export interface OwnedPlace extends Required<Place> {
  readonly requestedBy: string;
  readonly activity: string;
}

export interface ActivityStore {
  findDeployment(id: string): Promise<Deployment | null>;
  findRollback(id: string): Promise<Rollback | null>;
  /** The place of a deployment, a rollback, a snapshot or a pin: that of the activity which it belongs to. */
  findPlace(id: string): Promise<OwnedPlace | null>;
  /** Newest first. */
  listActivities(filter: ActivityFilter, page: Page): Promise<Paged<Activity>>;
  listDeployments(filter: ActivityFilter, page: Page): Promise<Paged<Deployment>>;
  listRollbacks(filter: ActivityFilter, page: Page): Promise<Paged<Rollback>>;
  isCancelRequested(id: string): Promise<boolean>;
  /** Ends an unfinished activity outside any job: abandoned, or cancelled before it began. False when it had ended already. */
  endActivity(id: string, problem: Problem, at: number): Promise<boolean>;
  /**
   * Ends an activity in Exception, and its job with it. Its pending snapshots become Failed, its running step Failed and
   * its pending steps Skipped. A draft stays a draft and keeps the problem.
   */
  failActivity(
    fence: Fence,
    id: string,
    failure: { problem: Problem; at: number; lines: readonly NewLine[] },
  ): Promise<void>;
  /** The latest time of any activity, line of its log, snapshot or package; 0 where there is none. */
  latestTime(): Promise<number>;
  /**
   * Stores the account and region that the first job found. WRONG_TARGET when the activity already has others. The guard sees
   * unfinished activities of the same account and region whose targets have other names: nothing knew of them before.
   */
  identify(fence: Fence, id: string, identity: TargetIdentity, guard: Guard<readonly Activity[]>): Promise<void>;
}
