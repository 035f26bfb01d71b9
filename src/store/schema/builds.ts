import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { PackageFormat } from "../../domain/activity/package.ts";
import { sealed } from "./sealed.ts";

/** Packages of builds. A build has no row of its own: its deployments and packages name it. */
export const packages = sqliteTable(
  "packages",
  {
    application: text().notNull(),
    stage: text().notNull(),
    build: text().notNull(),
    service: text().notNull(),
    commit: text().notNull(),
    format: text().$type<PackageFormat>().notNull(),
    digest: sealed<string>().notNull(),
    sizeBytes: integer("size_bytes").notNull(),
    storedBy: text("stored_by").notNull(),
    storedAt: integer("stored_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.application, table.stage, table.build, table.service] })],
);
