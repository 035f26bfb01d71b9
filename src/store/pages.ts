import { StepbackError } from "../domain/errors.ts";
import type { Page, Paged } from "./port/transaction.ts";

/** The values of the columns that order a list, for the row at which a page ended. */
type Key = readonly (string | number)[];

/** Newest first: time of creation, then id. */
export function isTimeKey(value: unknown): value is readonly [number, string] {
  return Array.isArray(value) && value.length === 2 && typeof value[0] === "number" && typeof value[1] === "string";
}

export function isNameKey(value: unknown): value is readonly [string] {
  return Array.isArray(value) && value.length === 1 && typeof value[0] === "string";
}

export function isNumberKey(value: unknown): value is readonly [number] {
  return Array.isArray(value) && value.length === 1 && typeof value[0] === "number";
}

/** The key behind which a page begins; null for the first page. VALIDATION_FAILED for a cursor of no such list. */
export function startOf<K extends Key>({ cursor }: Page, isKey: (value: unknown) => value is K): K | null {
  if (cursor === null) return null;
  const key = decode(cursor);
  if (isKey(key)) return key;
  const detail = "`cursor` is not one that this list returned.";
  throw new StepbackError("VALIDATION_FAILED", detail, [{ detail }]);
}

/** How many rows to read for a page: one more than it shows, to know whether another page follows. */
export function readAhead({ limit }: Page): number {
  return limit + 1;
}

/** A page of rows that were read with `readAhead`. */
export function pageOf<Row>(rows: readonly Row[], { limit }: Page, keyOf: (row: Row) => Key): Paged<Row> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next: last !== undefined && rows.length > limit ? encode(keyOf(last)) : null };
}

function encode(key: Key): string {
  return Buffer.from(JSON.stringify(key)).toString("base64url");
}

/** Undefined, which is no key, for text that is not JSON. */
function decode(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, "base64url").toString());
  } catch {
    return undefined;
  }
}
