import yaml from "js-yaml";
import type { ComponentState } from "../component/component.ts";
import { stackState } from "../component/states/stack.ts";
import { StepbackError } from "../errors.ts";
import { isJsonObject, type Json, type JsonObject } from "../json.ts";

/** The short intrinsics of CloudFormation. The long forms of `Ref` and `Condition` have the same names, the others `Fn::…`. */
const SHORT_TAGS = [
  "And",
  "Base64",
  "Cidr",
  "Condition",
  "Contains",
  "Equals",
  "FindInMap",
  "ForEach",
  "GetAtt",
  "GetAZs",
  "GetStackOutput",
  "If",
  "ImportValue",
  "Join",
  "Length",
  "Not",
  "Or",
  "Ref",
  "Select",
  "Split",
  "Sub",
  "ToJsonString",
  "Transform",
] as const;

/** A template may reuse an anchor a few times; a text with more aliases counts as an alias bomb. */
const MAX_ALIASES = 200;

const SCHEMA = yaml.CORE_SCHEMA.extend(
  SHORT_TAGS.flatMap((tag) => (["scalar", "sequence", "mapping"] as const).map((kind) => shortTag(tag, kind))),
);

/**
 * A submitted template (JSON or YAML) as data, with intrinsics in their long form. Dates, and numbers that CloudFormation
 * reads as text, stay text. Throws TEMPLATE_UNREADABLE, which names the place.
 *
 * js-yaml reads here and `yaml` in splices, because a rollback parses a template about five times as often as it splices
 * one, and js-yaml takes 33 ms for 0.7 MB where `yaml` takes 327 ms.
 */
export function parseTemplate(text: string): JsonObject {
  const aliases = text.match(/(?<=[\s:[{,-])\*[A-Za-z0-9_]+(?=[\s,\]}]|$)/g)?.length ?? 0;
  if (aliases > MAX_ALIASES)
    throw new StepbackError(
      "TEMPLATE_UNREADABLE",
      `The template has ${aliases} YAML aliases; ${MAX_ALIASES} are allowed.`,
    );
  const parsed = read(text);
  if (!isJsonObject(parsed)) throw new StepbackError("TEMPLATE_UNREADABLE", "The template is not an object.");
  return parsed;
}

function read(text: string): Json {
  try {
    return text.trimStart().startsWith("{")
      ? (JSON.parse(text.replace(/^\uFEFF/, "")) as Json)
      : (yaml.load(text, { schema: SCHEMA, json: true }) as Json);
  } catch (error) {
    const place = error instanceof Error ? (error.message.split("\n")[0] ?? "") : "";
    throw new StepbackError("TEMPLATE_UNREADABLE", `The template cannot be parsed: ${place}`, [], { cause: error });
  }
}

function shortTag(tag: string, kind: "scalar" | "sequence" | "mapping"): yaml.Type {
  const name = tag === "Ref" || tag === "Condition" ? tag : `Fn::${tag}`;
  // `!GetAtt A.B` is the list form in JSON.
  const value = (data: unknown) => (tag === "GetAtt" && typeof data === "string" ? splitOnce(data) : data);
  return new yaml.Type(`!${tag}`, { kind, construct: (data: unknown) => ({ [name]: value(data) }) });
}

function splitOnce(text: string): string[] {
  const dot = text.indexOf(".");
  return dot < 0 ? [text] : [text.slice(0, dot), text.slice(dot + 1)];
}

/** A template as data, with the parameters of its stack as the settings hold them. */
export interface TemplateState {
  readonly template: JsonObject;
  readonly parameters: JsonObject;
}

/** The template and the parameters of a captured stack; null where the text cannot be parsed. */
export function templateStateOf(state: ComponentState): TemplateState | null {
  const { template, parameters } = stackState(state).settings;
  try {
    return { template: parseTemplate(template), parameters };
  } catch {
    return null;
  }
}

/** The template of a captured stack; empty where the text cannot be parsed, since nothing is known of its resources then. */
export function templateOf(state: ComponentState): JsonObject {
  return templateStateOf(state)?.template ?? {};
}

export interface TemplateResource {
  readonly logicalId: string;
  readonly type: string;
  readonly properties: JsonObject;
}

/** The resources of a parsed template; empty for a template without resources. */
export function resourcesOf(template: JsonObject): TemplateResource[] {
  const resources = template["Resources"];
  if (!isJsonObject(resources)) return [];
  return Object.entries(resources).flatMap(([logicalId, definition]) => {
    if (!isJsonObject(definition) || typeof definition["Type"] !== "string") return [];
    const properties = definition["Properties"];
    return [{ logicalId, type: definition["Type"], properties: isJsonObject(properties) ? properties : {} }];
  });
}

/** The export names that the template imports. `resolve` reads names that are references; unresolved ones are left out. */
export function importsOf(template: JsonObject, resolve: (value: Json | undefined) => string | null): string[] {
  const found = new Set<string>();
  const walk = (value: Json): void => {
    if (Array.isArray(value)) for (const item of value) walk(item);
    else if (isJsonObject(value)) {
      for (const [key, item] of Object.entries(value)) {
        const name = key === "Fn::ImportValue" ? resolve(item) : null;
        if (name !== null) found.add(name);
        walk(item);
      }
    }
  };
  walk(template);
  return [...found].sort();
}
