/*
 * Which activities a transaction has changed: their rows or their logs. Whoever follows one is told once it is committed.
 */

const changed = new WeakMap<object, Set<string>>();

export function noteChanged(transaction: object, activity: string): void {
  const noted = changed.get(transaction) ?? new Set();
  changed.set(transaction, noted.add(activity));
}

/** The activities noted since the last call. */
export function takeChanged(transaction: object): ReadonlySet<string> {
  const noted = changed.get(transaction) ?? new Set<string>();
  changed.delete(transaction);
  return noted;
}

export interface Watchers {
  /** Calls the listener whenever the activity may have changed. Returns how to stop. */
  watch(activity: string, listener: () => void): () => void;
  tell(activities: ReadonlySet<string>): void;
}

/** How often to check for commits of other processes, which nobody tells. One look serves all listeners. */
const FOREIGN_LOOK_MS = 2_000;

/** `countForeign` returns another number once another process has written. */
export function createWatchers(countForeign: () => number): Watchers {
  const listeners = new Map<string, Set<() => void>>();
  let timer: NodeJS.Timeout | null = null;
  let known = 0;
  const check = () => {
    const now = countForeign();
    if (now !== known) for (const each of listeners.values()) for (const listener of each) listener();
    known = now;
  };
  const start = () => {
    known = countForeign();
    timer = setInterval(check, FOREIGN_LOOK_MS);
    timer.unref();
  };
  return {
    watch(activity, listener) {
      if (timer === null) start();
      const own = () => listener();
      listeners.set(activity, (listeners.get(activity) ?? new Set()).add(own));
      return () => {
        const left = listeners.get(activity);
        left?.delete(own);
        if (left?.size === 0) listeners.delete(activity);
        if (listeners.size > 0 || timer === null) return;
        clearInterval(timer);
        timer = null;
      };
    },
    tell(activities) {
      for (const activity of activities) for (const listener of listeners.get(activity) ?? []) listener();
    },
  };
}
