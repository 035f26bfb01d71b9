import type { SecretValues } from "../../domain/secrets/secret-values.ts";
import type { StagePlace } from "./policies.ts";

/**
 * The secret values in the states that were captured for a stage. What the store keeps as a text of an activity it searches for them
 * itself; callers search what they show and what people send.
 */
export interface SecretStore {
  /** Null: of all stages. What becomes known later is found, too. */
  findSecrets(place: StagePlace | null): Promise<SecretValues>;
  /** Values of states that were just captured: searched for from now on, and kept with the next snapshot of the stage. */
  learnSecrets(place: StagePlace & { readonly target: string }, values: readonly string[]): Promise<void>;
}
