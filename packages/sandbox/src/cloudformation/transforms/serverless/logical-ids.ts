import { createHash } from "node:crypto";
import { isMap, type Value, type ValueMap } from "../../template/value.ts";

/** How many digits of the hash a logical id carries: with the same template every run makes the same ids. */
const HASH_LENGTH = 10;

/** A logical id that changes when the data does: the prefix and the first digits of the data's SHA-1. */
export function hashedId(prefix: string, data: Value): string {
  return `${prefix}${digestOf(data).slice(0, HASH_LENGTH)}`;
}

/** The SHA-1 of a text, or of the JSON with sorted keys and no blanks that SAM writes for anything else. */
export function digestOf(data: Value): string {
  const text = typeof data === "string" ? data : asciiJson(sortedKeys(data));
  return createHash("sha1").update(text).digest("hex");
}

function sortedKeys(value: Value): Value {
  if (Array.isArray(value)) return value.map(sortedKeys);
  if (!isMap(value)) return value;
  const result: ValueMap = {};
  for (const key of Object.keys(value).sort()) result[key] = sortedKeys(value[key] ?? null);
  return result;
}

/** SAM's JSON escapes everything beyond ASCII. */
function asciiJson(value: Value): string {
  return JSON.stringify(value).replace(
    /[\u0080-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
