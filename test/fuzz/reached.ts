import type { Api, Operation } from "./operations.ts";

/** Counts the answers by operation, status and code. */
export class Reached {
  readonly #counts = new Map<string, number>();

  add(operation: Pick<Operation, "id"> | null, status: number, code: string | null): void {
    if (!operation) return;
    const key = keyOf(operation, status, code);
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  /** What the document has and no answer was: `openRollback 409`. */
  missing({ operations }: Api): string[] {
    const reached = new Set([...this.#counts.keys()].map((key) => key.split(" ", 2).join(" ")));
    return operations
      .flatMap((operation) => statusesOf(operation).map((status) => `${operation.id} ${status}`))
      .filter((key) => !reached.has(key));
  }

  /** One line for each operation, with how often each status was reached. */
  table({ operations }: Api): string {
    return operations.map((operation) => `${operation.id}: ${this.#rowOf(operation)}`).join("\n");
  }

  #rowOf({ id }: Operation): string {
    const own = [...this.#counts].filter(([key]) => key.startsWith(`${id} `)).toSorted();
    return own.map(([key, count]) => `${key.slice(id.length + 1)} ×${count}`).join(", ");
  }
}

function keyOf({ id }: Pick<Operation, "id">, status: number, code: string | null): string {
  return code === null ? `${id} ${status}` : `${id} ${status} ${code}`;
}

/** Without the ranges, which are for what is refused before it is known what it is about. */
function statusesOf({ responses }: Operation): string[] {
  return Object.keys(responses).filter((status) => /^\d+$/.test(status));
}
