import type { AuditEntry } from "../domain/audit/record.ts";
import type { Act, AuditStore } from "../store/port/audit.ts";
import { AnonymousRefusals } from "./anonymous-refusals.ts";
import type { Uses } from "./service-deps.ts";

export type { Act };

export interface AuditService {
  /** Runs the handling of a request: each of its transactions is recorded as its own, or not committed. */
  handle(act: Act, handle: () => void): void;
  /** Records what a request did without a transaction of its own, or how it was refused. */
  record(entry: Omit<AuditEntry, "at">): Promise<void>;
  /** Counts a refused request without a login. */
  noteAnonymous(source: string): void;
  /** Chains what is recorded. `isLast`: nobody will come again to ask for the counts of this minute. */
  sequence(isLast?: boolean): Promise<void>;
}

export function createAuditService({ store, clock }: Uses<AuditStore, "clock">): AuditService {
  const anonymous = new AnonymousRefusals();
  return {
    handle: (act, handle) => store.actAs(act, handle),
    record: (entry) => store.record(entry),
    noteAnonymous: (source) => anonymous.add(source, clock.now()),
    sequence: async (isLast = false) => {
      for (const refusals of anonymous.take(clock.now(), isLast)) await store.record(refusals);
      await store.sequence();
    },
  };
}
