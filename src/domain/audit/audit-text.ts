import { createHash } from "node:crypto";
import { StepbackError } from "../errors.ts";
import { canonicalText, isJsonObject, type Json } from "../json.ts";

/** What editors and terminals may take for the end of a line, or act upon: C1 controls with U+0085, DEL, U+2028 and U+2029. */
const UNSAFE = /[\u007f-\u009f\u2028\u2029]/g;

/**
 * The text of a value in the audit: RFC 8785, with characters escaped that some readers take for the end of a line, so that
 * one record is one line everywhere. INTERNAL for what another implementation could write differently: numbers that are no
 * safe integers, keys outside ASCII, halves of surrogate pairs.
 */
export function auditText(value: Json): string {
  requirePortable(value);
  return canonicalText(value).replace(UNSAFE, (found) => `\\u${hexOf(found)}`);
}

/** SHA-256 over the audit's text of a value, as 64 hexadecimal digits. */
export function auditDigest(value: Json): string {
  return sha256(auditText(value));
}

export function sha256(bytes: string | Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function hexOf(character: string): string {
  return character.charCodeAt(0).toString(16).padStart(4, "0");
}

/** Half of a surrogate pair: UTF-8 cannot say it. */
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;
const ASCII = /^[\u0020-\u007e]*$/;

function requirePortable(value: Json): void {
  if (typeof value === "number" && !Number.isSafeInteger(value)) throw notPortable(`the number ${value}`);
  if (typeof value === "string" && LONE_SURROGATE.test(value)) throw notPortable("half of a surrogate pair");
  if (Array.isArray(value)) for (const item of value) requirePortable(item);
  if (!isJsonObject(value)) return;
  for (const [key, member] of Object.entries(value)) {
    if (!ASCII.test(key)) throw notPortable("a key outside ASCII");
    requirePortable(member);
  }
}

function notPortable(what: string): StepbackError {
  return new StepbackError("INTERNAL", `A record of the audit cannot hold ${what}.`);
}

/** The text with U+FFFD in place of each half of a surrogate pair. */
export function portableText(text: string): string {
  return text.replace(new RegExp(LONE_SURROGATE, "g"), "\ufffd");
}
