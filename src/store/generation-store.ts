import { and, asc, desc, inArray, isNull, lt } from "drizzle-orm";
import { StepbackError } from "../domain/errors.ts";
import type { ServiceProcess } from "../domain/service-process.ts";
import type { Generation, GenerationStore } from "./port/generations.ts";
import { generations } from "./schema/jobs.ts";
import type { Rows, SqliteDatabase } from "./sqlite-database.ts";

export function createGenerationStore(database: SqliteDatabase): GenerationStore {
  const fenced = new AbortController();
  let own: number | null = null;
  const requireCurrent = async (rows: Rows) => {
    if (own === null || (await latest(rows)) === own) return;
    fenced.abort();
    throw new StepbackError("FENCED", "Another service has taken over the data folder.");
  };
  return {
    fenced: fenced.signal,
    requireCurrent: () => database.read(requireCurrent),
    takeOver: async (by, at) => {
      const taken = await database.write(STARTED, (rows) => takeOver(rows, by, at));
      own = taken.number;
      database.guard(requireCurrent);
      return taken.earlier;
    },
    stillAtWork: (numbers) => database.read((rows) => unended(rows, inArray(generations.number, [...numbers]))),
    endGenerations: (numbers, at) => database.writeUnrecorded("service", (rows) => end(rows, numbers, at)),
    endOwnGeneration: async (at) => {
      if (own === null) return;
      const number = own;
      await database.writeUnguarded((rows) => end(rows, [number], at));
    },
  };
}

const STARTED = ({ number }: { number: number }) => ({
  action: "service.start",
  subject: { type: "service", id: String(number) },
});

async function latest(rows: Rows): Promise<number | undefined> {
  const query = rows.select({ number: generations.number }).from(generations);
  const [row] = await query.orderBy(desc(generations.number)).limit(1);
  return row?.number;
}

async function takeOver(rows: Rows, by: ServiceProcess, startedAt: number) {
  const [own] = await rows
    .insert(generations)
    .values({ ...by, startedAt })
    .returning({ number: generations.number });
  if (!own) throw new StepbackError("INTERNAL", "The new generation has no number.");
  return { number: own.number, earlier: await unended(rows, lt(generations.number, own.number)) };
}

async function unended(rows: Rows, which: ReturnType<typeof lt>): Promise<readonly Generation[]> {
  return rows
    .select({ number: generations.number, host: generations.host, pid: generations.pid })
    .from(generations)
    .where(and(which, isNull(generations.endedAt)))
    .orderBy(asc(generations.number));
}

async function end(rows: Rows, numbers: readonly number[], endedAt: number): Promise<void> {
  const which = inArray(generations.number, [...numbers]);
  await rows.update(generations).set({ endedAt }).where(which);
}
