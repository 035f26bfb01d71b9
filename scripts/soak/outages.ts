/** What now keeps the service from its rows, said by whoever causes it. */
export class Outages {
  #open = 0;
  /** When the latest one ended. */
  #endedAt = Number.NEGATIVE_INFINITY;

  async during(cause: () => Promise<void>): Promise<void> {
    this.#open += 1;
    try {
      await cause();
    } finally {
      this.#open -= 1;
      this.#endedAt = performance.now();
    }
  }

  /** Whether there was one at any moment since then, in milliseconds of `performance`. */
  hasBeenSince(since: number): boolean {
    return this.#open > 0 || this.#endedAt >= since;
  }
}
