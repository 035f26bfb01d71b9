import type { AuditEntry } from "../domain/audit/record.ts";
import type { Act, AuditFilter, AuditRow, AuditStore, PublishedCheckpoint } from "../store/port/audit.ts";
import type { Page, Paged } from "../store/port/transaction.ts";
import { AnonymousRefusals } from "./anonymous-refusals.ts";
import { type ExportRequest, exportRecords } from "./audit-export.ts";
import { found } from "./refusals.ts";
import type { Uses } from "./service-deps.ts";

export type { Act, AuditRow };

export interface AuditService {
  /** Runs the handling of a request: each of its transactions is recorded as its own, or not committed. */
  handle(act: Act, handle: () => void): void;
  /**
   * Records what a request did without a transaction of its own, or how it was refused. `isPlaced`: the subject is not looked up, so that
   * the record belongs to no application but the one that it names.
   */
  record(entry: Omit<AuditEntry, "at">, isPlaced?: boolean): Promise<void>;
  /** Counts a refused request without a login. */
  noteAnonymous(source: string): void;
  /** Newest first, within the grants. What is recorded by now is chained first. */
  list(filter: AuditFilter, page: Page): Promise<Paged<AuditRow>>;
  /** NOT_FOUND while nothing is recorded. */
  checkpoint(): Promise<PublishedCheckpoint>;
  /** The file, in pieces. Those who see all applications get the unbroken chain. */
  export(request: ExportRequest): AsyncGenerator<string>;
  /** Chains what is recorded. `isLast`: nobody will come again to ask for the counts of this minute. */
  sequence(isLast?: boolean): Promise<void>;
}

export function createAuditService({ store, clock }: Uses<AuditStore, "clock">): AuditService {
  const anonymous = new AnonymousRefusals();
  const sequence = async (isLast = false) => {
    for (const refusals of anonymous.take(clock.now(), isLast)) await store.record(refusals);
    await store.sequence();
  };
  return {
    handle: (act, handle) => store.actAs(act, handle),
    record: (entry, isPlaced) => store.record(entry, isPlaced),
    noteAnonymous: (source) => anonymous.add(source, clock.now()),
    sequence,
    list: async (filter, page) => {
      await sequence();
      return store.listRecords(filter, page);
    },
    checkpoint: async () => found(await store.checkpoint(), "checkpoint of the audit"),
    export: (request) => exportRecords(store, request),
  };
}
