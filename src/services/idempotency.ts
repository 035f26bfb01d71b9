import { StepbackError } from "../domain/errors.ts";
import type { Clock } from "../domain/ids.ts";
import { digestOf, type Json } from "../domain/json.ts";
import type { StoredResponse } from "../store/port/access.ts";
import type { Store } from "../store/store.ts";

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
   * Null when the request is the first with its key and may go on; it then owns `ownKey` and has to settle it. Otherwise the
   * answer that the first one got. IDEMPOTENCY_KEY_REUSED, IDEMPOTENCY_IN_PROGRESS.
   */
  reserve(request: KeyedRequest): Promise<StoredResponse | null>;
  /** Keeps the answer for 24 h; one that failed inside frees the key instead, so that the request can be sent again. */
  settle(request: KeyedRequest, answer: StoredResponse): Promise<void>;
}

export function createIdempotencyService({ store, clock }: { store: Store; clock: Clock }): IdempotencyService {
  return {
    reserve: async (request) => {
      const fingerprint = digestOf([request.method, request.url, request.body]);
      const reserved = await store.reserveKey(ownKey(request), fingerprint, clock.now());
      if (reserved.state === "new") return null;
      if (reserved.state === "done") return reserved.response;
      const detail = `Idempotency-Key: ${request.key}`;
      throw new StepbackError(
        reserved.state === "differs" ? "IDEMPOTENCY_KEY_REUSED" : "IDEMPOTENCY_IN_PROGRESS",
        detail,
      );
    },
    settle: (request, answer) =>
      answer.status >= 500 ? store.releaseKey(ownKey(request)) : store.completeKey(ownKey(request), answer),
  };
}

/** Keys of different callers never meet. */
function ownKey({ principal, key }: KeyedRequest): string {
  return `${principal} ${key}`;
}
