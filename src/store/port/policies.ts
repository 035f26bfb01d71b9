import type { StagePolicy } from "../../domain/activity/stage-policy.ts";

export interface StagePlace {
  readonly application: string;
  readonly stage: string;
}

export interface StoredPolicy extends StagePolicy {
  readonly updatedAt: number;
  readonly updatedBy: string;
}

export interface PolicyStore {
  /** Null where nobody has set one. */
  findPolicy(place: StagePlace): Promise<StoredPolicy | null>;
  /** Whole, over the one that stands. */
  savePolicy(place: StagePlace, policy: StoredPolicy): Promise<void>;
}
