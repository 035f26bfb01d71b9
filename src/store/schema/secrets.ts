import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { sealed } from "./sealed.ts";

/**
 * The secret values in the states that were captured for a stage, each once: texts are searched for them before they are kept. A row
 * of its own for each, because opening every state for one line of a log would take seconds.
 */
export const knownSecrets = sqliteTable(
  "known_secrets",
  {
    /** The order in which they became known. */
    number: integer().primaryKey(),
    application: text().notNull(),
    stage: text().notNull(),
    target: text().notNull(),
    /** HMAC-SHA-256 of the value's SHA-256 under the digest key of the target. */
    digest: text().notNull(),
    value: sealed<string>().notNull(),
  },
  (table) => [
    uniqueIndex("known_secrets_once").on(table.application, table.stage, table.target, table.digest),
    index("known_secrets_by_stage").on(table.application, table.stage, table.number),
  ],
);
