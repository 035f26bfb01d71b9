import { evaluate, type Scope } from "../template/evaluate.ts";
import { getAttParts } from "../template/references.ts";
import { isMap, mapOf, scalarText, type Value, type ValueMap } from "../template/value.ts";
import { withLoopsRun } from "./for-each.ts";
import { type Transform, TransformError, type TransformScope } from "./transform.ts";

/** Implements loops, `Fn::Length`, `Fn::ToJsonString`, and `Fn::FindInMap` with functions in its keys and a default. */
export const languageExtensions: Transform = (document, scope) => {
  const inner = scopeOf(document, scope);
  const { Resources, Conditions, Outputs, ...others } = document;
  const result: ValueMap = { ...others };
  for (const [name, section] of Object.entries({ Resources, Conditions, Outputs })) {
    if (section !== undefined) result[name] = withExtensionsRun(withLoopsRun(section, inner), inner);
  }
  return result;
};

/** What a transform can see: parameters and mappings. Values of resources are only known during the deployment. */
function scopeOf(document: ValueMap, { parameters, pseudo }: TransformScope): Scope {
  return {
    template: { mappings: mapOf(document["Mappings"]), conditions: mapOf(document["Conditions"]) },
    parameters,
    pseudo,
    resourceValue: (id) => {
      throw new TransformError(`The reference to ${id} cannot be resolved before the deployment`);
    },
    importValue: (name) => {
      throw new TransformError(`The import of ${name} cannot be resolved before the deployment`);
    },
  };
}

function withExtensionsRun(value: Value, scope: Scope): Value {
  if (Array.isArray(value)) return value.map((item) => withExtensionsRun(item, scope));
  if (!isMap(value)) return value;
  const [name, ...others] = Object.keys(value);
  const extension = name !== undefined && others.length === 0 ? EXTENSIONS.get(name) : undefined;
  if (extension && name !== undefined) return extension(withExtensionsRun(value[name] ?? "", scope), scope);
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withExtensionsRun(member, scope)]));
}

const EXTENSIONS: ReadonlyMap<string, (argument: Value, scope: Scope) => Value> = new Map([
  ["Fn::FindInMap", findInMap],
  ["Fn::Length", lengthOf],
  ["Fn::ToJsonString", toJsonString],
]);

function lengthOf(argument: Value, scope: Scope): Value {
  const list = Array.isArray(argument) ? argument : evaluate(argument, scope);
  if (!Array.isArray(list)) throw new TransformError("Fn::Length needs a list");
  return list.length;
}

/** The mapping's value, or the default, which may be any value. */
function findInMap(argument: Value, scope: Scope): Value {
  const parts = Array.isArray(argument) ? argument : [];
  const [map, first, second] = parts.slice(0, 3).map((key) => scalarText(evaluate(key, scope)) ?? "");
  const found = mapOf(mapOf(scope.template.mappings[map ?? ""])[first ?? ""])[second ?? ""];
  const value = found ?? mapOf(parts[3])["DefaultValue"];
  if (value === undefined) throw new TransformError(`Unable to get mapping for ${map}::${first}::${second}`);
  return value;
}

/** JSON text if the value is known; a Sub that the deployment completes if it refers to a resource. */
function toJsonString(argument: Value, scope: Scope): Value {
  const text = JSON.stringify(withPlaceholders(argument, scope));
  return text.includes("${") ? { "Fn::Sub": text } : text;
}

function withPlaceholders(value: Value, scope: Scope): Value {
  if (typeof value === "string") return value.replaceAll("${", "${!");
  if (Array.isArray(value)) return value.map((item) => withPlaceholders(item, scope));
  if (!isMap(value)) return value;
  const [name, ...others] = Object.keys(value);
  const isFunction = others.length === 0 && (name === "Ref" || name?.startsWith("Fn::"));
  if (isFunction) return resolved(value, scope) ?? placeholder(value);
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withPlaceholders(member, scope)]));
}

function resolved(value: ValueMap, scope: Scope): Value | undefined {
  try {
    return evaluate(value, scope);
  } catch (error) {
    if (error instanceof TransformError) return undefined;
    throw error;
  }
}

function placeholder(value: ValueMap): Value {
  const ref = scalarText(value["Ref"]);
  if (ref !== undefined) return `\${${ref}}`;
  const sub = scalarText(value["Fn::Sub"]);
  if (sub !== undefined) return sub;
  const getAtt = value["Fn::GetAtt"];
  if (getAtt === undefined)
    throw new TransformError("Fn::ToJsonString can hold Ref, Fn::GetAtt and Fn::Sub of resources only");
  const { name, attribute } = getAttParts(getAtt);
  return `\${${name}.${attribute}}`;
}
