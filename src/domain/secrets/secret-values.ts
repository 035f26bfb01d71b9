import type { Disclosure } from "../activity/stage-policy.ts";
import type { ComponentId } from "../component/component.ts";
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import { hasPublicForm, isDistinctive, withoutSecretForms } from "./forms.ts";
import { announcesSecret } from "./telling-names.ts";
import type { Found } from "./walk.ts";
import { walkSettings } from "./walk-settings.ts";

/** The secrets of a subject, for finding them where nobody expects them: in messages of AWS, in tags, in what people write. */
export interface SecretValues {
  /** Whether one of them is in the text. */
  readonly isIn: (text: string) => boolean;
  /** The text with `(secret)` in the place of each of them and of whatever has the form of a secret. */
  readonly without: (text: string) => string;
}

/** Shorter values are found in words that have nothing to do with them. */
const MIN_CHARACTERS = 8;

/** More would make a search slow; a subject that has them hides its values from nobody but itself. */
const MAX_VALUES = 20_000;

const STAND_IN = "(secret)";

/** The values of a component's settings that are secret and long enough to be found elsewhere. Pure. */
export function secretsOf(id: ComponentId, settings: JsonObject, disclosure?: Disclosure): string[] {
  const values = new Set<string>();
  walkSettings(id, settings, {
    replace: (value, found) => {
      for (const text of partsOf(value)) if (isWorthFinding(text, found)) values.add(text);
      return value;
    },
    ...(disclosure ? { disclosure } : {}),
  });
  return [...values];
}

/**
 * Every variable is masked where it stands, but the name of a table or of a stage is in each line of a log: of variables only
 * those are searched for whose name or form says that they are secret.
 */
function isWorthFinding(text: string, { name, why }: Found): boolean {
  if (text.length < MIN_CHARACTERS || hasPublicForm(text)) return false;
  return why === "environment" && !announcesSecret(name) ? isDistinctive(text) : true;
}

/** The texts of a value: those between the references of a text, and the password of a URL by itself. */
function partsOf(value: Json): string[] {
  if (Array.isArray(value)) return value.flatMap((item: Json) => partsOf(item));
  if (isJsonObject(value)) {
    const entries = Object.entries<Json>(value).filter(([key]) => key !== "Ref" && key !== "Fn::GetAtt");
    return entries.flatMap(([, item]) => partsOf(item));
  }
  if (typeof value === "number") return [String(value)];
  if (typeof value !== "string") return [];
  const password = value.match(/:\/\/[^\s/:@]*:([^\s/@]+)@/)?.[1];
  const pieces = value.split(/\$\{[^}]*\}/);
  return [...new Set([...pieces, ...(password ? [password] : [])])];
}

/** Forms in which a message may quote a value: as it is, within JSON, within a URL. */
function spellings(value: string): string[] {
  return [...new Set([value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value)])];
}

export function secretValues(values: Iterable<string>): SecretValues {
  const searched = [...new Set([...values].slice(0, MAX_VALUES).flatMap(spellings))];
  // The longest first, so that no rest of a longer secret is left when a shorter one is a part of it.
  searched.sort((one, other) => other.length - one.length);
  return {
    isIn: (text) => searched.some((value) => text.includes(value)),
    without: (text) =>
      withoutSecretForms(
        searched.reduce((rest, value) => (rest.includes(value) ? rest.replaceAll(value, STAND_IN) : rest), text),
        STAND_IN,
      ),
  };
}

export const NO_SECRETS: SecretValues = secretValues([]);
