/**
 * Every table. The migrations are generated from this file: after a change of it, `drizzle-kit generate` writes the next
 * one. Times are milliseconds since the epoch. Lists are read newest first by key, so each filter that a list knows has
 * an index that ends in the list's order.
 */
import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { STATUSES } from "../domain/activity/activity.ts";
import type { Altered, AlteredCounts } from "../domain/activity/altered.ts";
import type { Outcome } from "../domain/activity/deployment.ts";
import { type AwsCallNote, LOG_LEVELS } from "../domain/activity/log.ts";
import { PACKAGE_FORMATS } from "../domain/activity/package.ts";
import type { CarriedPin } from "../domain/activity/pins.ts";
import type { OnConflict, OnError, Rollback, RollbackResult } from "../domain/activity/rollback.ts";
import type { Lock, Scope } from "../domain/activity/scope.ts";
import { PIN_RULES } from "../domain/activity/stage-policy.ts";
import type { ComponentId } from "../domain/component/component.ts";
import type { Change } from "../domain/component/diff.ts";
import type { ErrorCode, Problem, Reason } from "../domain/errors.ts";
import type { Json } from "../domain/json.ts";
import type { Action, PlanStep, StepAction, Strategy } from "../domain/plan/plan.ts";
import type { Readiness, ReadinessCounts } from "../domain/plan/readiness.ts";
import type { StepRow, StepStatus } from "../domain/plan/step-row.ts";
import { JOB_TYPES } from "./port/jobs.ts";

/** Literal, because SQLite uses a partial index only for a query that says the same words as the index. */
export const UNFINISHED = sql`status in ('Queued', 'In Progress')`;

/** What deployments and rollbacks have in common: one table, so that the list of a branch is one index. */
export const activities = sqliteTable(
  "activities",
  {
    /** Stands in for the id in the log, which has millions of rows. */
    number: integer().primaryKey(),
    id: text().notNull().unique(),
    type: text({ enum: ["deploy", "rollback"] }).notNull(),
    status: text({ enum: STATUSES }).notNull(),
    application: text().notNull(),
    stage: text().notNull(),
    branch: text(),
    commit: text(),
    build: text(),
    target: text().notNull(),
    account: text(),
    region: text(),
    requestedBy: text("requested_by").notNull(),
    reason: text(),
    ticket: text(),
    lock: text("claim", { mode: "json" }).$type<Lock>().notNull(),
    createdAt: integer("created_at").notNull(),
    startedAt: integer("started_at"),
    finishedAt: integer("finished_at"),
    cancelRequestedAt: integer("cancel_requested_at"),
    error: text({ mode: "json" }).$type<Problem>(),
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

export const deployments = sqliteTable("deployments", {
  id: activityId("id").primaryKey(),
  scope: text({ mode: "json" }).$type<Scope>().notNull(),
  onFailure: text("on_failure").$type<"none" | "rollback">().notNull(),
  allowDestructive: integer("allow_destructive", { mode: "boolean" }).notNull(),
  outcome: text().$type<Outcome>(),
  message: text(),
  altered: text({ mode: "json" }).$type<AlteredCounts>(),
  readiness: text({ mode: "json" }).$type<ReadinessCounts>(),
  warnings: text({ mode: "json" }).$type<readonly Reason[]>().notNull().default([]),
  pinned: text({ mode: "json" }).$type<readonly CarriedPin[]>().notNull().default([]),
  rollback: text().references(() => activities.id),
});

export const rollbacks = sqliteTable("rollbacks", {
  id: activityId("id").primaryKey(),
  undoes: text().references(() => activities.id),
  restores: text().references(() => snapshots.id),
  drill: integer({ mode: "boolean" }).notNull().default(false),
  picked: text({ mode: "json" }).$type<readonly ComponentId[]>().notNull(),
  strategy: text().$type<Strategy>().notNull(),
  onConflict: text("on_conflict").$type<OnConflict>().notNull(),
  onError: text("on_error").$type<OnError>().notNull(),
  allowDestructive: integer("allow_destructive", { mode: "boolean" }).notNull(),
  continueUpdateRollback: text("continue_update_rollback", { mode: "json" })
    .$type<Rollback["continueUpdateRollback"]>()
    .notNull()
    .default({}),
  includeFailed: integer("include_failed", { mode: "boolean" }).notNull(),
  approvedDigest: text("approved_digest"),
  result: text({ mode: "json" }).$type<RollbackResult>(),
});

/** The deployments that a rollback reverses; `position` 0 is the oldest. Never changes after the rollback was opened. */
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

export const snapshots = sqliteTable(
  "snapshots",
  {
    id: text().primaryKey(),
    activity: activityId("activity").notNull(),
    purpose: text({ enum: ["backup", "record"] }).notNull(),
    status: text({ enum: ["Pending", "Ready", "Failed"] }).notNull(),
    takenAt: integer("taken_at"),
    components: integer().notNull(),
    sizeBytes: integer("size_bytes").notNull(),
  },
  (table) => [
    uniqueIndex("snapshots_by_activity").on(table.activity, table.purpose),
    index("snapshots_by_time").on(table.purpose, table.status, table.takenAt, table.id),
  ],
);

/** Whole states under the SHA-256 of their canonical text: what did not change between snapshots is stored once. */
export const states = sqliteTable("states", {
  digest: text().primaryKey(),
  /** Canonical JSON of settings, evidence and artifacts. */
  body: text().notNull(),
});

export const snapshotComponents = sqliteTable(
  "snapshot_components",
  {
    snapshot: text()
      .notNull()
      .references(() => snapshots.id),
    component: text().$type<ComponentId>().notNull(),
    parent: text().$type<ComponentId>(),
    physicalId: text("physical_id"),
    incomplete: text(),
    /** Digest of the settings: what is compared. */
    digest: text().notNull(),
    /** Digest of the whole state: where it is stored. */
    state: text()
      .notNull()
      .references(() => states.digest),
    /** The verdict at the time of the backup (N6); null in every other snapshot. */
    readiness: text().$type<Readiness>(),
    reasons: text({ mode: "json" }).$type<readonly Reason[]>(),
  },
  (table) => [primaryKey({ columns: [table.snapshot, table.component] })],
);

/**
 * One row whenever a snapshot saw another state of a component than the one before it did (N14). Ten thousand snapshots
 * of a component that changed twice are three rows, and a page of its history is a range of one index.
 */
export const componentHistory = sqliteTable(
  "component_history",
  {
    /** The order in which the states were seen. */
    number: integer().primaryKey(),
    component: text().$type<ComponentId>().notNull(),
    target: text().notNull(),
    snapshot: text()
      .notNull()
      .references(() => snapshots.id),
    /** Null where the snapshot looked for the component and it did not exist. */
    digest: text(),
    incomplete: text(),
  },
  (table) => [index("component_history_by_component").on(table.component, table.target, table.number)],
);

/** `position` counts from 0 and puts parents before children. */
export const altered = sqliteTable(
  "altered",
  {
    deployment: activityId("deployment").notNull(),
    position: integer().notNull(),
    component: text().$type<ComponentId>().notNull(),
    change: text().$type<Altered["change"]>().notNull(),
    parent: text().$type<ComponentId>(),
    physicalId: text("physical_id"),
    before: text(),
    deployed: text(),
    diff: text({ mode: "json" }).$type<readonly Change[]>().notNull(),
    readiness: text().$type<Readiness>().notNull(),
    reasons: text({ mode: "json" }).$type<readonly Reason[]>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.deployment, table.position] })],
);

export const plans = sqliteTable("plans", {
  rollback: activityId("rollback").primaryKey(),
  digest: text().notNull(),
  plannedAt: integer("planned_at").notNull(),
  steps: text({ mode: "json" }).$type<readonly PlanStep[]>().notNull(),
});

export const rollbackSteps = sqliteTable(
  "rollback_steps",
  {
    rollback: activityId("rollback").notNull(),
    order: integer().notNull(),
    component: text().$type<ComponentId>().notNull(),
    action: text().$type<StepAction>().notNull(),
    status: text().$type<StepStatus>().notNull(),
    verified: integer({ mode: "boolean" }),
    strategy: text().$type<StepRow["strategy"]>().notNull(),
    warnings: text({ mode: "json" }).$type<readonly ErrorCode[]>().notNull(),
    error: text({ mode: "json" }).$type<Problem>(),
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
    action: text({ mode: "json" }).$type<Action>().notNull(),
    token: text().notNull(),
    status: text({ enum: ["intent", "done"] }).notNull(),
    result: text({ mode: "json" }).$type<Json>(),
  },
  (table) => [primaryKey({ columns: [table.rollback, table.step, table.index] })],
);

/**
 * WITHOUT ROWID by hand in the generated SQL, which drizzle cannot say: five million rows load in an eighth of the time
 * and a page of a hundred takes 0.2 ms. No index by component: the lines of one activity lie together and are read
 * through, which is less than an index would cost every write.
 */
export const logLines = sqliteTable(
  "log_lines",
  {
    activity: integer()
      .notNull()
      .references(() => activities.number),
    seq: integer().notNull(),
    at: integer().notNull(),
    level: text({ enum: LOG_LEVELS }).notNull(),
    component: text().$type<ComponentId>(),
    step: integer(),
    message: text().notNull(),
    aws: text({ mode: "json" }).$type<AwsCallNote>(),
  },
  (table) => [primaryKey({ columns: [table.activity, table.seq] })],
);

export const jobs = sqliteTable(
  "jobs",
  {
    id: integer().primaryKey({ autoIncrement: true }),
    type: text({ enum: JOB_TYPES }).notNull(),
    subject: text().notNull(),
    status: text({ enum: ["queued", "running", "done"] }).notNull(),
    /** Raised whenever the job changes hands, so that whoever held it before cannot write any more. */
    fence: integer().notNull(),
    leaseUntil: integer("lease_until"),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [
    uniqueIndex("jobs_unfinished").on(table.subject, table.type).where(sql`status <> 'done'`),
    index("jobs_by_status").on(table.status, table.id),
  ],
);

/** What a rollback took back (N13): one pin a rollback. */
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
    clearReason: text("clear_reason"),
  },
  (table) => [
    index("pins_by_time").on(table.createdAt, table.id),
    index("pins_by_stage").on(table.application, table.stage, table.createdAt, table.id),
  ],
);

/** `digest` is null where the deployment had deleted the component: it is its absence that was rolled back. */
export const pinnedStates = sqliteTable(
  "pinned_states",
  {
    pin: text()
      .notNull()
      .references(() => pins.id),
    component: text().$type<ComponentId>().notNull(),
    digest: text(),
    codeSha256: text("code_sha256"),
    /** The rollback that brought this very state back. */
    supersededBy: activityId("superseded_by"),
  },
  (table) => [primaryKey({ columns: [table.pin, table.component] })],
);

/** Branches and builds that were rolled back (F17); at most one open row for each. */
export const revalidations = sqliteTable(
  "revalidations",
  {
    id: text().primaryKey(),
    application: text().notNull(),
    stage: text().notNull(),
    subject: text({ enum: ["branch", "build"] }).notNull(),
    name: text().notNull(),
    rollback: activityId("rollback").notNull(),
    createdAt: integer("created_at").notNull(),
    closedAt: integer("closed_at"),
    /** The deployment that completed, or the undo; null where somebody cleared it. */
    closedBy: activityId("closed_by"),
    clearedBy: text("cleared_by"),
    clearReason: text("clear_reason"),
  },
  (table) => [
    uniqueIndex("revalidations_open")
      .on(table.application, table.stage, table.subject, table.name)
      .where(sql`closed_at is null`),
    index("revalidations_by_stage").on(table.application, table.stage, table.createdAt, table.id),
  ],
);

/** What a stage asks of those who deploy to it and roll it back. A stage without a row has the defaults. */
export const stagePolicies = sqliteTable(
  "stage_policies",
  {
    application: text().notNull(),
    stage: text().notNull(),
    pins: text({ enum: PIN_RULES }).notNull(),
    requireReason: integer("require_reason", { mode: "boolean" }).notNull(),
    secretKeys: text("secret_keys", { mode: "json" }).$type<readonly string[]>().notNull(),
    shownKeys: text("shown_keys", { mode: "json" }).$type<readonly string[]>().notNull(),
    updatedAt: integer("updated_at").notNull(),
    updatedBy: text("updated_by").notNull(),
  },
  (table) => [primaryKey({ columns: [table.application, table.stage] })],
);

export const tokens = sqliteTable("tokens", {
  hash: text().primaryKey(),
  name: text().notNull(),
  role: text().notNull(),
  createdAt: integer("created_at").notNull(),
});

/** `status` is null while the request runs. */
export const idempotencyKeys = sqliteTable(
  "idempotency_keys",
  {
    key: text().primaryKey(),
    fingerprint: text().notNull(),
    createdAt: integer("created_at").notNull(),
    status: integer(),
    headers: text({ mode: "json" }).$type<Readonly<Record<string, string>>>(),
    body: text(),
  },
  (table) => [index("idempotency_keys_by_time").on(table.createdAt)],
);

/** Packages of builds. A build has no row of its own: it is known from its deployments and its packages. */
export const packages = sqliteTable(
  "packages",
  {
    application: text().notNull(),
    stage: text().notNull(),
    build: text().notNull(),
    service: text().notNull(),
    commit: text().notNull(),
    format: text({ enum: PACKAGE_FORMATS }).notNull(),
    digest: text().notNull(),
    sizeBytes: integer("size_bytes").notNull(),
    storedBy: text("stored_by").notNull(),
    storedAt: integer("stored_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.application, table.stage, table.build, table.service] })],
);

/** Rollbacks that go back to the state after a build. */
export const buildReturns = sqliteTable("build_returns", {
  rollback: activityId("rollback").primaryKey(),
  build: text().notNull(),
  deployment: activityId("deployment").notNull(),
  /** Ids of the stage's activities since that deployment, oldest first. */
  since: text({ mode: "json" }).$type<readonly string[]>().notNull(),
  /** Service and digest of the package that is deployed again, both or neither. */
  service: text(),
  digest: text(),
  outcome: text().$type<Outcome>(),
});

function activityId(name: string) {
  return text(name).references(() => activities.id);
}
