import { and, asc, eq, sql } from "drizzle-orm";
import type { CapturedComponent, ComponentId } from "../domain/component/component.ts";
import { findLastRecords } from "./last-record-rows.ts";
import { isNameKey, pageOf, readAhead, startOf } from "./pages.ts";
import type { SnapshotStore } from "./port/snapshots.ts";
import { snapshotComponents, snapshots } from "./schema/snapshots.ts";
import { componentOf, judgedOf, selectComponents } from "./snapshot-rows.ts";
import type { SqliteDatabase } from "./sqlite-database.ts";

export function createSnapshotStore(database: SqliteDatabase): SnapshotStore {
  const { snapshot: snapshotColumn, component: componentColumn } = snapshotComponents;
  return {
    findSnapshot: (id) =>
      database.read(async (rows) => {
        const [row] = await rows.select().from(snapshots).where(eq(snapshots.id, id));
        return row ?? null;
      }),
    findComponents: (snapshot) =>
      database.read(async (rows) => {
        const found = await selectComponents(rows).where(eq(snapshotColumn, snapshot)).orderBy(asc(componentColumn));
        return new Map(found.map(componentOf).map((component) => [component.id, component]));
      }),
    findComponent: (snapshot, component) =>
      database.read(async (rows) => {
        const isIt = and(eq(snapshotColumn, snapshot), eq(componentColumn, component));
        const [row] = await selectComponents(rows).where(isIt);
        return row ? judgedOf(row) : null;
      }),
    listComponents: (snapshot, page) =>
      database.read(async (rows) => {
        const start = startOf(page, isNameKey);
        const follows = start ? sql`${componentColumn} > ${start[0]}` : undefined;
        const found = await selectComponents(rows)
          .where(and(eq(snapshotColumn, snapshot), follows))
          .orderBy(asc(componentColumn))
          .limit(readAhead(page));
        return pageOf(found.map(judgedOf), page, ({ id }) => [id]);
      }),
    findLastRecorded: (identity, components, since) =>
      database.read(async (rows) => {
        const found = await findLastRecords(rows, { identity, components, since });
        return new Map([...found].map(([component, { digest }]) => [component, digest]));
      }),
    findRecorded: (identity, components) =>
      database.read(async (rows) => {
        const found = await findLastRecords(rows, { identity, components, since: 0 });
        const recorded = new Map<ComponentId, CapturedComponent>();
        for (const [component, record] of found) {
          const isIt = and(eq(snapshotColumn, record.snapshot), eq(componentColumn, component));
          const [row] = await selectComponents(rows).where(isIt);
          if (row) recorded.set(component, componentOf(row));
        }
        return recorded;
      }),
  };
}
