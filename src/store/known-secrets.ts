import { type GrowingValues, secretValues } from "../domain/secrets/secret-values.ts";
import type { StagePlace } from "./port/policies.ts";

/** More would take room that nobody misses: when a stage has them, the oldest are forgotten. */
const MAX_VALUES = 20_000;

/** How many of the newest are read again then, and at the start. */
export const READ_VALUES = 10_000;

/** What is known of one stage, or of all of them. */
interface Known {
  readonly values: GrowingValues;
  readonly all: Set<string>;
  /** The number of the last row that was read. */
  read: number;
}

/** A value that a job has captured, and that no row holds yet. */
interface Learned extends StagePlace {
  readonly target: string;
  readonly value: string;
}

/**
 * The secret values that this process knows, by stage: those of the rows, and those of states that were captured and are not stored
 * yet. Rows are read by their number, so that looking for new ones costs one step in an index.
 */
export class KnownSecrets {
  readonly #byStage = new Map<string, Known>();
  /** By stage; those of a transaction that may still be undone stay. */
  readonly #waiting = new Map<string, Map<string, Learned>>();
  /** Stages whose values the open transaction stores. */
  readonly #storing = new Map<string, readonly string[]>();

  /** Null stands for every stage. */
  of(place: StagePlace | null): Known {
    const key = keyOf(place);
    const known = this.#byStage.get(key);
    if (known && known.all.size <= MAX_VALUES) return known;
    const fresh: Known = { values: secretValues(), all: new Set(), read: 0 };
    this.#byStage.set(key, fresh);
    for (const [stage, learned] of this.#waiting)
      if (place === null || stage === key)
        note(
          fresh,
          [...learned.values()].map(({ value }) => value),
        );
    return fresh;
  }

  /** Searched for from now on; `waitingAt` hands them out until rows hold them. */
  learn(place: StagePlace & { readonly target: string }, values: readonly string[]): void {
    const known = this.of(place);
    const unknown = values.filter((value) => !known.all.has(value));
    if (unknown.length === 0) return;
    note(known, unknown);
    note(this.of(null), unknown);
    const waiting = this.#waiting.get(keyOf(place)) ?? new Map<string, Learned>();
    for (const value of unknown) waiting.set(JSON.stringify([place.target, value]), { ...place, value });
    this.#waiting.set(keyOf(place), waiting);
  }

  /** What is to be stored of a stage, in the transaction that is open. */
  waitingAt(place: StagePlace): readonly Learned[] {
    const waiting = this.#waiting.get(keyOf(place)) ?? new Map<string, Learned>();
    this.#storing.set(keyOf(place), [...waiting.keys()]);
    return [...waiting.values()];
  }

  /** The open transaction has ended. Numbers of rows that were undone are given again, so they are read again. */
  settle(isCommitted: boolean): void {
    for (const [key, stored] of this.#storing) {
      if (isCommitted) for (const each of stored) this.#waiting.get(key)?.delete(each);
      else for (const stage of [key, keyOf(null)]) this.#byStage.delete(stage);
    }
    this.#storing.clear();
  }
}

/** Values that rows hold, up to a number. */
export function noteRead(known: Known, values: readonly string[], upTo: number): void {
  note(known, values);
  known.read = Math.max(known.read, upTo);
}

function note({ values, all }: Known, more: readonly string[]): void {
  values.add(more);
  for (const value of more) all.add(value);
}

function keyOf(place: StagePlace | null): string {
  return place === null ? "" : JSON.stringify([place.application, place.stage]);
}
