import { AwsError } from "../../core/contract.ts";
import { optionalShape, optionalText } from "../../core/shape.ts";
import type { Account } from "../model.ts";
import { validationError } from "../template/parse.ts";

const MISSING = ["ParameterNotFound", "ParameterVersionNotFound"];

/**
 * The value of the SSM parameter `name`, or of `name:version`; undefined if it does not exist. Throws ValidationError for
 * a secret, which CloudFormation does not read for a template.
 */
export async function ssmValue({ context }: Account, selector: string): Promise<string | undefined> {
  try {
    const output = await context.service("ssm").call("GetParameter", { Name: selector }, "cloudformation");
    const parameter = optionalShape(output, "Parameter") ?? {};
    if (parameter["Type"] !== "SecureString") return optionalText(parameter, "Value");
  } catch (error) {
    if (error instanceof AwsError && MISSING.includes(error.code)) return undefined;
    throw error;
  }
  throw validationError(`Parameters [${selector}] referenced by template have types not supported by CloudFormation.`);
}
