import Database from "better-sqlite3";
import { inArray, isNull, notInArray, sql } from "drizzle-orm";
import { problemOf, StepbackError } from "../domain/errors.ts";
import { KeyRing } from "../sealing/key-ring.ts";
import { createActivityStore } from "./activity-store.ts";
import { readHead } from "./audit-chain.ts";
import { createRecorder } from "./audit-inbox.ts";
import { createAuditStore } from "./audit-store.ts";
import { prepareDatabase } from "./migrations.ts";
import { approvals, idempotencyKeys, sessions, tokens } from "./schema/access.ts";
import { activities, UNFINISHED } from "./schema/activities.ts";
import { generations, jobs } from "./schema/jobs.ts";
import { keyRotations } from "./schema/keys.ts";
import { verifications } from "./schema/verifications.ts";
import { RowSealing } from "./sealed-rows.ts";
import { openSqliteDatabase, type Rows } from "./sqlite-database.ts";
import type { StoreSealing } from "./sqlite-store.ts";

const ALL_PAGES = 2 ** 30;

/** Copies a database as it is at one moment, while others write to it. */
export async function copyDatabase(file: string, to: string): Promise<void> {
  const connection = new Database(file, { readonly: true });
  try {
    // All pages in one step: a copy in steps begins again whenever somebody writes in between.
    await connection.backup(to, { progress: () => ALL_PAGES });
  } finally {
    connection.close();
  }
}

/**
 * Makes a database that comes from a backup ready for its next start. What its audit says next is that a new epoch begins behind the
 * old head: records after it may exist elsewhere. Every token is revoked, since one may have been revoked after the backup; open decisions and sessions are gone; unfinished jobs end in
 * RESTORED, because nobody knows what they did since. INVALID_SETTINGS as `prepareDatabase`, and where the master key is missing.
 */
export async function restoreDatabase(
  file: string,
  { openMaster, now, random }: StoreSealing,
  madeAt: string,
): Promise<void> {
  const { installation, wrapped } = await prepareDatabase(file, random);
  const ring = new KeyRing({ master: await openMaster(wrapped), installation, now, random });
  const database = openSqliteDatabase(file, { ring, sealing: new RowSealing(ring, random) }, createRecorder(now));
  try {
    const audit = createAuditStore(database, { log: `stepback/${installation}`, now });
    await audit.sequence();
    await database.write(
      (head: { seq: number; hash: string }) => ({
        action: "data.restore",
        subject: { type: "installation", id: installation },
        before: { head },
        after: { backup: madeAt },
      }),
      async (rows) => {
        await revokeOpen(rows, now());
        const { seq, hash } = await readHead(rows);
        return { seq, hash };
      },
    );
    const { endActivity } = createActivityStore(database);
    const detail = `The data folder was brought back from a backup of ${madeAt}.`;
    const open = await database.read((rows) => rows.select({ id: activities.id }).from(activities).where(UNFINISHED));
    for (const { id } of open) await endActivity(id, problemOf(new StepbackError("RESTORED", detail)), now());
    await audit.checkpoint();
  } finally {
    await database.close();
  }
}

async function revokeOpen(rows: Rows, at: number): Promise<void> {
  await rows.update(tokens).set({ revokedAt: at, revokedBy: "restore" }).where(isNull(tokens.revokedAt));
  await rows.delete(sessions);
  await rows.delete(idempotencyKeys);
  const ended = rows
    .select({ id: activities.id })
    .from(activities)
    .where(inArray(activities.status, ["Completed", "Exception"]));
  await rows.delete(approvals).where(notInArray(approvals.about, ended));
  await rows.update(jobs).set({ status: "done" }).where(sql`${jobs.status} <> 'done'`);
  await rows.update(generations).set({ endedAt: at }).where(isNull(generations.endedAt));
  const brokenOff = { status: "Exception", finishedAt: at, error: "RESTORED" } as const;
  for (const table of [keyRotations, verifications])
    await rows
      .update(table)
      .set(brokenOff)
      .where(inArray(table.status, ["Queued", "In Progress"]));
}
