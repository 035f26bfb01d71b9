import { blob, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { KeyPurpose } from "../../sealing/key-ring.ts";
import type { KeyScope } from "../../sealing/scopes.ts";

/** Keys as the master key wrapped them. */
export const dataKeys = sqliteTable(
  "data_keys",
  {
    id: text().primaryKey(),
    purpose: text().$type<KeyPurpose>().notNull(),
    scope: text().$type<KeyScope>().notNull(),
    /** `2026-11` for a data key; empty for a key that lasts. */
    period: text().notNull(),
    /** Raised when a key is replaced before its time. */
    generation: integer().notNull().default(0),
    /** Id of the master key that wrapped it. */
    master: text().notNull(),
    bytes: blob({ mode: "buffer" }).notNull(),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [uniqueIndex("data_keys_newest").on(table.purpose, table.scope, table.period, table.generation)],
);

/** One row. */
export const installation = sqliteTable("installation", {
  /** Always 1. */
  only: integer().primaryKey(),
  /** Keys are bound to it, so that none opens in another installation. */
  id: text().notNull(),
  /** `plain`: rows of an earlier version are still to be sealed. `cleaning`: their plain bytes are still in free pages. */
  state: text({ enum: ["plain", "cleaning", "sealed"] }).notNull(),
});
