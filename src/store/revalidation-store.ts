import { and, desc, eq, isNotNull, isNull, or, type SQL, sql } from "drizzle-orm";
import type { Deployment } from "../domain/activity/deployment.ts";
import type { PinChanges, Revalidation } from "../domain/activity/pins.ts";
import type { Rollback } from "../domain/activity/rollback.ts";
import { isTimeKey, pageOf, readAhead, startOf } from "./pages.ts";
import { insertPin, pinHolds, supersedeStates } from "./pin-store.ts";
import type { RevalidationFilter, RevalidationStore } from "./port/pins.ts";
import type { Page } from "./port/transaction.ts";
import { revalidations } from "./schema.ts";
import type { Rows, SqliteDatabase } from "./sqlite-database.ts";

export function createRevalidationStore(database: SqliteDatabase): RevalidationStore {
  return {
    listRevalidations: (filter, page) =>
      database.read(async (rows) => {
        const found = await rows
          .select()
          .from(revalidations)
          .where(matches(filter, page))
          .orderBy(desc(revalidations.createdAt), desc(revalidations.id))
          .limit(readAhead(page));
        return pageOf(found.map(revalidationOf), page, ({ createdAt, id }) => [createdAt, id]);
      }),
    findRevalidation: ({ application, stage }, id) =>
      database.read(async (rows) => {
        const isThere = and(eq(revalidations.application, application), eq(revalidations.stage, stage));
        const [row] = await rows
          .select()
          .from(revalidations)
          .where(and(eq(revalidations.id, id), isThere));
        return row ? revalidationOf(row) : null;
      }),
    clearRevalidation: (id, { at, by, reason }) =>
      database.write(async (rows) => {
        const closed = await rows
          .update(revalidations)
          .set({ closedAt: at, clearedBy: by, clearReason: reason })
          .where(and(eq(revalidations.id, id), isNull(revalidations.closedAt)))
          .returning({ id: revalidations.id });
        return closed.length > 0;
      }),
  };
}

/** What the end of a rollback does to pins and marks. Runs in the transaction of that end. */
export async function applyConsequences(
  rows: Rows,
  rollback: Rollback,
  { pin, restoredStates, undone, revalidate, at }: PinChanges & { at: number },
): Promise<void> {
  const { id, application, stage } = rollback;
  await supersedeStates(rows, { place: rollback, by: id, restoredStates, undone });
  if (undone !== null && !(await pinHolds(rows, undone))) await close(rows, eq(revalidations.rollback, undone), id, at);
  if (pin) await insertPin(rows, pin);
  for (const suspect of revalidate) {
    // One that is marked already stays as it is.
    await rows
      .insert(revalidations)
      .values({ ...suspect, application, stage, rollback: id, createdAt: at })
      .onConflictDoNothing();
  }
}

/** A deployment that completed has shown its branch and its build to be good again. */
export async function completeRevalidations(rows: Rows, deployment: Deployment, at: number): Promise<void> {
  const { id, application, stage, branch, build } = deployment;
  const isAbout = (subject: "branch" | "build", name: string | null) =>
    name === null ? undefined : and(eq(revalidations.subject, subject), eq(revalidations.name, name));
  const subjects = or(isAbout("branch", branch), isAbout("build", build));
  if (!subjects) return;
  await close(rows, and(eq(revalidations.application, application), eq(revalidations.stage, stage), subjects), id, at);
}

async function close(rows: Rows, which: SQL | undefined, by: string, at: number): Promise<void> {
  await rows
    .update(revalidations)
    .set({ closedAt: at, closedBy: by })
    .where(and(which, isNull(revalidations.closedAt)));
}

function matches({ application, stage, open }: RevalidationFilter, page: Page): SQL | undefined {
  const start = startOf(page, isTimeKey);
  const { createdAt, id, closedAt } = revalidations;
  return and(
    eq(revalidations.application, application),
    eq(revalidations.stage, stage),
    open === undefined ? undefined : open ? isNull(closedAt) : isNotNull(closedAt),
    start ? sql`(${createdAt}, ${id}) < (${start[0]}, ${start[1]})` : undefined,
  );
}

function revalidationOf(row: typeof revalidations.$inferSelect): Revalidation {
  const { clearedBy, clearReason, ...facts } = row;
  const cleared = clearedBy === null ? null : { at: facts.closedAt ?? 0, by: clearedBy, reason: clearReason ?? "" };
  return { ...facts, cleared };
}
