import { setImmediate } from "node:timers/promises";
import Database, { SqliteError } from "better-sqlite3";
import { type BetterSQLite3Database, drizzle } from "drizzle-orm/better-sqlite3";
import { StepbackError } from "../domain/errors.ts";
import type { Transaction } from "./port/transaction.ts";

/** The handle through which rows are read and written. */
export type Rows = BetterSQLite3Database;

/** One database file: any number of readers, one writer after the other. Every method rejects with StepbackError only. */
export interface SqliteDatabase {
  /** Reads what has been committed. */
  read<Answer>(work: (rows: Rows) => Promise<Answer>): Promise<Answer>;
  /**
   * One transaction: all of it is committed, or after an error nothing. Waits for the one before. `work` must not call
   * `write` again and must not wait for anything but rows.
   */
  write<Answer>(work: (rows: Rows, transaction: Transaction) => Promise<Answer>): Promise<Answer>;
  /** Waits for the writes that were asked for. Idempotent. */
  close(): Promise<void>;
}

/**
 * How long a write waits for a writer in another process, which holds the file for some milliseconds at most. The driver
 * waits with the whole process standing still, so it does that in slices, between which everything else goes on.
 */
const BUSY_TIMEOUT_MS = 5_000;
const BUSY_SLICE_MS = 10;

/** Negative means KiB. Holds the inner pages of five million log lines (measured with 128 MiB). */
const WRITER_CACHE_KIB = 32 * 1024;
const READER_CACHE_KIB = 128 * 1024;

/** Opens a file whose schema is up to date. Throws what the driver throws. */
export function openSqliteDatabase(file: string): SqliteDatabase {
  const writer = openWriter(file);
  const reader = openReader(file);
  writer.pragma(`busy_timeout = ${BUSY_SLICE_MS}`);
  const [writing, reading] = [drizzle(writer), drizzle(reader)];
  let last: Promise<unknown> = Promise.resolve();
  let closing: Promise<void> | null = null;
  return {
    read: (work) => translated(() => work(reading)),
    write(work) {
      const turn = last.then(() => translated(() => inTransaction(writer, writing, work)));
      last = turn.catch(() => undefined);
      return turn;
    },
    close() {
      // The writer goes last: a read-only connection cannot fold the write-ahead log into the file.
      closing ??= last.then(() => {
        reader.close();
        writer.close();
      });
      return closing;
    },
  };
}

/** Durable against power loss (`synchronous=FULL`), which the journal of mutations relies on. */
export function openWriter(file: string): Database.Database {
  const writer = new Database(file, { timeout: BUSY_TIMEOUT_MS });
  try {
    writer.pragma("journal_mode = WAL");
    writer.pragma("synchronous = FULL");
    writer.pragma("foreign_keys = ON");
    writer.pragma(`cache_size = -${WRITER_CACHE_KIB}`);
    return writer;
  } catch (error) {
    writer.close();
    throw error;
  }
}

function openReader(file: string): Database.Database {
  const reader = new Database(file, { readonly: true, timeout: BUSY_TIMEOUT_MS });
  reader.pragma(`cache_size = -${READER_CACHE_KIB}`);
  return reader;
}

/** Transactions that are open now. Above the store, a transaction is a key without any content. */
const open = new WeakMap<Transaction, Rows>();

/** The rows of an open transaction. INTERNAL for one that has ended: its writes would stand outside of any. */
export function rowsOf(transaction: Transaction): Rows {
  const rows = open.get(transaction);
  if (!rows) throw new StepbackError("INTERNAL", "The transaction has ended.");
  return rows;
}

async function inTransaction<Answer>(
  connection: Database.Database,
  rows: Rows,
  work: (rows: Rows, transaction: Transaction) => Promise<Answer>,
): Promise<Answer> {
  const transaction = Object.freeze({}) as Transaction;
  await begin(connection);
  open.set(transaction, rows);
  try {
    const answer = await work(rows, transaction);
    connection.exec("COMMIT");
    return answer;
  } catch (error) {
    if (connection.inTransaction) connection.exec("ROLLBACK");
    throw error;
  } finally {
    open.delete(transaction);
  }
}

/** IMMEDIATE takes the write lock now: a transaction that first reads could otherwise not be promoted to a writing one. */
async function begin(connection: Database.Database): Promise<void> {
  for (let leftMs = BUSY_TIMEOUT_MS; ; leftMs -= BUSY_SLICE_MS) {
    try {
      connection.exec("BEGIN IMMEDIATE");
      return;
    } catch (error) {
      const isBusy = error instanceof SqliteError && error.code === "SQLITE_BUSY";
      if (!isBusy || leftMs <= 0) throw error;
    }
    await setImmediate();
  }
}

/** The driver's errors become ours. Drizzle's own wrapping is dropped: it repeats the values, some of which are secret. */
async function translated<Answer>(work: () => Promise<Answer>): Promise<Answer> {
  try {
    return await work();
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof SqliteError ? error.cause : error;
    if (cause instanceof SqliteError) {
      throw new StepbackError("INTERNAL", `The database refused with ${cause.code}.`, [], { cause });
    }
    if (cause instanceof TypeError && cause.message === "The database connection is not open") {
      throw new StepbackError("SHUTTING_DOWN", "The database is closed.");
    }
    throw cause;
  }
}
