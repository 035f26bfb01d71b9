import type { Test } from "tap";

const TIMES_SHORTER = 200;

/** The longest pause of the SDK between two attempts. What waits longer bounds something else, and keeps its time. */
const LONGEST_PAUSE_MS = 20_000;

/** The SDK's pauses between its attempts go by the machine's timer and last half a minute altogether. */
export function shortenPauses(t: Test): void {
  const { setTimeout: real } = globalThis;
  const quick = (work: () => void, ms = 0, ...rest: []) =>
    real(work, ms > LONGEST_PAUSE_MS ? ms : ms / TIMES_SHORTER, ...rest);
  t.intercept(globalThis, "setTimeout", { value: Object.assign(quick, real) });
}
