import type { SandboxClock } from "./contract.ts";

/** The machine's time. The one place of the sandbox that reads it. */
export const systemClock: SandboxClock = {
  now: () => Date.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};
