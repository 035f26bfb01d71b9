import { cidrBlocks } from "./cidr.ts";
import type { Template } from "./definitions.ts";
import { type ParameterValue, parameterReference } from "./parameters.ts";
import { validationError } from "./parse.ts";
import { getAttParts, replaceSubNames, subParts, subReference } from "./references.ts";
import { isUnknown, KNOWN_AFTER_APPLY } from "./unknown.ts";
import { isMap, mapOf, sameValue, scalarText, type Value, type ValueMap } from "./value.ts";

/** Where the functions of a template get their values from. */
export interface Scope {
  readonly template: Pick<Template, "conditions" | "mappings">;
  readonly parameters: readonly ParameterValue[];
  /** The values of `AWS::Region` and the other pseudo parameters. */
  readonly pseudo: ReadonlyMap<string, Value>;
  /** What Ref (attribute null) or GetAtt of a resource returns. Throws if the value is not available. */
  resourceValue(logicalId: string, attribute: string | null): Value;
  /** The value of an export. Throws if no stack exports it. */
  importValue(name: string): Value;
}

type IntrinsicFunction = (argument: Value, scope: Scope) => Value | undefined;

/** A value with its functions evaluated; undefined for `AWS::NoValue`, which removes the member that holds it. */
export function evaluate(value: Value, scope: Scope): Value | undefined {
  if (Array.isArray(value)) return value.map((item) => evaluate(item, scope)).filter((item) => item !== undefined);
  if (!isMap(value)) return value;
  const [name, ...others] = Object.keys(value);
  const intrinsic = name !== undefined && others.length === 0 ? INTRINSICS.get(name) : undefined;
  return intrinsic && name !== undefined ? intrinsic(value[name] ?? "", scope) : evaluateMap(value, scope);
}

/** Every member with its functions evaluated. */
export function evaluateMap(map: ValueMap, scope: Scope): ValueMap {
  const result: ValueMap = {};
  for (const [key, member] of Object.entries(map)) {
    const value = evaluate(member, scope);
    if (value !== undefined) result[key] = value;
  }
  return result;
}

/** Whether a condition of the template holds. A resource or output without a condition always exists. */
export function conditionHolds(name: string | undefined, scope: Scope): boolean {
  if (name === undefined) return true;
  const body = scope.template.conditions[name];
  if (body === undefined) throw validationError(`Template error: unresolved condition dependency ${name}`);
  return isTrue(body, scope);
}

const INTRINSICS: ReadonlyMap<string, IntrinsicFunction> = new Map<string, IntrinsicFunction>([
  ["Ref", (argument, scope) => reference(textOf(argument, scope, "Ref"), scope)],
  ["Fn::GetAtt", getAtt],
  ["Fn::Sub", sub],
  ["Fn::Join", join],
  ["Fn::Select", select],
  ["Fn::Split", (argument, scope) => split(argument, scope)],
  ["Fn::If", evaluateIf],
  ["Fn::FindInMap", findInMap],
  ["Fn::ImportValue", (argument, scope) => scope.importValue(textOf(argument, scope, "Fn::ImportValue"))],
  ["Fn::Base64", (argument, scope) => Buffer.from(textOf(argument, scope, "Fn::Base64")).toString("base64")],
  ["Fn::Cidr", cidr],
  ["Fn::GetAZs", (argument, scope) => zonesOf(textOf(argument, scope, "Fn::GetAZs"), scope)],
  ["Fn::Equals", (argument, scope) => isTrue({ "Fn::Equals": argument }, scope)],
  ["Fn::And", (argument, scope) => isTrue({ "Fn::And": argument }, scope)],
  ["Fn::Or", (argument, scope) => isTrue({ "Fn::Or": argument }, scope)],
  ["Fn::Not", (argument, scope) => isTrue({ "Fn::Not": argument }, scope)],
]);

function reference(name: string, scope: Scope): Value | undefined {
  if (name === "AWS::NoValue") return undefined;
  const pseudo = scope.pseudo.get(name);
  if (pseudo !== undefined) return pseudo;
  const parameter = scope.parameters.find(({ key }) => key === name);
  return parameter ? parameterReference(parameter) : scope.resourceValue(name, null);
}

function getAtt(argument: Value, scope: Scope): Value {
  const parts = Array.isArray(argument) ? argument.map((part) => textOf(part, scope, "Fn::GetAtt")) : argument;
  const { name, attribute } = getAttParts(parts);
  return scope.resourceValue(name, attribute);
}

function sub(argument: Value, scope: Scope): Value {
  const { text, variables } = subParts(argument);
  return replaceSubNames(text, (name) => {
    const own = variables[name];
    if (own !== undefined) return textOf(own, scope, "Fn::Sub");
    const { name: id, attribute } = subReference(name);
    const value = attribute === null ? reference(id, scope) : scope.resourceValue(id, attribute);
    return Array.isArray(value) ? value.map(String).join(",") : (scalarText(value) ?? "");
  });
}

function join(argument: Value, scope: Scope): Value {
  const [separator, items] = listOf(argument, scope, "Fn::Join");
  const texts = Array.isArray(items) ? items : [items ?? ""];
  return texts.map((item) => scalarText(item) ?? JSON.stringify(item)).join(scalarText(separator) ?? "");
}

function split(argument: Value, scope: Scope): Value {
  const [separator, text] = listOf(argument, scope, "Fn::Split");
  if (isUnknown(text)) return [KNOWN_AFTER_APPLY];
  return (scalarText(text) ?? "").split(scalarText(separator) ?? ",");
}

function select(argument: Value, scope: Scope): Value {
  const [index, list] = listOf(argument, scope, "Fn::Select");
  if (isUnknown(list) || (Array.isArray(list) && list.length === 1 && isUnknown(list[0]))) return KNOWN_AFTER_APPLY;
  const item = Array.isArray(list) ? list[Number(index)] : undefined;
  if (item !== undefined) return item;
  throw validationError(`Template error: Fn::Select cannot select nonexistent value at index ${String(index)}`);
}

function evaluateIf(argument: Value, scope: Scope): Value | undefined {
  if (!Array.isArray(argument) || argument.length !== 3) {
    throw validationError("Template error: Fn::If requires a list argument with three parameters");
  }
  const [name, whenTrue, whenFalse] = argument;
  return evaluate((conditionHolds(scalarText(name) ?? "", scope) ? whenTrue : whenFalse) ?? "", scope);
}

function findInMap(argument: Value, scope: Scope): Value {
  const [map, first, second] = listOf(argument, scope, "Fn::FindInMap").map((key) => scalarText(key) ?? "");
  const value = mapOf(mapOf(scope.template.mappings[map ?? ""])[first ?? ""])[second ?? ""];
  if (value === undefined) {
    throw validationError(`Template error: Unable to get mapping for ${map}::${first}::${second}`);
  }
  return value;
}

function cidr(argument: Value, scope: Scope): Value {
  const [block, count, bits] = listOf(argument, scope, "Fn::Cidr");
  if (isUnknown(block)) return [KNOWN_AFTER_APPLY];
  return cidrBlocks(scalarText(block) ?? "", Number(count), bits === undefined ? undefined : Number(bits));
}

function zonesOf(region: string, scope: Scope): Value {
  const name = region || (scalarText(scope.pseudo.get("AWS::Region")) ?? "");
  return ["a", "b", "c"].map((letter) => `${name}${letter}`);
}

function isTrue(body: Value, scope: Scope): boolean {
  const map = mapOf(body);
  const list = (name: string) => (Array.isArray(map[name]) ? map[name] : []);
  if ("Condition" in map) return conditionHolds(scalarText(map["Condition"]), scope);
  if ("Fn::Equals" in map) {
    const [left, right] = list("Fn::Equals").map((item) => evaluate(item, scope));
    return sameValue(left, right);
  }
  if ("Fn::Not" in map) return !list("Fn::Not").some((item) => isTrue(item, scope));
  if ("Fn::And" in map) return list("Fn::And").every((item) => isTrue(item, scope));
  if ("Fn::Or" in map) return list("Fn::Or").some((item) => isTrue(item, scope));
  return scalarText(evaluate(body, scope)) === "true";
}

function textOf(value: Value, scope: Scope, where: string): string {
  const result = evaluate(value, scope);
  const text = scalarText(result);
  if (text === undefined) throw validationError(`Template error: every ${where} object must have one String value.`);
  return text;
}

function listOf(value: Value, scope: Scope, where: string): Value[] {
  const result = evaluate(value, scope);
  if (!Array.isArray(result)) throw validationError(`Template error: every ${where} object requires a list argument.`);
  return result;
}
