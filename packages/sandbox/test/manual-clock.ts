import { setImmediate } from "node:timers/promises";
import type { SandboxClock } from "#sandbox/core/contract";

/** A clock that only a test moves: nothing in the sandbox continues until the test advances it. */
export class ManualClock implements SandboxClock {
  #now = Date.UTC(2026, 0, 1);
  #sleepers: { readonly at: number; readonly wake: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  sleep(ms: number): Promise<void> {
    return new Promise((wake) => this.#sleepers.push({ at: this.#now + ms, wake }));
  }

  advance(ms: number): void {
    this.#now += ms;
    const due = this.#sleepers.filter(({ at }) => at <= this.#now);
    this.#sleepers = this.#sleepers.filter(({ at }) => at > this.#now);
    for (const { wake } of due) wake();
  }

  /** Advances to the next wake-up and lets the woken work run until it sleeps again. False if nothing sleeps. */
  async step(): Promise<boolean> {
    await setImmediate();
    if (this.#sleepers.length === 0) return false;
    this.advance(Math.min(...this.#sleepers.map(({ at }) => at)) - this.#now);
    await setImmediate();
    return true;
  }

  /** Advances until nothing sleeps any more, which ends every operation that is under way. */
  async runOut(): Promise<void> {
    while (await this.step());
  }
}
