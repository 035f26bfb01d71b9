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

/** A type as a person says it: `string or null`, `list of strings (at most 200; each 1 to 64 characters)`. */
export function typeText(schema: Schema): string {
  if (schema.anyOf) return [...new Set(schema.anyOf.map(typeText))].join(" or ");
  const limits = limitsOf(schema);
  return limits.length > 0 ? `${baseText(schema)} (${limits.join("; ")})` : baseText(schema);
}

/** `^dep_[0-9a-hjkmnp-tv-z]{20}$` */
const ID_PATTERN = /^\^([a-z]{3}_)\[/;

function baseText(schema: Schema): string {
  const { $ref, anyOf, items, type, additionalProperties } = schema;
  if ($ref) return nounLink($ref);
  if (schema.enum) return schema.enum.map((value) => code(String(value))).join(", ");
  if (anyOf) return typeText(schema);
  const [, prefix] = ID_PATTERN.exec(schema.pattern ?? "") ?? [];
  if (prefix) return `id ${code(`${prefix}…`)}`;
  if (items) return `list of ${items.type && !items.enum ? `${items.type}s` : baseText(items)}`;
  if (typeof additionalProperties === "object") return `map of names to ${typeText(additionalProperties)}`;
  return schema.format === "date-time" ? "time" : (type ?? "any JSON");
}

function limitsOf(schema: Schema): string[] {
  const own = [
    range(schema.minimum, schema.maximum),
    range(schema.minItems || undefined, schema.maxItems),
    range(schema.minLength || undefined, schema.maxLength, " characters"),
  ];
  const inner = schema.items ? limitsOf(schema.items).map((limit) => `each ${limit}`) : [];
  return [...own.flat(), ...inner];
}

function range(least: number | undefined, most: number | undefined, unit = ""): string[] {
  if (most === undefined) return [];
  return [least === undefined ? `at most ${most}${unit}` : `${least} to ${most}${unit}`];
}

/** A description of its own, or else those of its items or of the types that it may have. */
export function meaningOf({ description, items, anyOf = [] }: Schema): string {
  return description ?? items?.description ?? anyOf.flatMap((part) => part.description ?? []).join(". ");
}

export function nounLink($ref: string): string {
  const name = $ref.slice($ref.lastIndexOf("/") + 1);
  return `[${name}](#${slugOf(name)})`;
}
