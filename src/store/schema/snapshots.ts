import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { ComponentId } from "../../domain/component/component.ts";
import type { OutsideTriggers, SnapshotRow } from "../../domain/component/snapshot.ts";
import type { Reason } from "../../domain/errors.ts";
import type { Readiness } from "../../domain/plan/readiness.ts";
import { activityId } from "./activities.ts";
import { sealed } from "./sealed.ts";

export const snapshots = sqliteTable(
  "snapshots",
  {
    id: text().primaryKey(),
    activity: activityId("activity").notNull(),
    purpose: text().$type<SnapshotRow["purpose"]>().notNull(),
    status: text().$type<SnapshotRow["status"]>().notNull(),
    takenAt: integer("taken_at"),
    components: integer().notNull(),
    /** How many of them are incomplete. */
    incomplete: integer().notNull().default(0),
    sizeBytes: integer("size_bytes").notNull(),
    /** The number of the rules by which its templates were read as data; 0 from versions that did not count them. */
    reading: integer().notNull().default(0),
    /** Null in snapshots that nobody asks for them, and where they could not be listed. */
    outsideTriggers: sealed<OutsideTriggers>("outside_triggers"),
  },
  (table) => [
    uniqueIndex("snapshots_by_activity").on(table.activity, table.purpose),
    index("snapshots_by_time").on(table.purpose, table.status, table.takenAt, table.id),
  ],
);

/** Whole states: one that several snapshots of a target share is stored once. */
export const states = sqliteTable("states", {
  /** HMAC-SHA-256 of the canonical text under the digest key of its target. */
  digest: text().primaryKey(),
  /** Canonical JSON of settings, evidence and artifacts. */
  body: sealed<string>().notNull(),
});

export const snapshotComponents = sqliteTable(
  "snapshot_components",
  {
    snapshot: text()
      .notNull()
      .references(() => snapshots.id),
    component: text().$type<ComponentId>().notNull(),
    parent: text().$type<ComponentId>(),
    physicalId: sealed<string>("physical_id"),
    incomplete: sealed<string>(),
    /** What people call it, where that is not its name. */
    displayName: sealed<string>("display_name"),
    /** Digest of the settings, which are what is compared. */
    digest: sealed<string>().notNull(),
    /** Digest of the whole state, under which it is stored. */
    state: text()
      .notNull()
      .references(() => states.digest),
    /** The verdict at the time of a deployment's backup; null in every other snapshot. */
    readiness: text().$type<Readiness>(),
    reasons: sealed<readonly Reason[]>(),
  },
  (table) => [
    primaryKey({ columns: [table.snapshot, table.component] }),
    index("snapshot_components_by_state").on(table.state),
  ],
);

/**
 * One row for each snapshot that saw a component in another state than the snapshot before it. Ten thousand snapshots of a
 * component that changed twice make three rows, and a page of its history is a range of one index.
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
    /** Null when the snapshot looked for the component and found none. */
    digest: sealed<string>(),
    incomplete: sealed<string>(),
  },
  (table) => [index("component_history_by_component").on(table.component, table.target, table.number)],
);
