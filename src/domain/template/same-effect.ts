import type { ComponentState } from "../component/component.ts";
import { asObject, type Json, type JsonObject, sameJson } from "../json.ts";
import { outputsOf } from "./part.ts";
import { readingOf } from "./splice/node.ts";
import { readTemplateText } from "./splice/template-text.ts";
import { templateStateOf } from "./template.ts";

/**
 * Whether two texts are the same template for CloudFormation, because they read as the same data whatever their comments,
 * order and format. A text that cannot be read equals only itself.
 */
export function sameTemplate(one: string, other: string): boolean {
  if (one === other) return true;
  const [left, right] = [readingOrNull(one), readingOrNull(other)];
  return left !== null && right !== null && sameJson(left, right);
}

function readingOrNull(text: string): Json | null {
  try {
    return readingOf(readTemplateText(text).root);
  } catch {
    return null;
  }
}

/** Attributes that change how a stack behaves, although CloudFormation does not count them as changes (facts E2, step 2). */
const POLICIES = ["DeletionPolicy", "UpdateReplacePolicy", "UpdatePolicy"] as const;

/**
 * What still differs from the goal after CloudFormation found nothing to change: outputs, and policies of resources. Empty
 * where the remaining differences have no effect. Pure.
 */
export function leftUndone(goal: ComponentState, live: ComponentState): string[] {
  const [wanted, present] = [templateStateOf(goal), templateStateOf(live)];
  if (!wanted || !present) return ["a template that cannot be parsed"];
  const outputs = differingKeys(outputsOf(wanted), outputsOf(present)).map((key) => `the output ${key}`);
  const [there, here] = [wanted, present].map(({ template }) => asObject(template["Resources"])) as [
    JsonObject,
    JsonObject,
  ];
  const policies = Object.keys(there).flatMap((id) =>
    policiesUndone(asObject(there[id]), asObject(here[id])).map((name) => `${name} of ${id}`),
  );
  return [...outputs, ...policies];
}

/** The policies of one resource that still differ, by its definitions in both templates. */
export function policiesUndone(goal: JsonObject, live: JsonObject): string[] {
  return POLICIES.filter((name) => !sameJson(goal[name] ?? null, live[name] ?? null));
}

function differingKeys(one: JsonObject, other: JsonObject): string[] {
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...keys].filter((key) => !sameJson(one[key] ?? null, other[key] ?? null)).sort();
}
