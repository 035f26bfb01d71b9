import { type Approval, type ApprovalRule, type Asked, approvalError, approvalState } from "../access/approvals.ts";
import { type Deployers, type Rollback, requestersOf } from "../activity/rollback.ts";
import type { StepbackError } from "../errors.ts";
import { digestOf } from "../json.ts";
import { consentNames } from "./losses.ts";
import type { Plan } from "./plan.ts";

/**
 * Digest of everything that a run of the plan depends on: steps, account, region, options, and consent. The plan itself
 * names what it loses, so that consent to that is part of it; consent to more is a part of its own. Pure.
 */
export function coveredDigest(rollback: Rollback, plan: Plan): string {
  const { identity, picked, strategy, onConflict, onError, includeFailed, continueUpdateRollback } = rollback;
  const options = { picked: [...picked], strategy, onConflict, onError, includeFailed };
  const skips = Object.entries(continueUpdateRollback).map(([stack, skip]) => [stack, [...skip]] as [string, string[]]);
  return digestOf({
    plan: plan.digest,
    place: [identity?.account ?? null, identity?.region ?? null],
    ...options,
    continueUpdateRollback: Object.fromEntries(skips),
    consent: consentBeyond(rollback, plan),
  });
}

/** Names in the consent that the plan does not lose by itself; `true` is consent to what the plan loses, and no more. */
function consentBeyond({ allowDestructive }: Rollback, { steps }: Plan): string[] {
  if (typeof allowDestructive === "boolean") return [];
  const lost = new Set(steps.flatMap(({ losses }) => losses.flatMap(({ id }) => consentNames(id))));
  return allowDestructive.filter((name) => !lost.has(name)).sort();
}

/** What approvals are held against: the rollback with its plan, what it reverses, and the time in milliseconds since the epoch. */
export interface Approvable {
  readonly plan: Plan | null;
  /** The deployments that the rollback reverses. */
  readonly deployments: Deployers;
  readonly now: number;
}

/** Without a plan there is nothing that somebody could have approved. Pure. */
export function askedOf(rollback: Rollback, { plan, deployments, now }: Approvable): Asked {
  const covers = plan ? coveredDigest(rollback, plan) : "";
  return { covers, excluded: requestersOf(rollback, deployments), now };
}

/** APPROVAL_NEEDED for a run that waits for approvals; null for one that has them or needs none. Pure. */
export function whyNotApproved(
  rollback: Rollback,
  approvable: Approvable,
  { rule, decisions }: { rule: ApprovalRule; decisions: readonly Approval[] },
): StepbackError | null {
  if (rollback.waiver !== null || rule.required === 0) return null;
  return approvalError(approvalState(rule, decisions, askedOf(rollback, approvable)));
}
