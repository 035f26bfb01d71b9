import { type ComponentId, componentId } from "../component/component.ts";
import type { Json, JsonObject } from "../json.ts";
import { resourcesOf } from "./template.ts";
import type { Resolver } from "./values.ts";

/** Properties that name a function by its ARN or its name. CloudFormation fails where the function does not exist (facts B6). */
const NAMING: Readonly<Record<string, "FunctionName" | "TargetFunctionArn">> = {
  "AWS::Lambda::Alias": "FunctionName",
  "AWS::Lambda::EventInvokeConfig": "FunctionName",
  "AWS::Lambda::EventSourceMapping": "FunctionName",
  "AWS::Lambda::Permission": "FunctionName",
  "AWS::Lambda::Url": "TargetFunctionArn",
  "AWS::Lambda::Version": "FunctionName",
};

/** The ARN of a function anywhere in a text: in a policy, the URI of an integration, the definition of a state machine. */
const IN_TEXT = /:function:([\w-]+(?::[\w-]+)?)/g;

/**
 * The functions and aliases to which resources refer, as component ids; an alias comes with its function. Versions are left
 * out, because the number of a deleted version is never used again. Pure.
 */
export function functionsNamed(resources: JsonObject, resolve: Resolver): Set<ComponentId> {
  const texts = [...textsIn(resources, resolve)].flatMap((text) => [...text.matchAll(IN_TEXT)].map(([, name]) => name));
  const named = resourcesOf({ Resources: resources }).map(({ type, properties }) => {
    const name = resolve(properties[NAMING[type] ?? ""]);
    const qualifier = resolve(properties["Qualifier"]);
    return name && [/(?:^|:)function:(.+)$/.exec(name)?.[1] ?? name, ...(qualifier ? [qualifier] : [])].join(":");
  });
  return new Set([...texts, ...named].flatMap((name) => (name ? componentsNamed(name) : [])));
}

function componentsNamed(name: string): ComponentId[] {
  const [functionName = "", qualifier] = name.split(":");
  const isAlias = qualifier !== undefined && !/^(\d+|\$LATEST)$/.test(qualifier);
  const code = componentId("lambda-code", functionName);
  return isAlias ? [code, componentId("lambda-alias", `${functionName}:${qualifier}`)] : [code];
}

/** All texts of a value, with known references resolved. */
function* textsIn(value: Json, resolve: Resolver): Generator<string> {
  const text = resolve(value);
  if (text !== null) yield text;
  else if (Array.isArray(value)) for (const item of value as readonly Json[]) yield* textsIn(item, resolve);
  else if (typeof value === "object" && value !== null)
    for (const item of Object.values(value)) yield* textsIn(item, resolve);
}
