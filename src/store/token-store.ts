import { and, desc, eq, isNull, ne, sql } from "drizzle-orm";
import { noteMade } from "./made-rows.ts";
import { isTimeKey, pageOf, readAhead, startOf } from "./pages.ts";
import type { TokenRow, TokenStore } from "./port/access.ts";
import { tokens } from "./schema/access.ts";
import type { SqliteDatabase } from "./sqlite-database.ts";

export function createTokenStore(database: SqliteDatabase): TokenStore {
  return {
    insertToken: (hash, token) =>
      database.write(async (rows) => {
        await rows
          .insert(tokens)
          .values({ ...token, hash })
          .onConflictDoNothing();
        await noteMade(rows, token.id);
      }),
    replaceAdminToken: (hash, token) =>
      database.write(async (rows) => {
        const others = and(isNull(tokens.createdBy), isNull(tokens.revokedAt), ne(tokens.id, token.id));
        const replaced = await rows.delete(tokens).where(others).returning({ id: tokens.id });
        await rows
          .insert(tokens)
          .values({ ...token, hash })
          .onConflictDoNothing();
        return replaced.length;
      }),
    findToken: (id) =>
      database.read(async (rows) => {
        const [row] = await rows.select().from(tokens).where(eq(tokens.id, id));
        return row ? { hash: row.hash, token: tokenOf(row) } : null;
      }),
    listTokens: (page) =>
      database.read(async (rows) => {
        const start = startOf(page, isTimeKey);
        const found = await rows
          .select()
          .from(tokens)
          .where(start ? sql`(${tokens.createdAt}, ${tokens.id}) < (${start[0]}, ${start[1]})` : undefined)
          .orderBy(desc(tokens.createdAt), desc(tokens.id))
          .limit(readAhead(page));
        return pageOf(found.map(tokenOf), page, ({ createdAt, id }) => [createdAt, id]);
      }),
    revokeToken: (id, at, by) =>
      database.write(async (rows) => {
        const revoked = await rows
          .update(tokens)
          .set({ revokedAt: at, revokedBy: by })
          .where(and(eq(tokens.id, id), isNull(tokens.revokedAt)))
          .returning({ id: tokens.id });
        return revoked.length > 0;
      }),
    noteUsed: (id, at) =>
      database.write(async (rows) => {
        await rows.update(tokens).set({ lastUsedAt: at }).where(eq(tokens.id, id));
      }),
  };
}

function tokenOf({ hash: _hash, ...token }: typeof tokens.$inferSelect): TokenRow {
  return token;
}
