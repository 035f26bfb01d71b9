import { createHash } from "node:crypto";
import { and, asc, eq, getTableColumns, sql } from "drizzle-orm";
import {
  type CapturedComponent,
  type ComponentId,
  type ComponentState,
  stateToJson,
} from "../domain/component/component.ts";
import type { JudgedComponent, NewSnapshot, SnapshotRow } from "../domain/component/snapshot.ts";
import { canonicalText } from "../domain/json.ts";
import { noteHistory } from "./history-rows.ts";
import { findLastRecords } from "./last-recorded.ts";
import { isNameKey, pageOf, readAhead, startOf } from "./pages.ts";
import type { SnapshotStore } from "./port/snapshots.ts";
import { snapshotComponents, snapshots, states } from "./schema.ts";
import type { Rows, SqliteDatabase } from "./sqlite-database.ts";

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

/** Announces a snapshot that a job will take. */
export async function insertPendingSnapshot(
  rows: Rows,
  { id, activity, purpose }: Pick<SnapshotRow, "id" | "activity" | "purpose">,
): Promise<void> {
  const nothing = { takenAt: null, components: 0, sizeBytes: 0 };
  await rows.insert(snapshots).values({ id, activity, purpose, status: "Pending", ...nothing });
}

/** Stores a snapshot whole: Ready, with every component, each distinct state once. */
export async function saveSnapshot(
  rows: Rows,
  owner: Pick<SnapshotRow, "activity" | "purpose">,
  { id, takenAt, components, verdicts }: NewSnapshot,
): Promise<void> {
  const stored = components.map((component) => ({ component, ...storedState(component.state) }));
  const facts = { status: "Ready" as const, takenAt, components: components.length, sizeBytes: sizeOf(stored) };
  await rows
    .insert(snapshots)
    .values({ id, ...owner, ...facts })
    .onConflictDoUpdate({ target: snapshots.id, set: facts });
  for (const { component, digest, body } of stored) {
    await rows.insert(states).values({ digest, body }).onConflictDoNothing();
    await rows.insert(snapshotComponents).values({
      snapshot: id,
      component: component.id,
      parent: component.parent,
      physicalId: component.physicalId,
      incomplete: component.incomplete,
      digest: component.digest,
      state: digest,
      ...(verdicts?.get(component.id) ?? {}),
    });
  }
  await noteHistory(rows, { snapshot: id, ...owner, components });
}

/** Snapshots of an ended activity that nobody will take any more. */
export async function failPendingSnapshots(rows: Rows, activity: string): Promise<void> {
  const isPending = and(eq(snapshots.activity, activity), eq(snapshots.status, "Pending"));
  await rows.update(snapshots).set({ status: "Failed" }).where(isPending);
}

interface StoredState {
  readonly component: CapturedComponent;
  readonly digest: string;
  readonly body: string;
}

function storedState(state: ComponentState): Omit<StoredState, "component"> {
  const body = canonicalText(stateToJson(state));
  return { digest: createHash("sha256").update(body).digest("hex"), body };
}

/** Bytes of the distinct states and of the distinct artifacts that they refer to. */
function sizeOf(stored: readonly StoredState[]): number {
  const sizes = new Map(stored.map(({ digest, body }) => [`state ${digest}`, Buffer.byteLength(body)]));
  for (const { digest, sizeBytes } of stored.flatMap(({ component }) => component.state.artifacts)) {
    sizes.set(`artifact ${digest}`, sizeBytes);
  }
  return [...sizes.values()].reduce((sum, size) => sum + size, 0);
}

function selectComponents(rows: Rows) {
  return rows
    .select({ ...getTableColumns(snapshotComponents), body: states.body })
    .from(snapshotComponents)
    .innerJoin(states, eq(states.digest, snapshotComponents.state))
    .$dynamic();
}

type ComponentRow = typeof snapshotComponents.$inferSelect & { readonly body: string };

function componentOf(row: ComponentRow): CapturedComponent {
  const { component: id, parent, physicalId, incomplete, digest, body } = row;
  return { id, parent, physicalId, incomplete, state: JSON.parse(body) as ComponentState, digest };
}

function judgedOf(row: ComponentRow): JudgedComponent {
  const { readiness, reasons } = row;
  return { ...componentOf(row), verdict: readiness && { readiness, reasons: reasons ?? [] } };
}
