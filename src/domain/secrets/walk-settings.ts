import { type ComponentId, isOfKnownKind, type KindName, kindOf } from "../component/component.ts";
import { asObject, asObjects, isJsonObject, type Json, type JsonObject } from "../json.ts";
import { parseTemplate } from "../template/template.ts";
import { OUTSIDE, replaceSecret, type Walk, walk } from "./walk.ts";
import { secretParameters, walkParameters, walkTemplate } from "./walk-template.ts";

/** The settings of a component with each secret replaced, and a template as data. Pure. */
export function walkSettings(id: ComponentId, settings: JsonObject, by: Walk): JsonObject {
  // Nobody knows what is secret in the settings of a kind that this version lacks.
  return isOfKnownKind(id) ? WALKS[kindOf(id)](settings, by) : {};
}

const WALKS: Record<KindName, (settings: JsonObject, by: Walk) => JsonObject> = {
  stack: ({ template, parameters, ...others }, by) => {
    const data = readable(template);
    const secret = secretParameters(data ?? {}, parameters);
    return {
      ...walkObject(others, by),
      template: data ? walkTemplate(data, secret, by) : hidden(template, by),
      parameters: walkParameters(parameters, secret, by),
    };
  },
  "stack-resource": ({ parameters, ...others }, by) => ({
    ...walkObject(others, by),
    parameters: walkParameters(parameters, secretParameters(asObject(others["definition"]), parameters), by),
  }),
  "lambda-config": walkConfiguration,
  "lambda-code": walkObject,
  "lambda-alias": ({ target, weights, ...others }, by) => ({
    ...walkObject(others, by),
    ...(isJsonObject(target) ? { target: walkVersion(target, by) } : {}),
    ...(weights ? { weights: asObjects(weights).map((version) => walkVersion(version, by)) } : {}),
  }),
  "lambda-runtime": walkObject,
  "lambda-async": walkObject,
  "lambda-policy": walkPolicy,
  "lambda-url": walkObject,
  "lambda-trigger": walkObject,
  "lambda-concurrency": walkObject,
  "lambda-tags": walkObject,
};

function walkObject(value: JsonObject, by: Walk): JsonObject {
  return asObject(walk(value, OUTSIDE, by));
}

/** The settings of a function have the variables without the member `Variables` that requests have. */
function walkConfiguration({ Environment, ...others }: JsonObject, by: Walk): JsonObject {
  if (Environment === undefined) return walkObject(others, by);
  const variables = walk({ Environment: { Variables: Environment } }, OUTSIDE, by);
  return { ...walkObject(others, by), Environment: asObject(asObject(variables)["Environment"])["Variables"] ?? null };
}

/** A statement without a Sid has a digest of its content for a name. */
function walkPolicy({ Statements, ...others }: JsonObject, by: Walk): JsonObject {
  const walked = walkObject({ ...others, ...(Statements === undefined ? {} : { Statements }) }, by);
  if (!by.digest || !isJsonObject(walked["Statements"])) return walked;
  const named = Object.entries(walked["Statements"]).map(([id, item]) => [nameWithout(id, by.digest), item]);
  return { ...walked, Statements: Object.fromEntries(named) as JsonObject };
}

function nameWithout(id: string, digest: Walk["digest"]): string {
  const found = /^\(no Sid\) ([0-9a-f]{12})$/.exec(id)?.[1];
  return found && digest ? `(no Sid) ${digest(found).slice(0, found.length)}` : id;
}

/** A version that an alias points to; `config` is a digest of its settings. */
function walkVersion({ settings, config, ...others }: JsonObject, by: Walk): JsonObject {
  const shown = typeof config === "string" && by.digest ? by.digest(config) : config;
  const facts = { ...walkObject(others, by), ...(shown === undefined ? {} : { config: shown }) };
  return settings === undefined ? facts : { ...facts, settings: walkConfiguration(asObject(settings), by) };
}

function readable(text: Json | undefined): JsonObject | null {
  try {
    return typeof text === "string" ? parseTemplate(text) : null;
  } catch {
    return null;
  }
}

/** A template that cannot be parsed may hold a secret anywhere. */
function hidden(text: Json | undefined, by: Walk): Json {
  return text === undefined || text === null ? null : replaceSecret(text, { name: "template", why: "place" }, by);
}
