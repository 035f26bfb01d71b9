import { and, asc, eq, isNotNull, isNull, lt } from "drizzle-orm";
import { checkGuard } from "./activity-rows.ts";
import { deed, deedIf } from "./audit-deeds.ts";
import { saveReport } from "./command-rows.ts";
import { insertLines } from "./log-rows.ts";
import { noteMade } from "./made-rows.ts";
import type { CommandStore } from "./port/builds.ts";
import { getRollback } from "./rollback-rows.ts";
import { activities } from "./schema/activities.ts";
import { buildReturns } from "./schema/rollbacks.ts";
import type { SqliteDatabase } from "./sqlite-database.ts";

export function createCommandStore(database: SqliteDatabase): CommandStore {
  return {
    appendOutput: (id, lines, guard) =>
      database.write(deed("command.output", id, { after: { lines: lines.length } }), async (rows) => {
        checkGuard(guard, await getRollback(rows, id));
        await insertLines(rows, id, lines);
        await noteMade(rows, id);
      }),
    reportCommand: async (id, { outcome, problem }, guard, enqueue) => {
      const says = (isFirst: boolean) => deedIf(isFirst, "command.report", id, { after: { outcome } });
      await database.write(says, async (rows, transaction) => {
        const rollback = await getRollback(rows, id);
        checkGuard(guard, rollback);
        if (rollback.toBuild?.outcome === outcome) return false;
        await saveReport(rows, id, { outcome, problem });
        await enqueue(transaction);
        await noteMade(rows, id);
        return true;
      });
    },
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
