import { and, asc, eq, isNotNull, isNull, lt } from "drizzle-orm";
import { checkGuard, updateActivity } from "./activity-rows.ts";
import { insertLines } from "./log-rows.ts";
import type { CommandStore } from "./port/builds.ts";
import { getRollback } from "./rollback-rows.ts";
import { activities } from "./schema/activities.ts";
import { buildReturns } from "./schema/rollbacks.ts";
import type { SqliteDatabase } from "./sqlite-database.ts";

export function createCommandStore(database: SqliteDatabase): CommandStore {
  return {
    appendOutput: (id, lines, guard) =>
      database.write(async (rows) => {
        checkGuard(guard, await getRollback(rows, id));
        await insertLines(rows, id, lines);
      }),
    reportCommand: (id, { outcome, problem }, guard, enqueue) =>
      database.write(async (rows, transaction) => {
        const rollback = await getRollback(rows, id);
        checkGuard(guard, rollback);
        if (rollback.toBuild?.outcome === outcome) return;
        await rows.update(buildReturns).set({ outcome }).where(eq(buildReturns.rollback, id));
        await updateActivity(rows, id, { error: problem });
        await enqueue(transaction);
      }),
    listAwaitingSince: (before) =>
      database.read(async (rows) => {
        const waiting = await rows
          .select({ id: activities.id })
          .from(activities)
          .innerJoin(buildReturns, eq(buildReturns.rollback, activities.id))
          .where(
            and(
              eq(activities.status, "In Progress"),
              isNotNull(buildReturns.service),
              isNull(buildReturns.outcome),
              lt(activities.createdAt, before),
            ),
          )
          .orderBy(asc(activities.createdAt), asc(activities.id));
        return waiting.map(({ id }) => id);
      }),
  };
}
