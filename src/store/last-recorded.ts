import { and, desc, eq, gte, inArray } from "drizzle-orm";
import type { TargetIdentity } from "../domain/activity/activity.ts";
import type { ComponentId } from "../domain/component/component.ts";
import type { StepStatus } from "../domain/plan/step-row.ts";
import { activities, rollbackSteps, snapshotComponents, snapshots } from "./schema.ts";
import type { Rows } from "./sqlite-database.ts";

interface Wanted {
  readonly identity: TargetIdentity;
  readonly components: readonly ComponentId[];
  /** Milliseconds since the epoch; older records do not count. */
  readonly since: number;
}

/** A Ready record, and the activity that it belongs to. It never changes any more. */
interface TargetRecord {
  readonly snapshot: string;
  readonly activity: string;
  readonly type: "deploy" | "rollback";
}

/** Where a component was last recorded, and as what. */
export interface LastRecord {
  readonly snapshot: string;
  /** Null where the record says that it was absent. */
  readonly digest: string | null;
}

/**
 * Each component in the newest record that covers it. Goes back from the newest record until each is found: a rollback's
 * own source covers all of them, so that is not far.
 */
export async function findLastRecords(rows: Rows, wanted: Wanted): Promise<ReadonlyMap<ComponentId, LastRecord>> {
  const found = new Map<ComponentId, LastRecord>();
  const missing = new Set(wanted.components);
  for (const record of await listRecords(rows, wanted)) {
    if (missing.size === 0) break;
    for (const [component, digest] of await covered(rows, record, [...missing])) {
      found.set(component, { snapshot: record.snapshot, digest });
      missing.delete(component);
    }
  }
  return found;
}

/** Newest first. */
function listRecords(rows: Rows, { identity, since }: Wanted): Promise<readonly TargetRecord[]> {
  return rows
    .select({ snapshot: snapshots.id, activity: snapshots.activity, type: activities.type })
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
 * What a record says about these components: their digests, and null for those that its activity looked for without
 * finding them. A deployment says it of whatever stands in its backup or record; a rollback of what it brought back, and of
 * what else it changed: the stack of a part, a step that failed half-way. What it left as it was, skipped steps above all,
 * may have been changed by anybody before.
 */
async function covered(
  rows: Rows,
  record: TargetRecord,
  components: readonly ComponentId[],
): Promise<ReadonlyMap<ComponentId, string | null>> {
  const before = await digestsIn(rows, { activity: record.activity, purpose: "backup" }, components);
  const after = await digestsIn(rows, { activity: record.activity, purpose: "record" }, components);
  const back =
    record.type === "rollback" ? new Set(await listSteps(rows, record.activity, { components, statuses: BACK })) : null;
  const told = components.filter((id) =>
    back ? back.has(id) || before.get(id) !== after.get(id) : before.has(id) || after.has(id),
  );
  return new Map(told.map((id) => [id, after.get(id) ?? null]));
}

/** Statuses of steps that left the component where the rollback wanted it. */
const BACK: readonly StepStatus[] = ["Restored", "Removed", "Recreated"];

/**
 * What the record of an activity looked for: whatever stands in its backup, and the steps of a rollback. What of it the
 * record does not hold was absent.
 */
export async function listLookedFor(rows: Rows, activity: string): Promise<readonly ComponentId[]> {
  const backup = await digestsIn(rows, { activity, purpose: "backup" });
  return [...new Set([...backup.keys(), ...(await listSteps(rows, activity))])];
}

/** Of all components, or only of those `among` some. */
async function digestsIn(
  rows: Rows,
  { activity, purpose }: { activity: string; purpose: "backup" | "record" },
  among?: readonly ComponentId[],
): Promise<ReadonlyMap<ComponentId, string>> {
  const { snapshot, component, digest } = snapshotComponents;
  const found = await rows
    .select({ component, digest })
    .from(snapshotComponents)
    .innerJoin(snapshots, and(eq(snapshots.id, snapshot), eq(snapshots.purpose, purpose)))
    .where(and(eq(snapshots.activity, activity), among && inArray(component, [...among])));
  return new Map(found.map((row) => [row.component, row.digest]));
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
