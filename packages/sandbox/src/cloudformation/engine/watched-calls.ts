import type { SandboxContext } from "../../core/contract.ts";

/** Operations that change nothing. */
const READING = /^(Describe|Get|Head|List)/;

/** The account's services, and whether a call through them has changed anything. */
export function watchedCalls(context: SandboxContext): { context: SandboxContext; changed(): boolean } {
  let changed = false;
  const service: SandboxContext["service"] = (name) => {
    const watched = context.service(name);
    return {
      name,
      async call(operation, ...call) {
        const output = await watched.call(operation, ...call);
        changed ||= !READING.test(operation);
        return output;
      },
    };
  };
  return { context: { ...context, service }, changed: () => changed };
}
