import { type Problem, problemOf, StepbackError } from "../../domain/errors.ts";

/** Why no lane begins another step; running steps are finished. The first reason of each sort stays. */
export class Stop {
  #failure: Problem | null = null;
  #ending: { readonly error: unknown } | null = null;

  get isSet(): boolean {
    return this.#failure !== null || this.#ending !== null;
  }

  /** A step failed, and the rollback stops at a failure. */
  fail(failure: Problem): void {
    this.#failure ??= failure;
  }

  /** The whole job ends: it was cancelled, or another worker goes on. */
  endJob(error: unknown): void {
    this.#ending ??= { error };
  }

  /**
   * A failure tells more than the cancellation that followed it. Null if nothing stops the run; throws what ends the job
   * before the rollback is at its end.
   */
  why(): Problem | null {
    if (!this.#ending) return this.#failure;
    const { error } = this.#ending;
    if (error instanceof StepbackError && error.code === "CANCELLED") return this.#failure ?? problemOf(error);
    throw error;
  }
}
