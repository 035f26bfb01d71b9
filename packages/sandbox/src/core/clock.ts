import type { SandboxClock } from "./contract.ts";

/** The system's time. Nothing else in the sandbox reads it, except for running functions. */
export const systemClock: SandboxClock = {
  now: () => Date.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};
