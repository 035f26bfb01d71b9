import type { CapturedComponent } from "../../domain/component/component.ts";
import { stackState } from "../../domain/component/states/stack.ts";
import type { Reason } from "../../domain/errors.ts";
import type { Action } from "../../domain/plan/plan.ts";
import { skipBlockers, statusBlockers } from "../../domain/stack/status.ts";
import type { PlanInput } from "../kind.ts";

export interface Recovery {
  readonly blockers: readonly Reason[];
  readonly actions: readonly Action[];
}

/**
 * How the live stack gets into a status from which it can be updated (facts E1). With consent, a failed rollback of its own
 * is continued, after the objects in S3 that it needs are restored. Other statuses are blockers, each with its remedy.
 */
export function planRecovery(
  name: string,
  live: CapturedComponent | null,
  mayContinue: PlanInput["mayContinue"],
): Recovery {
  const isStuck = stackState(live?.state).settings.stuckIn === "UPDATE_ROLLBACK_FAILED";
  const skip = isStuck ? mayContinue(name) : null;
  if (!live || skip === null) return { blockers: statusBlockers(name, live), actions: [] };
  const blockers = skipBlockers(name, live, skip);
  if (blockers.length > 0) return { blockers, actions: [] };
  return {
    blockers,
    actions: [
      { do: "put-code-objects", name },
      { do: "continue-update-rollback", name, skip },
    ],
  };
}
