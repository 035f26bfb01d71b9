import type { Disclosure } from "../activity/stage-policy.ts";
import type { ComponentId, ComponentState } from "../component/component.ts";
import { isJsonObject, type Json } from "../json.ts";
import { assignedIn, hasPublicForm, isDistinctive, isOfWords, withoutCredentials } from "./forms.ts";
import { createMatcher } from "./matcher.ts";
import { announcesSecret } from "./telling-names.ts";
import { type Found, OUTSIDE, type Walk, walk } from "./walk.ts";
import { walkSettings } from "./walk-settings.ts";

/** The secrets of a subject, for finding them where nobody expects them: in messages of AWS, in tags, in what people write. */
export interface SecretValues {
  /** Whether one of them is in the text. */
  readonly isIn: (text: string) => boolean;
  /** The text with `(secret)` in the place of each of them and of whatever is a credential by its form. */
  readonly without: (text: string) => string;
}

/** Secrets of a subject that become known one after the other. */
export interface GrowingValues extends SecretValues {
  readonly add: (values: Iterable<string>) => void;
}

/** Shorter values are found in words that have nothing to do with them. */
const MIN_CHARACTERS = 8;

/** No message quotes more in one piece. */
const MAX_CHARACTERS = 4_096;

const STAND_IN = "(secret)";

/** A state, as far as it may hold secrets. */
type Searched = Pick<ComponentState, "settings"> & Partial<Pick<ComponentState, "evidence">>;

/**
 * The values of a component's state that are secret and can be told from other words where they are found: of its settings, and of the
 * outputs of a stack, which are computed and stand in its evidence. Pure.
 */
export function secretsOf(id: ComponentId, { settings, evidence = {} }: Searched, disclosure?: Disclosure): string[] {
  const values = new Set<string>();
  const by: Walk = {
    replace: (value, found) => {
      for (const text of found.why === "unreadable" ? [] : partsOf(value))
        if (isWorthFinding(text, found)) values.add(text);
      return value;
    },
    ...(disclosure ? { disclosure } : {}),
  };
  walkSettings(id, settings, by);
  walk({ outputs: evidence["outputs"] ?? null }, OUTSIDE, by);
  return [...values];
}

/**
 * Every variable is masked where it stands, but the name of a table or of a stage is in each line of a log: of variables and of
 * constants only those are searched for whose name or form says that they are secret.
 */
function isWorthFinding(text: string, { name, why }: Found): boolean {
  if (text.length < MIN_CHARACTERS || text.length > MAX_CHARACTERS) return false;
  if (/^\d+$/.test(text) || hasPublicForm(text) || isOfWords(text)) return false;
  return (why === "environment" || why === "any") && !announcesSecret(name) ? isDistinctive(text) : true;
}

/**
 * The texts of a value: those between the references of a text, what it assigns to names of secrets, and the lines of a private
 * key, which a log has one by one.
 */
function partsOf(value: Json): string[] {
  if (Array.isArray(value)) return value.flatMap((item: Json) => partsOf(item));
  if (isJsonObject(value)) {
    const entries = Object.entries<Json>(value).filter(([key]) => key !== "Ref" && key !== "Fn::GetAtt");
    return entries.flatMap(([, item]) => partsOf(item));
  }
  if (typeof value === "number") return [String(value)];
  if (typeof value !== "string") return [];
  const lines = value.includes("PRIVATE KEY-----")
    ? value.split(/\s*\n\s*/).filter((line) => !/^-----/.test(line))
    : [];
  return [...new Set([...value.split(/\$\{[^}]*\}/), ...assignedIn(value), ...lines])];
}

/** The values as something to search texts with: linear in the text, whatever their number. */
export function secretValues(values: Iterable<string> = []): GrowingValues {
  const matcher = createMatcher();
  const add = (more: Iterable<string>) => {
    for (const value of more) matcher.add(value);
  };
  add(values);
  return {
    add,
    isIn: matcher.isIn,
    without: (text) => withoutCredentials(matcher.replace(text, STAND_IN), STAND_IN),
  };
}

/** The value with each of its texts without the secrets; names of members stay. Pure. */
export function withoutSecrets<Value>(value: Value, secrets: SecretValues): Value {
  return withoutIn(value as Json, secrets) as Value;
}

function withoutIn(value: Json, secrets: SecretValues): Json {
  if (typeof value === "string") return secrets.without(value);
  if (Array.isArray(value)) return value.map((item: Json) => withoutIn(item, secrets));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries<Json>(value).map(([key, item]) => [key, withoutIn(item, secrets)]));
}

/** Knows no value, and finds credentials by their forms alone. */
export const NO_SECRETS: SecretValues = secretValues();
