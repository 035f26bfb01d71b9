import type { Place } from "./places.ts";
import type { Trial } from "./visit.ts";

/** Counts the visits of a walk: by the fault, by the operation that met it, and by the end of the job that met it. */
export class Tally {
  readonly #counts = new Map<string, number>();
  readonly #places = new Map<string, number>();
  #visits = 0;

  /** Notes the places of a scene. */
  found(places: readonly Place[]): void {
    for (const { operation } of places) this.#places.set(operation, (this.#places.get(operation) ?? 0) + 1);
  }

  add({ place, fault }: Trial, end: string): void {
    this.#visits += 1;
    for (const key of [`fault: ${fault.name}`, `call: ${place.operation}`, `end of the ${place.phase}: ${end}`])
      this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  /** The operations that occur in the scenes. */
  get operations(): readonly string[] {
    return [...this.#places.keys()].sort();
  }

  /** What was struck, of one sort: `fault` or `call`. */
  struck(sort: "fault" | "call"): readonly string[] {
    return [...this.#counts.keys()]
      .filter((key) => key.startsWith(`${sort}: `))
      .map((key) => key.slice(sort.length + 2));
  }

  lines(): string {
    const rows = [...this.#counts].sort(([one], [other]) => one.localeCompare(other));
    return [`${this.#visits} visits`, ...rows.map(([key, count]) => `${count} ${key}`)].join("\n");
  }
}
