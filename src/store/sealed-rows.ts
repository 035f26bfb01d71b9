import { getTableColumns, getTableName, is } from "drizzle-orm";
import { SQLiteCustomColumn, type SQLiteTable } from "drizzle-orm/sqlite-core";
import { type AuditSigner, signerOf } from "../domain/audit/checkpoint.ts";
import { type Problem, problemOf, StepbackError } from "../domain/errors.ts";
import { type DataKey, keyedDigest, seedOf } from "../sealing/data-key.ts";
import { openValue, type Sealed, type SealedPlace, SHORTEST_SEALED, sealedBy, sealValue } from "../sealing/envelope.ts";
import type { KeyRing } from "../sealing/key-ring.ts";
import type { RandomBytes } from "../sealing/master-key.ts";
import { INSTALLATION_SCOPE, type KeyScope } from "../sealing/scopes.ts";

type OpenedValue<Value> = Value extends Sealed<infer Plain> ? Plain : Value;

/** A row with the values of its sealed columns. */
export type Opened<Row> = { [Column in keyof Row]: OpenedValue<Row[Column]> };

type ColumnOf<Table extends SQLiteTable, Name> = Name extends keyof Table["$inferSelect"]
  ? Table["$inferSelect"][Name]
  : never;

/** Values for a table with its sealed columns sealed; members that are no columns stay as they are. */
type SealedValues<Table extends SQLiteTable, Values> = {
  [Name in keyof Values]: Extract<ColumnOf<Table, Name>, Buffer> extends never
    ? Values[Name]
    : Extract<ColumnOf<Table, Name>, Buffer> | Extract<Values[Name], null | undefined>;
};

/** Whose key seals a row, and the row's public id, to which its values are bound. */
export interface RowPlace {
  readonly scope: KeyScope;
  readonly id: string;
}

/** A sealed value that does not open. */
export interface SealFault {
  readonly column: string;
  readonly damage: "cut" | "altered" | "unreadable";
}

/** Seals and opens the values of rows: the one place that does. Its methods may throw KeyNeeded, which `read` and `write` answer. */
export class RowSealing {
  constructor(
    private readonly ring: KeyRing,
    readonly random: RandomBytes,
  ) {}

  /** Seals what the table classes as sealed. Null and undefined stay. */
  seal<Table extends SQLiteTable, Values extends Partial<Opened<Table["$inferInsert"]>>>(
    table: Table,
    { scope, id }: RowPlace,
    values: Values,
  ): SealedValues<Table, Values> {
    const sealed: Record<string, unknown> = { ...values };
    for (const { name, place } of sealedColumns(table)) {
      const value = sealed[name];
      if (value === undefined || value === null) continue;
      sealed[name] = sealValue(this.ring.current("data", scope), this.random(12), { ...place, id }, value);
    }
    return sealed as SealedValues<Table, Values>;
  }

  /**
   * Opens the sealed values of a row of the table. INTERNAL for damaged ones. Where the key is lost, KEY_LOST, but columns that
   * are only shown say so instead, so that the rest of a list can still be read.
   */
  open<Row extends object>(table: SQLiteTable, id: string, row: Row): Opened<Row> {
    const opened: Record<string, unknown> = Object.fromEntries(Object.entries(row));
    for (const { name, place } of sealedColumns(table)) {
      const value = opened[name];
      if (value === undefined || value === null) continue;
      opened[name] = this.#openOne({ ...place, id }, value);
    }
    return opened as Opened<Row>;
  }

  /**
   * What is wrong with the sealed values of a row whose members are named as in SQL; empty where all of them open. `cut` for a value that is
   * too short to be one; `unreadable` where its key is lost, or it names one that is not there.
   */
  faultsOf(table: SQLiteTable, id: string, row: Readonly<Record<string, unknown>>): SealFault[] {
    return sealedColumns(table).flatMap(({ place }): SealFault[] => {
      const value = row[place.column];
      const damage = value === undefined || value === null ? null : this.#damageOf({ ...place, id }, value);
      return damage === null ? [] : [{ column: place.column, damage }];
    });
  }

  #damageOf(place: SealedPlace, value: unknown): SealFault["damage"] | null {
    if (Buffer.isBuffer(value) && value.length < SHORTEST_SEALED) return "cut";
    const keyId = sealedBy(value);
    if (keyId === null) return "altered";
    if (this.isLost(keyId)) return "unreadable";
    return openValue(this.ring.byId(keyId), place, value as Sealed<unknown>) === undefined ? "altered" : null;
  }

  /** Whether nothing can unwrap the key any more. */
  isLost(keyId: string): boolean {
    try {
      this.ring.byId(keyId);
      return false;
    } catch (error) {
      if (error instanceof StepbackError && error.code === "KEY_LOST") return true;
      throw error;
    }
  }

  /** What stands for a digest of settings where others can see it, or where SQL compares it. */
  keyed(scope: KeyScope, digest: string): string {
    return keyedDigest(this.ring.current("digest", scope), digest);
  }

  /** What signs for the audit. */
  signer(): AuditSigner {
    return signerOf(seedOf(this.ring.current("audit", INSTALLATION_SCOPE)));
  }

  #openOne(place: SealedPlace, bytes: unknown): unknown {
    const keyId = sealedBy(bytes);
    if (keyId === null) throw damaged(place);
    const key = this.#keyOr(keyId, place);
    if ("standIn" in key) return key.standIn;
    const value = openValue(key, place, bytes as Sealed<unknown>);
    if (value === undefined) throw damaged(place);
    return value;
  }

  #keyOr(id: string, { table, column }: SealedPlace): DataKey | { readonly standIn: unknown } {
    try {
      return this.ring.byId(id);
    } catch (error) {
      const standIn = STAND_INS[`${table}.${column}`];
      if (!standIn || !(error instanceof StepbackError && error.code === "KEY_LOST")) throw error;
      return { standIn: standIn(problemOf(error)) };
    }
  }
}

function damaged({ table, column, id }: SealedPlace): StepbackError {
  return new StepbackError("INTERNAL", `The stored ${column} of ${id} in ${table} is damaged.`);
}

const asDetail = ({ code, detail }: Problem) => `${code}: ${detail}`;
const asReasons = ({ code, detail }: Problem) => [{ code, detail }];
const asProblem = (problem: Problem) => problem;

/** What columns show that nothing is decided by, where their key is lost. */
const STAND_INS: Readonly<Record<string, (problem: Problem) => unknown>> = {
  "activities.reason": asDetail,
  "activities.error": asProblem,
  "deployments.message": asDetail,
  "deployments.warnings": asReasons,
  "altered.diff": () => [],
  "altered.reasons": asReasons,
  "rollback_steps.error": asProblem,
  "log_lines.message": asDetail,
  "pins.clear_reason": asDetail,
  "revalidations.clear_reason": asDetail,
  "audit_texts.value": asDetail,
  "snapshot_components.display_name": () => null,
  // Nothing can be searched for it.
  "known_secrets.value": () => "",
};

interface SealedColumn {
  /** Its member in the row's object. */
  readonly name: string;
  readonly place: Omit<SealedPlace, "id">;
}

const known = new WeakMap<SQLiteTable, readonly SealedColumn[]>();

/** The sealed columns of a table: those of the type that `sealed` makes. */
export function sealedColumns(table: SQLiteTable): readonly SealedColumn[] {
  const cached = known.get(table);
  if (cached) return cached;
  const columns = Object.entries(getTableColumns(table)).flatMap(([name, column]) =>
    is(column, SQLiteCustomColumn) ? [{ name, place: { table: getTableName(table), column: column.name } }] : [],
  );
  known.set(table, columns);
  return columns;
}
