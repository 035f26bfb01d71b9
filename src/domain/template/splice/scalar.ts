import { isJsonObject, type Json, type JsonObject } from "../../json.ts";

/*
 * What scalars mean to CloudFormation. It keeps the text of a number, so `1.10` is another value than `1.1`, and a plain
 * scalar is a number only where every parser between it and the resource reads the same one: dates, account ids with a
 * leading zero, `0x1F`, `.inf`, `1_000` and `1e3` stay text.
 */

/** The member of a number whose text says more than its value: `{ "Fn::Number": "2.0" }`, in the form of an intrinsic. */
const AS_WRITTEN = "Fn::Number";

const BOOLEAN_WORDS = { true: true, yes: true, on: true, false: false, no: false, off: false } as const;

/** Booleans of YAML 1.1, which CloudFormation reads. */
const BOOLEANS: ReadonlyMap<string, boolean> = new Map(
  Object.entries(BOOLEAN_WORDS).flatMap(([word, value]) => spellings(word).map((text) => [text, value] as const)),
);

const YAML_NULL = /^(~|null|Null|NULL)?$/;
const YAML_NUMBER = /^-?(0|[1-9][0-9]*)(\.[0-9]+)?$/;

/** A plain scalar of YAML as data. */
export function plainReading(text: string): Json {
  const boolean = BOOLEANS.get(text);
  if (boolean !== undefined) return boolean;
  if (YAML_NULL.test(text)) return null;
  return YAML_NUMBER.test(text) ? numberReading(text) : text;
}

/** A word of JSON as data; its numbers may have an exponent. */
export function wordReading(text: string): Json {
  if (text === "null") return null;
  return text === "true" || text === "false" ? text === "true" : numberReading(text);
}

/** A JavaScript number where it has the same text, which a number with more digits than it can hold does not. */
function numberReading(text: string): Json {
  return String(Number(text)) === text ? Number(text) : { [AS_WRITTEN]: text };
}

/** The text of a number that is kept as it was written; null for any other value. */
function writtenNumber(value: Json): string | null {
  const text = isJsonObject(value) ? value[AS_WRITTEN] : undefined;
  return typeof text === "string" ? text : null;
}

/** The text by which CloudFormation knows a scalar; undefined for a map or a list. */
export function scalarText(value: Json): string | undefined {
  if (typeof value === "object" && value !== null) return writtenNumber(value) ?? undefined;
  return value === null ? "" : String(value);
}

/** Characters that JSON may contain and YAML does not read: control characters, and separators that break lines. */
const UNPRINTABLE =
  /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** JSON that is also YAML's flow style. Numbers keep their text. With `indent`, collections have a line for each member. */
export function jsonText(value: Json, indent?: { readonly step: string; readonly at?: string }): string {
  const number = writtenNumber(value);
  if (number !== null) return number;
  if (typeof value !== "object" || value === null) return quoted(value);
  const inner = indent && { step: indent.step, at: (indent.at ?? "") + indent.step };
  const members = Array.isArray(value)
    ? value.map((item: Json) => jsonText(item, inner))
    : Object.entries(value as JsonObject).map(
        ([key, item]) => `${quoted(key)}:${indent ? " " : ""}${jsonText(item, inner)}`,
      );
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  if (!inner || members.length === 0) return `${open}${members.join(",")}${close}`;
  return `${open}\n${inner.at}${members.join(`,\n${inner.at}`)}\n${indent?.at ?? ""}${close}`;
}

function quoted(value: null | boolean | number | string): string {
  const escaped = (char: string) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return JSON.stringify(value).replace(UNPRINTABLE, escaped);
}

function spellings(word: string): string[] {
  return [word, word.toUpperCase(), `${word.charAt(0).toUpperCase()}${word.slice(1)}`];
}
