import rateLimit from "@fastify/rate-limit";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { StepbackError } from "../domain/errors.ts";
import type { Clock } from "../domain/ids.ts";

const WINDOW_MS = 60_000;

/** Callers that are told apart within one minute. Further ones count as one, so that nobody fills the memory. */
const MOST_CALLERS = 10_000;

export interface RequestRate {
  /** Requests of one caller in a minute. */
  readonly perMinute: number;
  readonly now: Clock["now"];
  /** Who is counted. */
  readonly callerOf: (request: FastifyRequest) => string;
  /** When it is known who calls; before the body by default. */
  readonly hook?: "preHandler";
}

/**
 * Limits the requests of each caller to the routes that are registered after it in the same scope: TOO_MANY_REQUESTS with
 * `Retry-After`. Each answer says what is left, in the header fields `RateLimit-Limit`, `-Remaining` and `-Reset` (seconds) of
 * the IETF's draft "RateLimit header fields for HTTP".
 */
export async function addRequestRate(
  app: FastifyInstance,
  { perMinute, now, callerOf, hook }: RequestRate,
): Promise<void> {
  await app.register(rateLimit, {
    max: perMinute,
    timeWindow: WINDOW_MS,
    enableDraftSpec: true,
    hook: hook ?? "onRequest",
    keyGenerator: callerOf,
    store: storeOf(now),
    errorResponseBuilder: (request, { max }) =>
      new StepbackError("TOO_MANY_REQUESTS", `${callerOf(request)} sent more than ${max} requests in a minute.`),
  });
}

type Counted = (error: Error | null, result?: { readonly current: number; readonly ttl: number }) => void;

/** The plugin's own store reads the machine's time. In this one, each caller has minutes that begin with a first request. */
function storeOf(now: Clock["now"]) {
  return class Counts {
    readonly #windows = new Map<string, { until: number; count: number }>();

    incr(caller: string, counted: Counted): void {
      const window = this.#windowOf(caller);
      window.count += 1;
      counted(null, { current: window.count, ttl: window.until - now() });
    }

    child(): Counts {
      return this;
    }

    #windowOf(caller: string): { until: number; count: number } {
      const known = this.#windows.get(caller);
      if (known && known.until > now()) return known;
      this.#windows.delete(caller);
      if (this.#windows.size >= MOST_CALLERS) this.#forgetEnded();
      if (this.#windows.size >= MOST_CALLERS && caller !== OTHERS) return this.#windowOf(OTHERS);
      const window = { until: now() + WINDOW_MS, count: 0 };
      this.#windows.set(caller, window);
      return window;
    }

    /** A map keeps the order in which its entries were made, and so of their ends. */
    #forgetEnded(): void {
      for (const [caller, { until }] of this.#windows) {
        if (until > now()) return;
        this.#windows.delete(caller);
      }
    }
  };
}

const OTHERS = "others";
