import { StepbackError } from "../domain/errors.ts";
import type { Clock } from "../domain/ids.ts";

/** Most updates of a function settle within a second, so the first looks come quickly. */
const FIRST_PAUSE_MS = 250;
/** Long operations (stacks) take minutes: ten seconds more do not matter, and the quota is shared (facts C). */
const LONGEST_PAUSE_MS = 10_000;
const GROWTH = 1.5;

export interface Polling {
  readonly clock: Clock;
  /** Ends the waiting with SHUTTING_DOWN. */
  readonly signal: AbortSignal;
}

export interface Awaited {
  /** Completes the sentence "Still waiting for …". */
  readonly what: string;
  readonly limitMs: number;
}

/** What a look that must be repeated answers. */
export const NOT_YET = Symbol("not yet");

/**
 * Looks until there is an answer, at once and then after growing pauses.
 * Throws AWS_IN_PROGRESS after the limit, SHUTTING_DOWN when the process stops, and whatever `look` throws.
 */
export async function poll<Answer>(
  { clock, signal }: Polling,
  { what, limitMs }: Awaited,
  look: () => Promise<Answer | typeof NOT_YET>,
): Promise<Answer> {
  const giveUpAt = clock.now() + limitMs;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * GROWTH, LONGEST_PAUSE_MS)) {
    const answer = await look();
    if (answer !== NOT_YET) return answer;
    if (clock.now() + pauseMs > giveUpAt) {
      throw new StepbackError("AWS_IN_PROGRESS", `Still waiting for ${what} after ${limitMs / 1000} s.`);
    }
    await clock.sleep(pauseMs, signal);
    if (signal.aborted) throw new StepbackError("SHUTTING_DOWN", `Stopped waiting for ${what}.`);
  }
}
