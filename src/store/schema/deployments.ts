import { sql } from "drizzle-orm";
import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { Altered, AlteredCounts } from "../../domain/activity/altered.ts";
import type { Deployment, Outcome } from "../../domain/activity/deployment.ts";
import type { CarriedPin } from "../../domain/activity/pins.ts";
import type { Scope } from "../../domain/activity/scope.ts";
import type { ComponentId } from "../../domain/component/component.ts";
import type { Change } from "../../domain/component/diff.ts";
import type { Reason } from "../../domain/errors.ts";
import type { Readiness, ReadinessCounts } from "../../domain/plan/readiness.ts";
import { activities, activityId } from "./activities.ts";
import { sealed } from "./sealed.ts";

export const deployments = sqliteTable("deployments", {
  id: activityId("id").primaryKey(),
  scope: text({ mode: "json" }).$type<Scope>().notNull(),
  onFailure: text("on_failure").$type<Deployment["onFailure"]>().notNull(),
  allowDestructive: integer("allow_destructive", { mode: "boolean" }).notNull(),
  /** What may be lost by name; null where the consent names nothing. */
  allowedLosses: text("allowed_losses", { mode: "json" }).$type<readonly string[]>(),
  outcome: text().$type<Outcome>(),
  message: sealed<string>(),
  altered: text({ mode: "json" }).$type<AlteredCounts>(),
  readiness: text({ mode: "json" }).$type<ReadinessCounts>(),
  warnings: sealed<readonly Reason[]>().notNull().default(sql`'[]'`),
  pinned: text({ mode: "json" }).$type<readonly CarriedPin[]>().notNull().default([]),
  rollback: text().references(() => activities.id),
});

/** `position` counts from 0 and orders parents before children. */
export const altered = sqliteTable(
  "altered",
  {
    deployment: activityId("deployment").notNull(),
    position: integer().notNull(),
    component: text().$type<ComponentId>().notNull(),
    change: text().$type<Altered["change"]>().notNull(),
    parent: text().$type<ComponentId>(),
    physicalId: sealed<string>("physical_id"),
    before: sealed<string>(),
    deployed: sealed<string>(),
    diff: sealed<readonly Change[]>().notNull(),
    readiness: text().$type<Readiness>().notNull(),
    reasons: sealed<readonly Reason[]>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.deployment, table.position] })],
);
