import { createHash } from "node:crypto";
import { and, asc, eq, gt, inArray } from "drizzle-orm";
import type { Finding } from "../domain/activity/verification.ts";
import { auditText, sha256 } from "../domain/audit/audit-text.ts";
import { CHAIN_START, type ChainEnd, linkFaults, recordFaults, textFaults } from "../domain/audit/chain.ts";
import { isSigned, publicKeyIn } from "../domain/audit/checkpoint.ts";
import { logLineText } from "../domain/audit/evidence-files.ts";
import { append, type CompactRange, leafOf, rootOf, type Subtree } from "../domain/audit/merkle.ts";
import { type AuditRecord, hashOfRecord } from "../domain/audit/record.ts";
import { StepbackError } from "../domain/errors.ts";
import { asObject, type Json } from "../domain/json.ts";
import { evidenceOf, logBatches } from "./audit-deeds.ts";
import { textId } from "./audit-inbox.ts";
import { bare, orDamaged } from "./inspect-rows.ts";
import type { CheckedPart } from "./port/verifications.ts";
import { activities } from "./schema/activities.ts";
import { auditCheckpoints, auditNodes, auditRecords, auditTexts } from "./schema/audit.ts";
import type { Rows, SqliteDatabase } from "./sqlite-database.ts";

/** Records that are checked at a time. */
const BATCH = 500;

/** How far the chain has been followed. */
interface Progress {
  readonly before: ChainEnd;
  readonly range: CompactRange;
  /** What the last record of each job says of its files. */
  readonly ends: ReadonlyMap<string, Json>;
}

/** The whole log: its chain, texts, tree and checkpoints; then the files of each job against what its last record says of them. */
export async function* inspectAudit(database: SqliteDatabase): AsyncGenerator<CheckedPart> {
  let progress: Progress = { before: CHAIN_START, range: [], ends: new Map() };
  for (let isFull = true; isFull; ) {
    isFull = false;
    const from = progress;
    yield await orDamaged("audit_records", () =>
      database.read(async (rows) => {
        const found = await inspectRecords(rows, from);
        ({ progress, isFull } = found);
        return found;
      }),
    );
  }
  const { before, ends } = progress;
  yield await orDamaged("audit_checkpoints", () => database.read((rows) => inspectHead(rows, before)));
  for (const [id, said] of ends)
    yield await orDamaged("log_lines", () => database.read((rows) => inspectEnd(rows, id, said)));
}

async function inspectRecords(
  rows: Rows,
  { before: start, range: covered, ends: known }: Progress,
): Promise<CheckedPart & { readonly progress: Progress; readonly isFull: boolean }> {
  const found = await rows
    .select()
    .from(auditRecords)
    .where(gt(auditRecords.seq, start.seq))
    .orderBy(asc(auditRecords.seq))
    .limit(BATCH);
  const texts = await rows
    .select()
    .from(auditTexts)
    .where(
      inArray(
        auditTexts.entry,
        found.map(({ entry }) => entry),
      ),
    );
  const checkpoints = await rows
    .select()
    .from(auditCheckpoints)
    .where(
      inArray(
        auditCheckpoints.size,
        found.map(({ seq }) => seq),
      ),
    );
  const findings: Finding[] = [];
  const fault = (name: string, damage: Finding["damage"], detail: string) =>
    findings.push(bare({ kind: "record", name, damage, detail: `${detail}.` }));
  const ends = new Map(known);
  let [before, range] = [start, covered];
  const completed: Subtree[] = [];
  for (const row of found) {
    const record = recordIn(row.record);
    const name = `record ${row.seq}`;
    for (const text of linkFaults(before, { seq: row.seq, previous: record?.previous ?? "" } as AuditRecord))
      fault(name, text.includes("missing") ? "lost" : "altered", text);
    const isSaid = record !== null && recordFaults(record, hashOfRecord(record)).length === 0 && isRowOf(row, record);
    if (!isSaid) fault(name, "altered", `record ${row.seq} was altered`);
    const opened = texts
      .filter((text) => text.entry === row.entry && rows.sealing.faultsOf(auditTexts, textId(text), text).length === 0)
      .map((text) => rows.sealing.open(auditTexts, textId(text), text));
    if (record) for (const text of textFaults(record, opened)) fault(name, "altered", text);
    if (record && isSaid && row.action === "job.end") ends.set(row.subject, record["after"] ?? null);
    before = { seq: row.seq, hashes: [row.hash] };
    const appended = append(range, leafOf(row.hash));
    range = appended.range;
    completed.push(...appended.completed);
    const signed = checkpoints.find(({ size }) => size === row.seq)?.checkpoint;
    if (!signed) continue;
    if (signed.hash !== row.hash || signed.merkleRoot !== rootOf(range))
      fault(`checkpoint ${row.seq}`, "altered", `the records up to ${row.seq} are not those that were signed`);
    if (!isSigned("checkpoint", signed, publicKeyIn(rows.sealing.signer().publicKeyPem)))
      fault(`checkpoint ${row.seq}`, "altered", "its signature is wrong");
  }
  for (const name of await wrongNodes(rows, completed)) fault(name, "altered", "the tree over the records was altered");
  return { checked: found.length, findings, progress: { before, range, ends }, isFull: found.length === BATCH };
}

function recordIn(text: string): AuditRecord | null {
  try {
    const record = JSON.parse(text) as AuditRecord;
    // Another text of the same value has the same hash, and is not what was written.
    return auditText(record) === text ? record : null;
  } catch {
    return null;
  }
}

/** Whether the columns by which records are found are those of the record. */
function isRowOf(row: typeof auditRecords.$inferSelect, record: AuditRecord): boolean {
  const [actor, subject] = [asObject(record["actor"]), asObject(record["subject"])];
  return (
    record.seq === row.seq &&
    record.hash === row.hash &&
    record.action === row.action &&
    Date.parse(record.at) === row.at &&
    String(actor["subject"]) === row.actor &&
    String(subject["id"]) === row.subject &&
    (subject["application"] ?? null) === row.application &&
    (subject["stage"] ?? null) === row.stage
  );
}

/** Nodes of the tree that are not those of the records. */
async function wrongNodes(rows: Rows, wanted: readonly Subtree[]): Promise<string[]> {
  const wrong: string[] = [];
  for (const { level, position, hash } of wanted) {
    const isIt = and(eq(auditNodes.level, level), eq(auditNodes.position, position));
    const [node] = await rows.select({ hash: auditNodes.hash }).from(auditNodes).where(isIt);
    if (node?.hash !== hash) wrong.push(`node ${level}/${position}`);
  }
  return wrong;
}

/** What was signed and is not there any more. */
async function inspectHead(rows: Rows, { seq: last }: ChainEnd): Promise<CheckedPart> {
  const behind = await rows.select().from(auditCheckpoints).where(gt(auditCheckpoints.size, last)).limit(1);
  const findings = behind.map(({ size }) =>
    bare({
      ...{ kind: "record", name: `record ${last + 1}`, damage: "lost" },
      detail: `The log is cut after ${last}: a checkpoint covers ${size}.`,
    }),
  );
  return { checked: 0, findings };
}

/** The plan, the result and the log of a job as its last record says. What does not open is found where its row is. */
async function inspectEnd(rows: Rows, id: string, said: Json): Promise<CheckedPart> {
  const after = asObject(said);
  const log = asObject(after["log"]);
  const [known] = await rows.select({ id: activities.id }).from(activities).where(eq(activities.id, id));
  const fault = (what: string) =>
    bare({
      kind: "row",
      name: `${what} of ${id}`,
      damage: "altered",
      detail: `The ${what} of ${id} is not the one that the audit says.`,
    });
  if (!known)
    return {
      checked: 0,
      findings: [bare({ kind: "row", name: `activities ${id}`, damage: "lost", detail: "The audit knows it." })],
    };
  try {
    const files = await evidenceOf(rows, id);
    const found: Finding[] = [];
    if (after["plan"] !== (files.plan === null ? null : sha256(files.plan))) found.push(fault("plan"));
    if (after["result"] !== sha256(files.result)) found.push(fault("result"));
    if (log["sha256"] !== (await digestOfLog(rows, id, Number(log["lines"])))) found.push(fault("log"));
    return { checked: 0, findings: found };
  } catch (error) {
    if (error instanceof StepbackError && ["INTERNAL", "KEY_LOST"].includes(error.code))
      return { checked: 0, findings: [] };
    throw error;
  }
}

/** Of the lines that the log had when the job ended. */
async function digestOfLog(rows: Rows, id: string, lines: number): Promise<string> {
  const hash = createHash("sha256");
  let left = lines;
  for await (const batch of logBatches(rows, id)) {
    for (const line of batch.slice(0, left)) hash.update(logLineText(line));
    left -= Math.min(left, batch.length);
    if (left === 0) break;
  }
  return hash.digest("hex");
}
