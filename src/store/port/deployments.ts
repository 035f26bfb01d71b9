import type { Activity } from "../../domain/activity/activity.ts";
import type { Altered } from "../../domain/activity/altered.ts";
import type { Deployment, Outcome } from "../../domain/activity/deployment.ts";
import type { CarriedPin } from "../../domain/activity/pins.ts";
import type { Lock } from "../../domain/activity/scope.ts";
import type { NewSnapshot } from "../../domain/component/snapshot.ts";
import type { Problem, Reason } from "../../domain/errors.ts";
import type { ReadinessCounts } from "../../domain/plan/readiness.ts";
import type { Fence } from "./jobs.ts";
import type { Follow } from "./rollbacks.ts";
import type { Cancelling, Enqueue, Guard, NewLine, Page, Paged } from "./transaction.ts";

export interface DeploymentStore {
  /**
   * Inserts a Queued deployment with a Pending backup and its job. `guard` sees every unfinished deployment and every
   * Queued or In Progress rollback of the same target, or of the same account and region, inside the transaction.
   */
  openDeployment(deployment: Deployment, guard: Guard<readonly Activity[]>, enqueue: Enqueue): Promise<void>;
  /** Stores the backup as Ready, sets the deployment In Progress and ends the job, in one transaction. */
  saveBackup(fence: Fence, deployment: string, snapshot: NewSnapshot, also: BackupExtras): Promise<void>;
  /** Stores the outcome that CI reported and enqueues the record. Repeating it changes nothing and enqueues nothing. */
  reportOutcome(
    deployment: string,
    report: { outcome: Outcome; message: string | null },
    guard: Guard<Deployment>,
    enqueue: Enqueue,
  ): Promise<void>;
  /** False when the deployment had ended already. */
  cancelDeployment(deployment: string, cancelling: Cancelling<Deployment>): Promise<boolean>;
  /** Stores the record, the altered rows and the final status, opens the rollback in `follow`, and ends the job. */
  saveRecord(fence: Fence, deployment: string, end: RecordEnd): Promise<void>;
  /** Every altered row, parents before children. */
  findAltered(deployment: string): Promise<readonly Altered[]>;
  listAltered(deployment: string, page: Page): Promise<Paged<Altered>>;
  /** Ids of unfinished deployments that were opened before this time, oldest first. */
  listOpenSince(before: number): Promise<readonly string[]>;
}

export interface BackupExtras {
  /** How many components of the backup have which readiness. */
  readonly readiness?: ReadinessCounts;
  /** All warnings from now on; without it, those of the opening stay. */
  readonly warnings?: readonly Reason[];
  /** The deployment's lock from now on: the backup knows which functions its stacks own. Null keeps the lock. */
  readonly lock: Lock | null;
  readonly lines: readonly NewLine[];
}

export interface RecordEnd {
  readonly snapshot: NewSnapshot;
  readonly altered: readonly Altered[];
  /** Pinned states among the altered ones; absent when there are none. */
  readonly pinned?: readonly CarriedPin[];
  /** All warnings from now on; without it, those of the backup stay. */
  readonly warnings?: readonly Reason[];
  readonly status: "Completed" | "Exception";
  readonly problem: Problem | null;
  readonly at: number;
  readonly lines: readonly NewLine[];
  /** The rollback that `onFailure: rollback` asks for. */
  readonly follow: Follow | null;
}
