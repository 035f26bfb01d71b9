import type Database from "better-sqlite3";
import { getTableName } from "drizzle-orm";
import type { SQLiteTable } from "drizzle-orm/sqlite-core";
import { INSTALLATION_SCOPE, type KeyScope, packageScope, targetScope } from "../sealing/scopes.ts";
import { keyTable } from "./key-rows.ts";
import { approvals, idempotencyKeys } from "./schema/access.ts";
import { activities } from "./schema/activities.ts";
import { auditTexts } from "./schema/audit.ts";
import { packages } from "./schema/builds.ts";
import { altered, deployments } from "./schema/deployments.ts";
import { logLines } from "./schema/jobs.ts";
import { buildReturns, journal, plans, rollbackSteps, rollbacks } from "./schema/rollbacks.ts";
import { knownSecrets } from "./schema/secrets.ts";
import { componentHistory, snapshotComponents, snapshots, states } from "./schema/snapshots.ts";
import { pinnedStates, pins, revalidations } from "./schema/stages.ts";
import { findings } from "./schema/verifications.ts";
import { sealedColumns } from "./sealed-rows.ts";
import { type DatabaseKeys, inTransaction, openWriter, type Rows, repeated, rowsOn } from "./sqlite-database.ts";

/*
 * Seals what earlier versions left plain. A plain value is a text and a sealed one is not, so the work can break off at
 * any moment: the next start goes on with what is still text.
 */

export type PlainRow = Readonly<Record<string, string | number | Buffer | null>>;

/** How the rows of one table are sealed. Names are those of SQL. */
export interface PlainTable {
  readonly table: SQLiteTable;
  /** The columns of the primary key. */
  readonly key: readonly string[];
  /** The columns that make the public id, where those are not the key's. */
  readonly id?: (row: PlainRow) => string;
  /** SQL for the id of the row's activity, whose target's key seals it; otherwise `scope` says whose does. */
  readonly activity?: string;
  readonly scope?: (row: PlainRow) => KeyScope;
  /** Columns whose text is JSON. */
  readonly json?: readonly string[];
  /** What else changes in a row with its sealing. */
  readonly also?: (
    row: PlainRow,
    to: { readonly rows: Rows; readonly scope: KeyScope },
    connection: Database.Database,
  ) => PlainRow;
}

const ofTarget = ({ target }: PlainRow) => targetScope(String(target));

/** Every table with sealed columns but `states`, which follow the components that name them. */
export const PLAIN_TABLES: readonly PlainTable[] = [
  { table: activities, key: ["id"], scope: ofTarget, json: ["error"] },
  { table: deployments, key: ["id"], activity: "row.id", json: ["warnings"] },
  { table: altered, key: ["deployment", "position"], activity: "row.deployment", json: ["diff", "reasons"] },
  {
    table: plans,
    key: ["rollback"],
    activity: "row.rollback",
    json: ["steps"],
    also: ({ digest }, { rows, scope }) => ({ digest: rows.sealing.keyed(scope, String(digest)) }),
  },
  { table: rollbackSteps, key: ["rollback", "order"], activity: "row.rollback", json: ["error"] },
  { table: journal, key: ["rollback", "step", "index"], activity: "row.rollback", json: ["action", "result"] },
  { table: buildReturns, key: ["rollback"], activity: "row.rollback" },
  {
    table: packages,
    key: ["application", "stage", "build", "service"],
    id: ({ application, stage, build, service }) => JSON.stringify([application, stage, build, service]),
    scope: ({ application, stage }) => packageScope({ application: String(application), stage: String(stage) }),
  },
  { table: snapshots, key: ["id"], activity: "row.activity", json: ["outside_triggers"] },
  {
    table: snapshotComponents,
    key: ["snapshot", "component"],
    activity: "(SELECT activity FROM snapshots WHERE id = row.snapshot)",
    json: ["reasons"],
    also: sealState,
  },
  {
    table: componentHistory,
    key: ["number"],
    id: ({ snapshot, component }) => `${snapshot}/${component}`,
    scope: ofTarget,
  },
  { table: rollbacks, key: ["id"], scope: () => INSTALLATION_SCOPE },
  { table: approvals, key: ["number"], id: ({ about }) => String(about), scope: () => INSTALLATION_SCOPE },
  { table: pins, key: ["id"], scope: () => INSTALLATION_SCOPE },
  {
    table: pinnedStates,
    key: ["pin", "component"],
    activity: "(SELECT rollback FROM pins WHERE id = row.pin)",
  },
  { table: revalidations, key: ["id"], scope: () => INSTALLATION_SCOPE },
  {
    table: logLines,
    key: ["activity", "seq"],
    activity: "(SELECT id FROM activities WHERE number = row.activity)",
  },
  { table: knownSecrets, key: ["number"], id: ({ digest }) => String(digest), scope: ofTarget },
  { table: auditTexts, key: ["entry", "pointer"], scope: () => INSTALLATION_SCOPE },
  { table: idempotencyKeys, key: ["key"], scope: () => INSTALLATION_SCOPE },
  { table: findings, key: ["verification", "number"], scope: () => INSTALLATION_SCOPE },
];

/** Rows of one transaction: few enough that a long log does not grow the write-ahead log without bound. */
const BATCH = 2_000;

/**
 * Seals every plain row of the file and wipes the bytes that they leave: afterwards no page of the file, free or not, holds
 * one. No other process may have the file open. Resumable at every point.
 */
export async function sealPlainRows(file: string, { ring, sealing }: DatabaseKeys): Promise<void> {
  const connection = openWriter(file);
  try {
    connection.pragma("secure_delete = ON");
    // States get other ids, and the rows that refer to them follow in the same transaction.
    connection.pragma("foreign_keys = OFF");
    const rows = rowsOn(connection, sealing);
    const commit = (work: () => void) => inTransaction(connection, rows, async () => work());
    const write = (work: () => void) => repeated(ring, keyTable(rows, commit), () => commit(work));
    if (stateOf(connection) === "plain") await write(() => keyDigests(connection, rows));
    for (const plain of PLAIN_TABLES) await sealTable(connection, rows, plain, write);
    await write(() => dropPlainStates(connection));
    connection.exec("VACUUM");
    await write(() => setState(connection, "sealed"));
    connection.pragma("wal_checkpoint(TRUNCATE)");
  } finally {
    connection.close();
  }
}

function stateOf(connection: Database.Database): unknown {
  return connection.prepare("SELECT state FROM installation").pluck().get();
}

function setState(connection: Database.Database, state: string): void {
  connection.prepare("UPDATE installation SET state = ?").run(state);
}

/** Digests that stay in clear columns and look alike before and after: all at once, so that none is keyed twice. */
function keyDigests(connection: Database.Database, rows: Rows): void {
  const approved = connection
    .prepare<[], { id: string; digest: string; target: string }>(
      "SELECT r.id, r.approved_digest AS digest, a.target FROM rollbacks r JOIN activities a ON a.id = r.id WHERE r.approved_digest IS NOT NULL",
    )
    .all();
  const approve = connection.prepare("UPDATE rollbacks SET approved_digest = ? WHERE id = ?");
  for (const { id, digest, target } of approved) approve.run(rows.sealing.keyed(targetScope(target), digest), id);
  const requests = connection
    .prepare<[], { key: string; fingerprint: string }>("SELECT key, fingerprint FROM idempotency_keys")
    .all();
  const request = connection.prepare("UPDATE idempotency_keys SET fingerprint = ? WHERE key = ?");
  for (const { key, fingerprint } of requests) request.run(rows.sealing.keyed(INSTALLATION_SCOPE, fingerprint), key);
  setState(connection, "cleaning");
}

async function sealTable(
  connection: Database.Database,
  rows: Rows,
  plain: PlainTable,
  write: (work: () => void) => Promise<void>,
): Promise<void> {
  const select = connection.prepare<unknown[], PlainRow>(plainRowsOf(plain));
  for (let after: PlainRow | null = null; ; ) {
    const found: PlainRow[] = select.all(...plain.key.map((column) => after?.[column] ?? null), after === null ? 1 : 0);
    await write(() => {
      for (const row of found) sealRow(connection, rows, plain, row);
    });
    after = found.at(-1) ?? null;
    if (after === null || found.length < BATCH) return;
  }
}

function plainRowsOf({ table, key, activity = "NULL" }: PlainTable): string {
  const keys = key.map((column) => `row."${column}"`).join(", ");
  const isPlain = sealedNames(table).map((column) => `typeof(row."${column}") = 'text'`);
  return `SELECT row.*, (SELECT target FROM activities WHERE id = ${activity}) AS "the target"
    FROM "${getTableName(table)}" AS row
    WHERE ((${keys}) > (${key.map(() => "?").join(", ")}) OR ?) AND (${isPlain.join(" OR ")})
    ORDER BY ${keys} LIMIT ${BATCH}`;
}

function sealedNames(table: SQLiteTable): readonly string[] {
  return sealedColumns(table).map(({ place }) => place.column);
}

function sealRow(connection: Database.Database, rows: Rows, plain: PlainTable, row: PlainRow): void {
  const { table, key, json = [] } = plain;
  const scope = plain.scope ? plain.scope(row) : targetScope(String(row["the target"]));
  const id = publicIdOf(plain, row);
  const columns = sealedColumns(table).filter(({ place }) => typeof row[place.column] === "string");
  const values = columns.map(({ name, place: { column } }) => {
    const text = String(row[column]);
    return [name, json.includes(column) ? JSON.parse(text) : text];
  });
  const sealed: Record<string, unknown> = rows.sealing.seal(table, { scope, id }, Object.fromEntries(values));
  const changed = {
    ...Object.fromEntries(columns.map(({ name, place }) => [place.column, sealed[name] ?? null])),
    ...plain.also?.(row, { rows, scope }, connection),
  };
  const names = Object.keys(changed);
  const sql = `UPDATE "${getTableName(table)}" SET ${names.map((name) => `"${name}" = ?`).join(", ")}
    WHERE ${key.map((column) => `"${column}" = ?`).join(" AND ")}`;
  connection.prepare(sql).run(...names.map((name) => changed[name]), ...key.map((column) => row[column]));
}

/** The id to which the values of a row are bound. */
export function publicIdOf({ key, id }: PlainTable, row: PlainRow): string {
  return id ? id(row) : key.map((column) => row[column]).join("/");
}

/** Gives the target a state of its own, under a name that only its key can make. The plain one goes once no row names it. */
function sealState(
  { state }: PlainRow,
  { rows, scope }: { rows: Rows; scope: KeyScope },
  connection: Database.Database,
): PlainRow {
  const id = rows.sealing.keyed(scope, String(state));
  const body = connection.prepare("SELECT body FROM states WHERE digest = ?").pluck().get(state);
  const sealed = rows.sealing.seal(states, { scope, id }, { digest: id, body: String(body) });
  connection.prepare("INSERT OR IGNORE INTO states (digest, body) VALUES (?, ?)").run(id, sealed.body);
  return { state: id };
}

function dropPlainStates(connection: Database.Database): void {
  connection.exec("DELETE FROM states WHERE typeof(body) = 'text'");
}
