import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { ApprovalRule, EmergencyRule } from "../../domain/access/approvals.ts";
import type { Suspect } from "../../domain/activity/pins.ts";
import type { Binding, PinRule } from "../../domain/activity/stage-policy.ts";
import type { ComponentId } from "../../domain/component/component.ts";
import { activityId } from "./activities.ts";
import { sealed } from "./sealed.ts";

/** The states that a rollback replaced; at most one pin for each rollback. */
export const pins = sqliteTable(
  "pins",
  {
    id: text().primaryKey(),
    rollback: activityId("rollback").notNull().unique(),
    application: text().notNull(),
    stage: text().notNull(),
    target: text().notNull(),
    builds: text({ mode: "json" }).$type<readonly string[]>().notNull(),
    commits: text({ mode: "json" }).$type<readonly string[]>().notNull(),
    createdAt: integer("created_at").notNull(),
    clearedAt: integer("cleared_at"),
    clearedBy: text("cleared_by"),
    clearReason: sealed<string>("clear_reason"),
  },
  (table) => [
    index("pins_by_time").on(table.createdAt, table.id),
    index("pins_by_stage").on(table.application, table.stage, table.createdAt, table.id),
  ],
);

/** `digest` is null when the deployment had deleted the component: the rollback recreated it. */
export const pinnedStates = sqliteTable(
  "pinned_states",
  {
    pin: text()
      .notNull()
      .references(() => pins.id),
    component: text().$type<ComponentId>().notNull(),
    digest: sealed<string>(),
    codeSha256: text("code_sha256"),
    /** The rollback that restored exactly this state. */
    supersededBy: activityId("superseded_by"),
  },
  (table) => [primaryKey({ columns: [table.pin, table.component] })],
);

/** Branches and builds that were rolled back; at most one open row for each. */
export const revalidations = sqliteTable(
  "revalidations",
  {
    id: text().primaryKey(),
    application: text().notNull(),
    stage: text().notNull(),
    subject: text().$type<Suspect["subject"]>().notNull(),
    name: text().notNull(),
    rollback: activityId("rollback").notNull(),
    createdAt: integer("created_at").notNull(),
    closedAt: integer("closed_at"),
    /** The deployment that completed, or the undo; null when a person cleared the mark. */
    closedBy: activityId("closed_by"),
    clearedBy: text("cleared_by"),
    clearReason: sealed<string>("clear_reason"),
  },
  (table) => [
    uniqueIndex("revalidations_open")
      .on(table.application, table.stage, table.subject, table.name)
      .where(sql`closed_at is null`),
    index("revalidations_by_stage").on(table.application, table.stage, table.createdAt, table.id),
  ],
);

/** Literal, because drizzle-kit loads these files without what they import from the domain. */
const NO_APPROVALS: ApprovalRule = { required: 0, notByRequester: true, validForMinutes: 60 };

/** What a stage demands of deployments and rollbacks. A stage without a row has the defaults. */
export const stagePolicies = sqliteTable(
  "stage_policies",
  {
    application: text().notNull(),
    stage: text().notNull(),
    pins: text().$type<PinRule>().notNull(),
    binding: text({ mode: "json" }).$type<Binding>(),
    approvals: text({ mode: "json" }).$type<ApprovalRule>().notNull().default(NO_APPROVALS),
    emergency: text({ mode: "json" }).$type<EmergencyRule>().notNull().default({ roles: [] }),
    autoRollback: integer("auto_rollback", { mode: "boolean" }).notNull().default(false),
    requireReason: integer("require_reason", { mode: "boolean" }).notNull(),
    askForTold: integer("ask_for_told", { mode: "boolean" }).notNull().default(false),
    secretKeys: text("secret_keys", { mode: "json" }).$type<readonly string[]>().notNull(),
    shownKeys: text("shown_keys", { mode: "json" }).$type<readonly string[]>().notNull(),
    updatedAt: integer("updated_at").notNull(),
    updatedBy: text("updated_by").notNull(),
  },
  (table) => [primaryKey({ columns: [table.application, table.stage] })],
);
