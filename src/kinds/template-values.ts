import type { CapturedComponent } from "../domain/component.ts";
import { asObject, isJsonObject, type Json } from "../domain/json.ts";
import type { StackView } from "./live-view.ts";

type Names = ReadonlyMap<string, string>;

/** With the values that the stack has now. */
export function literalResolver({ facts, resources }: StackView): (value: Json | undefined) => string | null {
  const parameters = facts.parameters.map(({ key, value, resolvedValue }) => [key, resolvedValue ?? value] as const);
  const physicalIds = resources.map(({ logicalId, physicalId }) => [logicalId, physicalId] as const);
  return resolver(facts.stackId, new Map(texts([...parameters, ...physicalIds])));
}

/** With the values that the stack had when it was captured. */
export function capturedResolver({ state, physicalId }: CapturedComponent): (value: Json | undefined) => string | null {
  const { parameters } = state.settings;
  const { resolvedParameters, physicalIds } = state.evidence;
  const values = { ...asObject(parameters), ...asObject(resolvedParameters), ...asObject(physicalIds) };
  return resolver(physicalId ?? "", new Map(texts(Object.entries(values))));
}

function texts(entries: readonly (readonly [string, Json])[]): [string, string][] {
  return entries.flatMap(([key, value]): [string, string][] => (typeof value === "string" ? [[key, value]] : []));
}

/**
 * Reads literals, `Ref` to a parameter or a resource, and `Fn::Sub` of those. Null for anything that needs CloudFormation
 * itself.
 */
function resolver(stackId: string, values: Names): (value: Json | undefined) => string | null {
  const [, , , region = "", account = "", resource = ""] = stackId.split(":");
  const stackName = resource.split("/")[1] ?? "";
  const names = new Map([
    ["AWS::Region", region],
    ["AWS::AccountId", account],
    ["AWS::StackName", stackName],
    ...values,
  ]);
  return (value) => {
    if (typeof value === "string") return value;
    if (!isJsonObject(value)) return null;
    if (typeof value["Ref"] === "string") return names.get(value["Ref"]) ?? null;
    const sub = value["Fn::Sub"];
    return typeof sub === "string" ? substitute(sub, names) : null;
  };
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
