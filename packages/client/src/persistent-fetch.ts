import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { UnreachableError } from "./errors.ts";
import { tryAgainAfter } from "./try-again.ts";

/**
 * Pauses between attempts, half a minute in all. A restart of the service takes a few seconds and its jobs go on by
 * themselves, so a deploy or a rollback that somebody follows need not end with the connection.
 */
const RETRY_PAUSES_MS = [250, 500, 1_000, 2_000, 4_000, 8_000, 15_000];

/** Nobody listens there. When the service has never answered, the address is wrong and not worth waiting for. */
const NOBODY_THERE = ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH"];

/**
 * A fetch that survives lost connections, and waits where the service asks for it. All attempts of a request that changes something carry the same idempotency
 * key, so the service does it once. Throws UnreachableError when nobody answers, and the signal's reason once it aborts.
 */
export function persistentFetch(signal: AbortSignal | null): (request: Request) => Promise<Response> {
  let hasAnswered = false;
  return async (request) => {
    if (request.method !== "GET") request.headers.set("idempotency-key", randomUUID());
    for (const pauseMs of [...RETRY_PAUSES_MS, null]) {
      const attempt = await tryOnce(request, signal);
      if (attempt.answer) hasAnswered = true;
      const againMs = attempt.answer ? await asksForAnother(attempt.answer, pauseMs) : pauseMs;
      if (attempt.answer && againMs === null) return attempt.answer;
      const isHopeless = againMs === null || (!hasAnswered && NOBODY_THERE.includes(attempt.fault ?? ""));
      if (isHopeless) break;
      await pause(againMs, undefined, signal ? { signal } : {});
    }
    throw new UnreachableError(new URL(request.url).origin);
  };
}

interface Attempt {
  readonly answer: Response | null;
  /** The system's error code of a failed connection; null where it gave none. */
  readonly fault: string | null;
}

async function tryOnce(request: Request, signal: AbortSignal | null): Promise<Attempt> {
  try {
    const response = await fetch(request.clone(), signal ? { signal } : {});
    return { answer: await readWhole(response), fault: null };
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    return { answer: null, fault: causeCode(error) };
  }
}

/** The answer with its body read, so that a connection that breaks in the middle counts as lost. Streams stay streams. */
async function readWhole(response: Response): Promise<Response> {
  if (response.headers.get("content-type")?.startsWith("text/event-stream")) return response;
  const body = await response.arrayBuffer();
  return new Response(body.byteLength > 0 ? body : null, response);
}

/** The pause before the next attempt; null where there is none. */
async function asksForAnother(answer: Response, pauseMs: number | null): Promise<number | null> {
  return pauseMs === null || answer.ok ? null : tryAgainAfter(answer, await answer.clone().text(), pauseMs);
}

function causeCode(error: unknown): string | null {
  const cause = error instanceof Error ? error.cause : null;
  return cause instanceof Error && "code" in cause ? String(cause.code) : null;
}
