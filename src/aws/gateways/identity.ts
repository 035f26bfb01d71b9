import type { TargetIdentity } from "../../domain/activity/activity.ts";

export interface IdentityGateway {
  /** GetCallerIdentity, and the region of the client's settings. WRONG_TARGET when the target names another account. */
  whoAmI(): Promise<TargetIdentity>;
}
