import { type KindName, parseComponentId } from "./component.ts";
import { isJsonObject, type Json, type JsonObject } from "./json.ts";
import { parseTemplate } from "./template.ts";

/** A keyed fingerprint: equal values have equal ones, and nobody without the key can guess the value. */
export type Fingerprint = (value: string) => string;

/**
 * The settings of a component as they may be shown: every value of an environment variable wherever it stands and every
 * NoEcho parameter is `{ "secret": fingerprint }`. Diffs are made of these, so a rotated secret still shows as a change.
 */
export function exposed(id: string, settings: JsonObject, fingerprint: Fingerprint): JsonObject {
  return EXPOSE[parseComponentId(id)?.kind ?? "lambda-code"](settings, fingerprint);
}

const EXPOSE: Record<KindName, (settings: JsonObject, fingerprint: Fingerprint) => JsonObject> = {
  stack: (settings, fingerprint) => ({
    ...settings,
    template: readableTemplate(settings["template"], fingerprint),
    parameters: maskNoEcho(settings["parameters"], fingerprint),
  }),
  "stack-resource": (settings, fingerprint) => ({
    ...settings,
    definition: maskVariables(settings["definition"] ?? null, fingerprint),
    parameters: maskNoEcho(settings["parameters"], fingerprint),
    ...(settings["globals"] ? { globals: maskVariables(settings["globals"], fingerprint) } : {}),
  }),
  "lambda-config": (settings, fingerprint) => ({
    ...settings,
    Environment: maskValues(settings["Environment"], fingerprint),
  }),
  "lambda-code": asItIs,
  "lambda-alias": asItIs,
  "lambda-runtime": asItIs,
  "lambda-async": asItIs,
  "lambda-policy": (settings, fingerprint) => ({
    ...settings,
    Statements: maskTokens(settings["Statements"], fingerprint),
  }),
  "lambda-url": asItIs,
  "lambda-trigger": asItIs,
  "lambda-concurrency": asItIs,
  "lambda-tags": asItIs,
};

function asItIs(settings: JsonObject): JsonObject {
  return settings;
}

/** Who knows an Alexa skill's token may call the function as the skill (facts G). It may stand under any operator. */
function maskTokens(value: Json | undefined, fingerprint: Fingerprint): Json {
  if (Array.isArray(value)) return value.map((item: Json) => maskTokens(item, fingerprint));
  if (!isJsonObject(value)) return value ?? null;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      const isToken = key.toLowerCase() === "lambda:eventsourcetoken";
      const text = typeof item === "string" ? item : JSON.stringify(item);
      return [key, isToken ? { secret: fingerprint(text) } : maskTokens(item, fingerprint)];
    }),
  );
}

/** The template as data with its environment variables masked; one that cannot be parsed shows as its fingerprint. */
function readableTemplate(text: Json | undefined, fingerprint: Fingerprint): Json {
  if (typeof text !== "string") return null;
  try {
    return maskVariables(parseTemplate(text), fingerprint);
  } catch {
    return { secret: fingerprint(text) };
  }
}

/** Masks the values of every `Variables` map below an `Environment`, however deep: Lambda, SAM's Globals, CodeBuild. */
function maskVariables(value: Json, fingerprint: Fingerprint): Json {
  if (Array.isArray(value)) return value.map((item: Json) => maskVariables(item, fingerprint));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      const variables = key === "Environment" && isJsonObject(item) ? item["Variables"] : undefined;
      return [
        key,
        isJsonObject(variables)
          ? { ...(item as JsonObject), Variables: maskValues(variables, fingerprint) }
          : maskVariables(item, fingerprint),
      ];
    }),
  );
}

function maskValues(values: Json | undefined, fingerprint: Fingerprint): Json {
  if (!isJsonObject(values)) return values ?? null;
  const mask = (value: Json) => ({ secret: fingerprint(typeof value === "string" ? value : JSON.stringify(value)) });
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, mask(value)]));
}

/** CloudFormation never tells a NoEcho value, so its fingerprint is one of its name: it shows that there is one. */
function maskNoEcho(parameters: Json | undefined, fingerprint: Fingerprint): Json {
  if (!isJsonObject(parameters)) return {};
  return Object.fromEntries(
    Object.entries(parameters).map(([key, value]) => [
      key,
      isNoEcho(value) ? { secret: fingerprint(`NoEcho ${key}`) } : value,
    ]),
  );
}

/** How a stack's settings mark a NoEcho parameter, whose value nobody can read. */
export const NO_ECHO: JsonObject = { noEcho: true };

/** Whether the definition of a parameter in a template says NoEcho; templates write the boolean as text, too. */
export function isNoEchoParameter(definition: Json | undefined): boolean {
  const noEcho = isJsonObject(definition) ? definition["NoEcho"] : false;
  return noEcho === true || String(noEcho).toLowerCase() === "true";
}

export function isNoEcho(value: Json | undefined): boolean {
  return isJsonObject(value) && value["noEcho"] === true;
}
