import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { Decision } from "../../domain/access/approvals.ts";
import type { Grant } from "../../domain/access/grants.ts";
import { sealed } from "./sealed.ts";

/** A revoked token stays as a tombstone: its id is never given again, and its bearer learns why it does not work. */
export const tokens = sqliteTable(
  "access_tokens",
  {
    id: text().primaryKey(),
    /** The SHA-256 of the whole token. */
    hash: text().notNull(),
    name: text().notNull(),
    grants: text({ mode: "json" }).$type<readonly Grant[]>().notNull(),
    /** Null for the admin token of the settings. */
    createdBy: text("created_by"),
    createdAt: integer("created_at").notNull(),
    expiresAt: integer("expires_at"),
    lastUsedAt: integer("last_used_at"),
    revokedAt: integer("revoked_at"),
    revokedBy: text("revoked_by"),
    /** The only deployment that it may touch; null for any. */
    deployment: text(),
  },
  (table) => [index("access_tokens_by_time").on(table.createdAt, table.id)],
);

/** Browsers in which somebody is signed in. A row is gone once its session has ended. */
export const sessions = sqliteTable("sessions", {
  id: text().primaryKey(),
  /** The SHA-256 of the whole cookie. */
  hash: text().notNull(),
  /** The token that signed in, with which the session ends. */
  token: text().notNull(),
  createdAt: integer("created_at").notNull(),
  usedAt: integer("used_at").notNull(),
});

/** Decisions about plans and about looser policies. They are never changed: the last one of a person counts. */
export const approvals = sqliteTable(
  "approvals",
  {
    number: integer().primaryKey(),
    about: text().notNull(),
    covers: text().notNull(),
    by: text().notNull(),
    madeBy: text("made_by", { mode: "json" }).$type<readonly string[]>().notNull(),
    decision: text().$type<Decision>().notNull(),
    comment: sealed<string>(),
    at: integer().notNull(),
  },
  (table) => [index("approvals_by_subject").on(table.about, table.number)],
);

/** `status` is null while the request is running. */
export const idempotencyKeys = sqliteTable(
  "idempotency_keys",
  {
    key: text().primaryKey(),
    fingerprint: text().notNull(),
    createdAt: integer("created_at").notNull(),
    /** The id of what the request has made or changed, written in the transaction of that effect; null as long as there is none. */
    made: text(),
    status: integer(),
    headers: text({ mode: "json" }).$type<Readonly<Record<string, string>>>(),
    body: sealed<string>(),
  },
  (table) => [index("idempotency_keys_by_time").on(table.createdAt)],
);
