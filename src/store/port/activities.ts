import type { Activity, Status, TargetIdentity } from "../../domain/activity/activity.ts";
import type { Deployment } from "../../domain/activity/deployment.ts";
import type { Rollback } from "../../domain/activity/rollback.ts";
import type { Problem } from "../../domain/errors.ts";
import type { Fence } from "./jobs.ts";
import type { NewLine, Page, Paged } from "./transaction.ts";

export interface ActivityFilter {
  readonly type?: "deploy" | "rollback";
  readonly application?: string;
  readonly stage?: string;
  readonly branch?: string;
  readonly target?: string;
  readonly status?: Status;
  /** Rollbacks of this deployment only. */
  readonly deployment?: string;
}

export interface ActivityStore {
  findDeployment(id: string): Promise<Deployment | null>;
  findRollback(id: string): Promise<Rollback | null>;
  /** Newest first. */
  listActivities(filter: ActivityFilter, page: Page): Promise<Paged<Activity>>;
  listDeployments(filter: ActivityFilter, page: Page): Promise<Paged<Deployment>>;
  listRollbacks(filter: ActivityFilter, page: Page): Promise<Paged<Rollback>>;
  /** Sets the time of the first request only. True when the activity had not ended. */
  requestCancel(id: string, at: number): Promise<boolean>;
  isCancelRequested(id: string): Promise<boolean>;
  /** Ends an unfinished activity outside of any job (abandoned, cancelled before it began). False when it had ended. */
  endActivity(id: string, problem: Problem, at: number): Promise<boolean>;
  /** Ends an activity in Exception and its job with it. Pending snapshots of it become Failed, open steps Skipped. */
  failActivity(
    fence: Fence,
    id: string,
    failure: { problem: Problem; at: number; lines: readonly NewLine[] },
  ): Promise<void>;
  /** Stores the account and region of the first job; throws WRONG_TARGET when others are stored. */
  identify(fence: Fence, id: string, identity: TargetIdentity): Promise<void>;
}
