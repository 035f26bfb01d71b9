import { createHash } from "node:crypto";
import { and, asc, eq, getTableColumns, inArray, isNotNull } from "drizzle-orm";
import {
  type CapturedComponent,
  type ComponentId,
  type ComponentState,
  type Components,
  stateToJson,
} from "../domain/component/component.ts";
import { type DisplayNames, displayNames } from "../domain/component/display-names.ts";
import type { JudgedComponent, NewSnapshot, SnapshotRow } from "../domain/component/snapshot.ts";
import { canonicalText, type Json } from "../domain/json.ts";
import { reread, TEMPLATE_READING } from "../domain/template/reread.ts";
import { noteHistory } from "./history-rows.ts";
import { snapshotComponents, snapshots, states } from "./schema/snapshots.ts";
import type { Rows } from "./sqlite-database.ts";
import { storedState } from "./state-rows.ts";

/** Inserts the row of a snapshot that a job is going to take. */
export async function insertPendingSnapshot(
  rows: Rows,
  { id, activity, purpose }: Pick<SnapshotRow, "id" | "activity" | "purpose">,
): Promise<void> {
  const nothing = { takenAt: null, components: 0, incomplete: 0, sizeBytes: 0 };
  await rows.insert(snapshots).values({ id, activity, purpose, status: "Pending", ...nothing });
}

/** Stores a complete snapshot: status Ready, every component, and each distinct state once. */
export async function saveSnapshot(
  rows: Rows,
  owner: Pick<SnapshotRow, "activity" | "purpose">,
  { id, takenAt, components, verdicts, outsideTriggers }: NewSnapshot,
): Promise<void> {
  const stored = components.map((component) => ({ component, ...bodyOf(component.state) }));
  const facts = {
    status: "Ready" as const,
    takenAt,
    components: components.length,
    incomplete: components.filter((component) => component.incomplete !== null).length,
    sizeBytes: sizeOf(stored),
    reading: TEMPLATE_READING,
    outsideTriggers: outsideTriggers ?? null,
  };
  await rows
    .insert(snapshots)
    .values({ id, ...owner, ...facts })
    .onConflictDoUpdate({ target: snapshots.id, set: facts });
  const names = displayNames(new Map(components.map((component) => [component.id, component])));
  for (const { component, digest, body } of stored) {
    await rows.insert(states).values({ digest, body }).onConflictDoNothing();
    await rows.insert(snapshotComponents).values({
      snapshot: id,
      component: component.id,
      parent: component.parent,
      physicalId: component.physicalId,
      incomplete: component.incomplete,
      displayName: names.get(component.id) ?? null,
      digest: component.digest,
      state: digest,
      ...(verdicts?.get(component.id) ?? {}),
    });
  }
  await noteHistory(rows, { snapshot: id, ...owner, components });
}

/** Marks snapshots that an ended activity will never take. */
export async function failPendingSnapshots(rows: Rows, activity: string): Promise<void> {
  const isPending = and(eq(snapshots.activity, activity), eq(snapshots.status, "Pending"));
  await rows.update(snapshots).set({ status: "Failed" }).where(isPending);
}

interface StoredState {
  readonly component: CapturedComponent;
  readonly digest: string;
  readonly body: string;
}

function bodyOf(state: ComponentState): Omit<StoredState, "component"> {
  const body = canonicalText(stateToJson(state));
  return { digest: createHash("sha256").update(body).digest("hex"), body };
}

/** Bytes of the distinct states plus the distinct artifacts that the states refer to. */
function sizeOf(stored: readonly StoredState[]): number {
  const sizes = new Map(stored.map(({ digest, body }) => [`state ${digest}`, Buffer.byteLength(body)]));
  for (const { digest, sizeBytes } of stored.flatMap(({ component }) => component.state.artifacts)) {
    sizes.set(`artifact ${digest}`, sizeBytes);
  }
  return [...sizes.values()].reduce((sum, size) => sum + size, 0);
}

export function selectComponents(rows: Rows) {
  return rows
    .select({ ...getTableColumns(snapshotComponents), body: states.body })
    .from(snapshotComponents)
    .innerJoin(states, eq(states.digest, snapshotComponents.state))
    .$dynamic();
}

/** Every component of a snapshot. What older rules captured is read again by today's. */
export async function readComponents(rows: Rows, snapshot: string): Promise<Components> {
  const isIt = eq(snapshotComponents.snapshot, snapshot);
  const found = await selectComponents(rows).where(isIt).orderBy(asc(snapshotComponents.component));
  const components = new Map(found.map(componentOf).map((component) => [component.id, component]));
  return (await isReadOtherwise(rows, snapshot)) ? reread(components) : components;
}

/** Whether a snapshot was taken by older rules for reading templates, so that its digests are none of today's. */
export async function isReadOtherwise(rows: Rows, snapshot: string): Promise<boolean> {
  const [taken] = await rows.select({ reading: snapshots.reading }).from(snapshots).where(eq(snapshots.id, snapshot));
  return taken !== undefined && taken.reading < TEMPLATE_READING;
}

type ComponentRow = typeof snapshotComponents.$inferSelect & { readonly body: string };

export function componentOf(row: ComponentRow): CapturedComponent {
  const { component: id, parent, physicalId, incomplete, digest } = row;
  return { id, parent, physicalId, incomplete, state: stateOf(row), digest };
}

/** The stored state. INTERNAL, which names the snapshot, the component and each path, when the state does not fit its kind. */
function stateOf({ snapshot, component, body }: ComponentRow): ComponentState {
  return storedState(`the snapshot ${snapshot}`, component, parseBody(body));
}

/** Null, which fits no kind, for text that is not JSON. The parser's own error would quote the text, which holds secrets. */
function parseBody(body: string): Json {
  try {
    return JSON.parse(body) as Json;
  } catch {
    return null;
  }
}

export function judgedOf(row: ComponentRow): JudgedComponent {
  const { readiness, reasons, displayName } = row;
  return { ...componentOf(row), displayName, verdict: readiness && { readiness, reasons: reasons ?? [] } };
}

/** From all snapshots of the activities; of two names of one component, the one of the later snapshot. */
export async function selectDisplayNames(rows: Rows, activities: readonly string[]): Promise<DisplayNames> {
  const { component, displayName } = snapshotComponents;
  const found = await rows
    .select({ component, displayName })
    .from(snapshotComponents)
    .innerJoin(snapshots, eq(snapshots.id, snapshotComponents.snapshot))
    .where(and(inArray(snapshots.activity, [...activities]), isNotNull(displayName)))
    .orderBy(asc(snapshots.takenAt));
  return new Map(found.flatMap((row): [ComponentId, string][] => [[row.component, row.displayName ?? ""]]));
}
