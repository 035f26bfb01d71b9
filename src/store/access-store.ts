import { and, eq, isNull, lt } from "drizzle-orm";
import { INSTALLATION_SCOPE } from "../sealing/scopes.ts";
import { underKey } from "./made-rows.ts";
import type { AccessStore } from "./port/access.ts";
import { idempotencyKeys } from "./schema/access.ts";
import { createSessionStore } from "./session-store.ts";
import type { Rows, SqliteDatabase } from "./sqlite-database.ts";
import { createTokenStore } from "./token-store.ts";

/** The API promises to repeat a response for this long. */
const KEY_LIFETIME_MS = 24 * 60 * 60 * 1000;

export function createAccessStore(database: SqliteDatabase): AccessStore {
  return {
    ...createTokenStore(database),
    ...createSessionStore(database),
    reserveKey: (key, fingerprint, now) =>
      database.writeUnrecorded("key", async (rows) => {
        await rows.delete(idempotencyKeys).where(lt(idempotencyKeys.createdAt, now - KEY_LIFETIME_MS));
        const keyed = rows.sealing.keyed(INSTALLATION_SCOPE, fingerprint);
        return reserveKey(rows, { key, fingerprint: keyed, createdAt: now });
      }),
    underKey,
    completeKey: (key, response) =>
      database.writeUnrecorded("key", async (rows) => {
        const place = { scope: INSTALLATION_SCOPE, id: key };
        const values = rows.sealing.seal(idempotencyKeys, place, response);
        await rows.update(idempotencyKeys).set(values).where(eq(idempotencyKeys.key, key));
      }),
    releaseKey: (key) =>
      database.writeUnrecorded("key", async (rows) => {
        const isRunning = and(isNull(idempotencyKeys.status), isNull(idempotencyKeys.made));
        const released = key === null ? isRunning : and(isRunning, eq(idempotencyKeys.key, key));
        await rows.delete(idempotencyKeys).where(released);
      }),
  };
}

async function reserveKey(
  rows: Rows,
  wanted: { key: string; fingerprint: string; createdAt: number },
): ReturnType<AccessStore["reserveKey"]> {
  const inserted = await rows.insert(idempotencyKeys).values(wanted).onConflictDoNothing().returning();
  if (inserted.length > 0) return { state: "new" };
  const [known] = await rows.select().from(idempotencyKeys).where(eq(idempotencyKeys.key, wanted.key));
  if (known?.fingerprint !== wanted.fingerprint) return { state: "differs" };
  const { status, headers, body, made } = rows.sealing.open(idempotencyKeys, known.key, known);
  if (status === null && made !== null) return { state: "made", id: made };
  if (status === null) return { state: "running" };
  return { state: "done", response: { status, headers: headers ?? {}, body: body ?? "" } };
}
