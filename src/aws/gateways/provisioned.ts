import type { Availability } from "../availability.ts";

export interface ProvisionedFacts {
  /** Alias or version. */
  readonly qualifier: string;
  /** Environments that were requested, not those allocated at the moment. */
  readonly requested: number;
  readonly status: string;
  readonly statusReason: string | null;
}

export interface ProvisionedGateway {
  /** ListProvisionedConcurrencyConfigs. The value is empty if the function does not exist. */
  listProvisioned(name: string): Promise<Availability<ProvisionedFacts[]>>;
  /** Waits until the environments are ready. Throws AWS_REJECTED with AWS's reason if that failed. */
  putProvisioned(name: string, qualifier: string, requested: number): Promise<void>;
  /** Returns at once if there is none. */
  deleteProvisioned(name: string, qualifier: string): Promise<void>;
  /** Polls until the environments are ready or have failed; null if there are none. */
  awaitProvisioned(name: string, qualifier: string): Promise<ProvisionedFacts | null>;
}
