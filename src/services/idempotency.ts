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

/** What came of the first request with a key: its response, or the id of what it made or changed before it lost its response. */
export type Earlier = { readonly response: StoredResponse } | { readonly made: string };

export interface IdempotencyService {
  /**
   * Null when the request is the first with its key: it owns the key from now on, and has to settle it. Otherwise what came
   * of the first request. IDEMPOTENCY_KEY_REUSED, IDEMPOTENCY_IN_PROGRESS.
   */
  reserve(request: KeyedRequest): Promise<Earlier | null>;
  /** Runs the handling of a request that owns its key: what it makes or changes is noted under the key. */
  handle(request: KeyedRequest, handle: () => void): void;
  /** Keeps the response for 24 h. One that says to try again releases the key instead. */
  settle(request: KeyedRequest, response: StoredResponse, isKept: boolean): Promise<void>;
}

const CODES = { differs: "IDEMPOTENCY_KEY_REUSED", running: "IDEMPOTENCY_IN_PROGRESS" } as const;

export function createIdempotencyService({ store, clock }: Uses<AccessStore, "clock">): IdempotencyService {
  return {
    reserve: async (request) => {
      const fingerprint = digestOf([request.method, request.url, request.body]);
      const reserved = await store.reserveKey(ownKey(request), fingerprint, clock.now());
      if (reserved.state === "new") return null;
      if (reserved.state === "done") return { response: reserved.response };
      if (reserved.state === "made") return { made: reserved.id };
      throw new StepbackError(CODES[reserved.state], `Idempotency-Key: ${request.key}`);
    },
    handle: (request, handle) => store.underKey(ownKey(request), handle),
    settle: (request, response, isKept) =>
      isKept ? store.completeKey(ownKey(request), response) : store.releaseKey(ownKey(request)),
  };
}

/** Includes the caller, so that the keys of different callers never collide. */
function ownKey({ principal, key }: KeyedRequest): string {
  return `${principal} ${key}`;
}
