import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { AwsCallNote, LogLevel } from "../../domain/activity/log.ts";
import type { ComponentId } from "../../domain/component/component.ts";
import type { JobType } from "../port/jobs.ts";
import { activities } from "./activities.ts";
import { sealed } from "./sealed.ts";

/**
 * The generated SQL says WITHOUT ROWID by hand, which drizzle cannot express: five million rows load in an eighth of the
 * time, and a page of a hundred takes 0.2 ms. There is no index by component: scanning the lines of one activity, which lie
 * together, costs less than an index would cost every write.
 */
export const logLines = sqliteTable(
  "log_lines",
  {
    activity: integer()
      .notNull()
      .references(() => activities.number),
    seq: integer().notNull(),
    at: integer().notNull(),
    level: text().$type<LogLevel>().notNull(),
    component: text().$type<ComponentId>(),
    step: integer(),
    message: sealed<string>().notNull(),
    aws: text({ mode: "json" }).$type<AwsCallNote>(),
  },
  (table) => [primaryKey({ columns: [table.activity, table.seq] })],
);

/** One row for each start of the service on this file. The latest one may write, and no other. */
export const generations = sqliteTable("generations", {
  number: integer().primaryKey({ autoIncrement: true }),
  host: text().notNull(),
  pid: integer().notNull(),
  startedAt: integer("started_at").notNull(),
  /** Null while its process may still be at work, and for ever where it was killed. */
  endedAt: integer("ended_at"),
});

export const jobs = sqliteTable(
  "jobs",
  {
    id: integer().primaryKey({ autoIncrement: true }),
    type: text().$type<JobType>().notNull(),
    subject: text().notNull(),
    status: text({ enum: ["queued", "running", "done"] }).notNull(),
    /** Raised whenever the job changes hands, so that its previous worker cannot write any more. */
    fence: integer().notNull(),
    leaseUntil: integer("lease_until"),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [
    uniqueIndex("jobs_unfinished").on(table.subject, table.type).where(sql`status <> 'done'`),
    index("jobs_by_status").on(table.status, table.id),
  ],
);
