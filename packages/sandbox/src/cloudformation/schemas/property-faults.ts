import { isUnknown } from "../template/unknown.ts";
import { isMap, scalarText, type Value, type ValueMap } from "../template/value.ts";
import { definitionOfType, type PropertyRule } from "./read-definitions.ts";

/**
 * What AWS's schema of a type finds wrong with a resource's properties, in AWS's words. Scalars of another type count as right if
 * they can be read as what is expected, as CloudFormation converts them. Empty for a type that the table does not describe.
 */
export function propertyFaults(type: string, properties: ValueMap): string[] {
  return definitionOfType(type) ? objectFaults("#", type, properties) : [];
}

function objectFaults(path: string, definition: string, value: ValueMap): string[] {
  const rules = definitionOfType(definition)?.properties ?? new Map<string, PropertyRule>();
  const missing = [...rules].filter(([name, { required }]) => required && !(name in value));
  const unknown = Object.keys(value).filter((name) => !rules.has(name));
  const inside = Object.entries(value).flatMap(([name, member]) =>
    valueFaults(`${path}/${name}`, rules.get(name)?.kind ?? "j", member),
  );
  return [
    ...missing.map(([name]) => `${path}: required key [${name}] not found`),
    ...unknown.map((name) => `${path}: extraneous key [${name}] is not permitted`),
    ...inside,
  ];
}

/** What a scalar has to look like to be read as a kind, and AWS's name for the kind. */
const SCALARS: Readonly<Record<string, { readonly name: string; readonly pattern: RegExp }>> = {
  b: { name: "Boolean", pattern: /^(true|false)$/i },
  i: { name: "Integer", pattern: /^[+-]?\d+(\.0+)?$/ },
  n: { name: "Number", pattern: /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i },
  s: { name: "String", pattern: /^/ },
};

/** In a value that is only known when the resource is made. */
const DYNAMIC = "{{resolve:";

function valueFaults(path: string, kind: string, value: Value): string[] {
  if (kind === "j" || (typeof value === "string" && isUnknown(value))) return [];
  if (kind.startsWith("[")) {
    if (!Array.isArray(value)) return [mismatch(path, "JSONArray", value)];
    return value.flatMap((item, index) => valueFaults(`${path}/${index}`, kind.slice(1, -1), item));
  }
  if (kind.startsWith("{") || kind.startsWith("#")) return mapFaults(path, kind, value);
  const { name, pattern } = SCALARS[kind] ?? { name: "String", pattern: /^/ };
  const text = scalarText(value);
  const fits = text !== undefined && (text.includes(DYNAMIC) || pattern.test(text));
  return fits ? [] : [mismatch(path, name, value)];
}

function mapFaults(path: string, kind: string, value: Value): string[] {
  if (!isMap(value)) return [mismatch(path, "JSONObject", value)];
  if (kind.startsWith("#")) return objectFaults(path, kind, value);
  return Object.entries(value).flatMap(([name, member]) => valueFaults(`${path}/${name}`, kind.slice(1, -1), member));
}

function mismatch(path: string, expected: string, value: Value): string {
  const found = Array.isArray(value) ? "JSONArray" : isMap(value) ? "JSONObject" : "String";
  return `${path}: expected type: ${expected}, found: ${found}`;
}
