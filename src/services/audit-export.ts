import type { Reach } from "../domain/access/grants.ts";
import { auditText } from "../domain/audit/audit-text.ts";
import { CSV_HEAD, csvLine, ndjsonLine, ocsfLine, type ShownRecord } from "../domain/audit/present-records.ts";
import type { AuditFilter, AuditStore } from "../store/port/audit.ts";

export const EXPORT_FORMATS = ["ndjson", "csv", "ocsf"] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export interface ExportRequest {
  readonly format: ExportFormat;
  readonly filter: AuditFilter & { readonly grants: readonly Reach[] };
  /** Whether each record comes with its proof. */
  readonly proofs: boolean;
}

/** Records that are read at a time. */
const BATCH = 200;

interface Form {
  readonly head: string;
  readonly line: (shown: ShownRecord) => string;
  /** Whether the checkpoint ends the file. */
  readonly hasCheckpoint: boolean;
}

const FORMS: Readonly<Record<ExportFormat, Form>> = {
  ndjson: { head: "", line: ndjsonLine, hasCheckpoint: true },
  csv: { head: CSV_HEAD, line: csvLine, hasCheckpoint: false },
  ocsf: { head: "", line: ocsfLine, hasCheckpoint: false },
};

/** The records up to now, oldest first, a batch at a time. */
export async function* exportRecords(
  store: AuditStore,
  { format, filter, proofs }: ExportRequest,
): AsyncGenerator<string> {
  const signed = await store.checkpoint();
  const { head, line, hasCheckpoint } = FORMS[format];
  yield head;
  if (!signed) return;
  const { checkpoint, publicKeyPem } = signed;
  for (let after = 0; after < checkpoint.size; ) {
    const found = await store.readRecords(filter, { after, upTo: checkpoint.size, limit: BATCH });
    let text = "";
    for (const row of found) {
      const proof = proofs ? await store.proveInclusion(row.record.seq, checkpoint.size) : null;
      text += line({ ...row, ...(proof ? { proof } : {}) });
    }
    yield text;
    after = found.at(-1)?.record.seq ?? checkpoint.size;
  }
  if (hasCheckpoint) yield `${auditText({ checkpoint, publicKey: publicKeyPem })}\n`;
}
