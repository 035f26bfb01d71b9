import type { ComponentState } from "../component/component.ts";
import { stackState } from "../component/states/stack.ts";
import { StepbackError } from "../errors.ts";
import { asObject, isJsonObject, type Json, type JsonObject } from "../json.ts";
import { withoutMasks } from "./no-echo.ts";
import { readingOf } from "./splice/node.ts";
import { readTemplateText, type TemplateText } from "./splice/template-text.ts";

/**
 * A submitted template (JSON or YAML) as data, as CloudFormation reads it, with intrinsics in their long form. Throws
 * TEMPLATE_UNREADABLE, which names the place; also for aliases, which CloudFormation does not take.
 */
export function parseTemplate(text: string): JsonObject {
  return asObject(readingOf(readable(text).root));
}

function readable(text: string): TemplateText {
  try {
    return readTemplateText(text);
  } catch (error) {
    if (!(error instanceof StepbackError) || error.code === "TEMPLATE_UNREADABLE") throw error;
    throw new StepbackError("TEMPLATE_UNREADABLE", "The template uses YAML aliases.", [], { cause: error });
  }
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
    return { template: parseTemplate(template), parameters: withoutMasks(parameters) };
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
