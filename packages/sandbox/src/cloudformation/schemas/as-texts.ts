import { isMap, scalarText, type Value, type ValueMap } from "../template/value.ts";
import { definitionOfType } from "./read-definitions.ts";

/** The properties with a text wherever AWS's schema of the type wants one: CloudFormation converts numbers and flags. */
export function withTexts(type: string, properties: ValueMap): ValueMap {
  const rules = definitionOfType(type)?.properties;
  if (!rules) return properties;
  const converted = Object.entries(properties).map(([name, value]) => [name, asKind(rules.get(name)?.kind, value)]);
  return Object.fromEntries(converted);
}

function asKind(kind: string | undefined, value: Value): Value {
  if (kind === "s") return scalarText(value) ?? value;
  if (kind?.startsWith("[") && Array.isArray(value)) return value.map((item) => asKind(kind.slice(1, -1), item));
  if (kind?.startsWith("#") && isMap(value)) return withTexts(kind, value);
  if (!kind?.startsWith("{") || !isMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, asKind(kind.slice(1, -1), member)]));
}
