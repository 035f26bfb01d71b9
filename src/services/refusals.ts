import { EVERYWHERE, isWithin, type Reach } from "../domain/access/grants.ts";
import type { Caller } from "../domain/access/principal.ts";
import type { Role } from "../domain/access/roles.ts";
import { type Activity, hasEnded } from "../domain/activity/activity.ts";
import { lockedError } from "../domain/activity/locked.ts";
import type { Lock } from "../domain/activity/scope.ts";
import { type ErrorCode, type Fault, StepbackError } from "../domain/errors.ts";
import type { Guard } from "../store/port/transaction.ts";

/** Throws the first error, if there is one. Checks return errors, because guards do; outside a guard the error is thrown. */
export function refuse(...errors: readonly (StepbackError | null)[]): void {
  const error = errors.find((candidate) => candidate !== null);
  if (error) throw error;
}

/**
 * One error for all faults of a request; null when there are none. Its code is the first of `worst` that a fault has, else
 * that of the first fault. A fault without a code counts as VALIDATION_FAILED.
 */
export function errorOf(
  faults: readonly Fault[],
  detail: string,
  worst: readonly ErrorCode[] = [],
): StepbackError | null {
  const carried = faults.map((fault) => fault.code ?? "VALIDATION_FAILED");
  const code = worst.find((candidate) => carried.includes(candidate)) ?? carried[0];
  return code ? new StepbackError(code, detail, faults) : null;
}

/** Refuses work on components that are locked by unfinished work, and names that work to those who may see it. */
export function refuseLocked(lock: Lock, grants: readonly Reach[]): Guard<readonly Activity[]> {
  return (unfinished) => lockedError(lock, grants, unfinished);
}

/** ALREADY_FINISHED, or null while the job has not ended. */
export function endedError(activity: Activity): StepbackError | null {
  return hasEnded(activity.status)
    ? new StepbackError("ALREADY_FINISHED", `${activity.id} has ended: ${activity.status}.`)
    : null;
}

/** The row, or NOT_FOUND when there is none. */
export function found<Row>(row: Row | null, id: string): Row {
  if (row === null) throw new StepbackError("NOT_FOUND", `There is no ${id}.`);
  return row;
}

/** OUTSIDE_GRANT for whoever has none of the roles for the whole installation. `what` begins the sentence: "The keys are". */
export function requireEverywhere({ grants }: Caller, roles: readonly Role[], what: string): void {
  if (grants.some((own) => roles.includes(own.role) && isWithin(EVERYWHERE, own))) return;
  throw new StepbackError("OUTSIDE_GRANT", `${what} those of the whole installation, and your grants end earlier.`);
}
