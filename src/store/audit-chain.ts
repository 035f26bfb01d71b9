import { and, asc, desc, eq, gt, lte } from "drizzle-orm";
import { auditText } from "../domain/audit/audit-text.ts";
import { type SignedCheckpoint, signCheckpoint } from "../domain/audit/checkpoint.ts";
import {
  append,
  type CompactRange,
  inclusionPath,
  inclusionProof,
  leafOf,
  rangeNames,
  rootOf,
  type SubtreeName,
} from "../domain/audit/merkle.ts";
import { type AuditRecord, chainRecord, NO_RECORD } from "../domain/audit/record.ts";
import { asObject } from "../domain/json.ts";
import { auditCheckpoints, auditInbox, auditNodes, auditRecords } from "./schema/audit.ts";
import type { Rows } from "./sqlite-database.ts";

/** The last record of the chain. */
export interface ChainHead {
  readonly seq: number;
  readonly hash: string;
}

export async function readHead(rows: Rows): Promise<ChainHead> {
  const { seq, hash } = auditRecords;
  const [last] = await rows.select({ seq, hash }).from(auditRecords).orderBy(desc(seq)).limit(1);
  return last ?? { seq: 0, hash: NO_RECORD };
}

/** Entries that one transaction chains: few enough that nobody waits long for the write lock. */
const BATCH = 500;

export interface Chained {
  readonly records: readonly AuditRecord[];
  /** Whether more entries wait. */
  readonly isFull: boolean;
}

/** Gives the oldest entries their places in the chain, in the order in which they were committed. */
export async function chainEntries(rows: Rows): Promise<Chained> {
  const waiting = await rows.select().from(auditInbox).orderBy(asc(auditInbox.entry)).limit(BATCH);
  let head = await readHead(rows);
  let range = await readRange(rows, head.seq);
  const records: AuditRecord[] = [];
  for (const { entry, body } of waiting) {
    const record = chainRecord(body, { seq: head.seq + 1, previous: head.hash });
    await insertRecord(rows, entry, record);
    const { range: longer, completed } = append(range, leafOf(record.hash));
    for (const node of completed) await rows.insert(auditNodes).values(node);
    await rows.delete(auditInbox).where(eq(auditInbox.entry, entry));
    [head, range] = [record, longer];
    records.push(record);
  }
  return { records, isFull: waiting.length === BATCH };
}

async function insertRecord(rows: Rows, entry: number, record: AuditRecord): Promise<void> {
  const { seq, hash, action } = record;
  const [actor, subject] = [asObject(record["actor"]), asObject(record["subject"])];
  await rows.insert(auditRecords).values({
    ...{ seq, entry, hash, action },
    at: Date.parse(record.at),
    actor: String(actor["subject"]),
    subject: String(subject["id"]),
    application: textOrNull(subject["application"]),
    stage: textOrNull(subject["stage"]),
    record: auditText(record),
  });
}

function textOrNull(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

async function readRange(rows: Rows, size: number): Promise<CompactRange> {
  const hashes = await readNodes(rows, rangeNames(size));
  return rangeNames(size).map((name) => ({ ...name, hash: hashes(name) }));
}

/** The hashes of complete subtrees. */
async function readNodes(rows: Rows, names: readonly SubtreeName[]): Promise<(name: SubtreeName) => string> {
  const nameOf = ({ level, position }: SubtreeName) => `${level}/${position}`;
  const known = new Map<string, string>();
  for (const name of names) {
    const isIt = and(eq(auditNodes.level, name.level), eq(auditNodes.position, name.position));
    const [node] = await rows.select({ hash: auditNodes.hash }).from(auditNodes).where(isIt);
    known.set(nameOf(name), node?.hash ?? NO_RECORD);
  }
  return (name) => known.get(nameOf(name)) ?? NO_RECORD;
}

/** The proof that the record `seq` is in the tree of the first `size` records. */
export async function proveInclusion(rows: Rows, seq: number, size: number): Promise<readonly string[]> {
  const index = seq - 1;
  return inclusionProof({ index, size }, await readNodes(rows, inclusionPath(index, size).flat()));
}

export async function latestCheckpoint(rows: Rows): Promise<SignedCheckpoint | null> {
  const found = await rows.select().from(auditCheckpoints).orderBy(desc(auditCheckpoints.size)).limit(1);
  return found[0]?.checkpoint ?? null;
}

/** Signs what is chained, unless it was signed before. Null while nothing is. */
export async function signHead(
  rows: Rows,
  { log, at }: { readonly log: string; readonly at: number },
): Promise<SignedCheckpoint | null> {
  const { seq, hash } = await readHead(rows);
  const latest = await latestCheckpoint(rows);
  if (latest?.size === seq || seq === 0) return latest;
  const merkleRoot = rootOf(await readRange(rows, seq));
  const facts = { log, seq, hash, merkleRoot, size: seq, at: new Date(at).toISOString() };
  const checkpoint = signCheckpoint(rows.sealing.signer(), facts);
  await rows.insert(auditCheckpoints).values({ size: seq, at, checkpoint });
  return checkpoint;
}

/** Canonical texts of records behind `after` and up to `upTo`. */
export function selectBetween({ after, upTo }: { after: number; upTo: number }) {
  return and(gt(auditRecords.seq, after), lte(auditRecords.seq, upTo));
}
