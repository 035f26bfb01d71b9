import type { Clock } from "#src/domain/ids";

interface Sleeper {
  readonly at: number;
  wake(): void;
}

/**
 * Time that passes only while somebody sleeps, and then at once: hours of polling take milliseconds. What does not sleep
 * (a call under way) takes no time.
 */
export class VirtualClock implements Clock {
  #now = Date.now();
  #sleepers: Sleeper[] = [];
  #isRunning = false;
  /** How late the next timer fires, in milliseconds: never by default. */
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
    // A turn of the event loop between two moments: whoever was woken goes first.
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
