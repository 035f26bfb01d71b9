import { and, asc, desc, eq, gte, inArray, isNotNull, lt, type SQL } from "drizzle-orm";
import { checkpointNote } from "../domain/audit/checkpoint.ts";
import { signManifest } from "../domain/audit/manifest.ts";
import type { AuditRecord, AuditSideText } from "../domain/audit/record.ts";
import { chainEntries, latestCheckpoint, proveInclusion, readHead, selectBetween, signHead } from "./audit-chain.ts";
import { evidenceOf } from "./audit-deeds.ts";
import { actAs, insertEntry, textId } from "./audit-inbox.ts";
import { liesWithinStage } from "./grant-rows.ts";
import { isNumberKey, pageOf, readAhead, startOf } from "./pages.ts";
import type { AuditFilter, AuditRow, AuditStore } from "./port/audit.ts";
import { auditInbox, auditRecords, auditTexts } from "./schema/audit.ts";
import type { Rows, SqliteDatabase } from "./sqlite-database.ts";

interface LogSettings {
  /** Its name in checkpoints. */
  readonly log: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Records wait this long at most for a checkpoint that covers them. */
const CHECKPOINT_MS = 60_000;

export function createAuditStore(database: SqliteDatabase, { log, now }: LogSettings): AuditStore {
  const writeChain = <Result>(work: (rows: Rows) => Promise<Result>) => database.writeUnrecorded("audit", work);
  const sequence = async () => {
    if (await database.read(isIdle(now))) return;
    for (let isFull = true; isFull; ) {
      isFull = await writeChain(async (rows) => {
        const chained = await chainEntries(rows);
        const isEnd = chained.records.some(({ action }) => action === "job.end");
        if (isEnd || (await isDue(rows, now()))) await signHead(rows, { log, at: now() });
        return chained.isFull;
      });
    }
  };
  return {
    actAs,
    sequence,
    record: (entry, isPlaced) => writeChain((rows) => insertEntry(rows, { ...entry, at: now() }, isPlaced)),
    checkpoint: async () => {
      await sequence();
      return writeChain(async (rows) => {
        const checkpoint = await signHead(rows, { log, at: now() });
        const signer = rows.sealing.signer();
        const note = checkpoint && checkpointNote(signer, checkpoint);
        return checkpoint && { checkpoint, note: note ?? "", publicKeyPem: signer.publicKeyPem };
      });
    },
    proveInclusion: (seq, size) => database.read((rows) => proveInclusion(rows, seq, size)),
    signManifest: (manifest) => database.read(async ({ sealing }) => signManifest(sealing.signer(), manifest)),
    readEvidence: (job) => database.read((rows) => evidenceOf(rows, job)),
    listRecords: (filter, page) =>
      database.read(async (rows) => {
        const start = startOf(page, isNumberKey);
        const behind = start ? lt(auditRecords.seq, start[0]) : undefined;
        const found = await rows
          .select()
          .from(auditRecords)
          .where(and(matches(filter), behind))
          .orderBy(desc(auditRecords.seq))
          .limit(readAhead(page));
        const { items, next } = pageOf(found, page, ({ seq }) => [seq]);
        return { items: await withTexts(rows, items), next };
      }),
    readRecords: (filter, { after, upTo, limit }) =>
      database.read(async (rows) => {
        const found = await rows
          .select()
          .from(auditRecords)
          .where(and(matches(filter), selectBetween({ after, upTo })))
          .orderBy(asc(auditRecords.seq))
          .limit(limit);
        return withTexts(rows, found);
      }),
  };
}

/** Whether nothing is to be chained and nothing to be signed: a look costs less than a write. */
function isIdle(now: () => number) {
  return async (rows: Rows) => {
    const waiting = await rows.select({ entry: auditInbox.entry }).from(auditInbox).limit(1);
    return waiting.length === 0 && !(await isDue(rows, now()));
  };
}

/** Whether a record has waited for a checkpoint long enough, or a clock was set back. */
async function isDue(rows: Rows, now: number): Promise<boolean> {
  const { seq } = await readHead(rows);
  const latest = await latestCheckpoint(rows);
  if (seq === 0 || latest?.size === seq) return false;
  return latest === null || Math.abs(now - Date.parse(latest.at)) >= CHECKPOINT_MS;
}

function matches({ from, to, actor, action, subject, subjects, application, grants }: AuditFilter): SQL | undefined {
  const { at, actor: actorColumn, action: actionColumn, subject: subjectColumn } = auditRecords;
  return and(
    from === undefined ? undefined : gte(at, from),
    to === undefined ? undefined : lt(at, to),
    actor === undefined ? undefined : eq(actorColumn, actor),
    action === undefined ? undefined : eq(actionColumn, action),
    subject === undefined ? undefined : eq(subjectColumn, subject),
    subjects === undefined ? undefined : inArray(subjectColumn, [...subjects]),
    application === undefined ? undefined : eq(auditRecords.application, application),
    isVisible(grants),
  );
}

/** A record that belongs to no application is for those who see all of them. */
function isVisible(grants: AuditFilter["grants"]): SQL | undefined {
  const condition = liesWithinStage(grants, auditRecords);
  return condition && and(isNotNull(auditRecords.application), condition);
}

async function withTexts(rows: Rows, found: readonly (typeof auditRecords.$inferSelect)[]): Promise<AuditRow[]> {
  const entries = found.map(({ entry }) => entry);
  const stored = await rows
    .select()
    .from(auditTexts)
    .where(inArray(auditTexts.entry, entries))
    .orderBy(asc(auditTexts.entry), asc(auditTexts.pointer));
  const byEntry = new Map<number, AuditSideText[]>(entries.map((entry) => [entry, []]));
  for (const row of stored) byEntry.get(row.entry)?.push(textOf(rows, row));
  return found.map(({ entry, record }) => ({
    record: JSON.parse(record) as AuditRecord,
    texts: byEntry.get(entry) ?? [],
  }));
}

function textOf(rows: Rows, row: typeof auditTexts.$inferSelect): AuditSideText {
  const { pointer, salt, value } = rows.sealing.open(auditTexts, textId(row), row);
  return { pointer, salt, value };
}
