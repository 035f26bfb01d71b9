import type { Account } from "../model.ts";
import { validationError } from "../template/parse.ts";
import { mapOf, scalarText, type Value } from "../template/value.ts";

const SERVICE = "cloudformation.amazonaws.com";

/**
 * The role that an operation names. A role that a stack made has to trust CloudFormation; any other is taken to be one that
 * does. Throws ValidationError.
 */
export function assumableRole({ registry, context }: Account, arn: string): string {
  const own = arn.split(":")[4] === context.accountId;
  const definition = own ? registry.definitionOf("AWS::IAM::Role", arn.slice(arn.lastIndexOf("/") + 1)) : undefined;
  if (definition && !trustsCloudFormation(definition["AssumeRolePolicyDocument"])) {
    throw validationError(`Role ${arn} is invalid or cannot be assumed`);
  }
  return arn;
}

function trustsCloudFormation(document: Value | undefined): boolean {
  const statements = listOf(mapOf(document)["Statement"]).map(mapOf);
  const fits = statements.filter(({ Principal }) => {
    const services = listOf(mapOf(Principal)["Service"]).map(scalarText);
    return Principal === "*" || services.includes(SERVICE);
  });
  return fits.some(({ Effect }) => Effect === "Allow") && !fits.some(({ Effect }) => Effect === "Deny");
}

function listOf(value: Value | undefined): Value[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
