/** A log of the audit in memory, for files of any size without a database: the services write them as they do for a real one. */

import { createHash } from "node:crypto";
import { EVERYWHERE } from "#src/domain/access/grants";
import type { Rollback } from "#src/domain/activity/rollback";
import { sha256 } from "#src/domain/audit/audit-text";
import { type AuditSigner, signCheckpoint, signerOf } from "#src/domain/audit/checkpoint";
import { logLineText } from "#src/domain/audit/evidence-files";
import { signManifest } from "#src/domain/audit/manifest";
import { append, type CompactRange, inclusionProof, leafOf, rootOf, type SubtreeName } from "#src/domain/audit/merkle";
import type { ShownRecord } from "#src/domain/audit/present-records";
import { type AuditEntry, chainRecord, NO_RECORD, splitEntry } from "#src/domain/audit/record";
import { exportRecords } from "#src/services/audit-export";
import { createEvidenceService } from "#src/services/evidence";
import type { AuditFilter, AuditStore } from "#src/store/port/audit";

/** A key of the tests, by a number. */
export function testSigner(number = 1): AuditSigner {
  return signerOf(Buffer.alloc(32, number));
}

export interface MemoryAudit {
  readonly records: readonly ShownRecord[];
  readonly store: AuditStore;
  readonly signer: AuditSigner;
}

/** Random, and the same in each run. */
function salts(): (bytes: number) => Buffer {
  let count = 0;
  return (bytes) => {
    count += 1;
    return createHash("sha256").update(String(count)).digest().subarray(0, bytes);
  };
}

export function memoryAudit(entries: Iterable<AuditEntry>, signer = testSigner()): MemoryAudit {
  const records: ShownRecord[] = [];
  const nodes = new Map<string, string>();
  const random = salts();
  let range: CompactRange = [];
  for (const entry of entries) {
    const { body, texts } = splitEntry(entry, random);
    const record = chainRecord(body, { seq: records.length + 1, previous: records.at(-1)?.record.hash ?? NO_RECORD });
    records.push({ record, texts });
    const appended = append(range, leafOf(record.hash));
    range = appended.range;
    for (const node of appended.completed) nodes.set(nameOf(node), node.hash);
  }
  const head = records.at(-1)?.record;
  const checkpoint = signCheckpoint(signer, {
    ...{ log: "stepback/test", seq: records.length, hash: head?.hash ?? NO_RECORD, merkleRoot: rootOf(range) },
    ...{ size: records.length, at: "2027-01-01T00:00:00.000Z" },
  });
  const store: Partial<AuditStore> = {
    checkpoint: async () => ({ checkpoint, note: "", publicKeyPem: signer.publicKeyPem }),
    signManifest: async (manifest) => signManifest(signer, manifest),
    proveInclusion: async (seq, size) =>
      inclusionProof({ index: seq - 1, size }, (name) => nodes.get(nameOf(name)) ?? NO_RECORD),
    readRecords: async ({ subjects, application }: AuditFilter, { after, upTo, limit }) => {
      const found: ShownRecord[] = [];
      for (const one of records.slice(after, upTo)) {
        const subject = one.record["subject"] as { id: string; application?: string };
        const isIt =
          (subjects?.includes(subject.id) ?? true) && (application ?? subject.application) === subject.application;
        if (isIt && found.push(one) === limit) break;
      }
      return found;
    },
  };
  return { records, store: store as AuditStore, signer };
}

function nameOf({ level, position }: SubtreeName): string {
  return `${level}/${position}`;
}

/** One entry of many. */
export function entryAt(number: number, over: Partial<AuditEntry> = {}): AuditEntry {
  return {
    at: Date.UTC(2027, 0, 1) + number,
    actor: { subject: "token:tok_1", method: "token", role: "operator", name: "Ada Lovelace \u2028 \ufffd" },
    source: { requestId: `req_${number}`, ip: "192.0.2.7", userAgent: "stepback/1" },
    action: "openRollback",
    subject: {
      type: "rollback",
      id: `rbk_${number % 7}`,
      application: number % 3 === 0 ? "crm" : "shop",
      stage: "prod",
    },
    after: { strategy: "auto", texts: ["a", "b"], hash: "none" },
    reason: 'a "quoted" reason, with an é',
    outcome: "done",
    ...over,
  };
}

export function* entriesUpTo(count: number): Generator<AuditEntry> {
  for (let number = 1; number <= count; number += 1) yield entryAt(number);
}

/** An export as one sequence of bytes. `proofs` as in the request. */
export async function exportOf(
  { store }: MemoryAudit,
  { proofs = null, ...filter }: { proofs?: boolean | null; application?: string } = {},
): Promise<Buffer> {
  const pieces: string[] = [];
  const request = { format: "ndjson", filter: { grants: [EVERYWHERE], ...filter }, proofs } as const;
  for await (const piece of exportRecords(store, request)) pieces.push(piece);
  return Buffer.from(pieces.join(""));
}

/** The job that a bundle is about. */
export const JOB = "rbk_evidence";

export interface BundleSize {
  /** Records of the job, and of others between them. */
  readonly records: number;
  readonly logLines: number;
}

/** An evidence bundle of a rollback, in the pieces in which it is sent. */
export async function* bundlePieces({ records, logLines }: BundleSize): AsyncGenerator<Buffer> {
  const lines = Array.from({ length: logLines }, (_, index) => ({
    ...{ seq: index + 1, at: index, level: "info" as const, component: null, step: 1 },
    ...{ message: `line ${index + 1}`, aws: null },
  }));
  const [plan, result] = ['{"digest":"d","steps":[]}\n', '{"status":"Completed"}\n'];
  const subject = { type: "rollback", id: JOB, application: "shop", stage: "prod" };
  const log = { sha256: sha256(lines.map(logLineText).join("")), lines: logLines };
  const end = entryAt(records, {
    ...{ subject, action: "job.end", actor: { subject: `job:${JOB}`, method: "job" } },
    after: { status: "Completed", plan: sha256(plan), result: sha256(result), log },
  });
  const others = Array.from({ length: records - 1 }, (_, index) =>
    entryAt(index + 1, index % 4 === 1 ? {} : { subject }),
  );
  const audit = memoryAudit([...others, end]);
  const store = {
    ...audit.store,
    findRollback: async () =>
      ({ id: JOB, application: "shop", status: "Completed", backup: null, record: null }) as unknown as Rollback,
    readEvidence: async () => ({ plan, planDigest: "d", result }),
    listLines: async (_id: string, { after, limit }: { after: number; limit: number }) =>
      lines.slice(after, after + limit),
  };
  yield* await createEvidenceService({ store: store as never }).bundle("rollback", JOB);
}

export async function bundleOf(size: BundleSize): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of bundlePieces(size)) pieces.push(piece);
  return Buffer.concat(pieces);
}
