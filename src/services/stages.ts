import { type ApprovalState, approvalError, approvalState, type Decision } from "../domain/access/approvals.ts";
import type { Revalidation } from "../domain/activity/pins.ts";
import { approvalsRemoved, DEFAULT_POLICY, type StagePolicy } from "../domain/activity/stage-policy.ts";
import { StepbackError } from "../domain/errors.ts";
import { digestOf } from "../domain/json.ts";
import type { TokenStore } from "../store/port/access.ts";
import type { RevalidationFilter, RevalidationStore } from "../store/port/pins.ts";
import type { PolicyStore, StagePlace } from "../store/port/policies.ts";
import type { ApprovalStore } from "../store/port/rollbacks.ts";
import type { Page, Paged } from "../store/port/transaction.ts";
import type { ShownTo } from "./activities.ts";
import { lineOf } from "./login-line.ts";
import { found, refuse } from "./refusals.ts";
import type { Uses } from "./service-deps.ts";

/** A policy, and who set it when; both are null for the defaults. */
export interface ShownPolicy extends StagePolicy {
  readonly updatedAt: number | null;
  readonly updatedBy: string | null;
}

export interface StageService {
  findPolicy(place: StagePlace): Promise<ShownPolicy>;
  /** Replaces the whole policy; members that are left out get their defaults. Takes effect at once. */
  setPolicy(place: StagePlace, policy: Partial<StagePolicy>, by: string): Promise<ShownPolicy>;
  /** Agrees to a policy that asks for fewer approvals than the present one, or refuses it. */
  decidePolicy(place: StagePlace, policy: Partial<StagePolicy>, decided: PolicyDecision): Promise<ApprovalState>;
  /** How far the approvals of a policy have come. */
  findPolicyState(place: StagePlace, policy: Partial<StagePolicy>): Promise<ApprovalState>;
  findRevalidation(place: StagePlace, id: string): Promise<Revalidation>;
  /** Branches and builds that need revalidation, newest first. */
  listRevalidations(place: ShownTo<RevalidationFilter>, page: Page): Promise<Paged<Revalidation>>;
  /** NOT_FOUND; NOT_ACTIVE when the mark is closed already. */
  clearRevalidation(place: StagePlace, id: string, clearing: Clearing): Promise<Revalidation>;
}

export interface Clearing {
  readonly reason: string;
  readonly by: string;
}

type StageDeps = Uses<ApprovalStore & PolicyStore & RevalidationStore & TokenStore, "clock">;

export function createStageService({ store, clock }: StageDeps): StageService {
  const findShown = async (place: StagePlace) =>
    (await store.findPolicy(place)) ?? { ...DEFAULT_POLICY, updatedAt: null, updatedBy: null };
  const findMark = async (place: StagePlace, id: string) => found(await store.findRevalidation(place, id), id);
  return {
    findPolicy: findShown,
    setPolicy: async (place, policy, by) => {
      const wanted = { ...DEFAULT_POLICY, ...policy };
      refuse(approvalError(await looserState({ store, clock }, place, wanted, by)));
      await store.savePolicy(place, { ...wanted, updatedAt: clock.now(), updatedBy: by });
      return findShown(place);
    },
    decidePolicy: async (place, policy, { by, decision, comment }) => {
      const wanted = { ...DEFAULT_POLICY, ...policy };
      const about = { about: aboutPolicy(place), covers: policyDigest(wanted) };
      await store.addApproval({ ...about, ...(await lineOf(store, by)), decision, comment, at: clock.now() });
      return looserState({ store, clock }, place, wanted, null);
    },
    findPolicyState: (place, policy) => looserState({ store, clock }, place, { ...DEFAULT_POLICY, ...policy }, null),
    findRevalidation: findMark,
    listRevalidations: (filter, page) => store.listRevalidations(filter, page),
    clearRevalidation: async (place, id, clearing) => {
      await findMark(place, id);
      if (!(await store.clearRevalidation(id, { ...clearing, at: clock.now() })))
        throw new StepbackError("NOT_ACTIVE", `${id} is closed already.`);
      return findMark(place, id);
    },
  };
}

export interface PolicyDecision {
  readonly by: string;
  readonly decision: Decision;
  readonly comment: string | null;
}

/** A looser policy needs as many approvals as it takes away, of others than whoever sets it. */
async function looserState(
  { store, clock }: StageDeps,
  place: StagePlace,
  wanted: StagePolicy,
  by: string | null,
): Promise<ApprovalState> {
  const before = await findPolicy(store, place);
  const rule = { ...before.approvals, notByRequester: true, required: approvalsRemoved(before, wanted) };
  const asked = { covers: policyDigest(wanted), excluded: by === null ? [] : [by], now: clock.now() };
  return approvalState(rule, await store.findApprovals(aboutPolicy(place)), asked);
}

function policyDigest(policy: StagePolicy): string {
  return digestOf(JSON.parse(JSON.stringify(policy)));
}

function aboutPolicy({ application, stage }: StagePlace): string {
  return `policy:${JSON.stringify([application, stage])}`;
}

/** The policy in effect at a stage. */
export async function findPolicy(store: PolicyStore, place: StagePlace): Promise<StagePolicy> {
  return (await store.findPolicy(place)) ?? DEFAULT_POLICY;
}

/** REASON_REQUIRED when the stage demands a reason and none is given. */
export function reasonError(reason: string | null, { requireReason }: StagePolicy): StepbackError | null {
  if (!requireReason || reason !== null) return null;
  const detail = "The policy of this stage demands a reason for every rollback.";
  return new StepbackError("REASON_REQUIRED", detail, [{ pointer: "/reason", detail }]);
}
