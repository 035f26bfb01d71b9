import { and, asc, eq, getTableColumns, gt, max } from "drizzle-orm";
import { StepbackError } from "../domain/errors.ts";
import { writeFenced } from "./job-rows.ts";
import type { LogStore } from "./port/logs.ts";
import type { NewLine } from "./port/transaction.ts";
import { activities, logLines } from "./schema.ts";
import type { Rows, SqliteDatabase } from "./sqlite-database.ts";

const { activity: _activity, ...LINE } = getTableColumns(logLines);

export function createLogStore(database: SqliteDatabase): LogStore {
  return {
    async appendLines(fence, activity, lines) {
      const append = (rows: Rows) => insertLines(rows, activity, lines);
      await (fence ? writeFenced(database, fence, append) : database.write(append));
    },
    listLines: (activity, { component, level, after, limit }) =>
      database.read(async (rows) => {
        return rows
          .select(LINE)
          .from(logLines)
          .where(
            and(
              eq(logLines.activity, await numberOf(rows, activity)),
              gt(logLines.seq, after),
              component && eq(logLines.component, component),
              level && eq(logLines.level, level),
            ),
          )
          .orderBy(asc(logLines.seq))
          .limit(limit);
      }),
  };
}

/** Numbers the lines on from the activity's last one, without a gap: whoever writes holds the write lock. */
export async function insertLines(rows: Rows, activity: string, lines: readonly NewLine[]): Promise<void> {
  if (lines.length === 0) return;
  const number = await numberOf(rows, activity);
  const [last] = await rows
    .select({ seq: max(logLines.seq) })
    .from(logLines)
    .where(eq(logLines.activity, number));
  let seq = last?.seq ?? 0;
  for (const line of lines) {
    seq += 1;
    await rows.insert(logLines).values({ ...line, activity: number, seq });
  }
}

async function numberOf(rows: Rows, activity: string): Promise<number> {
  const [row] = await rows.select({ number: activities.number }).from(activities).where(eq(activities.id, activity));
  if (!row) throw new StepbackError("NOT_FOUND", `There is no ${activity}.`);
  return row.number;
}
