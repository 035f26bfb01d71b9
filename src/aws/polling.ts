import { StepbackError } from "../domain/errors.ts";
import type { Clock } from "../domain/ids.ts";

/** Most updates of a function settle within a second, so the first polls follow quickly. */
const FIRST_PAUSE_MS = 250;
/** Operations on stacks take minutes: ten seconds more do not matter, and the quota is shared (facts C). */
const LONGEST_PAUSE_MS = 10_000;
const GROWTH = 1.5;

export interface Polling {
  readonly clock: Clock;
  /** Ends the waiting with SHUTTING_DOWN when it fires. */
  readonly signal: AbortSignal;
}

export interface Awaited {
  /** Completes "Still waiting for …". */
  readonly what: string;
  readonly limitMs: number;
}

/** Returned by a `look` that has to be repeated. */
export const NOT_YET = Symbol("not yet");

/**
 * Calls `look` at once and then after growing pauses, until it returns anything but `NOT_YET`.
 * Throws AWS_IN_PROGRESS after the limit, SHUTTING_DOWN when the process stops, and whatever `look` throws.
 */
export async function poll<Found>(
  { clock, signal }: Polling,
  { what, limitMs }: Awaited,
  look: () => Promise<Found | typeof NOT_YET>,
): Promise<Found> {
  const giveUpAt = clock.now() + limitMs;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * GROWTH, LONGEST_PAUSE_MS)) {
    const found = await look();
    if (found !== NOT_YET) return found;
    if (clock.now() + pauseMs > giveUpAt) {
      throw new StepbackError("AWS_IN_PROGRESS", `Still waiting for ${what} after ${limitMs / 1000} s.`);
    }
    await clock.sleep(pauseMs, signal);
    if (signal.aborted) throw new StepbackError("SHUTTING_DOWN", `Stopped waiting for ${what}.`);
  }
}
