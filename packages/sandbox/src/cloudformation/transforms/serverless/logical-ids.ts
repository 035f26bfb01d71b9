import { createHash } from "node:crypto";
import { isMap, type Value, type ValueMap } from "../../template/value.ts";

/** The number of hash digits in a logical id. The same template always produces the same ids. */
const HASH_LENGTH = 10;

/** A logical id that changes with the data: the prefix and the first digits of the data's SHA-1. */
export function hashedId(prefix: string, data: Value): string {
  return `${prefix}${digestOf(data).slice(0, HASH_LENGTH)}`;
}

/** The SHA-1 of a text, or of any other value as SAM serializes it: JSON with sorted keys and no whitespace. */
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
