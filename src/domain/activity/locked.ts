import { coveredBy, type Reach } from "../access/grants.ts";
import { type ErrorCode, StepbackError } from "../errors.ts";
import type { Activity } from "./activity.ts";
import { type Lock, locksOverlap } from "./scope.ts";

const IN_PROGRESS: Readonly<Record<Activity["type"], readonly [ErrorCode, string]>> = {
  deploy: ["DEPLOYMENT_IN_PROGRESS", "deployment"],
  rollback: ["ROLLBACK_IN_PROGRESS", "rollback"],
};

/**
 * Refuses work on components that are locked by unfinished work, and names that work to those who may see it; without
 * grants, to everybody. Null where nothing is locked. Pure.
 */
export function lockedError(
  lock: Lock,
  grants: readonly Reach[] | null,
  unfinished: readonly Activity[],
): StepbackError | null {
  const lockedBy = unfinished.find((activity) => locksOverlap(activity.lock, lock));
  if (!lockedBy) return null;
  const [code, word] = IN_PROGRESS[lockedBy.type];
  const { id, status, target } = lockedBy;
  const isShown = grants === null || coveredBy(grants, lockedBy);
  const which = isShown ? `The ${word} ${id} in the target ${target}` : `A ${word} that you may not see`;
  return new StepbackError(code, `${which} (${status}) locks some of these components.`);
}
