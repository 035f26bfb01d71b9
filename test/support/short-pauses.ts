import type { Test } from "tap";

const TIMES_SHORTER = 200;

/** The longest pause of the SDK between two attempts. What waits longer bounds something else, and keeps its time. */
const LONGEST_PAUSE_MS = 20_000;

/** Fastify's limit for the start of a plugin, to the millisecond. The SDK draws its pauses and has none that is just as long. */
const PLUGIN_LIMIT_MS = 10_000;

/** The SDK's pauses between its attempts go by the machine's timer and last half a minute altogether. */
export function shortenPauses(t: Test): void {
  t.intercept(globalThis, "setTimeout", { value: shortened(globalThis.setTimeout) });
}

/** The same for the time of some work alone: what starts or stops a service counts on its limits. */
export async function withShortPauses<Result>(work: () => Promise<Result>): Promise<Result> {
  const { setTimeout: real } = globalThis;
  globalThis.setTimeout = shortened(real);
  try {
    return await work();
  } finally {
    globalThis.setTimeout = real;
  }
}

function shortened(real: typeof setTimeout): typeof setTimeout {
  const isLimit = (ms: number) => ms > LONGEST_PAUSE_MS || ms === PLUGIN_LIMIT_MS;
  const quick = (work: () => void, ms = 0, ...rest: []) => real(work, isLimit(ms) ? ms : ms / TIMES_SHORTER, ...rest);
  return Object.assign(quick, real);
}
