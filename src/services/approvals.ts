import {
  type Approval,
  type ApprovalState,
  approvalState,
  type Decision,
  isExcluded,
} from "../domain/access/approvals.ts";
import { coveredBy } from "../domain/access/grants.ts";
import type { Caller } from "../domain/access/principal.ts";
import { hasEnded } from "../domain/activity/activity.ts";
import type { Deployment } from "../domain/activity/deployment.ts";
import { REVIEW_WITHIN_MS, type Rollback, requestersOf } from "../domain/activity/rollback.ts";
import type { StagePolicy } from "../domain/activity/stage-policy.ts";
import { StepbackError } from "../domain/errors.ts";
import { askedOf } from "../domain/plan/approved.ts";
import type { TokenStore } from "../store/port/access.ts";
import type { ActivityStore } from "../store/port/activities.ts";
import type { PolicyStore } from "../store/port/policies.ts";
import type { RollbackStore } from "../store/port/rollbacks.ts";
import { notDraftError, planError } from "./draft-errors.ts";
import { lineOf } from "./login-line.ts";
import { found, refuse } from "./refusals.ts";
import type { Uses } from "./service-deps.ts";
import { findPolicy } from "./stages.ts";

export type { Approval, ApprovalState };

/** What somebody decides about the plan that they have read. */
export interface NewDecision {
  readonly planDigest: string;
  readonly decision: Decision;
  readonly comment?: string | null;
}

export interface ApprovalService {
  /** NOT_A_DRAFT, PLAN_MISSING, PLAN_STALE for another plan than the latest, NOT_BY_REQUESTER. */
  decide(rollback: string, decision: NewDecision, caller: Caller): Promise<ApprovalState>;
  /** Every decision about a rollback, oldest first. */
  list(rollback: string): Promise<readonly Approval[]>;
  /** How far the approvals of a rollback's latest plan have come, whether or not it needs any. */
  findState(rollback: string): Promise<ApprovalState>;
  /** How far the approvals of a draft's latest plan have come; null where the stage's policy asks for none. */
  stateOf(rollback: Rollback): Promise<ApprovalState | null>;
  /** Closes an emergency. NOT_AN_EMERGENCY, NOT_BY_REQUESTER, NOT_ACTIVE when it was reviewed before. */
  review(rollback: string, comment: string, caller: Caller): Promise<Rollback>;
  /** A rollback with its review. */
  findReviewed(rollback: string): Promise<Rollback>;
}

type ApprovalDeps = Uses<ActivityStore & PolicyStore & RollbackStore & TokenStore, "clock">;

export function createApprovalService(deps: ApprovalDeps): ApprovalService {
  const { store } = deps;
  const find = async (id: string) => found(await store.findRollback(id), id);
  return {
    decide: (rollback, decision, caller) => decide(deps, rollback, decision, caller),
    list: (rollback) => store.findApprovals(rollback),
    findState: async (id) => latestState(deps, await find(id)),
    findReviewed: find,
    stateOf: (rollback) => stateOf(deps, rollback),
    review: (rollback, comment, caller) => review(deps, rollback, comment, caller),
  };
}

async function decide(deps: ApprovalDeps, id: string, decided: NewDecision, caller: Caller): Promise<ApprovalState> {
  const { store, clock } = deps;
  const { planDigest, decision, comment = null } = decided;
  const draft = found(await store.findRollback(id), id);
  const plan = await store.findPlan(id);
  refuse(notDraftError(draft), planError(draft, plan, planDigest));
  const policy = await findPolicy(store, draft);
  const approver = await lineOf(store, caller.subject);
  const asked = askedOf(draft, { plan, deployments: await findReversed(store, draft), now: clock.now() });
  if (policy.approvals.notByRequester) refuse(requesterError(approver, asked.excluded));
  await store.addApproval({ about: id, covers: asked.covers, ...approver, decision, comment, at: asked.now });
  return approvalState(policy.approvals, await store.findApprovals(id), asked);
}

/** A refusal by the requester is a change of mind, which a cancellation says better. */
function requesterError(
  approver: Pick<Approval, "by" | "madeBy">,
  requesters: readonly string[],
): StepbackError | null {
  if (!isExcluded(approver, requesters)) return null;
  return new StepbackError("NOT_BY_REQUESTER", `${approver.by} has asked for it, or has a token of somebody who did.`);
}

/** The deployments that a rollback reverses: whoever made them may not approve it. */
export function findReversed(store: ActivityStore, { deployments }: Rollback): Promise<readonly (Deployment | null)[]> {
  return Promise.all(deployments.map((id) => store.findDeployment(id)));
}

async function stateOf(deps: ApprovalDeps, rollback: Rollback): Promise<ApprovalState | null> {
  const { approvals } = await findPolicy(deps.store, rollback);
  if (approvals.required === 0 || rollback.waiver !== null || rollback.drill || hasEnded(rollback.status)) return null;
  return latestState(deps, rollback);
}

async function latestState({ store, clock }: ApprovalDeps, rollback: Rollback): Promise<ApprovalState> {
  const { approvals } = await findPolicy(store, rollback);
  const plan = await store.findPlan(rollback.id);
  const asked = askedOf(rollback, { plan, deployments: await findReversed(store, rollback), now: clock.now() });
  return approvalState(approvals, await store.findApprovals(rollback.id), asked);
}

/** EMERGENCY_NOT_ALLOWED for a role that the policy does not name, REASON_REQUIRED without a reason; null for a good one. */
export function emergencyError(
  { policy, reason }: { policy: StagePolicy; reason: string | null },
  rollback: Pick<Rollback, "application" | "stage" | "target" | "lock">,
  { grants }: Caller,
): StepbackError | null {
  const acting = grants.filter(({ role }) => policy.emergency.roles.includes(role));
  if (!coveredBy(acting, rollback)) {
    const named = policy.emergency.roles.join(", ") || "none";
    return new StepbackError("EMERGENCY_NOT_ALLOWED", `The policy of the stage names these roles: ${named}.`);
  }
  if (reason !== null) return null;
  const detail = "An emergency needs a reason, which its review reads.";
  return new StepbackError("REASON_REQUIRED", detail, [{ pointer: "/reason", detail }]);
}

async function review({ store, clock }: ApprovalDeps, id: string, comment: string, caller: Caller): Promise<Rollback> {
  const rollback = found(await store.findRollback(id), id);
  if (rollback.waiver !== "emergency") throw new StepbackError("NOT_AN_EMERGENCY", `${id} was no emergency.`);
  const requesters = requestersOf(rollback, await findReversed(store, rollback));
  refuse(requesterError(await lineOf(store, caller.subject), requesters));
  const isFirst = await store.saveReview(id, { by: caller.subject, at: clock.now(), comment });
  if (!isFirst) throw new StepbackError("NOT_ACTIVE", `${id} was reviewed before.`);
  return found(await store.findRollback(id), id);
}

/** When the review of an emergency is due, in milliseconds since the epoch; null for any other rollback. Pure. */
export function reviewDueAt({ waiver, createdAt }: Rollback): number | null {
  return waiver === "emergency" ? createdAt + REVIEW_WITHIN_MS : null;
}
