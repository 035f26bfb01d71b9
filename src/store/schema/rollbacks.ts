import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { Outcome } from "../../domain/activity/deployment.ts";
import type { Rollback, RollbackResult, Waiver } from "../../domain/activity/rollback.ts";
import type { ComponentId } from "../../domain/component/component.ts";
import type { ErrorCode, Problem } from "../../domain/errors.ts";
import type { Json } from "../../domain/json.ts";
import type { Action, PlanStep, StepAction, Strategy } from "../../domain/plan/plan.ts";
import type { JournalEntry, StepRow } from "../../domain/plan/step-row.ts";
import { activities, activityId } from "./activities.ts";
import { sealed } from "./sealed.ts";
import { snapshots } from "./snapshots.ts";

export const rollbacks = sqliteTable("rollbacks", {
  id: activityId("id").primaryKey(),
  undoes: text().references(() => activities.id),
  restores: text().references(() => snapshots.id),
  drill: integer({ mode: "boolean" }).notNull().default(false),
  picked: text({ mode: "json" }).$type<readonly ComponentId[]>().notNull(),
  strategy: text().$type<Strategy>().notNull(),
  onConflict: text("on_conflict").$type<Rollback["onConflict"]>().notNull(),
  onError: text("on_error").$type<Rollback["onError"]>().notNull(),
  allowDestructive: integer("allow_destructive", { mode: "boolean" }).notNull(),
  /** What may be lost by name; null where the consent names nothing. */
  allowedLosses: text("allowed_losses", { mode: "json" }).$type<readonly string[]>(),
  continueUpdateRollback: text("continue_update_rollback", { mode: "json" })
    .$type<Rollback["continueUpdateRollback"]>()
    .notNull()
    .default({}),
  includeFailed: integer("include_failed", { mode: "boolean" }).notNull(),
  approvedDigest: text("approved_digest"),
  /** Subjects that picked or planned while it was a draft. */
  editors: text({ mode: "json" }).$type<readonly string[]>().notNull().default([]),
  waiver: text().$type<Waiver>(),
  reviewedAt: integer("reviewed_at"),
  reviewedBy: text("reviewed_by"),
  reviewComment: sealed<string>("review_comment"),
  result: text({ mode: "json" }).$type<RollbackResult>(),
});

/** The deployments that a rollback reverses; `position` 0 is the oldest. Never changes once the rollback is open. */
export const rollbackDeployments = sqliteTable(
  "rollback_deployments",
  {
    rollback: activityId("rollback").notNull(),
    position: integer().notNull(),
    deployment: activityId("deployment").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.rollback, table.position] }),
    index("rollback_deployments_by_deployment").on(table.deployment, table.rollback),
  ],
);

export const plans = sqliteTable("plans", {
  rollback: activityId("rollback").primaryKey(),
  /** Keyed: whoever reads it learns nothing of the settings that it covers. */
  digest: text().notNull(),
  plannedAt: integer("planned_at").notNull(),
  steps: sealed<readonly PlanStep[]>().notNull(),
});

export const rollbackSteps = sqliteTable(
  "rollback_steps",
  {
    rollback: activityId("rollback").notNull(),
    order: integer().notNull(),
    component: text().$type<ComponentId>().notNull(),
    action: text().$type<StepAction>().notNull(),
    status: text().$type<StepRow["status"]>().notNull(),
    verified: integer({ mode: "boolean" }),
    strategy: text().$type<StepRow["strategy"]>().notNull(),
    warnings: text({ mode: "json" }).$type<readonly ErrorCode[]>().notNull(),
    error: sealed<Problem>(),
    startedAt: integer("started_at"),
    finishedAt: integer("finished_at"),
  },
  (table) => [primaryKey({ columns: [table.rollback, table.order] })],
);

export const journal = sqliteTable(
  "journal",
  {
    rollback: activityId("rollback").notNull(),
    step: integer().notNull(),
    index: integer().notNull(),
    action: sealed<Action>().notNull(),
    token: text().notNull(),
    status: text().$type<JournalEntry["status"]>().notNull(),
    result: sealed<Json>(),
  },
  (table) => [primaryKey({ columns: [table.rollback, table.step, table.index] })],
);

/** The facts of rollbacks that return to the state after a build. */
export const buildReturns = sqliteTable("build_returns", {
  rollback: activityId("rollback").primaryKey(),
  build: text().notNull(),
  deployment: activityId("deployment").notNull(),
  /** Ids of the stage's activities since that deployment, oldest first. */
  since: text({ mode: "json" }).$type<readonly string[]>().notNull(),
  /** Service and digest of the package that is deployed again; both or neither are set. */
  service: text(),
  digest: sealed<string>(),
  outcome: text().$type<Outcome>(),
});
