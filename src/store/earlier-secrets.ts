import { and, eq, min } from "drizzle-orm";
import type { ComponentState } from "../domain/component/component.ts";
import { StepbackError } from "../domain/errors.ts";
import { secretsOf } from "../domain/secrets/secret-values.ts";
import { readPolicy } from "./policy-store.ts";
import { activities } from "./schema/activities.ts";
import { installation } from "./schema/keys.ts";
import { snapshotComponents, snapshots } from "./schema/snapshots.ts";
import { keepLearned } from "./secret-rows.ts";
import { componentOf, selectComponents } from "./snapshot-rows.ts";
import type { Rows, SqliteDatabase } from "./sqlite-database.ts";

/** States of one transaction: each is opened and walked, and other processes wait meanwhile. */
const BATCH = 100;

/** Where a state was seen; one of its snapshots stands for all of a stage. */
type Seen = Awaited<ReturnType<typeof listSeen>>[number];

/**
 * Makes the secrets known that are in the states of a version that did not note them. Each value is stored once, so that the work may
 * break off anywhere and begin again at the next start.
 */
export async function learnFromStates(database: SqliteDatabase): Promise<void> {
  const seen = await database.read(listSeen);
  for (let from = 0; from < seen.length; from += BATCH) {
    const batch = seen.slice(from, from + BATCH);
    await database.writeUnrecorded("service", async (rows) => {
      for (const each of batch) await learnFrom(rows, each);
      for (const each of batch) await keepLearned(rows, each);
    });
  }
  await database.writeUnrecorded("service", async (rows) => {
    await rows.update(installation).set({ secrets: true });
  });
}

function listSeen(rows: Rows) {
  const { component, state } = snapshotComponents;
  const { application, stage, target } = activities;
  return rows
    .select({ snapshot: min(snapshotComponents.snapshot), component, application, stage, target })
    .from(snapshotComponents)
    .innerJoin(snapshots, eq(snapshots.id, snapshotComponents.snapshot))
    .innerJoin(activities, eq(activities.id, snapshots.activity))
    .groupBy(component, state, application, stage, target);
}

async function learnFrom(rows: Rows, { snapshot, component, application, stage, target }: Seen): Promise<void> {
  const isIt = and(eq(snapshotComponents.snapshot, snapshot ?? ""), eq(snapshotComponents.component, component));
  const [row] = await selectComponents(rows).where(isIt);
  if (!row) return;
  const policy = await readPolicy(rows, { application, stage });
  const state = readState(rows, row);
  if (state) rows.known.learn({ application, stage, target }, secretsOf(component, state, policy ?? undefined));
}

/** Null for a state that nobody can read any more: what is lost or damaged is said by whoever needs it. */
function readState(rows: Rows, row: Parameters<typeof componentOf>[1]): ComponentState | null {
  try {
    return componentOf(rows, row).state;
  } catch (error) {
    if (error instanceof StepbackError) return null;
    throw error;
  }
}
