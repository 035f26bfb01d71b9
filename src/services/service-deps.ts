import type { Artifacts } from "../artifacts/artifacts.ts";
import type { Clock, NewId } from "../domain/ids.ts";
import type { RateOf } from "../domain/plan/estimate.ts";
import type { Fingerprint } from "../domain/template/secrets.ts";
import type { Dispatcher } from "../jobs/queue/dispatcher.ts";
import type { Store } from "../store/store.ts";

/** What every service is made from. No service waits for AWS: jobs do. */
export interface ServiceDeps {
  readonly store: Store;
  readonly artifacts: Artifacts;
  readonly dispatcher: Dispatcher;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly fingerprint: Fingerprint;
  /** What AWS's quotas, or the settings in their place, allow: for what a plan is expected to take. */
  readonly rateOf: RateOf;
  /** Names of the configured targets. */
  readonly targets: readonly string[];
  /** How large one package may be. */
  readonly maxPackageBytes: number;
}
