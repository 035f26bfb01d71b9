import type { Verdict } from "../plan/readiness.ts";
import type { CapturedComponent, ComponentId } from "./component.ts";

export const SNAPSHOT_STATUSES = ["Pending", "Ready", "Failed"] as const;
export type SnapshotStatus = (typeof SNAPSHOT_STATUSES)[number];

/** A backup is taken before the activity changes anything, a record afterwards. */
export const SNAPSHOT_PURPOSES = ["backup", "record"] as const;
export type SnapshotPurpose = (typeof SNAPSHOT_PURPOSES)[number];

export interface SnapshotSummary {
  readonly id: string;
  readonly status: SnapshotStatus;
  readonly components: number;
  /** How many of them are incomplete, and so cannot be restored. */
  readonly incomplete: number;
  readonly sizeBytes: number;
}

/**
 * The triggers of the account that a snapshot does not hold, by UUID: what each called, as `function` or `function:qualifier`.
 * One that feeds a function of the snapshot later was turned, not added.
 */
export type OutsideTriggers = Readonly<Record<string, string>>;

export interface NewSnapshot {
  readonly id: string;
  readonly takenAt: number;
  readonly components: readonly CapturedComponent[];
  /** How well each component can be restored; only the backup of a deployment has verdicts. */
  readonly verdicts?: ReadonlyMap<ComponentId, Verdict>;
  /** Only the backup of a deployment has them. */
  readonly outsideTriggers?: OutsideTriggers;
}

/** A component of a snapshot with its verdict, which is null in all snapshots but the backup of a deployment. */
export interface JudgedComponent extends CapturedComponent {
  /** What people call it; null where that is its name. */
  readonly displayName: string | null;
  readonly verdict: Verdict | null;
}

export interface SnapshotRow {
  readonly id: string;
  readonly purpose: SnapshotPurpose;
  /** The deployment or rollback that owns the snapshot. */
  readonly activity: string;
  readonly status: SnapshotStatus;
  readonly takenAt: number | null;
  readonly components: number;
  readonly incomplete: number;
  readonly sizeBytes: number;
}
