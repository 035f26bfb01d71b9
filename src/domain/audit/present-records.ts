import { asObject, canonicalText, type Json, type JsonObject } from "../json.ts";
import { auditText } from "./audit-text.ts";
import type { AuditRecord, AuditSideText } from "./record.ts";

/** A record with its texts, and with its proof where the reader does not get the whole chain. */
export interface ShownRecord {
  readonly record: AuditRecord;
  readonly texts: readonly AuditSideText[];
  readonly proof?: readonly string[];
}

/** One line of NDJSON: what `stepback audit verify` reads. */
export function ndjsonLine({ record, texts, proof }: ShownRecord): string {
  const line = { record, texts: texts as unknown as Json, ...(proof ? { proof } : {}) };
  return `${auditText(line)}\n`;
}

const CSV_COLUMNS = [
  ["seq", ["seq"]],
  ["at", ["at"]],
  ["actor", ["actor", "subject"]],
  ["name", ["actor", "name"]],
  ["role", ["actor", "role"]],
  ["action", ["action"]],
  ["type", ["subject", "type"]],
  ["subject", ["subject", "id"]],
  ["application", ["subject", "application"]],
  ["stage", ["subject", "stage"]],
  ["component", ["subject", "component"]],
  ["outcome", ["outcome"]],
  ["reason", ["reason"]],
  ["ticket", ["ticket"]],
  ["ip", ["source", "ip"]],
  ["request", ["source", "requestId"]],
  ["service", ["aws", "service"]],
  ["operation", ["aws", "operation"]],
  ["aws request", ["aws", "requestId"]],
  ["plan", ["planDigest"]],
  ["hash", ["hash"]],
] as const satisfies readonly (readonly [string, readonly string[]])[];

export const CSV_HEAD = `${CSV_COLUMNS.map(([name]) => csvCell(name)).join(",")}\r\n`;

/** One line of CSV (RFC 4180), with texts in place of their hashes. */
export function csvLine(shown: ShownRecord): string {
  const record = withTexts(shown);
  return `${CSV_COLUMNS.map(([, path]) => csvCell(textOf(memberAt(record, path)))).join(",")}\r\n`;
}

/** What a spreadsheet would run as a formula is written as a text. */
function csvCell(text: string): string {
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

function textOf(value: Json | undefined): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : canonicalText(value);
}

function memberAt(value: JsonObject, [name = "", ...rest]: readonly string[]): Json | undefined {
  return rest.length === 0 ? value[name] : memberAt(asObject(value[name]), rest);
}

/** The record for reading: texts stand in place of their hashes, as far as they were not erased. */
export function withTexts({ record, texts }: ShownRecord): JsonObject {
  let shown: JsonObject = record;
  for (const { pointer, value } of texts) {
    const [first = "", second] = pointer.slice(1).split("/");
    const member = second === undefined ? value : { ...asObject(shown[first]), [second]: value };
    shown = { ...shown, [first]: member };
  }
  return shown;
}

/** `Other` of OCSF's activities and types of its class. */
const OCSF_API_ACTIVITY = { class_uid: 6003, category_uid: 6, activity_id: 99, type_uid: 600_399 } as const;
const OCSF_VERSION = "1.3.0";

/** One line of NDJSON in OCSF's class API Activity. */
export function ocsfLine(shown: ShownRecord): string {
  const record = withTexts(shown);
  const [actor, subject, source] = [record["actor"], record["subject"], record["source"]].map(asObject);
  const isDone = record["outcome"] === "done";
  const event = {
    ...OCSF_API_ACTIVITY,
    time: Date.parse(String(record["at"])),
    severity_id: 1,
    status_id: isDone ? 1 : 2,
    status: isDone ? "Success" : "Failure",
    status_code: String(record["outcome"]),
    activity_name: String(record["action"]),
    metadata: {
      version: OCSF_VERSION,
      uid: String(record["hash"]),
      product: { name: "Stepback", vendor_name: "Stepback" },
    },
    actor: { user: { uid: actor?.["subject"] ?? "", name: actor?.["name"] ?? "" } },
    api: { operation: String(record["action"]), request: { uid: source?.["requestId"] ?? "" } },
    src_endpoint: { ip: source?.["ip"] ?? "" },
    resources: [{ type: subject?.["type"] ?? "", uid: subject?.["id"] ?? "" }],
    unmapped: record,
  };
  return `${auditText(event)}\n`;
}
