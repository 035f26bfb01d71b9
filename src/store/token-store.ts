import { and, desc, eq, inArray, isNull, ne, or, sql } from "drizzle-orm";
import { plainJson } from "../domain/json.ts";
import { deed, deedIf } from "./audit-deeds.ts";
import { noteMade } from "./made-rows.ts";
import { isTimeKey, pageOf, readAhead, startOf } from "./pages.ts";
import type { TokenRow, TokenStore } from "./port/access.ts";
import type { Deed } from "./port/audit.ts";
import { tokens } from "./schema/access.ts";
import { activities } from "./schema/activities.ts";
import { deployments } from "./schema/deployments.ts";
import type { Rows, SqliteDatabase } from "./sqlite-database.ts";

export function createTokenStore(database: SqliteDatabase): TokenStore {
  return {
    insertToken: async (hash, token) => {
      await database.write(madeToken("token.create", token), async (rows) => {
        await insertToken(rows, hash, token);
        await noteMade(rows, token.id);
      });
    },
    replaceAdminToken: async (hash, token) => {
      const says = ({ isNew }: { isNew: boolean }) => (isNew ? madeToken("token.replace", token) : null);
      const { replaced } = await database.write(says, async (rows) => {
        const others = and(isNull(tokens.createdBy), isNull(tokens.revokedAt), ne(tokens.id, token.id));
        const replaced = await rows.delete(tokens).where(others).returning({ id: tokens.id });
        const isNew = await insertToken(rows, hash, token);
        return { replaced: replaced.length, isNew };
      });
      return replaced;
    },
    findToken: (id) =>
      database.read(async (rows) => {
        const [row] = await rows.select().from(tokens).where(eq(tokens.id, id));
        return row ? { hash: row.hash, token: tokenOf(row), settledAt: await settledAt(rows, row.deployment) } : null;
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
      database.write(
        (isFirst) => deedIf(isFirst, "token.revoke", id),
        async (rows) => {
          const revoked = await rows
            .update(tokens)
            .set({ revokedAt: at, revokedBy: by })
            .where(and(eq(tokens.id, id), isNull(tokens.revokedAt)))
            .returning({ id: tokens.id });
          return revoked.length > 0;
        },
      ),
    noteUsed: async (id, at) => {
      await database.write(loginOf, async (rows) => {
        const [token] = await rows.select().from(tokens).where(eq(tokens.id, id));
        await rows.update(tokens).set({ lastUsedAt: at }).where(eq(tokens.id, id));
        return { token, at };
      });
    },
  };
}

async function insertToken(rows: Rows, hash: string, token: TokenRow): Promise<boolean> {
  const inserted = await rows
    .insert(tokens)
    .values({ ...token, hash })
    .onConflictDoNothing()
    .returning({ id: tokens.id });
  return inserted.length > 0;
}

function madeToken(action: string, { id, grants, expiresAt, deployment }: TokenRow): Deed {
  return deed(action, id, { after: plainJson({ grants, expiresAt, deployment }) });
}

/** A use this long after the last one is a log-in of its own. */
const LOGIN_MS = 12 * 60 * 60 * 1000;

/** Null for a use within a log-in. */
function loginOf({ token, at }: { token: typeof tokens.$inferSelect | undefined; at: number }): Deed | null {
  if (!token || at - (token.lastUsedAt ?? 0) < LOGIN_MS) return null;
  const actor = { subject: `token:${token.id}`, method: "token", name: token.name } as const;
  return deed("login", token.id, { actor });
}

async function settledAt(rows: Rows, deployment: string | null): Promise<number | null> {
  if (deployment === null) return null;
  const started = rows.select({ id: deployments.rollback }).from(deployments).where(eq(deployments.id, deployment));
  const both = await rows
    .select({ finishedAt: activities.finishedAt })
    .from(activities)
    .where(or(eq(activities.id, deployment), inArray(activities.id, started)));
  const ends = both.map(({ finishedAt }) => finishedAt ?? Number.POSITIVE_INFINITY);
  const last = Math.max(...ends);
  return Number.isFinite(last) ? last : null;
}

function tokenOf({ hash: _hash, ...token }: typeof tokens.$inferSelect): TokenRow {
  return token;
}
