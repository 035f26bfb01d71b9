import type { LogLine } from "../../domain/activity/log.ts";
import type { StepbackError } from "../../domain/errors.ts";

/** An open transaction. Opaque above the store: it is only handed on to `Dispatcher.enqueue`. */
export interface Transaction {
  readonly transaction: unique symbol;
}

/** Puts a job into the same transaction as the rows that it belongs to. */
export type Enqueue = (transaction: Transaction) => Promise<void>;

/** Looks at a row inside the transaction that would change it. An error refuses; nothing is changed then. */
export type Guard<Row> = (row: Row) => StepbackError | null;

/** A log line before it has its number. */
export type NewLine = Omit<LogLine, "seq">;

export interface Page {
  readonly limit: number;
  /** What the page before answered as `next`; null for the first. An unreadable one is VALIDATION_FAILED. */
  readonly cursor: string | null;
}

export interface Paged<Row> {
  readonly items: readonly Row[];
  readonly next: string | null;
}
