/**
 * The tables of this folder are the source of the migrations: after a change, `npm run migrations` writes the next one.
 * Times are milliseconds since the epoch. Lists are read newest first by key, so each filter of a list has an index that
 * ends in the list's order. From the domain these files import types only: drizzle-kit loads them by `require`, which fails
 * for packages that are ES modules only, and the domain imports some.
 */
import { sql } from "drizzle-orm";
import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { Grant } from "../../domain/access/grants.ts";
import type { Activity, Status } from "../../domain/activity/activity.ts";
import type { Lock } from "../../domain/activity/scope.ts";
import type { Problem } from "../../domain/errors.ts";
import { sealed } from "./sealed.ts";

/** Literal, because SQLite uses a partial index only for a query that repeats the text of the index's condition. */
export const UNFINISHED = sql`status in ('Queued', 'In Progress')`;

/** What deployments and rollbacks have in common, in one table, so that one index serves the list of a branch. */
export const activities = sqliteTable(
  "activities",
  {
    /** Replaces the id in the log, which has millions of rows. */
    number: integer().primaryKey(),
    id: text().notNull().unique(),
    type: text().$type<Activity["type"]>().notNull(),
    status: text().$type<Status>().notNull(),
    application: text().notNull(),
    stage: text().notNull(),
    branch: text(),
    commit: text(),
    build: text(),
    target: text().notNull(),
    account: text(),
    region: text(),
    requestedBy: text("requested_by").notNull(),
    grants: text({ mode: "json" }).$type<readonly Grant[]>(),
    reason: sealed<string>(),
    ticket: text(),
    lock: text("claim", { mode: "json" }).$type<Lock>().notNull(),
    createdAt: integer("created_at").notNull(),
    startedAt: integer("started_at"),
    finishedAt: integer("finished_at"),
    cancelRequestedAt: integer("cancel_requested_at"),
    error: sealed<Problem>(),
  },
  (table) => [
    index("activities_by_time").on(table.createdAt, table.id),
    index("activities_by_type").on(table.type, table.createdAt, table.id),
    index("activities_by_status").on(table.status, table.createdAt, table.id),
    index("activities_by_target").on(table.target, table.createdAt, table.id),
    index("activities_by_application").on(table.application, table.createdAt, table.id),
    index("activities_by_stage").on(table.application, table.stage, table.createdAt, table.id),
    index("activities_by_branch").on(table.application, table.stage, table.branch, table.createdAt, table.id),
    index("activities_unfinished").on(table.target, table.createdAt, table.id).where(UNFINISHED),
  ],
);

export function activityId(name: string) {
  return text(name).references(() => activities.id);
}
