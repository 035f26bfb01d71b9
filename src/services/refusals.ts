import { type Activity, hasEnded } from "../domain/activity/activity.ts";
import { type Lock, locksOverlap } from "../domain/activity/scope.ts";
import { type ErrorCode, type Fault, StepbackError } from "../domain/errors.ts";
import type { Guard } from "../store/port/transaction.ts";

/** Throws the first error that there is. Guards answer errors, so checks do, and what stands outside of them throws. */
export function refuse(...errors: readonly (StepbackError | null)[]): void {
  const error = errors.find((candidate) => candidate !== null);
  if (error) throw error;
}

/**
 * One error for all faults of a request, null where there are none. Its code is the first of `worst` that a fault carries;
 * a fault without a code is VALIDATION_FAILED.
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

/** Refuses whatever would meet unfinished work on the same components, and names who holds them. */
export function refuseHeld(lock: Lock): Guard<readonly Activity[]> {
  return (unfinished) => {
    const holder = unfinished.find((activity) => locksOverlap(activity.lock, lock));
    if (!holder) return null;
    const [code, word]: [ErrorCode, string] =
      holder.type === "deploy" ? ["DEPLOYMENT_IN_PROGRESS", "deployment"] : ["ROLLBACK_IN_PROGRESS", "rollback"];
    return new StepbackError(code, `The ${word} ${holder.id} (${holder.status}) holds some of these components.`);
  };
}

/** ALREADY_FINISHED, or null while the job goes on. */
export function endedError(activity: Activity): StepbackError | null {
  return hasEnded(activity.status)
    ? new StepbackError("ALREADY_FINISHED", `${activity.id} has ended: ${activity.status}.`)
    : null;
}

/** The row, or NOT_FOUND where there is none. */
export function found<Row>(row: Row | null, id: string): Row {
  if (row === null) throw new StepbackError("NOT_FOUND", `There is no ${id}.`);
  return row;
}
