import { asObject, isJsonObject, type JsonObject } from "../json.ts";
import { meaningOf, parametersOf } from "./meaning.ts";
import { type Part, takesProperty } from "./splice/request.ts";
import type { TemplateState } from "./template.ts";

/**
 * A part with everything besides other resources that decides what it means: the parameters with their values, the
 * conditions and the mappings that it refers to, directly or through each other. Names that an earlier rollback copied are
 * read as the originals, so that a restored part equals that of the backup. Null where the template does not have the part.
 */
export function partOf(state: TemplateState, part: Part): JsonObject | null {
  const definition = definitionOf(state.template, part);
  if (!definition) return null;
  const { text, ...around } = meaningOf(state, definition, "resource");
  return { definition: text, ...around, ...globalsFor(state.template, definition) };
}

/** The outputs in the same form, by their keys. */
export function outputsOf(state: TemplateState): JsonObject {
  const outputs = Object.entries(asObject(state.template["Outputs"]));
  return Object.fromEntries(outputs.map(([key, output]) => [key, meaningOf(state, output, "output", key)]));
}

/** The parameters that a part refers to, by the names that the template gives them. */
export function parametersIn({ template }: TemplateState, part: Part): string[] {
  const definition = definitionOf(template, part);
  return definition ? parametersOf(template, definition) : [];
}

/** The definition, or as much of it as the part takes: with `only` just those properties, with `except` all but them. */
function definitionOf(template: JsonObject, part: Part): JsonObject | null {
  const whole = asObject(template["Resources"])[part.logicalId];
  if (!isJsonObject(whole) || part.take === "all") return isJsonObject(whole) ? whole : null;
  const kept = Object.entries(asObject(whole["Properties"])).filter(([name]) => takesProperty(part, name));
  const Properties = Object.fromEntries(kept);
  return "only" in part.properties ? { Type: whole["Type"] ?? "", Properties } : { ...whole, Properties };
}

/** SAM's Globals apply to all resources of their type. */
function globalsFor(template: JsonObject, definition: JsonObject): JsonObject {
  const section = /^AWS::Serverless::(\w+)$/.exec(String(definition["Type"]))?.[1];
  const globals = section && asObject(template["Globals"])[section];
  return globals ? { globals } : {};
}
