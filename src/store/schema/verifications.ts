import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { Finding, Verification } from "../../domain/activity/verification.ts";
import type { ComponentId } from "../../domain/component/component.ts";
import type { ErrorCode } from "../../domain/errors.ts";
import type { KeyScope } from "../../sealing/scopes.ts";
import { sealed } from "./sealed.ts";

/** Each wish to check what is stored, and how far it has come. */
export const verifications = sqliteTable(
  "verifications",
  {
    id: text().primaryKey(),
    requestedBy: text("requested_by").notNull(),
    requestedAt: integer("requested_at").notNull(),
    readData: integer("read_data", { mode: "boolean" }).notNull(),
    /** The part that is read and how many there are; null for all. */
    part: integer(),
    parts: integer(),
    status: text().$type<Verification["status"]>().notNull(),
    rows: integer().notNull().default(0),
    records: integer().notNull().default(0),
    files: integer().notNull().default(0),
    bytes: integer().notNull().default(0),
    damaged: integer().notNull().default(0),
    leftOver: integer("left_over").notNull().default(0),
    startedAt: integer("started_at"),
    finishedAt: integer("finished_at"),
    /** Why it ended early. */
    error: text().$type<ErrorCode>(),
  },
  (table) => [index("verifications_by_time").on(table.requestedAt, table.id)],
);

/** What a verification found. */
export const findings = sqliteTable(
  "findings",
  {
    verification: text()
      .notNull()
      .references(() => verifications.id),
    /** From 1. */
    number: integer().notNull(),
    finding: sealed<Finding>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.verification, table.number] })],
);

/**
 * Bytes and states that are known to be damaged, until they are stored again. `digest` is keyed by the digest key of the scope, as
 * that of a state is.
 */
export const damages = sqliteTable(
  "damages",
  {
    scope: text().$type<KeyScope>().notNull(),
    digest: text().notNull(),
    /** The end of a sentence: "are missing". */
    damage: text().notNull(),
    foundAt: integer("found_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.scope, table.digest] })],
);

/** The components of snapshots that need what is damaged. */
export const damagedComponents = sqliteTable(
  "damaged_components",
  {
    snapshot: text().notNull(),
    component: text().$type<ComponentId>().notNull(),
    scope: text().$type<KeyScope>().notNull(),
    digest: text().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.snapshot, table.component, table.scope, table.digest] }),
    index("damaged_components_by_damage").on(table.scope, table.digest),
  ],
);
