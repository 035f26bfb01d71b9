import { asObject, isJsonObject, type Json, type JsonObject } from "#src/domain/json";
import { NO_ECHO } from "#src/domain/template/no-echo";
import { parseTemplate } from "#src/domain/template/template";

/** The parameters of a stack in which each one has its default. */
export function defaultsOf(template: string): Record<string, Json> {
  const parameters = Object.entries(asObject(parseTemplate(template)["Parameters"]));
  return Object.fromEntries(
    parameters.map(([key, definition]) => {
      const { NoEcho, Default } = asObject(definition);
      return [key, String(NoEcho) === "true" ? NO_ECHO : String(Default ?? "")];
    }),
  );
}

export interface Stack {
  readonly template: JsonObject;
  readonly parameters: Readonly<Record<string, Json>>;
}

export function stackOf(text: string, parameters: Readonly<Record<string, Json>>): Stack {
  return { template: parseTemplate(text), parameters };
}

/**
 * A definition with all parameters, mappings, conditions and SAM's Globals resolved: two of them are equal where their
 * resources get the same values. A separate implementation over the data of js-yaml.
 */
export function seenBy(stack: Stack, definition: Json | undefined): Json {
  if (!isJsonObject(definition)) return definition === undefined ? null : inPlace(stack, definition);
  const withGlobals = mergeGlobals(stack.template, definition);
  const { Condition, ...rest } = withGlobals;
  const seen = asObject(inPlace(stack, rest));
  return typeof Condition === "string" ? { ...seen, Condition: conditionBody(stack, Condition) } : seen;
}

function inPlace(stack: Stack, value: Json): Json {
  if (Array.isArray(value)) return value.map((item) => inPlace(stack, item));
  if (!isJsonObject(value)) return value;
  const { Ref: name, "Fn::If": choice, "Fn::FindInMap": lookup, "Fn::Sub": sub } = value;
  if (typeof name === "string" && name in stack.parameters) return { value: stack.parameters[name] ?? null };
  if (Array.isArray(choice))
    return {
      "Fn::If": [conditionBody(stack, String(choice[0])), ...choice.slice(1).map((item) => inPlace(stack, item))],
    };
  if (Array.isArray(lookup))
    return {
      "Fn::FindInMap": [
        asObject(stack.template["Mappings"])[String(lookup[0])] ?? null,
        ...lookup.slice(1).map((item) => inPlace(stack, item)),
      ],
    };
  if (typeof sub === "string") return { "Fn::Sub": filled(stack, sub, []) };
  if (Array.isArray(sub))
    return { "Fn::Sub": [filled(stack, String(sub[0]), Object.keys(asObject(sub[1]))), inPlace(stack, sub[1] ?? {})] };
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, inPlace(stack, item)]));
}

function filled({ parameters }: Stack, text: string, own: readonly string[]): string {
  return text.replace(/\$\{([A-Za-z0-9]+)\}/g, (whole, name: string) =>
    name in parameters && !own.includes(name) ? `<${JSON.stringify(parameters[name])}>` : whole,
  );
}

function conditionBody(stack: Stack, name: string): Json {
  const body = asObject(stack.template["Conditions"])[name];
  return body === undefined ? { lost: name } : inCondition(stack, body);
}

function inCondition(stack: Stack, value: Json): Json {
  if (Array.isArray(value)) return value.map((item) => inCondition(stack, item));
  if (!isJsonObject(value)) return value;
  if (typeof value["Condition"] === "string") return conditionBody(stack, value["Condition"]);
  if ("Ref" in value || "Fn::FindInMap" in value) return inPlace(stack, value);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, inCondition(stack, item)]));
}

function mergeGlobals(template: JsonObject, definition: JsonObject): JsonObject {
  const section = /^AWS::Serverless::(.+)$/.exec(String(definition["Type"]))?.[1];
  const globals = asObject(template["Globals"])[section ?? ""];
  return globals ? { ...definition, Properties: overlay(globals, definition["Properties"] ?? {}) } : definition;
}

function overlay(global: Json, own: Json | undefined): Json {
  if (own === undefined) return global;
  if (Array.isArray(global) && Array.isArray(own)) return [...global, ...own];
  const plain = (value: Json) =>
    isJsonObject(value) && !Object.keys(value).some((key) => key === "Ref" || key.startsWith("Fn::"));
  if (!plain(global) || !plain(own)) return own;
  const [left, right] = [asObject(global), asObject(own)];
  return Object.fromEntries(
    [...new Set([...Object.keys(left), ...Object.keys(right)])].map((key) => [
      key,
      key in left ? overlay(left[key] ?? null, right[key]) : (right[key] ?? null),
    ]),
  );
}

/** Names that a template mentions and does not define. */
export function danglingIn(template: JsonObject): string[] {
  const resources = asObject(template["Resources"]);
  const defined = new Set([...Object.keys(resources), ...Object.keys(asObject(template["Parameters"]))]);
  const parents = Object.keys(resources).filter((id) =>
    String(asObject(resources[id])["Type"]).startsWith("AWS::Serverless::"),
  );
  const hasLoops = Object.keys(resources).some((id) => id.startsWith("Fn::ForEach"));
  const generated = (name: string) =>
    hasLoops || parents.some((id) => name.startsWith(id)) || (parents.length > 0 && name.startsWith("Serverless"));
  const lost = new Set<string>();
  const conditions = asObject(template["Conditions"]);
  const name = (text: string, own: readonly string[] = []) => {
    const id = text.split(".")[0] ?? "";
    if (!defined.has(id) && !id.startsWith("AWS::") && !own.includes(id) && !generated(id)) lost.add(id);
  };
  const walk = (value: Json): void => {
    if (Array.isArray(value)) for (const item of value) walk(item);
    if (!isJsonObject(value)) return;
    for (const [key, item] of Object.entries(value)) {
      if (key === "Ref" && typeof item === "string") name(item);
      if (key === "Fn::GetAtt") name(String(Array.isArray(item) ? item[0] : item));
      if (key === "DependsOn") for (const id of [item].flat()) name(String(id));
      if (key === "Fn::If" && Array.isArray(item) && !(String(item[0]) in conditions)) lost.add(`condition ${item[0]}`);
      if (key === "Condition" && typeof item === "string" && !(item in conditions)) lost.add(`condition ${item}`);
      if (
        key === "Fn::FindInMap" &&
        Array.isArray(item) &&
        typeof item[0] === "string" &&
        !(item[0] in asObject(template["Mappings"]))
      )
        lost.add(`mapping ${item[0]}`);
      if (key === "Fn::Sub") {
        const [text, own] = Array.isArray(item) ? item : [item];
        for (const [, inner = ""] of String(text).matchAll(/\$\{([^!}][^}]*)\}/g))
          name(inner.trim(), Object.keys(asObject(own)));
      }
      walk(item);
    }
  };
  walk([resources, asObject(template["Outputs"]), conditions]);
  return [...lost];
}
