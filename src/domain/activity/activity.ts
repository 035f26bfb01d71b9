import type { Grant } from "../access/grants.ts";
import type { Problem } from "../errors.ts";
import type { Lock } from "./scope.ts";

/** The four statuses of a job, and `Draft` for a rollback that has no job yet. */
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

/** What deployments and rollbacks have in common; one row of a branch's list. */
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
  /** Account and region as STS gives them; null until the first job has asked. */
  readonly identity: TargetIdentity | null;
  /** The subject of the principal. */
  readonly requestedBy: string;
  /** Where whoever opened it may work, which also bounds what its jobs find. Null for no bound: from versions before grants. */
  readonly grants: readonly Grant[] | null;
  readonly reason: string | null;
  readonly ticket: string | null;
  /** What the activity may touch, locked until it has ended. */
  readonly lock: Lock;
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  readonly cancelRequestedAt: number | null;
  readonly error: Problem | null;
  /** Whether its branch or its build was rolled back and has not been deployed again. Read, never written. */
  readonly needsRevalidation: boolean;
}
