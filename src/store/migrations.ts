import { open } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import Database from "better-sqlite3";
import { type MigrationMeta, readMigrationFiles } from "drizzle-orm/migrator";
import { StepbackError } from "../domain/errors.ts";
import type { RandomBytes } from "../sealing/master-key.ts";
import type { WrappedUnder } from "../sealing/open-master.ts";
import { openWriter, outageOf } from "./sqlite-database.ts";

/** Two folders up from here both in `src` and in `dist`. */
const MIGRATIONS_FOLDER = fileURLToPath(new URL("../../migrations/sqlite", import.meta.url));

/** Only the service's own user may read the file: its rows hold settings of functions and stacks. */
const FILE_MODE = 0o600;

const INSTALLATION_BYTES = 16;

export interface PreparedDatabase {
  /** Its id, to which its keys are bound. */
  readonly installation: string;
  /** Which master keys, with which recovery keys, have wrapped its keys. */
  readonly wrapped: readonly WrappedUnder[];
  /** Whether rows of an earlier version are still to be sealed, or their bytes to be cleaned away. */
  readonly hasPlainRows: boolean;
  /** Whether the states of an earlier version are still to be searched for secrets. */
  readonly hasUnknownSecrets: boolean;
}

/**
 * Creates the database or brings an older one up to date, all or nothing, even when two processes start at once.
 * INVALID_SETTINGS for a file that cannot be opened, is no database, belongs to another program, or was written by a newer
 * version; DISK_FULL and STORE_UNAVAILABLE for what passes by itself.
 */
export async function prepareDatabase(file: string, random: RandomBytes): Promise<PreparedDatabase> {
  try {
    await (await open(file, "a", FILE_MODE)).close();
    const connection = openWriter(file);
    try {
      migrate(connection, file, random);
      return prepared(connection);
    } finally {
      connection.close();
    }
  } catch (error) {
    if (error instanceof StepbackError) throw error;
    throw outageOf(error) ?? new StepbackError("INVALID_SETTINGS", `${file}: ${reasonOf(error)}`, [], { cause: error });
  }
}

/**
 * What `prepareDatabase` says of a database that is up to date; changes nothing. INVALID_SETTINGS for one that is not there, is older
 * or newer, or has rows that are not sealed yet, besides what `prepareDatabase` refuses.
 */
export function inspectPrepared(file: string): PreparedDatabase {
  let connection: Database.Database;
  try {
    connection = new Database(file, { fileMustExist: true });
  } catch (error) {
    throw outageOf(error) ?? new StepbackError("INVALID_SETTINGS", `${file}: ${reasonOf(error)}`, [], { cause: error });
  }
  try {
    const missing = missingMigrations(connection, file);
    const found = missing.length === 0 ? prepared(connection) : null;
    if (found && !found.hasPlainRows) return found;
    const detail = `${file} is of an earlier version of Stepback. Start the service on it once.`;
    throw new StepbackError("INVALID_SETTINGS", detail);
  } catch (error) {
    if (error instanceof StepbackError) throw error;
    throw outageOf(error) ?? new StepbackError("INVALID_SETTINGS", `${file}: ${reasonOf(error)}`, [], { cause: error });
  } finally {
    connection.close();
  }
}

/** Which master keys have wrapped the keys of a database, of whatever version. */
export function inspectWrapped(file: string): readonly WrappedUnder[] {
  const connection = new Database(file, { readonly: true });
  try {
    return prepared(connection).wrapped;
  } finally {
    connection.close();
  }
}

/** The number of the newest migration that this version knows: when it was generated. */
export function newestSchema(): number {
  return readMigrationFiles({ migrationsFolder: MIGRATIONS_FOLDER }).at(-1)?.folderMillis ?? 0;
}

/** Replaces drizzle's own migrator, which reads the applied migrations before it locks: two processes would both apply one. */
function migrate(connection: Database.Database, file: string, random: RandomBytes): void {
  // A migration may rebuild a table that others refer to. SQLite switches foreign keys only outside a transaction.
  connection.pragma("foreign_keys = OFF");
  connection
    .transaction(() => {
      const missing = missingMigrations(connection, file);
      for (const migration of missing) apply(connection, migration);
      if (missing.length > 0 && connection.pragma("foreign_key_check", { simple: true }) !== undefined) {
        throw new StepbackError(
          "INVALID_SETTINGS",
          `${file}: after the update, rows would refer to rows that are gone.`,
        );
      }
      if (missing.length > 0) nameInstallation(connection, random);
    })
    .immediate();
}

/** Notes whether an earlier version has left rows that nobody has sealed. */
function nameInstallation(connection: Database.Database, random: RandomBytes): void {
  const sql = `INSERT OR IGNORE INTO installation (only, id, state, secrets)
    SELECT 1, ?, iif(EXISTS (SELECT 1 FROM activities UNION ALL SELECT 1 FROM packages UNION ALL SELECT 1 FROM idempotency_keys), 'plain', 'sealed'),
      NOT EXISTS (SELECT 1 FROM snapshots)`;
  connection.prepare(sql).run(random(INSTALLATION_BYTES).toString("hex"));
}

function prepared(connection: Database.Database): PreparedDatabase {
  const one = connection
    .prepare<[], { id: string; state: string; secrets: number }>("SELECT id, state, secrets FROM installation")
    .get();
  const sql = "SELECT DISTINCT master, recovery FROM data_keys ORDER BY 1, 2";
  const wrapped = connection.prepare<[], WrappedUnder>(sql).all();
  return {
    installation: one?.id ?? "",
    wrapped,
    hasPlainRows: one?.state !== "sealed",
    hasUnknownSecrets: one?.secrets !== 1,
  };
}

function missingMigrations(connection: Database.Database, file: string): readonly MigrationMeta[] {
  const known = readMigrationFiles({ migrationsFolder: MIGRATIONS_FOLDER });
  const applied = appliedMigrations(connection);
  if (applied === null) return known;
  if (applied.length === 0) throw new StepbackError("INVALID_SETTINGS", `${file} is the database of something else.`);
  if (applied.some((generatedAt, at) => known[at]?.folderMillis !== generatedAt)) {
    const detail = `${file} was written by a newer version of Stepback. Start that version, or set another data folder.`;
    throw new StepbackError("INVALID_SETTINGS", detail);
  }
  return known.slice(applied.length);
}

/** When each applied migration was generated, oldest first. Null for an empty database; empty for another program's. */
function appliedMigrations(connection: Database.Database): readonly number[] | null {
  const tables = connection.prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all();
  if (tables.length === 0) return null;
  if (!tables.includes("stepback_migrations")) return [];
  const sql = "SELECT generated_at FROM stepback_migrations ORDER BY generated_at";
  return connection.prepare<[], number>(sql).pluck().all();
}

function apply(connection: Database.Database, { sql, folderMillis }: MigrationMeta): void {
  for (const statement of sql) connection.exec(statement);
  connection.exec("CREATE TABLE IF NOT EXISTS stepback_migrations (generated_at INTEGER PRIMARY KEY)");
  connection.prepare("INSERT INTO stepback_migrations (generated_at) VALUES (?)").run(folderMillis);
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "SQLITE_NOTADB") return "the file is no database.";
  if (code === "ENOENT") return "its folder does not exist.";
  return `the database cannot be opened: ${message}`;
}
