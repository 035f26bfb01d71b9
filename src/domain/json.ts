import { createHash } from "node:crypto";
import canonicalize from "canonicalize";

/** Any JSON value. States, diffs, actions and plans consist of nothing else. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export type JsonObject = { readonly [key: string]: Json };

/** The canonical text of a value (RFC 8785): equal values have equal texts whatever the order of their keys. */
export function canonicalText(value: Json): string {
  return canonicalize(value) ?? "null";
}

/** The digest of a value: SHA-256 over its canonical text, as 64 hexadecimal digits. */
export function digestOf(value: Json): string {
  return createHash("sha256").update(canonicalText(value)).digest("hex");
}

/** A copy of plain data as JSON: absent members are left out. */
export function plainJson(value: object): JsonObject {
  return JSON.parse(JSON.stringify(value)) as JsonObject;
}

export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value where it is an object, otherwise an empty object. */
export function asObject(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}

/** The objects in a list; empty for any other value. */
export function asObjects(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

export function sameJson(left: Json, right: Json): boolean {
  return canonicalText(left) === canonicalText(right);
}

/** A CodeSha256 of AWS (base64) as the hexadecimal digest by which the artifacts hold the same bytes. */
export function hexOfBase64(sha256: string): string {
  return Buffer.from(sha256, "base64").toString("hex");
}
