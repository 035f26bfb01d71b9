import type { Clock } from "./ids.ts";

/** The machine's time, which people and time services set forwards and backwards. */
export interface MachineTime {
  /** Milliseconds since the epoch, by the machine's own clock. */
  readonly current: () => number;
  /** Milliseconds since some moment, by a counter that nobody sets. */
  readonly elapsed: () => number;
}

/**
 * A time that never decreases, neither below an earlier one of its own nor below `floor`, the latest time in the rows: what is
 * recorded later has a later time. Where the machine's clock was set back, it goes on by the counter until the clock has
 * caught up. Not pure: it remembers its last answer.
 */
export function steadyNow({ current, elapsed }: MachineTime, floor: number): Clock["now"] {
  // The time and the counter when the machine's clock was last ahead.
  let [base, since] = [floor, elapsed()];
  return () => {
    const counted = Math.floor(base + elapsed() - since);
    const now = current();
    if (now < counted) return counted;
    [base, since] = [now, elapsed()];
    return now;
  };
}
