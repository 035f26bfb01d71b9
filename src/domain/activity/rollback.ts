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
  /** The deployments that it reverses, oldest first; empty for an undo. */
  readonly deployments: readonly string[];
  /** The rollback that it undoes; null otherwise. */
  readonly undoes: string | null;
  /** The build whose state it goes back to; null otherwise. */
  readonly toBuild: BuildReturn | null;
  /** The snapshot whose states it goes to (N14); null where it reverses deployments or a rollback. */
  readonly restores: string | null;
  /** A rehearsal: it is planned and never run (N15). */
  readonly drill: boolean;
  readonly picked: readonly ComponentId[];
  readonly strategy: Strategy;
  readonly onConflict: OnConflict;
  readonly onError: OnError;
  readonly allowDestructive: boolean;
  /** By name of a stack in UPDATE_ROLLBACK_FAILED: consent to let its own rollback go on, and what is skipped then. */
  readonly continueUpdateRollback: Readonly<Record<string, readonly string[]>>;
  readonly includeFailed: boolean;
  /** The plan that the caller approved; a run of any other is refused (N8). */
  readonly approvedDigest: string | null;
  /** The backup that the rollback took of its components before it ran; null before. */
  readonly backup: SnapshotSummary | null;
  /** The states read back at its end; what an undo compares live with. */
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

/** Whether the team's own command brings the components back, rather than Stepback (P2). Pure. */
export function isByPackage({ toBuild }: Pick<Rollback, "toBuild">): boolean {
  return toBuild !== null && toBuild.package !== null;
}

/** Whether a rollback waits for that command, and no job of it is at work. Pure. */
export function awaitsCommand(rollback: Pick<Rollback, "status" | "toBuild">): boolean {
  return isByPackage(rollback) && rollback.status === "In Progress" && rollback.toBuild?.outcome === null;
}
