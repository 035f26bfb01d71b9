import { code, slugOf } from "./markdown.ts";

/** The part of JSON Schema that the API's schemas use. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly format?: string;
  readonly pattern?: string;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly description?: string;
}

export interface Member {
  /** With its parents: `scope.stacks`, `steps[].actions`. */
  readonly name: string;
  readonly required: boolean;
  readonly schema: Schema;
}

/** The members of an object and of the objects within it, in the schema's order. */
export function membersOf({ properties = {}, required = [] }: Schema, prefix = ""): Member[] {
  return Object.entries(properties).flatMap(([key, schema]) => {
    const name = `${prefix}${key}`;
    const inner = objectWithin(schema);
    const nested = inner ? membersOf(inner.schema, `${name}${inner.isItem ? "[]" : ""}.`) : [];
    return [{ name, required: required.includes(key), schema }, ...nested];
  });
}

/** The object that a member is, that its list holds, or that it is when it is not null. */
function objectWithin(schema: Schema): { schema: Schema; isItem: boolean } | null {
  if (schema.properties) return { schema, isItem: false };
  if (schema.items) {
    const item = objectWithin(schema.items);
    return item && { ...item, isItem: true };
  }
  const [only, ...others] = (schema.anyOf ?? []).filter(({ type }) => type !== "null");
  return only && others.length === 0 ? objectWithin(only) : null;
}

/** A type as a person says it: `string or null`, `list of [Reason](#reason)`. */
export function typeText(schema: Schema): string {
  const { $ref, anyOf, items, type, additionalProperties } = schema;
  if ($ref) return nounLink($ref);
  if (schema.enum) return schema.enum.map((value) => code(String(value))).join(", ");
  if (anyOf) return [...new Set(anyOf.map(typeText))].join(" or ");
  if (items) return withLimits(`list of ${typeText(items)}`, limit(schema.minItems, schema.maxItems, "items"));
  if (typeof additionalProperties === "object") return `map of names to ${typeText(additionalProperties)}`;
  if (schema.format === "date-time") return "time";
  if (type === "string") return withLimits("string", limit(schema.minLength, schema.maxLength, "characters"));
  if (type === "integer") return withLimits("integer", limit(schema.minimum, schema.maximum, ""));
  return type ?? "any JSON";
}

/** What is null, or what else may be in the description of a part, is said there alone. */
export function meaningOf({ description, anyOf = [] }: Schema): string {
  return description ?? anyOf.flatMap((part) => part.description ?? []).join(". ");
}

export function nounLink($ref: string): string {
  const name = $ref.slice($ref.lastIndexOf("/") + 1);
  return `[${name}](#${slugOf(name)})`;
}

function withLimits(text: string, limits: string): string {
  return limits ? `${text} (${limits})` : text;
}

function limit(least: number | undefined, most: number | undefined, unit: string): string {
  if (most === undefined) return "";
  const range = least === undefined || (unit && least === 0) ? `at most ${most}` : `${least} to ${most}`;
  return `${range} ${unit}`.trim();
}
