import { isMap, mapOf, scalarText, type Value, type ValueMap } from "../../template/value.ts";

/** The sections of `Globals` and the types that they apply to. */
const SECTIONS: Readonly<Record<string, string>> = {
  "AWS::Serverless::Api": "Api",
  "AWS::Serverless::Function": "Function",
  "AWS::Serverless::HttpApi": "HttpApi",
  "AWS::Serverless::LayerVersion": "LayerVersion",
  "AWS::Serverless::SimpleTable": "SimpleTable",
};

/**
 * A resource's properties on top of the template's globals for its type. `IgnoreGlobals` leaves out some or all of the
 * globals.
 */
export function withGlobals(globals: ValueMap, member: ValueMap): ValueMap {
  const section = mapOf(globals[SECTIONS[scalarText(member["Type"]) ?? ""] ?? ""]);
  const ignored = member["IgnoreGlobals"];
  if (ignored === "*") return mapOf(member["Properties"]);
  const used = Object.entries(section).filter(([name]) => !Array.isArray(ignored) || !ignored.includes(name));
  return mapOf(merged(Object.fromEntries(used), mapOf(member["Properties"])));
}

/** Maps are merged and lists concatenated; of anything else, including functions, the resource's own value wins. */
function merged(global: Value, local: Value): Value {
  if (Array.isArray(global) && Array.isArray(local)) return [...global, ...local];
  if (!isMap(global) || !isMap(local) || isFunction(global) || isFunction(local)) return local;
  const result: ValueMap = { ...global };
  for (const [key, value] of Object.entries(local)) {
    const inherited = global[key];
    result[key] = inherited === undefined ? value : merged(inherited, value);
  }
  return result;
}

function isFunction(value: ValueMap): boolean {
  const [name, ...others] = Object.keys(value);
  return others.length === 0 && (name === "Ref" || name?.startsWith("Fn::") === true);
}
