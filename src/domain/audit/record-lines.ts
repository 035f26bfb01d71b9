import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import { sha256 } from "./audit-text.ts";
import type { CanonicalLine } from "./canonical-lines.ts";
import { type AuditRecord, type AuditSideText, countHashedTexts } from "./record.ts";

/** A line of a bundle or an export that holds a record. */
export interface RecordLine {
  readonly record: AuditRecord;
  readonly texts: readonly AuditSideText[];
  /** Null where the line comes without one. */
  readonly proof: readonly string[] | null;
  /** The hash that the record's content has, which should be the one that it says. */
  readonly content: string;
  /** How many texts it holds as hashes alone: whoever was erased lost theirs. */
  readonly erased: number;
}

const HASH = /^[0-9a-f]{64}$/;
const SALT = /^[0-9a-f]{32}$/;

export function isHash(value: Json | undefined): value is string {
  return typeof value === "string" && HASH.test(value);
}

/** Null for a line of another form. Nothing but these members may stand in it: what no hash covers could say anything. */
export function recordIn({ text, value }: CanonicalLine): RecordLine | null {
  const { record, texts, proof = null, ...more } = value;
  if (!isRecord(record) || !isTexts(texts) || Object.keys(more).length > 0) return null;
  if (proof !== null && !isProof(proof)) return null;
  const erased = countHashedTexts(record) - texts.length;
  return { record, texts, proof, content: contentHash(text, record), erased };
}

/**
 * SHA-256 over the record's canonical text without its hash, which is cut out of the line: to make that text once more would take as long as
 * all the rest. The line is canonical and its other members are checked, so the record is what stands between these two marks; and no record can
 * hold its own hash a second time.
 */
function contentHash(line: string, { hash }: AuditRecord): string {
  const text = line.slice(line.indexOf('"record":') + '"record":'.length, line.lastIndexOf(',"texts":['));
  return sha256(text.replace(`"hash":"${hash}",`, ""));
}

function isRecord(record: Json | undefined): record is AuditRecord {
  if (!isJsonObject(record)) return false;
  const { seq, at, action, outcome, previous, hash } = record;
  const isPlaced = Number.isSafeInteger(seq) && Number(seq) > 0 && isHash(previous) && isHash(hash);
  return isPlaced && [at, action, outcome].every((member) => typeof member === "string");
}

function isTexts(texts: Json | undefined): texts is readonly (AuditSideText & JsonObject)[] {
  return (
    Array.isArray(texts) &&
    texts.every((one: Json) => {
      if (!isJsonObject(one) || Object.keys(one).length !== 3) return false;
      const { pointer, salt, value } = one;
      return typeof pointer === "string" && typeof value === "string" && typeof salt === "string" && SALT.test(salt);
    })
  );
}

export function isProof(proof: Json | undefined): proof is readonly string[] {
  return Array.isArray(proof) && proof.every(isHash);
}
