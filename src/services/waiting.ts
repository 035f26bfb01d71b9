import { type ChangeDeps, watchChanges } from "./watch-changes.ts";

/**
 * A commit about the activity ends a pause at once, also one of another process within seconds. This bounds the delay of
 * what no commit announces: the pause is short for a person, and costs a hundred waiters twenty reads a second.
 */
export const FALLBACK_POLL_MS = 5_000;

export interface Wait {
  readonly timeoutMs: number;
  /** Aborts when the caller hangs up or the service stops. */
  readonly signal: AbortSignal;
}

interface Watched<Row> {
  /** The activity whose commits may settle the row. */
  readonly id: string;
  readonly read: () => Promise<Row>;
  readonly settled: (row: Row) => boolean;
}

/** The row as soon as it is `settled`, or its current state when the time is up or the wait is aborted. */
export async function waitFor<Row>(
  deps: ChangeDeps,
  { timeoutMs, signal }: Wait,
  { id, read, settled }: Watched<Row>,
): Promise<Row> {
  if (timeoutMs <= 0) return read();
  const deadline = deps.clock.now() + timeoutMs;
  const changes = watchChanges(deps, { id, signal });
  try {
    for (;;) {
      changes.forget();
      const row = await read();
      const leftMs = deadline - deps.clock.now();
      if (settled(row) || leftMs <= 0 || signal.aborted) return row;
      await changes.next(Math.min(FALLBACK_POLL_MS, leftMs));
    }
  } finally {
    changes.stop();
  }
}
