import { StepbackError } from "../domain/errors.ts";
import { digestOf, type Json } from "../domain/json.ts";
import type { AccessStore, StoredResponse } from "../store/port/access.ts";
import type { Uses } from "./service-deps.ts";

export type { StoredResponse };

export interface KeyedRequest {
  readonly key: string;
  readonly principal: string;
  readonly method: string;
  readonly url: string;
  readonly body: Json;
}

export interface IdempotencyService {
  /**
   * Null when the request is the first with its key: it owns the key from now on, and has to settle it. Otherwise the
   * response of the first request. IDEMPOTENCY_KEY_REUSED, IDEMPOTENCY_IN_PROGRESS.
   */
  reserve(request: KeyedRequest): Promise<StoredResponse | null>;
  /** Keeps the response for 24 h. A 5xx releases the key instead, so that the request can be sent again. */
  settle(request: KeyedRequest, response: StoredResponse): Promise<void>;
}

const CODES = { differs: "IDEMPOTENCY_KEY_REUSED", running: "IDEMPOTENCY_IN_PROGRESS" } as const;

export function createIdempotencyService({ store, clock }: Uses<AccessStore, "clock">): IdempotencyService {
  return {
    reserve: async (request) => {
      const fingerprint = digestOf([request.method, request.url, request.body]);
      const reserved = await store.reserveKey(ownKey(request), fingerprint, clock.now());
      if (reserved.state === "new") return null;
      if (reserved.state === "done") return reserved.response;
      throw new StepbackError(CODES[reserved.state], `Idempotency-Key: ${request.key}`);
    },
    settle: (request, response) =>
      response.status >= 500 ? store.releaseKey(ownKey(request)) : store.completeKey(ownKey(request), response),
  };
}

/** Includes the caller, so that the keys of different callers never collide. */
function ownKey({ principal, key }: KeyedRequest): string {
  return `${principal} ${key}`;
}
