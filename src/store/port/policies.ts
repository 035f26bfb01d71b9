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
  /** Null when nobody has set a policy. */
  findPolicy(place: StagePlace): Promise<StoredPolicy | null>;
  /** Replaces the whole policy. */
  savePolicy(place: StagePlace, policy: StoredPolicy): Promise<void>;
}
