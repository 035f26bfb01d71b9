import type { CapturedComponent } from "../../domain/component/component.ts";
import type { Reason } from "../../domain/errors.ts";
import type { Action } from "../../domain/plan/plan.ts";
import { skipWalls, statusBlockers } from "../../domain/stack/status.ts";
import type { PlanInput } from "../kind.ts";

export interface Recovery {
  readonly blockers: readonly Reason[];
  readonly actions: readonly Action[];
}

/**
 * What brings the live stack to a status that takes updates (facts E1): nothing where it is in one, with consent the rest of
 * its own rollback, whose objects are there by then; otherwise why it is in the way, and the way out.
 */
export function recovering(
  name: string,
  live: CapturedComponent | null,
  mayContinue: PlanInput["mayContinue"],
): Recovery {
  const hangs = live?.state.settings["stuckIn"] === "UPDATE_ROLLBACK_FAILED";
  const skip = hangs ? mayContinue(name) : null;
  if (!live || skip === null) return { blockers: statusBlockers(name, live), actions: [] };
  const blockers = skipWalls(name, live, skip);
  if (blockers.length > 0) return { blockers, actions: [] };
  return {
    blockers,
    actions: [
      { do: "put-code-objects", name },
      { do: "continue-update-rollback", name, skip },
    ],
  };
}

/** What is left of a creation that failed: it holds nothing, takes no update and keeps the name (facts E1). */
export function isShell(live: CapturedComponent | null): boolean {
  return live?.state.settings["stuckIn"] === "ROLLBACK_COMPLETE";
}
