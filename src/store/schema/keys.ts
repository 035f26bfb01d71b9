import { blob, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { RotationPhase, RotationStatus } from "../../domain/activity/key-rotation.ts";
import type { ErrorCode } from "../../domain/errors.ts";
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
    /** Id of the recovery key that wrapped it a second time, and the bytes; null without one. */
    recovery: text(),
    recoveryBytes: blob("recovery_bytes", { mode: "buffer" }),
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
  /** Whether the secrets in the states of earlier versions are known. */
  secrets: integer({ mode: "boolean" }).notNull().default(false),
});

/** Each wish to wrap the keys again, and how far it has come. */
export const keyRotations = sqliteTable("key_rotations", {
  id: text().primaryKey(),
  requestedBy: text("requested_by").notNull(),
  requestedAt: integer("requested_at").notNull(),
  /** Whether rows and files are sealed again, under new data keys. */
  reencrypt: integer({ mode: "boolean" }).notNull(),
  status: text().$type<RotationStatus>().notNull(),
  phase: text().$type<RotationPhase>().notNull(),
  /** Id of the master key that wraps from then on; null until it is there. */
  master: text(),
  keys: integer().notNull().default(0),
  rows: integer().notNull().default(0),
  files: integer().notNull().default(0),
  /** Keys that are lost, and rows and files under them or damaged: they stay as they are. */
  skipped: integer().notNull().default(0),
  startedAt: integer("started_at"),
  finishedAt: integer("finished_at"),
  /** Why it ended early. */
  error: text().$type<ErrorCode>(),
});
