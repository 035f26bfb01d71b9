import type { ComponentId } from "../component/component.ts";
import type { SnapshotSummary } from "../component/snapshot.ts";
import type { Strategy } from "../plan/plan.ts";
import type { Activity } from "./activity.ts";
import type { BuildReturn } from "./build.ts";

/** What happens to a component that somebody changed after the deployment. */
export const ON_CONFLICT = ["fail", "restore", "keep-live"] as const;
export type OnConflict = (typeof ON_CONFLICT)[number];

/** What happens to the other steps when one has failed. */
export const ON_ERROR = ["stop", "continue", "compensate"] as const;
export type OnError = (typeof ON_ERROR)[number];

export interface Rollback extends Activity {
  readonly type: "rollback";
  /** The deployments that the rollback reverses, oldest first; empty for an undo. */
  readonly deployments: readonly string[];
  /** The rollback that this one undoes; null for any other. */
  readonly undoes: string | null;
  /** The build whose state is the goal; null for any other. */
  readonly toBuild: BuildReturn | null;
  /** The snapshot whose states are the goal; null where deployments or a rollback are reversed. */
  readonly restores: string | null;
  /** Whether it is a rehearsal, which is planned and never run. */
  readonly drill: boolean;
  readonly picked: readonly ComponentId[];
  readonly strategy: Strategy;
  readonly onConflict: OnConflict;
  readonly onError: OnError;
  readonly allowDestructive: boolean;
  /** By name of a stack in UPDATE_ROLLBACK_FAILED: consent to continue its own rollback, with the resources to skip. */
  readonly continueUpdateRollback: Readonly<Record<string, readonly string[]>>;
  readonly includeFailed: boolean;
  /** Digest of the plan that the caller approved; a run of another plan is refused. */
  readonly approvedDigest: string | null;
  /** The backup of its components, which the rollback takes before it changes them; null until then. */
  readonly backup: SnapshotSummary | null;
  /** The states that were read at its end, with which an undo compares live; null until then. */
  readonly record: SnapshotSummary | null;
  readonly result: RollbackResult | null;
}

export interface RollbackResult {
  readonly restored: number;
  readonly removed: number;
  readonly recreated: number;
  readonly unchanged: number;
  readonly skipped: number;
  readonly failed: number;
}

/** Whether the team's own command restores the components instead of Stepback. Pure. */
export function isByPackage({ toBuild }: Pick<Rollback, "toBuild">): boolean {
  return toBuild !== null && toBuild.package !== null;
}

/** Whether a rollback waits for that command, while no job of the rollback runs. Pure. */
export function awaitsCommand(rollback: Pick<Rollback, "status" | "toBuild">): boolean {
  return isByPackage(rollback) && rollback.status === "In Progress" && rollback.toBuild?.outcome === null;
}
