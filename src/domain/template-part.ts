import { asObject, isJsonObject, type Json, type JsonObject } from "./json.ts";
import { madeList, madeMap, madeText, type Node } from "./splice/node.ts";
import { type Part, takesProperty } from "./splice/request.ts";
import { type Role, usesIn } from "./splice/uses.ts";

/** A template as data, with the values of its parameters as a stack's settings hold them. */
export interface TemplateState {
  readonly template: JsonObject;
  readonly parameters: JsonObject;
}

/**
 * A part with everything that decides what it means beside other resources: the parameters with their values, the
 * conditions and the mappings that it refers to, directly and through each other. Null where the template lacks it.
 */
export function partOf({ template, parameters }: TemplateState, part: Part): JsonObject | null {
  const definition = definitionOf(template, part);
  if (!definition) return null;
  const named = { Parameters: new Set<string>(), Conditions: new Set<string>(), Mappings: new Set<string>() };
  const visit = (value: Json, role: Role): void => {
    for (const { of, name } of usesIn(nodeOf(value), role)) {
      const section = SECTIONS[of];
      const member = section && asObject(template[section])[name];
      if (!section || member === undefined || named[section].has(name)) continue;
      named[section].add(name);
      if (section === "Conditions") visit(member, "condition");
    }
  };
  visit(definition, "resource");
  const pick = (names: ReadonlySet<string>, source: JsonObject) =>
    Object.fromEntries([...names].sort().map((name) => [name, source[name] ?? null]));
  return {
    definition,
    parameters: pick(named.Parameters, parameters),
    conditions: pick(named.Conditions, asObject(template["Conditions"])),
    mappings: pick(named.Mappings, asObject(template["Mappings"])),
    ...globalsFor(template, definition),
  };
}

/** Where the mentioned name is looked up; resources stand for themselves. */
const SECTIONS: Readonly<Record<string, "Parameters" | "Conditions" | "Mappings">> = {
  value: "Parameters",
  condition: "Conditions",
  mapping: "Mappings",
};

/** The definition, or as much of it as the part takes: with `only` just those properties, with `except` all but them. */
function definitionOf(template: JsonObject, part: Part): JsonObject | null {
  const whole = asObject(template["Resources"])[part.logicalId];
  if (!isJsonObject(whole) || part.take === "all") return isJsonObject(whole) ? whole : null;
  const kept = Object.entries(asObject(whole["Properties"])).filter(([name]) => takesProperty(part, name));
  const Properties = Object.fromEntries(kept);
  return "only" in part.properties ? { Type: whole["Type"] ?? "", Properties } : { ...whole, Properties };
}

/** SAM's Globals reach into every resource of their type. */
function globalsFor(template: JsonObject, definition: JsonObject): JsonObject {
  const section = /^AWS::Serverless::(\w+)$/.exec(String(definition["Type"]))?.[1];
  const globals = section && asObject(template["Globals"])[section];
  return globals ? { globals } : {};
}

/** Parsed data as what the engine of splicing reads; places in a text it has none. */
function nodeOf(value: Json): Node {
  if (Array.isArray(value)) return madeList(value.map((item: Json) => nodeOf(item)));
  if (!isJsonObject(value)) return madeText(String(value));
  return madeMap(Object.entries(value).map(([key, item]) => [key, nodeOf(item)] as const));
}
