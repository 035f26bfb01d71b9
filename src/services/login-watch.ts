import type { Principal } from "../domain/access/principal.ts";
import type { Clock } from "../domain/ids.ts";
import type { AccessStore } from "../store/port/access.ts";
import { whyOver } from "./session-life.ts";
import { whyEnded } from "./token-text.ts";

/** Calls `ended` once the principal's login has ended, unless `signal` aborts before. */
export type WatchLogin = (principal: Principal, signal: AbortSignal, ended: () => void) => void;

/** Open streams of an ended login close within this time and one read: less than the five seconds that are promised. */
const ROUND_MS = 2_000;

interface WatchDeps {
  readonly store: Pick<AccessStore, "findToken" | "findSession">;
  readonly clock: Clock;
}

/** One loop for all open streams, which reads each of their tokens and sessions once a round, and runs only while there are any. */
export function createLoginWatch(deps: WatchDeps): WatchLogin {
  const open = new Map<() => void, Principal>();
  let isWatching = false;
  const watch = async () => {
    isWatching = true;
    while (open.size > 0) {
      await deps.clock.sleep(ROUND_MS);
      const over = await endedLogins(deps, [...open.values()]).catch(() => new Set<string>());
      for (const [ended, { token, session, expiresAt }] of open) {
        const isExpired = expiresAt !== null && expiresAt <= deps.clock.now();
        if (isExpired || [token, session].some((id) => id !== null && over.has(id))) ended();
      }
    }
    isWatching = false;
  };
  return (principal, signal, ended) => {
    if (signal.aborted) return;
    open.set(ended, principal);
    signal.addEventListener("abort", () => open.delete(ended), { once: true });
    if (!isWatching) void watch();
  };
}

/** A store that cannot be read ends nobody: the next round reads it again. */
async function endedLogins({ store, clock }: WatchDeps, principals: readonly Principal[]): Promise<Set<string>> {
  const over = new Set<string>();
  for (const session of new Set(principals.flatMap(({ session }) => session ?? []))) {
    const found = await store.findSession(session);
    if (!found || whyOver(found, clock.now()) !== null) over.add(session);
  }
  for (const token of new Set(principals.flatMap(({ token }) => token ?? []))) {
    const found = await store.findToken(token);
    if (!found || whyEnded(found, clock.now()) !== null) over.add(token);
  }
  return over;
}
