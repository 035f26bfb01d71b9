import type { LogLine } from "../../domain/activity/log.ts";
import type { Problem, StepbackError } from "../../domain/errors.ts";

/** An open transaction. Opaque above the store, which only passes it on to `Dispatcher.enqueue`. */
export interface Transaction {
  readonly transaction: unique symbol;
}

/** Enqueues a job in the same transaction as the rows that it belongs to. */
export type Enqueue = (transaction: Transaction) => Promise<void>;

/** Checks a row inside the transaction that would change it. A returned error rolls the transaction back. */
export type Guard<Row> = (row: Row) => StepbackError | null;

/** A log line before it has its number. `outcome`: how its call of AWS ended, for the audit: `done`, or an error's code. */
export type NewLine = Omit<LogLine, "seq"> & { readonly outcome?: string };

/** Somebody asks to cancel an activity. The first request is kept, with a line in the log that names who made it. */
export interface Cancelling<Row> {
  readonly at: number;
  readonly by: string;
  /** The problem with which the activity ends in the same transaction; null where one of its jobs has to stop first. */
  readonly endsWith: (row: Row) => Problem | null;
}

export interface Page {
  readonly limit: number;
  /** `next` of the previous page; null for the first page. An unreadable cursor is VALIDATION_FAILED. */
  readonly cursor: string | null;
}

export interface Paged<Row> {
  readonly items: readonly Row[];
  readonly next: string | null;
}
