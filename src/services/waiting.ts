import type { Clock } from "../domain/ids.ts";

/** Between two reads of a row: short enough for a person, and cheap enough for a hundred waiters on one SQLite file. */
export const POLL_MS = 200;

export interface Wait {
  readonly timeoutMs: number;
  /** Aborts when the caller hangs up or the service stops. */
  readonly signal: AbortSignal;
}

/** The row as soon as it is `settled`, or its current state when the time is up or the wait is aborted. */
export async function waitFor<Row>(
  clock: Clock,
  { timeoutMs, signal }: Wait,
  watched: { read: () => Promise<Row>; settled: (row: Row) => boolean },
): Promise<Row> {
  const deadline = clock.now() + timeoutMs;
  for (;;) {
    const row = await watched.read();
    const leftMs = deadline - clock.now();
    if (watched.settled(row) || leftMs <= 0 || signal.aborted) return row;
    await clock.sleep(Math.min(POLL_MS, leftMs), signal);
  }
}
