import { and, asc, eq, getTableColumns, gt } from "drizzle-orm";
import { writeFenced } from "./job-rows.ts";
import { insertLines, lineId, logOf } from "./log-rows.ts";
import type { LogStore } from "./port/logs.ts";
import { logLines } from "./schema/jobs.ts";
import type { Rows, SqliteDatabase } from "./sqlite-database.ts";

const { activity: _activity, ...LINE } = getTableColumns(logLines);

export function createLogStore(database: SqliteDatabase): LogStore {
  return {
    async appendLines(fence, activity, lines) {
      const append = (rows: Rows) => insertLines(rows, activity, lines);
      await (fence ? writeFenced(database, { fence, says: "log" }, append) : database.writeUnrecorded("log", append));
    },
    watchActivity: (activity, listener) => database.watch(activity, listener),
    listLines: (activity, { component, level, after, limit }) =>
      database.read(async (rows) => {
        const { number } = await logOf(rows, activity);
        const found = await rows
          .select(LINE)
          .from(logLines)
          .where(
            and(
              eq(logLines.activity, number),
              gt(logLines.seq, after),
              component && eq(logLines.component, component),
              level && eq(logLines.level, level),
            ),
          )
          .orderBy(asc(logLines.seq))
          .limit(limit);
        return found.map((line) => rows.sealing.open(logLines, lineId(number, line.seq), line));
      }),
  };
}
