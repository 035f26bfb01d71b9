import type { LogStore } from "../store/port/logs.ts";
import type { Uses } from "./service-deps.ts";

/** Commits about one activity. Whoever waits for the next one reads nothing meanwhile. */
export interface Changes {
  /** Begins to wait for changes that come from now on: call it before the rows are read. */
  forget(): void;
  /** True after a change since the last `forget`, and when nobody waits any more; false when the time is up. */
  next(timeoutMs: number): Promise<boolean>;
  stop(): void;
}

export type ChangeDeps = Uses<Pick<LogStore, "watchActivity">, "clock">;

/** Watches until `stop`. Once `signal` aborts, `next` returns at once. */
export function watchChanges(
  { store, clock }: ChangeDeps,
  { id, signal }: { readonly id: string; readonly signal: AbortSignal },
): Changes {
  let change = new AbortController();
  const wake = () => change.abort();
  const unwatch = store.watchActivity(id, wake);
  signal.addEventListener("abort", wake, { once: true });
  if (signal.aborted) wake();
  return {
    forget() {
      if (change.signal.aborted && !signal.aborted) change = new AbortController();
    },
    async next(timeoutMs) {
      await clock.sleep(timeoutMs, change.signal);
      return change.signal.aborted;
    },
    stop() {
      unwatch();
      signal.removeEventListener("abort", wake);
    },
  };
}
