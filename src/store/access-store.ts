import { and, count, eq, isNull, lt, ne } from "drizzle-orm";
import type { AccessStore } from "./port/access.ts";
import { idempotencyKeys, tokens } from "./schema/access.ts";
import { type Rows, rowsOf, type SqliteDatabase } from "./sqlite-database.ts";

/** The API promises to repeat a response for this long. */
const KEY_LIFETIME_MS = 24 * 60 * 60 * 1000;

export function createAccessStore(database: SqliteDatabase): AccessStore {
  return {
    countTokens: () =>
      database.read(async (rows) => {
        const [row] = await rows.select({ tokens: count() }).from(tokens);
        return row?.tokens ?? 0;
      }),
    replaceToken: (hash, { name, role }, at) =>
      database.write(async (rows) => {
        const others = and(eq(tokens.name, name), ne(tokens.hash, hash));
        const replaced = await rows.delete(tokens).where(others).returning({ hash: tokens.hash });
        await rows.insert(tokens).values({ hash, name, role, createdAt: at }).onConflictDoNothing();
        return replaced.length;
      }),
    insertToken: (hash, { name, role }, at) =>
      database.write(async (rows) => {
        await rows.insert(tokens).values({ hash, name, role, createdAt: at }).onConflictDoNothing();
      }),
    findToken: (hash) =>
      database.read(async (rows) => {
        const [row] = await rows
          .select({ name: tokens.name, role: tokens.role })
          .from(tokens)
          .where(eq(tokens.hash, hash));
        return row ?? null;
      }),
    reserveKey: (key, fingerprint, now) =>
      database.write(async (rows) => {
        await rows.delete(idempotencyKeys).where(lt(idempotencyKeys.createdAt, now - KEY_LIFETIME_MS));
        return reserveKey(rows, { key, fingerprint, createdAt: now });
      }),
    noteMade: async (transaction, key, id) => {
      await rowsOf(transaction).update(idempotencyKeys).set({ made: id }).where(eq(idempotencyKeys.key, key));
    },
    completeKey: (key, response) =>
      database.write(async (rows) => {
        await rows.update(idempotencyKeys).set(response).where(eq(idempotencyKeys.key, key));
      }),
    releaseKey: (key) =>
      database.write(async (rows) => {
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
  const { status, headers, body, made } = known;
  if (status === null && made !== null) return { state: "made", id: made };
  if (status === null) return { state: "running" };
  return { state: "done", response: { status, headers: headers ?? {}, body: body ?? "" } };
}
