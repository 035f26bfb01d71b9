import { type Problem, problemOf } from "../domain/errors.ts";
import type { Store } from "../store/store.ts";
import type { Uses } from "./service-deps.ts";

export interface HealthService {
  /** Why requests cannot be served or their jobs are not delivered; null when all is well. */
  fault(): Promise<Problem | null>;
}

export function createHealthService({
  store,
  dispatcher,
}: Uses<Pick<Store, "ping" | "checkKeys">, "dispatcher">): HealthService {
  return {
    fault: async () => {
      try {
        await store.ping();
        await store.checkKeys();
        return dispatcher.fault;
      } catch (error) {
        return problemOf(error);
      }
    },
  };
}
