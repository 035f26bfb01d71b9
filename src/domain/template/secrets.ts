import type { Disclosure } from "../activity/stage-policy.ts";
import { type ComponentId, type KindName, kindOf } from "../component/component.ts";
import { isSecretMark } from "../component/diff.ts";
import { asObjects, isJsonObject, type Json, type JsonObject } from "../json.ts";
import { matchesPattern } from "../name-pattern.ts";
import { isNoEcho } from "./no-echo.ts";
import { parseTemplate } from "./template.ts";

/** A keyed fingerprint: equal values have equal fingerprints, and nobody can guess the value without the key. */
export type Fingerprint = (value: string) => string;

/** How secrets are masked, and the stage's policy about it. Without a policy, only values that are always secret are masked. */
export interface Masking {
  readonly fingerprint: Fingerprint;
  readonly disclosure?: Disclosure;
}

/**
 * The settings of a component as they may be shown: values of environment variables, NoEcho parameters and members that the
 * policy calls secret become `{ "secret": fingerprint }`. Diffs are made from these, so a rotated secret shows as a change.
 */
export function exposed(id: ComponentId, settings: JsonObject, masking: Masking): JsonObject {
  const shown = EXPOSE[kindOf(id)](settings, masking);
  return masking.disclosure?.secretKeys.length ? maskMembers(shown, masking) : shown;
}

const EXPOSE: Record<KindName, (settings: JsonObject, masking: Masking) => JsonObject> = {
  stack: (settings, masking) => ({
    ...settings,
    template: readableTemplate(settings["template"], masking),
    parameters: maskNoEcho(settings["parameters"], masking),
  }),
  "stack-resource": (settings, masking) => ({
    ...settings,
    definition: maskVariables(settings["definition"] ?? null, masking),
    parameters: maskNoEcho(settings["parameters"], masking),
    ...(settings["globals"] ? { globals: maskVariables(settings["globals"], masking) } : {}),
  }),
  "lambda-config": (settings, masking) => ({
    ...settings,
    Environment: maskValues(settings["Environment"], masking),
  }),
  "lambda-code": unmasked,
  "lambda-alias": (settings, masking) => ({
    ...settings,
    ...(isJsonObject(settings["target"]) ? { target: maskVersion(settings["target"], masking) } : {}),
    ...(settings["weights"]
      ? { weights: asObjects(settings["weights"]).map((version) => maskVersion(version, masking)) }
      : {}),
  }),
  "lambda-runtime": unmasked,
  "lambda-async": unmasked,
  "lambda-policy": (settings, masking) => ({
    ...settings,
    Statements: maskTokens(settings["Statements"], masking),
  }),
  "lambda-url": unmasked,
  "lambda-trigger": unmasked,
  "lambda-concurrency": unmasked,
  "lambda-tags": unmasked,
};

/** Masks the variables of a version that an alias points to. */
function maskVersion(version: JsonObject, masking: Masking): JsonObject {
  const { settings } = version;
  if (!isJsonObject(settings) || !("Environment" in settings)) return version;
  return { ...version, settings: { ...settings, Environment: maskValues(settings["Environment"], masking) } };
}

function unmasked(settings: JsonObject): JsonObject {
  return settings;
}

/** Whoever knows the token of an Alexa skill can call the function as the skill (facts G). Any operator may contain it. */
function maskTokens(value: Json | undefined, masking: Masking): Json {
  if (Array.isArray(value)) return value.map((item: Json) => maskTokens(item, masking));
  if (!isJsonObject(value)) return value ?? null;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      const isToken = key.toLowerCase() === "lambda:eventsourcetoken";
      const text = typeof item === "string" ? item : JSON.stringify(item);
      return [key, isToken ? secretMark(text, masking) : maskTokens(item, masking)];
    }),
  );
}

/** The template as data with masked environment variables; the fingerprint of a template that cannot be parsed. */
function readableTemplate(text: Json | undefined, masking: Masking): Json {
  if (typeof text !== "string") return null;
  try {
    return maskVariables(parseTemplate(text), masking);
  } catch {
    return secretMark(text, masking);
  }
}

/** Masks the values of every `Variables` map below an `Environment`, however deep: Lambda, SAM's Globals, CodeBuild. */
function maskVariables(value: Json, masking: Masking): Json {
  if (Array.isArray(value)) return value.map((item: Json) => maskVariables(item, masking));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      const variables = key === "Environment" && isJsonObject(item) ? item["Variables"] : undefined;
      return [
        key,
        isJsonObject(variables)
          ? { ...(item as JsonObject), Variables: maskValues(variables, masking) }
          : maskVariables(item, masking),
      ];
    }),
  );
}

/** Masks all values but those whose keys the policy shows in clear text. */
function maskValues(values: Json | undefined, masking: Masking): Json {
  if (!isJsonObject(values)) return values ?? null;
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, isShown(key, masking) ? value : secretMark(value, masking)]),
  );
}

/** Masks the values of all keys that the policy calls secret, at any depth. */
function maskMembers(value: JsonObject, masking: Masking): JsonObject;
function maskMembers(value: Json, masking: Masking): Json;
function maskMembers(value: Json, masking: Masking): Json {
  if (Array.isArray(value)) return value.map((item: Json) => maskMembers(item, masking));
  if (!isJsonObject(value) || isSecretMark(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      const hide = isSecret(key, masking) && !isSecretMark(item);
      return [key, hide ? secretMark(item, masking) : maskMembers(item, masking)];
    }),
  );
}

function isSecret(key: string, { disclosure }: Masking): boolean {
  return disclosure?.secretKeys.some((pattern) => matchesPattern(pattern, key)) ?? false;
}

function isShown(key: string, masking: Masking): boolean {
  const matches = masking.disclosure?.shownKeys.some((pattern) => matchesPattern(pattern, key)) ?? false;
  return matches && !isSecret(key, masking);
}

function secretMark(value: Json, { fingerprint }: Masking): JsonObject {
  return { secret: fingerprint(typeof value === "string" ? value : JSON.stringify(value)) };
}

/** Nobody can read a NoEcho value, so the mark has the fingerprint of its name and shows only that there is a value. */
function maskNoEcho(parameters: Json | undefined, masking: Masking): Json {
  if (!isJsonObject(parameters)) return {};
  return Object.fromEntries(
    Object.entries(parameters).map(([key, value]) => [
      key,
      isNoEcho(value) ? secretMark(`NoEcho ${key}`, masking) : value,
    ]),
  );
}
