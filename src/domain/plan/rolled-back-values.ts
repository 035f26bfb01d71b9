import { type CapturedComponent, kindOf } from "../component/component.ts";
import { differences, segments } from "../component/diff.ts";
import type { Reason } from "../errors.ts";
import { type Json, type JsonObject, sameJson } from "../json.ts";
import { parseTemplate } from "../template/template.ts";

/** The sides of a component that say what the deployment changed and what is rolled back. */
interface Sides {
  readonly before: CapturedComponent | null;
  readonly deployed: CapturedComponent | null;
  readonly live: CapturedComponent | null;
  readonly goal: CapturedComponent | null;
}

/**
 * Environment variables, parameters of stacks and references to secrets that the deployment, or the rollback that is
 * undone, gave another value, and that get the earlier one again: whoever rotated a password wants to know. Named by their
 * keys; no value is ever in it. Pure.
 */
export function rolledBackValues({ before, deployed, live, goal }: Sides, changedBy: "deploy" | "rollback"): Reason[] {
  const changed = changedValues(before, deployed);
  const goingBack = new Set(changedValues(live, goal));
  const keys = [...new Set(changed.filter((path) => goingBack.has(path)).map(keyOf))].sort();
  if (keys.length === 0) return [];
  const verbs = keys.length === 1 ? ["was", "is"] : ["were", "are"];
  const detail = `${keys.join(", ")} ${verbs[0]} changed by the ${changedBy} and ${verbs[1]} rolled back.`;
  return [{ code: "VALUE_ROLLED_BACK", detail }];
}

/** Paths of the values that both sides have and that differ. */
function changedValues(from: CapturedComponent | null, to: CapturedComponent | null): string[] {
  if (!from || !to) return [];
  return differences(readable(from), readable(to))
    .filter(({ left, right }) => left !== undefined && right !== undefined && !sameJson(left, right))
    .filter(({ path, left, right }) => isNamedValue(from, segments(path)) || isSecret(left) || isSecret(right))
    .map(({ path }) => path);
}

/** The settings, with a stack's template as data. One that cannot be parsed stays a text, which is not a named value. */
function readable({ id, state }: CapturedComponent): JsonObject {
  const { template, ...rest } = state.settings;
  if (kindOf(id) !== "stack" || typeof template !== "string") return state.settings;
  try {
    return { ...rest, template: parseTemplate(template) };
  } catch {
    return rest;
  }
}

function isNamedValue({ id }: CapturedComponent, path: readonly string[]): boolean {
  const [first, ...below] = path;
  switch (kindOf(id)) {
    case "lambda-config":
      return first === "Environment" && below.length === 1;
    case "stack":
    case "stack-resource":
      return (first === "parameters" && below.length > 0) || variableAt(path) > 0;
    default:
      return false;
  }
}

/** The place of a variable's key in the path of a template; 0 where the path leads to none. */
function variableAt(path: readonly string[]): number {
  const at = path.findIndex((part, index) => part === "Variables" && path[index - 1] === "Environment");
  return at > 0 && at + 1 < path.length ? at + 1 : 0;
}

/** A dynamic reference of CloudFormation or the ARN of a secret; neither is the secret itself. */
function isSecret(value: Json | undefined): boolean {
  return value !== undefined && /\{\{resolve:|:secretsmanager:/.test(JSON.stringify(value));
}

/** What people call the value: the variable's or the parameter's key, otherwise the place of the reference. */
function keyOf(pointer: string): string {
  const path = segments(pointer);
  const variable = variableAt(path);
  if (variable > 0) return path[variable] ?? pointer;
  if (path[0] === "Environment" || path[0] === "parameters") return path[1] ?? pointer;
  const at = path.indexOf("Resources");
  return path
    .slice(at + 1)
    .filter((part) => part !== "Properties" && part !== "definition")
    .join("/");
}
