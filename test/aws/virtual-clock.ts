import type { Clock } from "#src/domain/ids";

interface Sleeper {
  readonly at: number;
  wake(): void;
}

/**
 * A clock that jumps to the next wake-up as soon as somebody sleeps: hours of polling take milliseconds. Anything else,
 * such as a call under way, takes no time.
 */
export class VirtualClock implements Clock {
  #now = Date.now();
  #sleepers: Sleeper[] = [];
  #isRunning = false;
  /** Delay of the next timer in milliseconds; none by default. */
  readonly #lateness: () => number;

  constructor(lateness: () => number = () => 0) {
    this.#lateness = lateness;
  }

  now(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const sleeper = { at: this.#now + ms + this.#lateness(), wake: resolve };
      signal?.addEventListener("abort", () => this.#rouse(sleeper), { once: true });
      this.#sleepers.push(sleeper);
      this.#run();
    });
  }

  #run(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    // One turn of the event loop between two wake-ups, so that the one that woke runs first.
    setImmediate(() => {
      this.#isRunning = false;
      const next = this.#sleepers.reduce<Sleeper | null>(
        (first, other) => (first && first.at <= other.at ? first : other),
        null,
      );
      if (!next) return;
      this.#now = Math.max(this.#now, next.at);
      this.#rouse(next);
      if (this.#sleepers.length > 0) this.#run();
    });
  }

  #rouse(sleeper: Sleeper): void {
    this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
    sleeper.wake();
  }
}
