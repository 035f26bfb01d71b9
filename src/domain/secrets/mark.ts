import { isJsonObject, type Json, type JsonObject } from "../json.ts";

/** A keyed fingerprint: equal values have equal fingerprints, and nobody can find the value without the key. */
export type Fingerprint = (value: string) => string;

/** Fingerprints of one place. Equal secrets of two stages have different ones, so that none tells about another. */
export type FingerprintAt = (place: FingerprintPlace) => Fingerprint;

export interface FingerprintPlace {
  readonly target: string;
  readonly application: string;
  readonly stage: string;
}

/** Below this many characters whoever sees two fingerprints, or one beside a list of guesses, learns too much. */
const MIN_CHARACTERS = 8;

/**
 * Stands for a value that is not shown: `{ "secret": fingerprint }`. `short` says that the value is easy to guess; it is only in
 * marks that are compared, never in those that are shown.
 */
export function secretMark(value: Json, fingerprint: Fingerprint): JsonObject {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return { secret: fingerprint(text), ...(isGuessable(value, text) ? { short: true } : {}) };
}

function isGuessable(value: Json, text: string): boolean {
  return typeof value !== "object" && (text.length < MIN_CHARACTERS || /^(\d+|true|false)$/i.test(text));
}

/** Whether a value is a mark, which counts as one value. */
export function isSecretMark(value: Json | undefined): value is JsonObject {
  if (!isJsonObject(value) || typeof value["secret"] !== "string") return false;
  return Object.keys(value).every((key) => key === "secret" || (key === "short" && value[key] === true));
}

/** The value as it is shown: of a secret that is easy to guess only that there is one. */
export function settled(value: JsonObject): JsonObject;
export function settled(value: Json): Json;
export function settled(value: Json): Json {
  if (Array.isArray(value)) return value.map((item: Json) => settled(item));
  if (!isJsonObject(value)) return value;
  if (isSecretMark(value)) return value["short"] ? { secret: "set" } : value;
  return Object.fromEntries(Object.entries<Json>(value).map(([key, item]) => [key, settled(item)]));
}

/** Whether a secret that is easy to guess is in the value, so that two sides may look alike and differ. */
export function hidesMore(value: Json | undefined): boolean {
  if (Array.isArray(value)) return value.some((item: Json) => hidesMore(item));
  if (!isJsonObject(value)) return false;
  return isSecretMark(value) ? value["short"] === true : Object.values<Json>(value).some((item) => hidesMore(item));
}
