import type { StackFacts } from "../../aws/gateways/cloudformation.ts";
import { asObject, type JsonObject } from "../../domain/json.ts";
import { isNoEchoParameter, NO_ECHO } from "../../domain/template/secrets.ts";
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

/** Values of a stack's parameters by name; a NoEcho parameter only gets a mark. */
export function parameterValues(facts: StackFacts, template: JsonObject): JsonObject {
  const definitions = asObject(template["Parameters"]);
  return Object.fromEntries(
    facts.parameters.map(({ key, value }) => [key, isNoEchoParameter(definitions[key]) ? NO_ECHO : value]),
  );
}
