import { and, asc, eq, getTableColumns, sql } from "drizzle-orm";
import type { CapturedComponent, ComponentId, Components } from "../domain/component/component.ts";
import { findBrokenOff } from "./broken-off-rows.ts";
import { findLastRecords, type LastRecord } from "./last-record-rows.ts";
import { readArtifactOwners } from "./owner-rows.ts";
import { isNameKey, pageOf, readAhead, startOf } from "./pages.ts";
import type { SnapshotStore } from "./port/snapshots.ts";
import { snapshotComponents, snapshots } from "./schema/snapshots.ts";
import { isReadOtherwise, judgedOf, readComponents, selectComponents, selectDisplayNames } from "./snapshot-rows.ts";
import type { SqliteDatabase } from "./sqlite-database.ts";

export function createSnapshotStore(database: SqliteDatabase): SnapshotStore {
  const { snapshot: snapshotColumn, component: componentColumn } = snapshotComponents;
  return {
    findSnapshot: (id) =>
      database.read(async (rows) => {
        const { reading: _reading, outsideTriggers: _outside, ...columns } = getTableColumns(snapshots);
        const [row] = await rows.select(columns).from(snapshots).where(eq(snapshots.id, id));
        return row ?? null;
      }),
    findArtifactOwners: () => database.read(readArtifactOwners),
    findOutsideTriggers: (snapshot) =>
      database.read(async (rows) => {
        const { outsideTriggers } = snapshots;
        const [row] = await rows.select({ outsideTriggers }).from(snapshots).where(eq(snapshots.id, snapshot));
        return (row && rows.sealing.open(snapshots, snapshot, row).outsideTriggers) ?? {};
      }),
    findComponents: (snapshot) => database.read((rows) => readComponents(rows, snapshot)),
    findComponent: (snapshot, component) =>
      database.read(async (rows) => {
        const isIt = and(eq(snapshotColumn, snapshot), eq(componentColumn, component));
        const [row] = await selectComponents(rows).where(isIt);
        return row ? judgedOf(rows, row) : null;
      }),
    listComponents: (snapshot, page) =>
      database.read(async (rows) => {
        const start = startOf(page, isNameKey);
        const follows = start ? sql`${componentColumn} > ${start[0]}` : undefined;
        const found = await selectComponents(rows)
          .where(and(eq(snapshotColumn, snapshot), follows))
          .orderBy(asc(componentColumn))
          .limit(readAhead(page));
        return pageOf(
          found.map((row) => judgedOf(rows, row)),
          page,
          ({ id }) => [id],
        );
      }),
    findDisplayNames: (activities) => database.read((rows) => selectDisplayNames(rows, activities)),
    findLastRecorded: (identity, components, since) =>
      database.read(async (rows) => {
        const found = await findLastRecords(rows, { identity, components, since });
        const digests = new Map([...found].map(([component, { digest }]) => [component, digest]));
        for (const snapshot of recordsIn(found)) {
          if (!(await isReadOtherwise(rows, snapshot))) continue;
          for (const [component, { digest }] of heldBy(await readComponents(rows, snapshot), found, snapshot))
            digests.set(component, digest);
        }
        return digests;
      }),
    findBrokenOff: (identity, components, since) =>
      database.read((rows) => findBrokenOff(rows, { identity, components, since })),
    findRecorded: (identity, components) =>
      database.read(async (rows) => {
        const found = await findLastRecords(rows, { identity, components, since: 0 });
        const recorded = new Map<ComponentId, CapturedComponent>();
        for (const snapshot of recordsIn(found)) {
          for (const [component, state] of heldBy(await readComponents(rows, snapshot), found, snapshot))
            recorded.set(component, state);
        }
        return recorded;
      }),
  };
}

type Records = ReadonlyMap<ComponentId, LastRecord>;

function recordsIn(found: Records): Set<string> {
  return new Set([...found.values()].map((record) => record.snapshot));
}

/** The components whose last record the snapshot is. */
function heldBy(components: Components, found: Records, snapshot: string): [ComponentId, CapturedComponent][] {
  return [...components].filter(([component]) => found.get(component)?.snapshot === snapshot);
}
