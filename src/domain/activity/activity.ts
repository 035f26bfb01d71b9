import type { Problem } from "../errors.ts";
import type { Lock } from "./scope.ts";

/** The four words for jobs (F12), and `Draft` before there is one. */
export const STATUSES = ["Draft", "Queued", "In Progress", "Completed", "Exception"] as const;
export type Status = (typeof STATUSES)[number];

export const ACTIVITY_TYPES = ["deploy", "rollback"] as const;
export type ActivityType = (typeof ACTIVITY_TYPES)[number];

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
  readonly type: ActivityType;
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
  readonly lock: Lock;
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  readonly cancelRequestedAt: number | null;
  readonly error: Problem | null;
  /** Its branch or its build was rolled back and has not been deployed again since (F17). Read, never written. */
  readonly needsRevalidation: boolean;
}
