import { and, desc, eq, gte, inArray, isNull } from "drizzle-orm";
import { type ComponentId, componentId } from "../domain/component/component.ts";
import { MAY_HAVE_CHANGED } from "../domain/plan/rollback-states.ts";
import { findLastRecords, type Wanted } from "./last-record-rows.ts";
import { activities } from "./schema/activities.ts";
import { rollbackSteps } from "./schema/rollbacks.ts";
import type { Rows } from "./sqlite-database.ts";
import { isRecord, records } from "./summary-rows.ts";

/**
 * The rollback that broke off, AWS out of reach, while it changed a component: by it, what is live now is nobody's record and
 * nobody else's change. A later record covers a component again.
 */
export async function findBrokenOff(rows: Rows, wanted: Wanted): Promise<ReadonlyMap<ComponentId, string>> {
  const found = new Map<ComponentId, string>();
  const brokenOff = await listBrokenOff(rows, wanted);
  if (brokenOff.length === 0) return found;
  const lastRecords = await findLastRecords(rows, wanted);
  for (const { id, finishedAt, touched } of brokenOff) {
    const isCovered = (component: ComponentId) => (lastRecords.get(component)?.takenAt ?? 0) > finishedAt;
    for (const component of wanted.components)
      if (touched.has(component) && !found.has(component) && !isCovered(component)) found.set(component, id);
  }
  return found;
}

interface BrokenOff {
  readonly id: string;
  readonly finishedAt: number;
  /** The components of steps that had begun, and the stacks through which parts are restored. */
  readonly touched: ReadonlySet<ComponentId>;
}

/** Newest first. Every other rollback that has begun has a record of what it read back at its end. */
async function listBrokenOff(rows: Rows, { identity, since }: Wanted): Promise<readonly BrokenOff[]> {
  const { id, finishedAt, lock } = activities;
  const ended = await rows
    .select({ id, finishedAt, lock })
    .from(activities)
    .leftJoin(records, isRecord)
    .where(
      and(
        eq(activities.type, "rollback"),
        eq(activities.status, "Exception"),
        eq(activities.account, identity.account),
        eq(activities.region, identity.region),
        gte(finishedAt, since),
        isNull(records.id),
      ),
    )
    .orderBy(desc(finishedAt), desc(id));
  const found: BrokenOff[] = [];
  for (const { id, finishedAt, lock } of ended) {
    const begun = await listBegun(rows, id);
    const stacks = lock.stacks.map((name) => componentId("stack", name));
    if (begun.length > 0) found.push({ id, finishedAt: finishedAt ?? 0, touched: new Set([...begun, ...stacks]) });
  }
  return found;
}

async function listBegun(rows: Rows, rollback: string): Promise<readonly ComponentId[]> {
  const { component, status } = rollbackSteps;
  const begun = await rows
    .select({ component })
    .from(rollbackSteps)
    .where(and(eq(rollbackSteps.rollback, rollback), inArray(status, [...MAY_HAVE_CHANGED])));
  return begun.map((row) => row.component);
}
