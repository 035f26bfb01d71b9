import { shownScope } from "../engine/scope.ts";
import type { Blueprint, Site } from "../model.ts";
import { conditionHolds, evaluate, type Scope } from "../template/evaluate.ts";
import { formatError, validationError } from "../template/parse.ts";
import { KNOWN_AFTER_APPLY } from "../template/unknown.ts";
import type { Value } from "../template/value.ts";

/**
 * Evaluates whatever can be evaluated before a deployment. Throws ValidationError for a missing mapping, an index
 * beyond the end of a list, or a reference to a resource that its condition leaves out.
 */
export function checkValues(site: Site, blueprint: Blueprint): void {
  const { template } = blueprint;
  const scope: Scope = { ...shownScope(site, blueprint), parameters: blueprint.parameters };
  const holds = (condition: string | undefined) => conditionHolds(condition, scope);
  const check = (section: string, values: readonly (Value | undefined)[]): void => {
    const resourceValue = (id: string): Value => {
      if (holds(template.resources.get(id)?.condition)) return KNOWN_AFTER_APPLY;
      const words = `Unresolved resource dependencies [${id}] in the ${section} block of the template`;
      throw section === "Outputs" ? validationError(words) : formatError(words);
    };
    for (const value of values) if (value !== undefined) evaluate(value, { ...scope, resourceValue });
  };
  for (const { condition, properties, metadata } of template.resources.values()) {
    if (holds(condition)) check("Resources", [properties, metadata]);
  }
  for (const { condition, value, exportName } of template.outputs.values()) {
    if (holds(condition)) check("Outputs", [value, exportName]);
  }
}
