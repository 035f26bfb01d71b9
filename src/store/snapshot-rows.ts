import { createHash } from "node:crypto";
import { and, asc, eq, getTableColumns, inArray, isNotNull } from "drizzle-orm";
import {
  type CapturedComponent,
  type ComponentId,
  type ComponentState,
  type Components,
  isOfKnownKind,
  stateToJson,
  unknownKindText,
} from "../domain/component/component.ts";
import { type DisplayNames, displayNames } from "../domain/component/display-names.ts";
import type { JudgedComponent, NewSnapshot, SnapshotRow } from "../domain/component/snapshot.ts";
import { asObject, asObjects, canonicalText, type Json } from "../domain/json.ts";
import { type SecretValues, withoutSecrets } from "../domain/secrets/secret-values.ts";
import { reread, TEMPLATE_READING } from "../domain/template/reread.ts";
import { type KeyScope, targetScope } from "../sealing/scopes.ts";
import { placeOf } from "./activity-rows.ts";
import { forgetDamage } from "./damage-rows.ts";
import { noteHistory } from "./history-rows.ts";
import { snapshotComponents, snapshots, states } from "./schema/snapshots.ts";
import { keepLearned, secretsAt } from "./secret-rows.ts";
import type { Rows } from "./sqlite-database.ts";
import { capturedId, storedState } from "./state-rows.ts";

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
  const place = await placeOf(rows, owner.activity);
  const scope = targetScope(place.target);
  await keepLearned(rows, place);
  const secrets = await secretsAt(rows, place);
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
  const sealed = rows.sealing.seal(snapshots, { scope, id }, facts);
  await rows
    .insert(snapshots)
    .values({ id, ...owner, ...sealed })
    .onConflictDoUpdate({ target: snapshots.id, set: sealed });
  const names = displayNames(new Map(components.map((component) => [component.id, component])));
  for (const { component, digest, body } of stored) {
    const state = await putState(rows, scope, { digest, body });
    const values = {
      snapshot: id,
      component: component.id,
      parent: component.parent,
      physicalId: component.physicalId,
      digest: component.digest,
      state,
      ...withoutSecrets(
        {
          incomplete: component.incomplete,
          displayName: names.get(component.id) ?? null,
          ...(verdicts?.get(component.id) ?? {}),
        },
        secrets,
      ),
    };
    const sealing = { scope, id: capturedId(values) };
    await rows.insert(snapshotComponents).values(rows.sealing.seal(snapshotComponents, sealing, values));
  }
  await noteHistory(rows, { snapshot: id, ...owner, components: components.map(told(secrets)) });
}

/** A component whose reason for being incomplete quotes no secret. */
function told(secrets: SecretValues) {
  return (component: CapturedComponent): CapturedComponent => ({
    ...component,
    incomplete: withoutSecrets(component.incomplete, secrets),
  });
}

/** Stores a state unless the target has it already; one that is damaged is replaced. Returns its id. */
async function putState(
  rows: Rows,
  scope: KeyScope,
  { digest, body }: Omit<StoredState, "component">,
): Promise<string> {
  const id = rows.sealing.keyed(scope, digest);
  const [known] = await rows.select().from(states).where(eq(states.digest, id));
  if (known && rows.sealing.faultsOf(states, id, known).length === 0) return id;
  const sealed = rows.sealing.seal(states, { scope, id }, { digest: id, body });
  await rows.insert(states).values(sealed).onConflictDoUpdate({ target: states.digest, set: sealed });
  await forgetDamage(rows, scope, id);
  return id;
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
    .leftJoin(states, eq(states.digest, snapshotComponents.state))
    .$dynamic();
}

/** Every component of a snapshot. What older rules captured is read again by today's. */
export async function readComponents(rows: Rows, snapshot: string): Promise<Components> {
  const isIt = eq(snapshotComponents.snapshot, snapshot);
  const found = await selectComponents(rows).where(isIt).orderBy(asc(snapshotComponents.component));
  const components = new Map(found.map((row) => componentOf(rows, row)).map((component) => [component.id, component]));
  return (await isReadOtherwise(rows, snapshot)) ? reread(components) : components;
}

/** Whether a snapshot was taken by older rules for reading templates, so that its digests are none of today's. */
export async function isReadOtherwise(rows: Rows, snapshot: string): Promise<boolean> {
  const [taken] = await rows.select({ reading: snapshots.reading }).from(snapshots).where(eq(snapshots.id, snapshot));
  return taken !== undefined && taken.reading < TEMPLATE_READING;
}

type ComponentRow = typeof snapshotComponents.$inferSelect & {
  /** Null where the row of the state is gone. */
  readonly body: (typeof states.$inferSelect)["body"] | null;
};

export function componentOf(rows: Rows, row: ComponentRow): CapturedComponent {
  const { component: id, parent, physicalId, incomplete, digest } = openCaptured(rows, row);
  // What is not known is not guessed: the component is refused by name, and the others go on.
  if (isDamaged(rows, row)) return { id, parent, physicalId, incomplete: DAMAGED_STATE, state: UNKNOWN_STATE, digest };
  const state = stateOf(rows, row);
  return { id, parent, physicalId, incomplete: isOfKnownKind(id) ? incomplete : unknownKindText(id), state, digest };
}

const DAMAGED_STATE =
  "Its stored state is damaged or missing. A new backup of the same live settings stores it again; `stepback data verify` says what else is.";
const UNKNOWN_STATE: ComponentState = { settings: {}, evidence: {}, artifacts: [] };

/** Not where its key is lost: that is an error of its own, which names the key. */
function isDamaged(rows: Rows, { state, body }: ComponentRow): boolean {
  if (body === null) return true;
  return rows.sealing.faultsOf(states, state, { body }).some(({ damage }) => damage !== "unreadable");
}

function openCaptured(rows: Rows, row: ComponentRow) {
  return rows.sealing.open(snapshotComponents, capturedId(row), row);
}

/** The SHA-256 of each of the bytes that a stored state refers to. */
export function artifactsIn(rows: Rows, id: string, sealed: (typeof states.$inferSelect)["body"]): readonly string[] {
  const { artifacts } = asObject(parseBody(rows.sealing.open(states, id, { body: sealed }).body));
  return asObjects(artifacts).flatMap(({ digest }) => (typeof digest === "string" ? [digest] : []));
}

/** The stored state. INTERNAL, which names the snapshot, the component and each path, when the state does not fit its kind. */
function stateOf(rows: Rows, { snapshot, component, state, body: sealed }: ComponentRow): ComponentState {
  const { body } = rows.sealing.open(states, state, { body: sealed });
  return storedState(`the snapshot ${snapshot}`, component, parseBody(body ?? ""));
}

/** Null, which fits no kind, for text that is not JSON. The parser's own error would quote the text, which holds secrets. */
function parseBody(body: string): Json {
  try {
    return JSON.parse(body) as Json;
  } catch {
    return null;
  }
}

export function judgedOf(rows: Rows, row: ComponentRow): JudgedComponent {
  const { readiness, reasons, displayName } = openCaptured(rows, row);
  return { ...componentOf(rows, row), displayName, verdict: readiness && { readiness, reasons: reasons ?? [] } };
}

/** From all snapshots of the activities; of two names of one component, the one of the later snapshot. */
export async function selectDisplayNames(rows: Rows, activities: readonly string[]): Promise<DisplayNames> {
  const { snapshot, component, displayName } = snapshotComponents;
  const found = await rows
    .select({ snapshot, component, displayName })
    .from(snapshotComponents)
    .innerJoin(snapshots, eq(snapshots.id, snapshotComponents.snapshot))
    .where(and(inArray(snapshots.activity, [...activities]), isNotNull(displayName)))
    .orderBy(asc(snapshots.takenAt));
  const opened = found.map((row) => rows.sealing.open(snapshotComponents, capturedId(row), row));
  return new Map(opened.flatMap((row): [ComponentId, string][] => [[row.component, row.displayName ?? ""]]));
}
