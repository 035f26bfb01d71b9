import type { Shape } from "../core/contract.ts";
import { isShape } from "../core/shape.ts";
import { API_MODEL, type MemberRule } from "./api-model.ts";
import { Constraints } from "./constraints.ts";

/**
 * Throws one ValidationException for every member that the operation requires and the request lacks, and for every value
 * outside the API's limits. Patterns, and rules that AWS words in a way of its own, are checked by the operations.
 */
export function requireModel(operation: string, input: Shape): void {
  const constraints = new Constraints(input);
  for (const [member, rule] of Object.entries(API_MODEL[operation] ?? {})) {
    for (const { path, value } of occurrences(input, member)) checkValue(constraints, { path, value, rule });
  }
  constraints.enforce();
}

interface Occurrence {
  readonly path: string;
  readonly value: unknown;
}

/** Where a member stands in the input: once for each item of a list, and nowhere if what should hold it is absent. */
function occurrences(input: Shape, member: string): Occurrence[] {
  let found: Occurrence[] = [{ path: "", value: input }];
  for (const part of member.split(".")) {
    const name = part.replace("[]", "");
    found = found.flatMap(({ path, value }) => {
      if (!isShape(value)) return [];
      const at = path === "" ? name : `${path}.${name}`;
      const inner = value[name] ?? undefined;
      if (name === part) return [{ path: at, value: inner }];
      // AWS counts items from 1 and calls each `member`.
      return Array.isArray(inner)
        ? inner.map((item, index) => ({ path: `${at}.${index + 1}.member`, value: item }))
        : [];
    });
  }
  return found;
}

function checkValue(constraints: Constraints, { path, value, rule }: Occurrence & { readonly rule: MemberRule }): void {
  if (value === undefined) {
    if (rule.required) constraints.violatedByNull(path);
    return;
  }
  const size = rule.number ? Number(value) : lengthOf(value);
  const shown = Array.isArray(value) ? `[${value.join(", ")}]` : String(value);
  const what = rule.number ? "value" : "length";
  if (rule.least !== undefined && size < rule.least) {
    constraints.violated(shown, path, `Member must have ${what} greater than or equal to ${rule.least}`);
  }
  if (rule.most !== undefined && size > rule.most) {
    constraints.violated(shown, path, `Member must have ${what} less than or equal to ${rule.most}`);
  }
  if (rule.values && typeof value === "string" && !rule.values.includes(value)) {
    constraints.violated(shown, path, `Member must satisfy enum value set: [${rule.values.join(", ")}]`);
  }
}

/** A text's length or a list's size; NaN, which violates no limit, for anything else. */
function lengthOf(value: unknown): number {
  return typeof value === "string" || Array.isArray(value) ? value.length : Number.NaN;
}
