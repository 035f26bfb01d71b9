import { isJsonObject, type Json } from "../domain/json.ts";
import type { StackView } from "./live-view.ts";

/** What of a stack values are known by: as it was read, or as a backup holds it. */
interface NamedThings {
  readonly facts: Pick<StackView["facts"], "stackId" | "name" | "parameters">;
  readonly resources: readonly Pick<StackView["resources"][number], "logicalId" | "physicalId">[];
}

/**
 * Reads literals, `Ref` to a parameter or a resource, and `Fn::Sub` of those, with the values that the stack has now.
 * Null for anything that needs CloudFormation itself.
 */
export function literalResolver(stack: NamedThings): (value: Json | undefined) => string | null {
  const names = namedValues(stack);
  const resolve = (value: Json | undefined): string | null => {
    if (typeof value === "string") return value;
    if (!isJsonObject(value)) return null;
    if (typeof value["Ref"] === "string") return names.get(value["Ref"]) ?? null;
    const sub = value["Fn::Sub"];
    return typeof sub === "string" ? substitute(sub, names) : null;
  };
  return resolve;
}

function namedValues(stack: NamedThings): Map<string, string> {
  const [, , , region, account] = stack.facts.stackId.split(":");
  return new Map([
    ["AWS::Region", region ?? ""],
    ["AWS::AccountId", account ?? ""],
    ["AWS::StackName", stack.facts.name],
    ...stack.facts.parameters.map(({ key, value, resolvedValue }): [string, string] => [key, resolvedValue ?? value]),
    ...stack.resources.flatMap(({ logicalId, physicalId }): [string, string][] =>
      physicalId ? [[logicalId, physicalId]] : [],
    ),
  ]);
}

/** Null when a name in the text is unknown. `${!Literal}` stands for `${Literal}`. */
function substitute(text: string, names: ReadonlyMap<string, string>): string | null {
  let complete = true;
  const result = text.replace(/\$\{([^}]+)\}/g, (_whole, name: string) => {
    if (name.startsWith("!")) return `\${${name.slice(1)}}`;
    const value = names.get(name.trim());
    complete &&= value !== undefined;
    return value ?? "";
  });
  return complete ? result : null;
}
