import { type ComponentId, componentId } from "../component/component.ts";
import type { Json, JsonObject } from "../json.ts";
import { resourcesOf } from "./template.ts";
import type { Resolver } from "./values.ts";

/** Properties that name a function, by ARN or plainly. CloudFormation fails where it does not exist (facts B6). */
const NAMING: Readonly<Record<string, "FunctionName" | "TargetFunctionArn">> = {
  "AWS::Lambda::Alias": "FunctionName",
  "AWS::Lambda::EventInvokeConfig": "FunctionName",
  "AWS::Lambda::EventSourceMapping": "FunctionName",
  "AWS::Lambda::Permission": "FunctionName",
  "AWS::Lambda::Url": "TargetFunctionArn",
  "AWS::Lambda::Version": "FunctionName",
};

/** Anywhere in a text: in a policy, an integration's URI, a state machine's definition. */
const IN_TEXT = /:function:([\w-]+(?::[\w-]+)?)/g;

/**
 * The functions and aliases that resources name, as component ids; an alias is named with its function. Versions are left
 * out: their numbers are not given twice. Pure.
 */
export function functionsNamed(resources: JsonObject, resolve: Resolver): Set<ComponentId> {
  const texts = [...textsIn(resources, resolve)].flatMap((text) => [...text.matchAll(IN_TEXT)].map(([, name]) => name));
  const named = resourcesOf({ Resources: resources }).map(({ type, properties }) => {
    const name = resolve(properties[NAMING[type] ?? ""]);
    const qualifier = resolve(properties["Qualifier"]);
    return name && [/(?:^|:)function:(.+)$/.exec(name)?.[1] ?? name, ...(qualifier ? [qualifier] : [])].join(":");
  });
  return new Set([...texts, ...named].flatMap((name) => (name ? idsOf(name) : [])));
}

function idsOf(name: string): ComponentId[] {
  const [functionName = "", qualifier] = name.split(":");
  const isAlias = qualifier !== undefined && !/^(\d+|\$LATEST)$/.test(qualifier);
  const code = componentId("lambda-code", functionName);
  return isAlias ? [code, componentId("lambda-alias", `${functionName}:${qualifier}`)] : [code];
}

/** Every text, with what is known put in for references. */
function* textsIn(value: Json, resolve: Resolver): Generator<string> {
  const text = resolve(value);
  if (text !== null) yield text;
  else if (Array.isArray(value)) for (const item of value as readonly Json[]) yield* textsIn(item, resolve);
  else if (typeof value === "object" && value !== null)
    for (const item of Object.values(value)) yield* textsIn(item, resolve);
}
