import { problemOf } from "./problem.ts";

/** Error codes that ask for the same request again: nothing was begun, and the answer says when to come back. */
const TRY_AGAIN_CODES: ReadonlySet<string> = new Set([
  "SHUTTING_DOWN",
  "STORE_UNAVAILABLE",
  "KEY_UNAVAILABLE",
  "IDEMPOTENCY_IN_PROGRESS",
  "OVERLOADED",
  "TOO_MANY_REQUESTS",
  "TOO_MANY_OPEN_REQUESTS",
  "TOO_MANY_FOLLOWERS",
]);

/** Limits count by the minute. A longer wait is not believed: a proxy may have written it. */
const LONGEST_PAUSE_S = 60;

/**
 * How long to wait before the same request is sent again, in milliseconds: as long as the service says in `Retry-After`, and
 * not less than `pauseMs`. Null for an answer that is final.
 */
export function tryAgainAfter(answer: Response, text: string, pauseMs: number): number | null {
  if (answer.ok || !TRY_AGAIN_CODES.has(problemOf(text, answer.status).code)) return null;
  const asked = Number(answer.headers.get("retry-after") ?? 0);
  // A date, which this service never sends, is no number.
  const seconds = Number.isFinite(asked) && asked > 0 ? Math.min(asked, LONGEST_PAUSE_S) : 0;
  return Math.max(pauseMs, 1_000 * seconds);
}
