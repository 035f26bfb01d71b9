import { and, desc, eq } from "drizzle-orm";
import type { BetterSQLite3Database } from "drizzle-orm/better-sqlite3";
import type { KeyTable, WantedKey } from "../sealing/key-ring.ts";
import { dataKeys } from "./schema/keys.ts";

/**
 * The table of wrapped keys on one connection. `commit` runs what writes as a transaction of its own, so that a key is
 * durable before anything is sealed with it.
 */
export function keyTable(rows: BetterSQLite3Database, commit: (work: () => void) => Promise<void>): KeyTable {
  return {
    byId: (id) => rows.select().from(dataKeys).where(eq(dataKeys.id, id)).get() ?? null,
    newest: (wanted) =>
      rows.select().from(dataKeys).where(isWanted(wanted)).orderBy(desc(dataKeys.generation)).limit(1).get() ?? null,
    insert: (key) => commit(() => void rows.insert(dataKeys).values(key).onConflictDoNothing().run()),
  };
}

function isWanted({ purpose, scope, period }: WantedKey) {
  return and(eq(dataKeys.purpose, purpose), eq(dataKeys.scope, scope), eq(dataKeys.period, period));
}
