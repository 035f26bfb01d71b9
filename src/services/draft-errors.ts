import type { Rollback } from "../domain/activity/rollback.ts";
import { StepbackError } from "../domain/errors.ts";
import type { Plan } from "../domain/plan/plan.ts";

/** NOT_A_DRAFT; null for a draft. */
export function notDraftError(rollback: Rollback): StepbackError | null {
  if (rollback.status === "Draft") return null;
  return new StepbackError("NOT_A_DRAFT", `${rollback.id} is ${rollback.status}.`);
}

/** PLAN_MISSING, or PLAN_STALE where the latest plan is not the one that somebody has read; null where it is. */
export function planError(draft: Rollback, plan: Plan | null, planDigest: string): StepbackError | null {
  if (!plan) return new StepbackError("PLAN_MISSING", `${draft.id} has no plan yet.`);
  if (plan.digest === planDigest) return null;
  return new StepbackError("PLAN_STALE", `The latest plan of ${draft.id} has another digest.`);
}
