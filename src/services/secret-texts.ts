import type { SecretValues } from "../domain/secrets/secret-values.ts";
import type { ActivityStore } from "../store/port/activities.ts";
import type { StagePlace } from "../store/port/policies.ts";
import type { SecretStore } from "../store/port/secrets.ts";
import type { Uses } from "./service-deps.ts";

export interface SecretTextService {
  /** The secrets of the stages to which the ids belong, one by one; unknown ids belong to none. */
  findById(ids: readonly string[]): Promise<readonly SecretValues[]>;
  findByStage(place: StagePlace): Promise<SecretValues>;
  /** Those of every stage: for what belongs to none. */
  findAll(): Promise<SecretValues>;
}

export function createSecretTextService({ store }: Uses<ActivityStore & SecretStore>): SecretTextService {
  return {
    findById: async (ids) => {
      const places = await Promise.all(ids.map((id) => store.findPlace(id)));
      return Promise.all(places.flatMap((place) => (place ? [store.findSecrets(place)] : [])));
    },
    findByStage: (place) => store.findSecrets(place),
    findAll: () => store.findSecrets(null),
  };
}
