import { controlCharacterIn } from "../domain/control-characters.ts";

/**
 * The keyword of a schema's text that says what becomes of control characters: `lines` takes breaks of lines and tabs, `any` takes
 * everything. A text without the keyword takes none, so that a new field is safe from its first day.
 */
export const CONTROL_CHARACTERS = "x-control-characters";

export type ControlRule = "lines" | "any";

interface Schema {
  readonly $ref?: string;
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly [CONTROL_CHARACTERS]?: ControlRule;
}

/** A fault as the validator of schemas reports one. */
export interface ControlFault {
  readonly keyword: typeof CONTROL_CHARACTERS;
  /** JSON pointer (RFC 6901). */
  readonly instancePath: string;
  readonly schemaPath: string;
  readonly params: Record<string, never>;
  readonly message: string;
}

/** A value inside what was sent. Its pointer is put together only for a fault: a value may be nested a million times. */
interface Place {
  readonly value: unknown;
  readonly key: string;
  readonly above: Place | null;
  readonly schemas: readonly Schema[];
}

/** Each text in `data`, and each name of a member, with a control character that its schema does not take. Pure. */
export function controlFaults(
  data: unknown,
  schema: unknown,
  nouns: Readonly<Record<string, unknown>>,
): ControlFault[] {
  const whole = { value: data, key: "", above: null, schemas: resolved(schema as Schema, nouns) };
  const faults: ControlFault[] = [];
  const places: Place[] = [whole];
  for (let place = places.pop(); place; place = places.pop()) {
    const found = faultAt(place);
    if (found) faults.push(found);
    places.push(...inside(place, nouns).reverse());
  }
  return faults;
}

/** A text in what was sent. */
export interface SentText {
  readonly value: string;
  /** The member that holds it, or the one that holds its list. */
  readonly member: string;
  /** JSON pointer (RFC 6901). */
  readonly pointer: string;
  readonly rules: readonly ControlRule[];
  /** Puts another text in its place. */
  readonly replace: (text: string) => void;
}

/** Each text in `data` below its top, with the rules of its schema. */
export function textsIn(data: unknown, schema: unknown, nouns: Readonly<Record<string, unknown>>): SentText[] {
  const places: Place[] = [{ value: data, key: "", above: null, schemas: resolved(schema as Schema, nouns) }];
  const texts: SentText[] = [];
  for (let place = places.pop(); place; place = places.pop()) {
    places.push(...inside(place, nouns));
    const { value, key, above, schemas } = place;
    if (typeof value !== "string" || !above) continue;
    const holder = above.value as Record<string, unknown>;
    const member = Array.isArray(holder) ? above.key : key;
    const rules = schemas.flatMap((each) => each[CONTROL_CHARACTERS] ?? []);
    const replace = (text: string) => {
      holder[key] = text;
    };
    texts.push({ value, member, pointer: pointerOf(place), rules, replace });
  }
  return texts;
}

function faultAt(place: Place): ControlFault | null {
  const inName = controlCharacterIn(place.key);
  if (inName) return fault(place, `has the control character ${inName} in its name`);
  if (typeof place.value !== "string") return null;
  const rules = place.schemas.map((schema) => schema[CONTROL_CHARACTERS]);
  if (rules.includes("any")) return null;
  const lines = rules.includes("lines");
  const inText = controlCharacterIn(place.value, lines);
  const taken = lines ? "; only line breaks and tabs are allowed" : "";
  return inText ? fault(place, `must not have the control character ${inText}${taken}`) : null;
}

function inside({ value, schemas, ...rest }: Place, nouns: Readonly<Record<string, unknown>>): Place[] {
  if (typeof value !== "object" || value === null) return [];
  const above = { value, schemas, ...rest };
  return Object.entries(value).map(([key, part]) => {
    const below = schemas.flatMap(({ properties, items }) => (Array.isArray(value) ? items : properties?.[key]) ?? []);
    return { value: part, key, above, schemas: below.flatMap((schema) => resolved(schema, nouns)) };
  });
}

/** A schema and those that it stands for. */
function resolved(schema: Schema, nouns: Readonly<Record<string, unknown>>): Schema[] {
  const noun = nouns[schema.$ref?.replace(/#$/, "") ?? ""] as Schema | undefined;
  return [schema, ...[...(schema.anyOf ?? []), ...(noun ? [noun] : [])].flatMap((one) => resolved(one, nouns))];
}

function fault(place: Place, message: string): ControlFault {
  return {
    keyword: CONTROL_CHARACTERS,
    instancePath: pointerOf(place),
    schemaPath: `#/${CONTROL_CHARACTERS}`,
    params: {},
    message,
  };
}

function pointerOf(place: Place): string {
  const path: string[] = [];
  for (let at: Place | null = place; at?.above; at = at.above) path.push(`/${escapeMember(at.key)}`);
  return path.reverse().join("");
}

/** Escapes a member's name for a JSON pointer (RFC 6901). */
export function escapeMember(member: string): string {
  return member.replaceAll("~", "~0").replaceAll("/", "~1");
}
