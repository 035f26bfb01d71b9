export interface RoundsLog {
  /** The first of one or more rounds that fail. */
  failed(error: unknown): void;
  /** The first good round after them. */
  recovered(): void;
}

/** Work in rounds that goes on for as long as the service runs: a round that fails ends itself alone. */
export class Rounds {
  #fault: unknown = null;

  constructor(private readonly log: RoundsLog) {}

  /** What the latest round failed with; null after a good one. */
  get fault(): unknown {
    return this.#fault;
  }

  /** Never rejects. Reports the beginning and the end of an outage, and not each of its rounds. */
  async run(round: () => Promise<void>): Promise<void> {
    try {
      await round();
    } catch (error) {
      if (this.#fault === null) this.log.failed(error);
      this.#fault = error;
      return;
    }
    if (this.#fault !== null) this.log.recovered();
    this.#fault = null;
  }
}
