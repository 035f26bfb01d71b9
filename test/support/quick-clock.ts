import { setTimeout as startTimer } from "node:timers";
import type { SandboxClock } from "#sandbox/core/contract";
import type { Clock } from "#src/domain/ids";

/** Pauses between polls (200 ms and more) become 10 ms and more: as long as the sandbox needs for an update. */
const TIMES_SHORTER = 20;

/**
 * The machine's time with short sleeps: polling is faster by that factor. `now` stays real, so no lease runs out
 * and no limit is reached earlier than it would be.
 */
export function createQuickClock(timesShorter: number): Clock {
  return clockWith((ms) => ms / timesShorter);
}

/**
 * For walks of thousands of jobs: what waits for AWS takes no time, and what only happens now and then (rounds of the queue,
 * leases) keeps enough of its own that it costs little.
 */
export const walkingClock: Clock = clockWith((ms) => (ms < SHORTEST_ROUND_MS ? 0 : ms / TIMES_SHORTER), startTimer);

/** Pauses between polls begin with a quarter of a second; no round is quicker than this. */
const SHORTEST_ROUND_MS = 2_000;

/** `start` starts a timer: the global one by default, which a test may have shortened on its own account. */
function clockWith(shorter: (ms: number) => number, start: typeof setTimeout | null = null): Clock {
  return {
    now: () => Date.now(),
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        const end = () => {
          clearTimeout(timer);
          signal?.removeEventListener("abort", end);
          resolve();
        };
        const timer = (start ?? setTimeout)(end, shorter(ms));
        signal?.addEventListener("abort", end);
        if (signal?.aborted) end();
      }),
  };
}

export const quickClock = createQuickClock(TIMES_SHORTER);

/** The sandbox's clock when updates take no time: a sleep of 0 ms is a turn of the event loop, not a timer of 1 ms. */
export const eagerClock: SandboxClock = {
  now: () => Date.now(),
  sleep: (ms) => new Promise((resolve) => (ms > 0 ? setTimeout(resolve, ms) : setImmediate(resolve))),
};
