import { and, asc, desc, eq, gt, inArray, isNull, ne, notInArray, or, sql } from "drizzle-orm";
import type { KeyRotation } from "../domain/activity/key-rotation.ts";
import { StepbackError } from "../domain/errors.ts";
import type { KeyRing, WrappedKey } from "../sealing/key-ring.ts";
import { deed, deedIf } from "./audit-deeds.ts";
import { noteMade } from "./made-rows.ts";
import { isNameKey, isTimeKey, pageOf, readAhead, startOf } from "./pages.ts";
import type { KeyRotationStore, RotationStep } from "./port/key-rotations.ts";
import { dataKeys, keyRotations } from "./schema/keys.ts";
import type { Rows, SqliteDatabase } from "./sqlite-database.ts";

const OPEN = inArray(keyRotations.status, ["Queued", "In Progress"]);

export function createKeyRotationStore(database: SqliteDatabase, ring: KeyRing): KeyRotationStore {
  /** Keys that this process could not unwrap. */
  const lost = new Set<string>();
  const { read, write } = database;
  return {
    currentMaster: () => ({ id: ring.master.id, recovery: ring.master.recovery }),
    listKeys: (page) =>
      read(async (rows) => {
        const [start] = startOf(page, isNameKey) ?? [""];
        const { bytes: _bytes, recoveryBytes: _recoveryBytes, ...shown } = COLUMNS;
        const found = rows.select(shown).from(dataKeys).where(gt(dataKeys.id, start)).orderBy(asc(dataKeys.id));
        return pageOf(await found.limit(readAhead(page)), page, ({ id }) => [id]);
      }),
    openRotation: (rotation) =>
      write(
        ({ id }) => deedIf(id === rotation.id, "keys.rotate", id),
        async (rows) => {
          const open = await openOne(rows);
          if (!open) await rows.insert(keyRotations).values(rotation);
          const made = open ?? rotation;
          await noteMade(rows, made.id);
          return made;
        },
      ),
    findRotation: (id) =>
      read(async (rows) => (await rows.select().from(keyRotations).where(eq(keyRotations.id, id)))[0] ?? null),
    listRotations: (page) =>
      read(async (rows) => {
        const start = startOf(page, isTimeKey);
        const isAfter = start && sql`(${keyRotations.requestedAt}, ${keyRotations.id}) < (${start[0]}, ${start[1]})`;
        const query = rows
          .select()
          .from(keyRotations)
          .where(isAfter ?? undefined);
        const found = await query.orderBy(desc(keyRotations.requestedAt), desc(keyRotations.id)).limit(readAhead(page));
        return pageOf(found, page, ({ requestedAt, id }) => [requestedAt, id]);
      }),
    findOpenRotation: () => read(openOne),
    prepareMaster: async (rotation, at) => {
      const waiting = await read((rows) => keysToWrap(rows, ring, { limit: 1, without: [] }));
      if (waiting.length === 0) await ring.master.addVersion();
      const master = ring.master.id;
      const changes = { master, status: "In Progress", phase: "wrap", startedAt: at } as const;
      await write(deed("keys.prepare", rotation, { after: { master } }), async (rows) => {
        await rows.update(keyRotations).set(changes).where(eq(keyRotations.id, rotation));
      });
      return master;
    },
    wrapKeys: async (rotation, limit): Promise<RotationStep> => {
      const waiting = await read((rows) => keysToWrap(rows, ring, { limit, without: [...lost] }));
      if (waiting.length === 0) return { wrapped: 0, lost: lost.size };
      let wrapped = 0;
      for (const key of waiting) {
        if (await wrapOne(database, ring, { key, rotation })) wrapped += 1;
        else lost.add(key.id);
      }
      return { wrapped, lost: null };
    },
    endRotation: (rotation, { at, skipped, error }) =>
      write(deed("keys.end", rotation, { outcome: error ?? "done", after: { skipped } }), async (rows) => {
        lost.clear();
        const status = error === null ? "Completed" : "Exception";
        const changes = { status, phase: "done", finishedAt: at, skipped, error } as const;
        await rows.update(keyRotations).set(changes).where(eq(keyRotations.id, rotation));
      }),
  };
}

const COLUMNS = {
  id: dataKeys.id,
  purpose: dataKeys.purpose,
  scope: dataKeys.scope,
  period: dataKeys.period,
  generation: dataKeys.generation,
  master: dataKeys.master,
  bytes: dataKeys.bytes,
  recovery: dataKeys.recovery,
  recoveryBytes: dataKeys.recoveryBytes,
  createdAt: dataKeys.createdAt,
};

async function openOne(rows: Rows): Promise<KeyRotation | null> {
  return (await rows.select().from(keyRotations).where(OPEN).limit(1))[0] ?? null;
}

interface Wanted {
  readonly limit: number;
  readonly without: readonly string[];
}

/** Keys that the master key, or the recovery key, of today has not wrapped. */
async function keysToWrap(rows: Rows, { master }: KeyRing, { limit, without }: Wanted): Promise<WrappedKey[]> {
  const { id, recovery } = master;
  const otherRecovery = recovery === null ? undefined : or(isNull(dataKeys.recovery), ne(dataKeys.recovery, recovery));
  const isOld = or(ne(dataKeys.master, id), otherRecovery);
  const query = rows
    .select()
    .from(dataKeys)
    .where(and(isOld, notInArray(dataKeys.id, [...without])));
  return query.orderBy(asc(dataKeys.id)).limit(limit);
}

/** False for a lost key. Fetches outside of the transaction, and changes nothing that was changed meanwhile. */
async function wrapOne(
  database: SqliteDatabase,
  ring: KeyRing,
  { key, rotation }: { key: WrappedKey; rotation: string },
): Promise<boolean> {
  try {
    const wrapped = await ring.wrapAgain(key);
    await database.writeUnrecorded("key", async (rows) => {
      await rows
        .update(dataKeys)
        .set(wrapped)
        .where(and(eq(dataKeys.id, key.id), eq(dataKeys.bytes, key.bytes)));
      const counted = { keys: sql`${keyRotations.keys} + 1` };
      await rows.update(keyRotations).set(counted).where(eq(keyRotations.id, rotation));
    });
    return true;
  } catch (error) {
    if (error instanceof StepbackError && error.code === "KEY_LOST") return false;
    throw error;
  }
}
