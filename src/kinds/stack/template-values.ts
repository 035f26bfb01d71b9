import type { StackFacts } from "../../aws/gateways/cloudformation.ts";
import { asObject, type JsonObject } from "../../domain/json.ts";
import { isNoEchoParameter, NO_ECHO, withoutMasks } from "../../domain/template/no-echo.ts";
import { type Resolver, resolverOf } from "../../domain/template/values.ts";
import type { LiveStack } from "../cached-reader.ts";

/** Resolves values of the template with those of the live stack. Null for values that only CloudFormation can resolve. */
export function literalResolver(stack: LiveStack): Resolver {
  const [, , , region, account] = stack.facts.stackId.split(":");
  return resolverOf(
    new Map([
      ["AWS::Region", region ?? ""],
      ["AWS::AccountId", account ?? ""],
      ["AWS::StackName", stack.facts.name],
      ...stack.facts.parameters.map(({ key, value, resolvedValue }): [string, string] => [key, resolvedValue ?? value]),
      ...stack.resources.flatMap(({ logicalId, physicalId }): [string, string][] =>
        physicalId ? [[logicalId, physicalId]] : [],
      ),
    ]),
  );
}

/**
 * Values of a stack's parameters by name. A NoEcho parameter only gets a mark, whoever says that it is one: the template,
 * CloudFormation's summary of it in `noEcho`, or the mask that stands for the value.
 */
export function parameterValues(
  { parameters }: StackFacts,
  template: JsonObject,
  noEcho: readonly string[] = [],
): JsonObject {
  const definitions = asObject(template["Parameters"]);
  const isSecret = (key: string) => noEcho.includes(key) || isNoEchoParameter(definitions[key]);
  return withoutMasks(Object.fromEntries(parameters.map(({ key, value }) => [key, isSecret(key) ? NO_ECHO : value])));
}
