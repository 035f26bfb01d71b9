export interface ProvisionedFacts {
  /** Alias or version. */
  readonly qualifier: string;
  /** What was asked for, never what is allocated at the moment. */
  readonly requested: number;
  readonly status: string;
  readonly statusReason: string | null;
}

export interface ProvisionedGateway {
  /** ListProvisionedConcurrencyConfigs. Empty where the function does not exist. */
  listProvisioned(name: string): Promise<ProvisionedFacts[]>;
  /** Waits until it is ready. Throws AWS_REJECTED, with AWS's reason, where it has failed. */
  putProvisioned(name: string, qualifier: string, requested: number): Promise<void>;
  /** Returns at once when there is none. */
  deleteProvisioned(name: string, qualifier: string): Promise<void>;
  /** Polls until it is ready or has failed; null where there is none. */
  awaitProvisioned(name: string, qualifier: string): Promise<ProvisionedFacts | null>;
}
