import type { ComponentId } from "../component/component.ts";
import type { Problem } from "../errors.ts";
import type { Reason } from "../plan/plan.ts";
import type { ReadinessCounts } from "../plan/readiness.ts";
import type { BuildReturn } from "./build.ts";
import type { CarriedPin } from "./pins.ts";
import type { Claim, Scope } from "./scope.ts";

/** The four words for jobs (F12), and `Draft` before there is one. */
export const STATUSES = ["Draft", "Queued", "In Progress", "Completed", "Exception"] as const;
export type Status = (typeof STATUSES)[number];

export function hasEnded(status: Status): boolean {
  return status === "Completed" || status === "Exception";
}

export interface TargetIdentity {
  readonly account: string;
  readonly region: string;
}

/** What a Deploy job and a Rollback job have in common; one row of a branch's list (F13). */
export interface Activity {
  readonly id: string;
  readonly type: "deploy" | "rollback";
  readonly status: Status;
  readonly application: string;
  readonly stage: string;
  readonly branch: string | null;
  readonly commit: string | null;
  readonly build: string | null;
  /** Name of the target in the settings. */
  readonly target: string;
  /** Account and region that STS named; null until the first job has asked. */
  readonly identity: TargetIdentity | null;
  readonly requestedBy: string;
  readonly reason: string | null;
  readonly ticket: string | null;
  readonly claim: Claim;
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  readonly cancelRequestedAt: number | null;
  readonly error: Problem | null;
  /** Its branch or its build was rolled back and has not been deployed again since (F17). Read, never written. */
  readonly needsRevalidation: boolean;
}

export type Outcome = "succeeded" | "failed";

export interface AlteredCounts {
  readonly added: number;
  readonly modified: number;
  readonly deleted: number;
}

export interface Deployment extends Activity {
  readonly type: "deploy";
  readonly scope: Scope;
  readonly onFailure: "none" | "rollback";
  readonly allowDestructive: boolean;
  /** The backup before (F2). */
  readonly backup: SnapshotSummary;
  /** The record after; null until `finish`. */
  readonly record: SnapshotSummary | null;
  readonly outcome: Outcome | null;
  readonly message: string | null;
  readonly altered: AlteredCounts | null;
  /** How well each component of the backup can go back (N6); null before the backup is ready. */
  readonly readiness: ReadinessCounts | null;
  /** What its opening was warned of: pins on its build or commit (N13). */
  readonly warnings: readonly Reason[];
  /** Pinned states that it turned out to carry; empty before its end. */
  readonly pinned: readonly CarriedPin[];
  /** The rollback that `onFailure: rollback` started; null otherwise. */
  readonly rollback: string | null;
}

export interface SnapshotSummary {
  readonly id: string;
  readonly status: "Pending" | "Ready" | "Failed";
  readonly components: number;
  readonly sizeBytes: number;
}

export type Strategy = "auto" | "stack" | "direct";
export type OnConflict = "fail" | "restore" | "keep-live";
export type OnError = "stop" | "continue" | "compensate";

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

/** One line of a job's log. `seq` counts from 1 within its activity. */
export interface LogLine {
  readonly seq: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly level: LogLevel;
  readonly component: ComponentId | null;
  /** Order of the plan's step; null for lines of the whole job. */
  readonly step: number | null;
  readonly message: string;
  readonly aws: AwsCallNote | null;
}

export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Which call of AWS a line tells about. `attempt` counts from 1. */
export interface AwsCallNote {
  readonly service: string;
  readonly operation: string;
  readonly requestId: string | null;
  readonly attempt: number;
}
