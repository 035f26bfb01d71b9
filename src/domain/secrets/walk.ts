import type { Disclosure } from "../activity/stage-policy.ts";
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import { matchesPattern } from "../name-pattern.ts";
import { hasPublicForm, hasSecretForm, isDynamicReference } from "./forms.ts";
import { isSecretMark } from "./mark.ts";
import { isEnvironment, isSecretPlace, placesOf } from "./places.ts";
import { announcesSecret } from "./telling-names.ts";

/** A secret that a walk came upon. */
export interface Found {
  /** Its name where it has one: the variable, the property, the parameter. */
  readonly name: string;
  /**
   * `environment` and `any`: it counts as secret because every variable does, or everything at such a place, whatever it is called.
   * `unreadable`: nobody has the value, and what is replaced only stands for it.
   */
  readonly why: "place" | "name" | "form" | "environment" | "any" | "policy" | "unreadable";
}

export interface Walk {
  /** What stands for a secret in the result. */
  readonly replace: (value: Json, found: Found) => Json;
  /** Whether a text without a secret place, name or form holds a secret that is known from elsewhere. */
  readonly isKnown?: (text: string) => boolean;
  readonly disclosure?: Disclosure;
  /** What stands for a plain digest of settings; without it, they stay as they are. */
  readonly digest?: (digest: string) => string;
  /** Whether references to secrets are replaced, too: for whoever asks where they lead. */
  readonly withReferences?: boolean;
}

/** Where a walk is: the names from the properties of a resource of that type, without lists and intrinsic functions. */
interface Place {
  readonly type: string | null;
  readonly trail: readonly string[];
}

export const OUTSIDE: Place = { type: null, trail: [] };

/**
 * The value with each secret replaced: by its place, by a name that announces it, or by its form; also through intrinsic functions
 * and in texts that are JSON. Everything else stays, references to secrets too: they name one and hold none. Pure.
 */
export function walk(value: Json, place: Place, by: Walk): Json {
  if (typeof value === "string") return walkText(value, place, by);
  if (Array.isArray(value)) return value.map((item: Json) => walk(item, place, by));
  if (!isJsonObject(value) || isSecretMark(value)) return value;
  const type = resourceType(value);
  const pair = pairIn(value);
  return mapMembers(value, (item, key) => {
    if (type !== null && key === "Properties") return walk(item, { type, trail: [] }, by);
    if (isIntrinsic(key)) return walkIntrinsic(key, item, { place, by });
    return walkMember(item, key, { place, by, pair });
  });
}

interface Member {
  readonly place: Place;
  readonly by: Walk;
  readonly pair: Pair | null;
}

function walkMember(item: Json, key: string, { place, by, pair }: Member): Json {
  const trail = [...place.trail, key];
  const name = pair?.valueKey === key ? pair.name : key;
  if (item === null || item === "" || isSecretMark(item)) return item;
  if (matches(by.disclosure?.secretKeys, name)) return by.replace(item, { name, why: "policy" });
  const isOfPair = pair !== null && key !== pair.valueKey;
  if (isSecretPlace(place.type, trail) && !isOfPair) {
    if (!isEnvironment(trail)) return replaceParts(item, { name, why: "place" }, by);
    return matches(by.disclosure?.shownKeys, name) ? item : by.replace(item, { name, why: "environment" });
  }
  if (announcesSecret(name) && !isOfPair) return replaceNamed(item, { place: { ...place, trail }, name, by });
  const inner = placesOf(key).length > 0 ? { type: key, trail: [] } : { ...place, trail };
  return walk(item, inner, by);
}

function matches(patterns: readonly string[] | undefined, key: string): boolean {
  return patterns?.some((pattern) => matchesPattern(pattern, key)) ?? false;
}

/** Replaces what stands at a secret place: each item of a list, each value of a map, each branch of a condition. */
function replaceParts(value: Json, found: Found, by: Walk): Json {
  if (value === null || typeof value === "boolean" || isSecretMark(value)) return value;
  if (isReference(value)) return by.withReferences ? by.replace(value, found) : value;
  if (Array.isArray(value)) return value.map((item: Json) => replaceParts(item, found, by));
  if (!isJsonObject(value)) return by.replace(value, found);
  const [only] = Object.keys(value);
  const branches = value["Fn::If"];
  if (Array.isArray(branches))
    return {
      "Fn::If": branches.map((branch: Json, at: number) => (at === 0 ? branch : replaceParts(branch, found, by))),
    };
  if (only !== undefined && isIntrinsic(only)) return by.replace(value, found);
  return mapMembers(value, (item) => replaceParts(item, found, by));
}

interface Named {
  readonly place: Place;
  readonly name: string;
  readonly by: Walk;
}

/** Under a name that announces a secret, texts and numbers are one; objects have names of their own. */
function replaceNamed(value: Json, { place, name, by }: Named): Json {
  if (Array.isArray(value)) return value.map((item: Json) => replaceNamed(item, { place, name, by }));
  const isArn = typeof value === "string" && value.startsWith("arn:");
  const hasNames = isJsonObject(value) && !Object.keys(value).every(isIntrinsic);
  if (isArn || hasNames) return walk(value, place, by);
  return replaceParts(value, { name, why: "name" }, by);
}

function walkText(text: string, place: Place, by: Walk): Json {
  const found: Found = { name: place.trail.at(-1) ?? "", why: "form" };
  const data = jsonIn(text);
  if (data !== null) {
    const secrets: Json[] = [];
    const noting: Walk = {
      ...by,
      replace: (value, each) => {
        secrets.push(value);
        return by.replace(value, each);
      },
    };
    const walked = walk(data, OUTSIDE, noting);
    if (secrets.length > 0) return walked;
  }
  return hasSecretForm(text) || by.isKnown?.(text) ? by.replace(text, found) : text;
}

/** Texts that are larger hold no settings. */
const MAX_JSON_CHARACTERS = 262_144;

/** The object or the list that a text is the JSON of; null for any other text. */
function jsonIn(text: string): Json {
  if (text.length > MAX_JSON_CHARACTERS || !/^\s*[[{]/.test(text)) return null;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return null;
  }
}

/** `{ Name: "DB_PASSWORD", Value: "…" }`: the name of the value stands beside it. */
interface Pair {
  readonly name: string;
  readonly valueKey: string;
}

const PAIRS: readonly (readonly [string, string])[] = [
  ["Name", "Value"],
  ["Key", "Value"],
  ["name", "value"],
  ["key", "value"],
  ["ParameterKey", "ParameterValue"],
  ["OptionName", "Value"],
  ["HeaderName", "HeaderValue"],
  ["AttributeName", "AttributeValue"],
  ["ApiKeyName", "ApiKeyValue"],
];

function pairIn(value: JsonObject): Pair | null {
  const known = PAIRS.find(([nameKey, valueKey]) => typeof value[nameKey] === "string" && valueKey in value);
  return known ? { name: String(value[known[0]]), valueKey: known[1] } : null;
}

function resourceType(value: JsonObject): string | null {
  const type = value["Type"];
  return typeof type === "string" && type.includes("::") && "Properties" in value ? type : null;
}

function isIntrinsic(key: string): boolean {
  return key === "Ref" || key.startsWith("Fn::");
}

/** What names a value and does not hold it. */
function isReference(value: Json): boolean {
  if (typeof value === "string") return value === "" || isDynamicReference(value);
  if (!isJsonObject(value)) return false;
  const [key = "", ...more] = Object.keys(value);
  if (more.length > 0) return false;
  if (key === "Fn::ImportValue") return typeof value[key] === "string";
  return key === "Ref" || key === "Fn::GetAtt" || (key === "Fn::Sub" && isDynamicText(value[key]));
}

/** `${AWS::StackName}` or `{{resolve:secretsmanager:${Secret}}}`: nothing of it is written out. */
function isDynamicText(text: Json | undefined): boolean {
  return (
    typeof text === "string" &&
    (/^(\$\{[^}]*\})+$/.test(text) || isDynamicReference(text.replaceAll(/\$\{[^}]*\}/g, "x")))
  );
}

interface Within {
  readonly place: Place;
  readonly by: Walk;
}

/** Intrinsic functions are no step of the way: what they return stands where they stand. */
function walkIntrinsic(key: string, item: Json, { place, by }: Within): Json {
  if (key === "Ref" || key === "Fn::GetAtt") return item;
  if (key === "Fn::Transform") return walkTransform(item, by);
  return walk(item, place, by);
}

/** What a macro does with its parameters nobody can tell; a location is one to read. */
function walkTransform(item: Json, by: Walk): Json {
  if (Array.isArray(item)) return item.map((each: Json) => walkTransform(each, by));
  const parameters = isJsonObject(item) ? item["Parameters"] : undefined;
  if (!isJsonObject(item) || !isJsonObject(parameters)) return walk(item, OUTSIDE, by);
  const masked = mapMembers(parameters, (value, name) =>
    name === "Location" ? walk(value, OUTSIDE, by) : replaceUnlessPublic(value, { name, why: "any" }, by),
  );
  return { ...item, Parameters: masked };
}

/** Replaces every text that is not public by its form alone. */
export function replaceUnlessPublic(value: Json, found: Found, by: Walk): Json {
  if (typeof value === "string") return value === "" || hasPublicForm(value) ? value : by.replace(value, found);
  if (Array.isArray(value)) return value.map((item: Json) => replaceUnlessPublic(item, found, by));
  if (!isJsonObject(value) || isSecretMark(value) || isReference(value)) return value;
  return mapMembers(value, (item, name) => replaceUnlessPublic(item, { ...found, name }, by));
}

export function replaceSecret(value: Json, found: Found, by: Walk): Json {
  return replaceParts(value, found, by);
}

export function mapMembers(value: JsonObject, change: (item: Json, key: string) => Json): JsonObject {
  return Object.fromEntries(Object.entries<Json>(value).map(([key, item]) => [key, change(item, key)]));
}
