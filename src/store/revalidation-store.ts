import { and, desc, eq, isNotNull, isNull, type SQL, sql } from "drizzle-orm";
import type { Revalidation } from "../domain/activity/pins.ts";
import { deedIf } from "./audit-deeds.ts";
import { ownerLiesWithin } from "./grant-rows.ts";
import { noteMade } from "./made-rows.ts";
import { isTimeKey, pageOf, readAhead, startOf } from "./pages.ts";
import { clearing } from "./pin-rows.ts";
import type { RevalidationFilter, RevalidationStore } from "./port/pins.ts";
import type { Page } from "./port/transaction.ts";
import { revalidations } from "./schema/stages.ts";
import type { Rows, SqliteDatabase } from "./sqlite-database.ts";

export function createRevalidationStore(database: SqliteDatabase): RevalidationStore {
  return {
    listRevalidations: (filter, page) =>
      database.read(async (rows) => {
        const found = await rows
          .select()
          .from(revalidations)
          .where(matches(rows, filter, page))
          .orderBy(desc(revalidations.createdAt), desc(revalidations.id))
          .limit(readAhead(page));
        return pageOf(
          found.map((row) => revalidationOf(rows, row)),
          page,
          ({ createdAt, id }) => [createdAt, id],
        );
      }),
    findRevalidation: ({ application, stage }, id) =>
      database.read(async (rows) => {
        const isThere = and(eq(revalidations.application, application), eq(revalidations.stage, stage));
        const [row] = await rows
          .select()
          .from(revalidations)
          .where(and(eq(revalidations.id, id), isThere));
        return row ? revalidationOf(rows, row) : null;
      }),
    clearRevalidation: (id, { at, by, reason }) =>
      database.write(
        (isFirst) => deedIf(isFirst, "revalidation.clear", id, { reason }),
        async (rows) => {
          const values = { closedAt: at, clearedBy: by, clearReason: reason };
          const closed = await rows
            .update(revalidations)
            .set(rows.sealing.seal(revalidations, clearing(id), values))
            .where(and(eq(revalidations.id, id), isNull(revalidations.closedAt)))
            .returning({ id: revalidations.id });
          if (closed.length === 0) return false;
          await noteMade(rows, id);
          return true;
        },
      ),
  };
}

function matches(rows: Rows, { application, stage, open, grants }: RevalidationFilter, page: Page): SQL | undefined {
  const start = startOf(page, isTimeKey);
  const { createdAt, id, closedAt } = revalidations;
  return and(
    eq(revalidations.application, application),
    eq(revalidations.stage, stage),
    ownerLiesWithin(rows, grants, revalidations.rollback),
    open === undefined ? undefined : open ? isNull(closedAt) : isNotNull(closedAt),
    start ? sql`(${createdAt}, ${id}) < (${start[0]}, ${start[1]})` : undefined,
  );
}

function revalidationOf(rows: Rows, row: typeof revalidations.$inferSelect): Revalidation {
  const { clearedBy, clearReason, ...facts } = rows.sealing.open(revalidations, row.id, row);
  const cleared = clearedBy === null ? null : { at: facts.closedAt ?? 0, by: clearedBy, reason: clearReason ?? "" };
  return { ...facts, cleared };
}
