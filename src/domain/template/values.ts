import { type CapturedComponent, nameOf } from "../component/component.ts";
import { stackState } from "../component/states/stack.ts";
import { isJsonObject, type Json, type JsonObject } from "../json.ts";

/** Reads a value of a template as text; null for a value that only CloudFormation can work out. */
export type Resolver = (value: Json | undefined) => string | null;

/** Reads literals, and `Ref`, `Fn::GetAtt`, `Fn::Sub` and `Fn::Join` of known names. An attribute is named `X.Arn`. Pure. */
export function resolverOf(names: ReadonlyMap<string, string>): Resolver {
  const resolve: Resolver = (value) => {
    if (typeof value === "string") return value;
    if (!isJsonObject(value)) return null;
    if (typeof value["Ref"] === "string") return names.get(value["Ref"]) ?? null;
    const [attribute, sub, join] = [value["Fn::GetAtt"], value["Fn::Sub"], value["Fn::Join"]];
    if (Array.isArray(attribute)) return names.get(attribute.join(".")) ?? null;
    if (Array.isArray(join)) return joined(join, resolve);
    return typeof sub === "string" ? substitute(sub, names) : null;
  };
  return resolve;
}

/** Reads values with the names of a captured stack: its parameters, pseudo parameters, physical ids, ARNs of functions. Pure. */
export function resolverIn({ id, state }: CapturedComponent): Resolver {
  const { evidence, settings } = stackState(state);
  const [, partition = "aws", , region = "", account = ""] = evidence.stackId.split(":");
  const physicalIds = textsIn(evidence.physicalIds);
  const functions = physicalIds.filter(([logicalId]) => settings.resources[logicalId] === "AWS::Lambda::Function");
  return resolverOf(
    new Map([
      ["AWS::Partition", partition],
      ["AWS::Region", region],
      ["AWS::AccountId", account],
      ["AWS::StackName", nameOf(id)],
      ...textsIn(settings.parameters),
      ...Object.entries(evidence.resolvedParameters),
      ...physicalIds,
      ...functions.map(([logicalId, name]): [string, string] => [
        `${logicalId}.Arn`,
        `arn:${partition}:lambda:${region}:${account}:function:${name}`,
      ]),
    ]),
  );
}

function textsIn(values: JsonObject): [string, string][] {
  return Object.entries(values).flatMap(([key, text]): [string, string][] =>
    typeof text === "string" ? [[key, text]] : [],
  );
}

function joined([separator, items]: readonly Json[], resolve: Resolver): string | null {
  if (typeof separator !== "string" || !Array.isArray(items)) return null;
  const texts = items.map((item: Json) => resolve(item));
  return texts.includes(null) ? null : texts.join(separator);
}

/** Null where a name in the text is unknown. `${!Literal}` is the escaped form of `${Literal}`. */
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
