import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

export const tokens = sqliteTable("tokens", {
  hash: text().primaryKey(),
  name: text().notNull(),
  role: text().notNull(),
  createdAt: integer("created_at").notNull(),
});

/** `status` is null while the request is running. */
export const idempotencyKeys = sqliteTable(
  "idempotency_keys",
  {
    key: text().primaryKey(),
    fingerprint: text().notNull(),
    createdAt: integer("created_at").notNull(),
    /** The job that the request has made, written with the job's own rows; null as long as it has made none. */
    made: text(),
    status: integer(),
    headers: text({ mode: "json" }).$type<Readonly<Record<string, string>>>(),
    body: text(),
  },
  (table) => [index("idempotency_keys_by_time").on(table.createdAt)],
);
