import { StepbackError } from "../domain/errors.ts";
import type { Clock } from "../domain/ids.ts";

/** Failed log-ins that one source may have in a minute. */
const MOST_FAILURES = 20;
const FAILURES_WINDOW_MS = 60_000;

/** Sources that are told apart within one minute: a megabyte. Further ones count as one. */
const MOST_SOURCES = 10_000;

export interface FailedLogins {
  /** The error of one more failure. `cause` is for the log. */
  add(source: string, reason: string, cause?: string): StepbackError;
}

/** Counts failed log-ins by source, in windows of a minute. Forgets all of them with each window. */
export function createFailedLogins(clock: Pick<Clock, "now">): FailedLogins {
  let since = Number.NEGATIVE_INFINITY;
  const failed = new Map<string, number>();
  return {
    add(source, reason, cause) {
      if (clock.now() - since >= FAILURES_WINDOW_MS) {
        since = clock.now();
        failed.clear();
      }
      const counted = failed.has(source) || failed.size < MOST_SOURCES ? source : "others";
      const count = (failed.get(counted) ?? 0) + 1;
      failed.set(counted, count);
      if (count <= MOST_FAILURES) return new StepbackError("UNAUTHENTICATED", reason, [], { cause });
      return new StepbackError(
        "TOO_MANY_FAILED_LOGINS",
        `Over ${MOST_FAILURES} log-ins from ${source} failed in a minute.`,
        [],
        { cause },
      );
    },
  };
}
