import { isEverywhere, type Reach } from "../domain/access/grants.ts";
import { auditText } from "../domain/audit/audit-text.ts";
import { FileDigest } from "../domain/audit/file-digest.ts";
import { counted, EXPORT, NO_RECORDS } from "../domain/audit/manifest.ts";
import { CSV_HEAD, csvLine, ndjsonLine, ocsfLine, type ShownRecord } from "../domain/audit/present-records.ts";
import type { AuditFilter, AuditStore } from "../store/port/audit.ts";

export const EXPORT_FORMATS = ["ndjson", "csv", "ocsf"] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export interface ExportRequest {
  readonly format: ExportFormat;
  readonly filter: AuditFilter & { readonly grants: readonly Reach[] };
  /** Whether each record comes with its proof; null for what the file takes: an unbroken chain needs none. */
  readonly proofs: boolean | null;
}

/** Records that are read at a time. */
const BATCH = 200;

interface Form {
  readonly head: string;
  readonly line: (shown: ShownRecord) => string;
  /** Whether signatures end the file. */
  readonly isSigned: boolean;
}

const FORMS: Readonly<Record<ExportFormat, Form>> = {
  ndjson: { head: "", line: ndjsonLine, isSigned: true },
  csv: { head: CSV_HEAD, line: csvLine, isSigned: false },
  ocsf: { head: "", line: ocsfLine, isSigned: false },
};

/** The records up to now, oldest first, a batch at a time. NDJSON ends with the signatures. */
export async function* exportRecords(store: AuditStore, request: ExportRequest): AsyncGenerator<string> {
  const { format, filter } = request;
  const signed = await store.checkpoint();
  const { head, line, isSigned } = FORMS[format];
  yield head;
  if (!signed) return;
  const { checkpoint, publicKeyPem } = signed;
  const withProofs = request.proofs ?? (isSigned && isPartial(filter));
  const digest = new FileDigest();
  let records = NO_RECORDS;
  for (let after = 0; after < checkpoint.size; ) {
    const found = await store.readRecords(filter, { after, upTo: checkpoint.size, limit: BATCH });
    let text = "";
    for (const row of found) {
      const { seq } = row.record;
      const proof = withProofs ? await store.proveInclusion(seq, checkpoint.size) : null;
      text += line({ ...row, ...(proof ? { proof } : {}) });
      records = counted(records, seq);
    }
    digest.add(Buffer.from(text));
    yield text;
    after = found.at(-1)?.record.seq ?? checkpoint.size;
  }
  if (!isSigned) return;
  const files = [digest.signedAs(EXPORT.file)];
  const manifest = await store.signManifest({ v: 1, about: EXPORT.about, files, records, checkpoint });
  yield `${auditText({ checkpoint, manifest, publicKey: publicKeyPem })}\n`;
}

/** Whether records may be left out, so that the chain cannot show that those at hand are whole. */
function isPartial({ grants, ...filter }: ExportRequest["filter"]): boolean {
  return Object.values(filter).some((value) => value !== undefined) || !isEverywhere(grants);
}
