import { and, desc, eq, gte, inArray } from "drizzle-orm";
import type { TargetIdentity } from "../domain/activity/activity.ts";
import type { ComponentId } from "../domain/component/component.ts";
import type { StepStatus } from "../domain/plan/step-row.ts";
import { activities } from "./schema/activities.ts";
import { rollbackSteps } from "./schema/rollbacks.ts";
import { snapshotComponents, snapshots } from "./schema/snapshots.ts";
import type { Rows } from "./sqlite-database.ts";
import { capturedId } from "./state-rows.ts";

export interface Wanted {
  readonly identity: TargetIdentity;
  readonly components: readonly ComponentId[];
  /** Milliseconds since the epoch. Older records are ignored. */
  readonly since: number;
}

/** A Ready record and the activity that it belongs to. Neither changes any more. */
interface TargetRecord {
  readonly snapshot: string;
  readonly takenAt: number | null;
  readonly activity: string;
  readonly type: "deploy" | "rollback";
}

/** The newest record of a component. */
export interface LastRecord {
  readonly snapshot: string;
  readonly takenAt: number | null;
  /** Null when the record says that the component was absent. */
  readonly digest: string | null;
}

/**
 * Finds the newest record that covers each component. Walks back from the newest record until every component is found,
 * which is not far: the deployment that a rollback reverses covers all of them.
 */
export async function findLastRecords(rows: Rows, wanted: Wanted): Promise<ReadonlyMap<ComponentId, LastRecord>> {
  const found = new Map<ComponentId, LastRecord>();
  const missing = new Set(wanted.components);
  for (const record of await listRecords(rows, wanted)) {
    if (missing.size === 0) break;
    for (const [component, digest] of await covered(rows, record, [...missing])) {
      found.set(component, { snapshot: record.snapshot, takenAt: record.takenAt, digest });
      missing.delete(component);
    }
  }
  return found;
}

/** Newest first. */
function listRecords(rows: Rows, { identity, since }: Wanted): Promise<readonly TargetRecord[]> {
  return rows
    .select({ snapshot: snapshots.id, takenAt: snapshots.takenAt, activity: snapshots.activity, type: activities.type })
    .from(snapshots)
    .innerJoin(activities, eq(activities.id, snapshots.activity))
    .where(
      and(
        eq(snapshots.purpose, "record"),
        eq(snapshots.status, "Ready"),
        gte(snapshots.takenAt, since),
        eq(activities.account, identity.account),
        eq(activities.region, identity.region),
      ),
    )
    .orderBy(desc(snapshots.takenAt), desc(snapshots.id));
}

/**
 * What a record says about these components: their digests, and null for components that its activity looked for without
 * finding them. A deployment covers everything in its backup or record. A rollback covers what it restored and what else it
 * changed, such as the stack of a restored part or a step that failed half-way. It says nothing about components that it
 * left alone, skipped steps above all: anybody may have changed those before.
 */
async function covered(
  rows: Rows,
  record: TargetRecord,
  components: readonly ComponentId[],
): Promise<ReadonlyMap<ComponentId, string | null>> {
  const before = await digestsIn(rows, { activity: record.activity, purpose: "backup" }, components);
  const after = await digestsIn(rows, { activity: record.activity, purpose: "record" }, components);
  const reached =
    record.type === "rollback"
      ? new Set(await listSteps(rows, record.activity, { components, statuses: GOAL_REACHED }))
      : null;
  const isCovered = (id: ComponentId) =>
    reached ? reached.has(id) || before.get(id) !== after.get(id) : before.has(id) || after.has(id);
  return new Map(components.filter(isCovered).map((id) => [id, after.get(id) ?? null]));
}

/** Statuses of steps that brought their component to its goal. */
const GOAL_REACHED: readonly StepStatus[] = ["Restored", "Removed", "Recreated"];

/**
 * Every component that the record of an activity looked for: those in its backup, and the steps of a rollback. Those that
 * the record does not hold were absent.
 */
export async function listLookedFor(rows: Rows, activity: string): Promise<readonly ComponentId[]> {
  const backup = await digestsIn(rows, { activity, purpose: "backup" });
  return [...new Set([...backup.keys(), ...(await listSteps(rows, activity))])];
}

/** The digests in a snapshot, of all components or only of those in `among`. */
async function digestsIn(
  rows: Rows,
  { activity, purpose }: { activity: string; purpose: "backup" | "record" },
  among?: readonly ComponentId[],
): Promise<ReadonlyMap<ComponentId, string>> {
  const { snapshot, component, digest } = snapshotComponents;
  const found = await rows
    .select({ snapshot, component, digest })
    .from(snapshotComponents)
    .innerJoin(snapshots, and(eq(snapshots.id, snapshot), eq(snapshots.purpose, purpose)))
    .where(and(eq(snapshots.activity, activity), among && inArray(component, [...among])));
  const opened = found.map((row) => rows.sealing.open(snapshotComponents, capturedId(row), row));
  return new Map(opened.map((row) => [row.component, row.digest]));
}

async function listSteps(
  rows: Rows,
  rollback: string,
  among?: { readonly components: readonly ComponentId[]; readonly statuses: readonly StepStatus[] },
): Promise<readonly ComponentId[]> {
  const { component, status } = rollbackSteps;
  const found = await rows
    .select({ component })
    .from(rollbackSteps)
    .where(
      and(
        eq(rollbackSteps.rollback, rollback),
        among && inArray(component, [...among.components]),
        among && inArray(status, [...among.statuses]),
      ),
    );
  return found.map((row) => row.component);
}
