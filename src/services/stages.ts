import type { Revalidation } from "../domain/activity/pins.ts";
import { DEFAULT_POLICY, type StagePolicy } from "../domain/activity/stage-policy.ts";
import { StepbackError } from "../domain/errors.ts";
import type { RevalidationFilter, RevalidationStore } from "../store/port/pins.ts";
import type { PolicyStore, StagePlace } from "../store/port/policies.ts";
import type { Page, Paged } from "../store/port/transaction.ts";
import type { ShownTo } from "./activities.ts";
import { found } from "./refusals.ts";
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
  /** Branches and builds that need revalidation, newest first. */
  listRevalidations(place: ShownTo<RevalidationFilter>, page: Page): Promise<Paged<Revalidation>>;
  /** NOT_FOUND; NOT_ACTIVE when the mark is closed already. */
  clearRevalidation(place: StagePlace, id: string, clearing: Clearing): Promise<Revalidation>;
}

export interface Clearing {
  readonly reason: string;
  readonly by: string;
}

export function createStageService({ store, clock }: Uses<PolicyStore & RevalidationStore, "clock">): StageService {
  const findShown = async (place: StagePlace) =>
    (await store.findPolicy(place)) ?? { ...DEFAULT_POLICY, updatedAt: null, updatedBy: null };
  const findMark = async (place: StagePlace, id: string) => found(await store.findRevalidation(place, id), id);
  return {
    findPolicy: findShown,
    setPolicy: async (place, policy, by) => {
      await store.savePolicy(place, { ...DEFAULT_POLICY, ...policy, updatedAt: clock.now(), updatedBy: by });
      return findShown(place);
    },
    listRevalidations: (filter, page) => store.listRevalidations(filter, page),
    clearRevalidation: async (place, id, clearing) => {
      await findMark(place, id);
      if (!(await store.clearRevalidation(id, { ...clearing, at: clock.now() })))
        throw new StepbackError("NOT_ACTIVE", `${id} is closed already.`);
      return findMark(place, id);
    },
  };
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
