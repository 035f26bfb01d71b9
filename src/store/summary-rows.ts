import { and, eq } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import type { SnapshotSummary } from "../domain/component/snapshot.ts";
import { activities } from "./schema/activities.ts";
import { snapshots } from "./schema/snapshots.ts";

/**
 * The two snapshots of an activity, for joining them to its row: a reader that gets all of it with one query never sees
 * half of a transaction.
 */
export const backups = alias(snapshots, "backups");
export const records = alias(snapshots, "records");

export const isBackup = and(eq(backups.activity, activities.id), eq(backups.purpose, "backup"));
export const isRecord = and(eq(records.activity, activities.id), eq(records.purpose, "record"));

export function summaryOf({
  id,
  status,
  components,
  incomplete,
  sizeBytes,
}: typeof snapshots.$inferSelect): SnapshotSummary {
  return { id, status, components, incomplete, sizeBytes };
}
