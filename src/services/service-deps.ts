import type { ArtifactStore } from "../artifacts/artifacts.ts";
import type { Clock, NewId } from "../domain/ids.ts";
import type { RateOf } from "../domain/plan/estimate.ts";
import type { FingerprintAt } from "../domain/secrets/mark.ts";
import type { PipelineIdentity } from "../identity/pipeline-identity.ts";
import type { Dispatcher } from "../jobs/queue/dispatcher.ts";
import type { Store } from "../store/store.ts";

/** What the services are made from. No service waits for AWS: jobs do. */
export interface ServiceDeps {
  readonly store: Store;
  readonly artifacts: ArtifactStore;
  readonly dispatcher: Pick<Dispatcher, "enqueue" | "cancel" | "fault">;
  readonly clock: Clock;
  readonly newId: NewId;
  /** Random bytes for what must not be guessed. */
  readonly newSecret: (bytes: number) => Buffer;
  readonly fingerprintAt: FingerprintAt;
  /** Who sends the OIDC token of a pipeline. The one thing that a request may wait for: an issuer publishes its keys. */
  readonly pipelines: PipelineIdentity;
  /** The call rates that AWS's quotas or the settings allow, for estimating how long a plan takes. */
  readonly rateOf: RateOf;
  /** Names of the configured targets. */
  readonly targets: readonly string[];
  readonly maxPackageBytes: number;
  /** Logs that one principal may follow at a time. */
  readonly maxFollowers: number;
}

/** What one service needs: some ports of the store, and other members by name. */
export type Uses<Ports, Others extends Exclude<keyof ServiceDeps, "store"> = never> = {
  readonly store: Ports;
} & Pick<ServiceDeps, Others>;
