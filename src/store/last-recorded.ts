import { and, desc, eq, gte, inArray } from "drizzle-orm";
import type { TargetIdentity } from "../domain/activity.ts";
import type { ComponentId } from "../domain/component.ts";
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
 * What a record says about these components: the digests of those that it holds, and null for those that its activity
 * looked for without finding them.
 */
async function covered(
  rows: Rows,
  record: TargetRecord,
  components: readonly ComponentId[],
): Promise<ReadonlyMap<ComponentId, string | null>> {
  const { snapshot, component, digest } = snapshotComponents;
  const lookedFor = await listLookedFor(rows, record, components);
  const held = await rows
    .select({ component, digest })
    .from(snapshotComponents)
    .where(and(eq(snapshot, record.snapshot), inArray(component, components)));
  return new Map<ComponentId, string | null>([
    ...lookedFor.map((id) => [id, null] as const),
    ...held.map((row) => [row.component, row.digest] as const),
  ]);
}

/**
 * What the activity of a record looked for: a deployment whatever stands in its backup, a rollback its steps. Only those
 * `among` some components, where they are given.
 */
export async function listLookedFor(
  rows: Rows,
  { type, activity }: Pick<TargetRecord, "type" | "activity">,
  among?: readonly ComponentId[],
): Promise<readonly ComponentId[]> {
  const { snapshot, component } = snapshotComponents;
  const chosen =
    type === "deploy"
      ? await rows
          .select({ component })
          .from(snapshotComponents)
          .innerJoin(snapshots, and(eq(snapshots.id, snapshot), eq(snapshots.purpose, "backup")))
          .where(and(eq(snapshots.activity, activity), among && inArray(component, [...among])))
      : await rows
          .select({ component: rollbackSteps.component })
          .from(rollbackSteps)
          .where(and(eq(rollbackSteps.rollback, activity), among && inArray(rollbackSteps.component, [...among])));
  return chosen.map((row) => row.component);
}
