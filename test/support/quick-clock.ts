import type { SandboxClock } from "#sandbox/core/contract";
import type { Clock } from "#src/domain/ids";

/** Pauses between polls (200 ms and more) become 10 ms and more: as long as the sandbox needs for an update. */
const TIMES_SHORTER = 20;

/**
 * The machine's time with short sleeps: polling is faster by that factor. `now` stays real, so no lease runs out
 * and no limit is reached earlier than it would be.
 */
export function createQuickClock(timesShorter: number): Clock {
  return {
    now: () => Date.now(),
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        const end = () => {
          clearTimeout(timer);
          signal?.removeEventListener("abort", end);
          resolve();
        };
        const timer = setTimeout(end, ms / timesShorter);
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
