import { AsyncLocalStorage } from "node:async_hooks";
import { StepbackError } from "../domain/errors.ts";
import { digestOf, type Json } from "../domain/json.ts";
import type { AccessStore, StoredResponse } from "../store/port/access.ts";
import type { ServiceDeps, Uses } from "./service-deps.ts";

export type { StoredResponse };

export interface KeyedRequest {
  readonly key: string;
  readonly principal: string;
  readonly method: string;
  readonly url: string;
  readonly body: Json;
}

/** What came of the first request with a key: its response, or the job that it made before it lost its response. */
export type Earlier = { readonly response: StoredResponse } | { readonly made: string };

export interface IdempotencyService {
  /**
   * Null when the request is the first with its key: it owns the key from now on, and has to settle it. Otherwise what came
   * of the first request. IDEMPOTENCY_KEY_REUSED, IDEMPOTENCY_IN_PROGRESS.
   */
  reserve(request: KeyedRequest): Promise<Earlier | null>;
  /** Runs the handling of a request that owns its key: a job that it makes is noted under the key. */
  handle(request: KeyedRequest, handle: () => void): void;
  /** Keeps the response for 24 h. One that says to try again releases the key instead. */
  settle(request: KeyedRequest, response: StoredResponse, isKept: boolean): Promise<void>;
}

const CODES = { differs: "IDEMPOTENCY_KEY_REUSED", running: "IDEMPOTENCY_IN_PROGRESS" } as const;

/** The key of the request that is being handled. */
const handled = new AsyncLocalStorage<string>();

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
    handle: (request, handle) => handled.run(ownKey(request), handle),
    settle: (request, response, isKept) =>
      isKept ? store.completeKey(ownKey(request), response) : store.releaseKey(ownKey(request)),
  };
}

/**
 * Notes each job under the key of the request that makes it, in the same transaction: whoever repeats the request after a
 * crash gets that job instead of colliding with it.
 */
export function notingDispatcher(
  dispatcher: ServiceDeps["dispatcher"],
  store: Pick<AccessStore, "noteMade">,
): ServiceDeps["dispatcher"] {
  return {
    get fault() {
      return dispatcher.fault;
    },
    cancel: (subject) => dispatcher.cancel(subject),
    enqueue: async (transaction, job) => {
      await dispatcher.enqueue(transaction, job);
      const key = handled.getStore();
      if (key !== undefined) await store.noteMade(transaction, key, job.subject);
    },
  };
}

/** Includes the caller, so that the keys of different callers never collide. */
function ownKey({ principal, key }: KeyedRequest): string {
  return `${principal} ${key}`;
}
