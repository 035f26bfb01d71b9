import { pseudoParameters } from "../engine/scope.ts";
import type { Blueprint, Site } from "../model.ts";
import { evaluate, type Scope } from "../template/evaluate.ts";
import { formatError, validationError } from "../template/parse.ts";
import { isMap, mapOf, sameValue, scalarText, type Value, type ValueMap } from "../template/value.ts";

/**
 * Checks the template's assertions about its parameters. Throws ValidationError with the descriptions of those that
 * fail.
 */
export function checkRules(site: Site, { template, parameters }: Blueprint): void {
  const scope: Scope = {
    template,
    parameters,
    pseudo: pseudoParameters(site),
    resourceValue: (id) => {
      throw formatError(
        `Unresolved dependencies [${id}]. Cannot reference resources in the Rules block of the template`,
      );
    },
    importValue: () => {
      throw formatError("Fn::ImportValue is not allowed in the Rules block of the template");
    },
  };
  for (const [name, rule] of Object.entries(template.rules)) {
    const failed = failedAssertions(mapOf(rule), scope);
    if (failed.length > 0)
      throw validationError(`Template validation error: Rule ${name} failed: ${failed.join(", ")}`);
  }
}

function failedAssertions(rule: ValueMap, scope: Scope): string[] {
  const { RuleCondition: condition, Assertions: assertions } = rule;
  if (!Array.isArray(assertions)) throw formatError("Every Rules member must contain a list of Assertions.");
  if (condition !== undefined && !holds(condition, scope)) return [];
  return assertions
    .map(mapOf)
    .filter(({ Assert }) => !holds(Assert ?? "", scope))
    .map(({ AssertDescription }) => scalarText(AssertDescription) ?? "Assertion failed");
}

/** Evaluates the functions that only rules may use, and the common ones inside them. */
function holds(value: Value, scope: Scope): boolean {
  const [name, argument] = isMap(value) ? (Object.entries(value)[0] ?? []) : [];
  const parts = Array.isArray(argument) ? argument : [];
  if (name === "Fn::And") return parts.every((part) => holds(part, scope));
  if (name === "Fn::Or") return parts.some((part) => holds(part, scope));
  if (name === "Fn::Not") return !parts.some((part) => holds(part, scope));
  const [left = [], right = []] = parts.map((part) => evaluate(part, scope) ?? "");
  if (name === "Fn::Contains") return isSubset([right], left);
  if (name === "Fn::EachMemberIn") return isSubset(listOf(left), right);
  if (name === "Fn::EachMemberEquals") return listOf(left).every((item) => sameValue(item, right));
  return scalarText(evaluate(value, scope)) === "true";
}

function isSubset(items: readonly Value[], list: Value): boolean {
  return items.every((item) => listOf(list).some((candidate) => sameValue(candidate, item)));
}

function listOf(value: Value): Value[] {
  return Array.isArray(value) ? value : [value];
}
