import { eq, lt } from "drizzle-orm";
import { deed, deedIf } from "./audit-deeds.ts";
import type { SessionStore } from "./port/access.ts";
import { sessions } from "./schema/access.ts";
import type { SqliteDatabase } from "./sqlite-database.ts";

export function createSessionStore(database: SqliteDatabase): SessionStore {
  return {
    openSession: async (session, { previous, idleSince }) => {
      await database.write(deed("session.open", session.id), async (rows) => {
        if (previous !== null) await rows.delete(sessions).where(eq(sessions.id, previous));
        await rows.delete(sessions).where(lt(sessions.usedAt, idleSince));
        await rows.insert(sessions).values(session);
      });
    },
    findSession: (id) =>
      database.read(async (rows) => (await rows.select().from(sessions).where(eq(sessions.id, id)))[0] ?? null),
    noteSessionUse: async (id, at) => {
      await database.writeUnrecorded("use", (rows) =>
        rows.update(sessions).set({ usedAt: at }).where(eq(sessions.id, id)),
      );
    },
    endSession: (id) =>
      database.write(
        (isEnded) => deedIf(isEnded, "session.end", id),
        async (rows) => {
          const ended = await rows.delete(sessions).where(eq(sessions.id, id)).returning({ id: sessions.id });
          return ended.length > 0;
        },
      ),
  };
}
