import { setImmediate } from "node:timers/promises";
import Database, { SqliteError } from "better-sqlite3";
import { type BetterSQLite3Database, drizzle } from "drizzle-orm/better-sqlite3";
import { type ErrorCode, StepbackError } from "../domain/errors.ts";
import { KeyNeeded, type KeyRing, type KeyTable } from "../sealing/key-ring.ts";
import { createWatchers, takeChanged } from "./changes.ts";
import { keyTable } from "./key-rows.ts";
import { KnownSecrets } from "./known-secrets.ts";
import type { Deed } from "./port/audit.ts";
import type { Transaction } from "./port/transaction.ts";
import type { RowSealing } from "./sealed-rows.ts";

/** The handle that reads and writes rows, seals and opens their values, and knows the secrets that texts are searched for. */
export type Rows = BetterSQLite3Database & { readonly sealing: RowSealing; readonly known: KnownSecrets };

/** The keys of a database, and what seals its rows with them. */
export interface DatabaseKeys {
  readonly ring: KeyRing;
  readonly sealing: RowSealing;
}

/** What a transaction does. */
type Work<Result> = (rows: Rows, transaction: Transaction) => Promise<Result>;

/** What the audit says of a transaction, asked within it once its work is done; null where it changed nothing. */
export type DeedOf<Result> = Deed | ((result: Result, rows: Rows) => Deed | null | Promise<Deed | null>);

/**
 * Why the audit says nothing of a transaction. `lease`: which worker has a job. `journal`: its calls and its end are recorded. `log`:
 * lines for readers; calls in them are recorded. `key`: keys of requests and of rows. `use`: when a token was used, within its login.
 * `audit`: the audit itself. `service`: which process has the folder.
 */
export type Unrecorded = "lease" | "journal" | "log" | "key" | "use" | "audit" | "service";

/** Writes what the audit says into the transaction that does it. */
export interface Recorder {
  /** Asked when a transaction is requested: in whose name it is. `committed` runs once it is. */
  begin(): { record(rows: Rows, deed: Deed): Promise<void>; committed(): void };
}

/** One database file with any number of readers and one writer at a time. Every method rejects with StepbackError only. */
export interface SqliteDatabase {
  /** Reads committed rows. */
  read<Result>(work: (rows: Rows) => Promise<Result>): Promise<Result>;
  /**
   * Runs one transaction, after those that were requested before: commits all of it, or nothing after an error, and with it the
   * deed that the audit says of it. `work` must not call `write` again, and must not wait for anything but rows. It starts again
   * when it needs a key that is not unwrapped yet, so what it does besides rows must be harmless twice; until that is there, other writes go before it.
   */
  write<Result>(deed: DeedOf<Result>, work: Work<Result>): Promise<Result>;
  /** As `write`, for what the audit says nothing of, for one of a few reasons. */
  writeUnrecorded<Result>(why: Unrecorded, work: Work<Result>): Promise<Result>;
  /** The wrapped keys; each change is a turn of its own, whatever the guard says. */
  readonly keys: KeyTable;
  /** As `writeUnrecorded`, whatever the guard says. */
  writeUnguarded<Result>(work: (rows: Rows) => Promise<Result>): Promise<Result>;
  /** From now on each write runs this first, within its transaction; where it rejects, nothing is written. */
  guard(check: (rows: Rows) => Promise<void>): void;
  /** Calls the listener after each commit that may have changed the activity or its log. Returns how to stop. */
  watch(activity: string, listener: () => void): () => void;
  /** Closes the file after the writes that were requested before. Idempotent. */
  close(): Promise<void>;
}

/**
 * How long a write waits for a writer in another process, which locks the file for some milliseconds. The driver blocks the
 * whole process while it waits, so it waits in slices, and everything else runs in between.
 */
const BUSY_TIMEOUT_MS = 5_000;
const BUSY_SLICE_MS = 10;

/** 128 MiB hold the inner pages of an index over five million log lines (measured). */
const WRITER_CACHE_KIB = 32 * 1024;
const READER_CACHE_KIB = 128 * 1024;

/** Opens a file whose schema is up to date. Throws what the driver throws. */
export function openSqliteDatabase(file: string, { ring, sealing }: DatabaseKeys, recorder: Recorder): SqliteDatabase {
  const writer = openWriter(file);
  const reader = openReader(file);
  writer.pragma(`busy_timeout = ${BUSY_SLICE_MS}`);
  const known = new KnownSecrets();
  const [writing, reading] = [rowsOn(writer, sealing, known), rowsOn(reader, sealing, known)];
  const refuse = async () => {
    throw new StepbackError("INTERNAL", "A key cannot be made while rows are read.");
  };
  const watchers = createWatchers(() => (writer.open ? Number(writer.pragma("data_version", { simple: true })) : 0));
  let last: Promise<unknown> = Promise.resolve();
  let closing: Promise<void> | null = null;
  let guard: (rows: Rows) => Promise<void> = async () => {};
  const inTurn = <Result>(work: Work<Result>): Promise<Result> => {
    const turn = last.then(() => translated(() => inTransaction(writer, writing, work)));
    last = turn.then(
      () => {
        known.settle(true);
        watchers.tell(takeChanged(writing));
      },
      () => {
        known.settle(false);
        takeChanged(writing);
      },
    );
    return turn;
  };
  const keys = keyTable(writing, (work) => inTurn(async () => work()));
  // Keys are fetched between the turns: no other write waits for the service that unwraps them.
  const writeUnguarded = <Result>(work: Work<Result>): Promise<Result> => repeated(ring, keys, () => inTurn(work));
  return {
    keys,
    read: (work) => translated(() => repeated(ring, keyTable(reading, refuse), () => work(reading))),
    write: async (deed, work) => {
      const recording = recorder.begin();
      const result = await writeUnguarded(async (rows, transaction) => {
        await guard(rows);
        const done = await work(rows, transaction);
        const said = typeof deed === "function" ? await deed(done, rows) : deed;
        if (said) await recording.record(rows, said);
        return { done, isRecorded: said !== null };
      });
      if (result.isRecorded) recording.committed();
      return result.done;
    },
    writeUnrecorded: (_why, work) =>
      writeUnguarded(async (rows, transaction) => {
        await guard(rows);
        return work(rows, transaction);
      }),
    writeUnguarded,
    guard: (check) => {
      guard = check;
    },
    watch: watchers.watch,
    close() {
      // The writer closes last: a read-only connection cannot merge the write-ahead log into the file.
      closing ??= last.then(() => {
        reader.close();
        writer.close();
      });
      return closing;
    },
  };
}

export function rowsOn(connection: Database.Database, sealing: RowSealing, known = new KnownSecrets()): Rows {
  return Object.assign(drizzle(connection), { sealing, known });
}

/** Survives a power loss (`synchronous=FULL`): the journal of mutations relies on that. */
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

/** The open transactions. Above the store, a transaction is an empty object that serves as the key. */
const open = new WeakMap<Transaction, Rows>();

/** The rows of an open transaction. INTERNAL when it has ended: the writes would belong to no transaction. */
export function rowsOf(transaction: Transaction): Rows {
  const rows = open.get(transaction);
  if (!rows) throw new StepbackError("INTERNAL", "The transaction has ended.");
  return rows;
}

export async function inTransaction<Result>(
  connection: Database.Database,
  rows: Rows,
  work: (rows: Rows, transaction: Transaction) => Promise<Result>,
): Promise<Result> {
  const transaction = Object.freeze({}) as Transaction;
  await begin(connection);
  open.set(transaction, rows);
  try {
    const result = await work(rows, transaction);
    connection.exec("COMMIT");
    return result;
  } catch (error) {
    if (connection.inTransaction) connection.exec("ROLLBACK");
    throw error;
  } finally {
    open.delete(transaction);
  }
}

/** IMMEDIATE takes the write lock at once: SQLite may refuse to let a transaction that has read become a writing one. */
async function begin(connection: Database.Database): Promise<void> {
  for (let leftMs = BUSY_TIMEOUT_MS; ; leftMs -= BUSY_SLICE_MS) {
    try {
      connection.exec("BEGIN IMMEDIATE");
      return;
    } catch (error) {
      const isBusy = error instanceof SqliteError && error.code.startsWith("SQLITE_BUSY");
      if (!isBusy || leftMs <= 0) throw error;
    }
    await setImmediate();
  }
}

/** Does the work again each time that a key it needed has been unwrapped or made. */
export async function repeated<Result>(ring: KeyRing, table: KeyTable, work: () => Promise<Result>): Promise<Result> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof KeyNeeded)) throw error;
      await ring.provide(error, table);
    }
  }
}

/** Turns the driver's errors into StepbackError. Drops drizzle's wrapper, whose message repeats values that may be secret. */
async function translated<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof SqliteError ? error.cause : error;
    if (cause instanceof SqliteError) {
      throw new StepbackError(codeOf(cause.code), `The database refused with ${cause.code}.`, [], { cause });
    }
    if (cause instanceof TypeError && cause.message === "The database connection is not open") {
      throw new StepbackError("SHUTTING_DOWN", "The database is closed.");
    }
    throw cause;
  }
}

/**
 * What passes by itself once there is room or another process has ended, of an error met while the file is opened; null for
 * anything else. A full disk also shows as an error of input or output, where SQLite needs room beside the file.
 */
export function outageOf(error: unknown): StepbackError | null {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (/^(SQLITE_FULL|ENOSPC|EDQUOT)$/.test(code))
    return new StepbackError("DISK_FULL", `The disk of the database has no room: ${code}.`, [], { cause: error });
  if (!/^SQLITE_(BUSY|LOCKED|PROTOCOL|IOERR)(_|$)/.test(code)) return null;
  return new StepbackError("STORE_UNAVAILABLE", `The database refused with ${code}.`, [], { cause: error });
}

/** What the file or its disk cannot do now, and may be able to do later. Anything else is a fault of the program or of the file. */
const PASSING = /^SQLITE_(BUSY|LOCKED|PROTOCOL|IOERR|CANTOPEN|READONLY|NOMEM)(_|$)/;

function codeOf(code: string): ErrorCode {
  if (code === "SQLITE_FULL") return "DISK_FULL";
  return PASSING.test(code) ? "STORE_UNAVAILABLE" : "INTERNAL";
}
