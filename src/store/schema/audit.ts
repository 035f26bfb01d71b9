import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { SignedCheckpoint } from "../../domain/audit/checkpoint.ts";
import type { AuditBody } from "../../domain/audit/record.ts";
import { sealed } from "./sealed.ts";

/*
 * The migration adds triggers by hand, which drizzle cannot express: rows of these tables are never changed, and only texts, and
 * entries that have become records, are deleted.
 */

/** What a transaction has recorded and the sequencer has not chained yet. */
export const auditInbox = sqliteTable("audit_inbox", {
  entry: integer().primaryKey({ autoIncrement: true }),
  body: text({ mode: "json" }).$type<AuditBody>().notNull(),
});

/** The chain. `record` is the canonical text, hash included; the other columns are what lists are filtered by. */
export const auditRecords = sqliteTable(
  "audit_records",
  {
    seq: integer().primaryKey(),
    /** Its number in the inbox, by which its texts are found. */
    entry: integer().notNull(),
    at: integer().notNull(),
    actor: text().notNull(),
    action: text().notNull(),
    subject: text().notNull(),
    application: text(),
    stage: text(),
    hash: text().notNull(),
    record: text().notNull(),
  },
  (table) => [
    uniqueIndex("audit_records_by_entry").on(table.entry),
    index("audit_records_by_time").on(table.at),
    index("audit_records_by_actor").on(table.actor, table.seq),
    index("audit_records_by_action").on(table.action, table.seq),
    index("audit_records_by_subject").on(table.subject, table.seq),
    index("audit_records_by_application").on(table.application, table.seq),
  ],
);

/** Texts that records hold as salted hashes. Whoever is erased loses theirs. */
export const auditTexts = sqliteTable(
  "audit_texts",
  {
    entry: integer().notNull(),
    /** JSON pointer of the hash in the record. */
    pointer: text().notNull(),
    /** Whom it is about: the record's actor. */
    actor: text().notNull(),
    salt: text().notNull(),
    value: sealed<string>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.entry, table.pointer] }), index("audit_texts_by_actor").on(table.actor)],
);

/** The complete subtrees of the Merkle tree over the records' hashes. */
export const auditNodes = sqliteTable(
  "audit_nodes",
  {
    level: integer().notNull(),
    position: integer().notNull(),
    hash: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.level, table.position] })],
);

/** Signed states of the log, by its size. */
export const auditCheckpoints = sqliteTable("audit_checkpoints", {
  size: integer().primaryKey(),
  at: integer().notNull(),
  checkpoint: text({ mode: "json" }).$type<SignedCheckpoint>().notNull(),
});
