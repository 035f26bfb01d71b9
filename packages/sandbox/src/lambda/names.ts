import { AwsError, type SandboxContext, type Shape } from "../core/contract.ts";
import { optionalText } from "../core/shape.ts";
import { Constraints } from "./constraints.ts";
import { invalidParameter, notFound } from "./errors.ts";

/**
 * A function as a caller refers to it: by name, by partial or by full ARN, with a qualifier inside the ARN or separate
 * from it.
 */
export interface FunctionReference {
  readonly name: string;
  /** Undefined if the caller named neither version nor alias. */
  readonly qualifier: string | undefined;
}

export const LATEST = "$LATEST";
/** What callers of a function on Managed Instances reach without a qualifier. */
export const LATEST_PUBLISHED = "$LATEST.PUBLISHED";

const REGION = "((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?";
const PREFIX = `(arn:(aws[a-zA-Z-]*)?:lambda:)?${REGION}(\\d{12}:)?(function:)?`;
/** For operations that change a function. */
const FUNCTION_NAME = `${PREFIX}([a-zA-Z0-9-_]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?`;
/** For operations that read, delete or invoke a function. */
const NAMESPACED_NAME = `${PREFIX}([a-zA-Z0-9-_\\.]+)(:(\\$LATEST(\\.PUBLISHED)?|[a-zA-Z0-9-_]+))?`;
const QUALIFIER = "\\$(LATEST(\\.PUBLISHED)?)|[a-zA-Z0-9-_$]+";

const FUNCTION_NAME_LENGTH = 140;
const NAMESPACED_NAME_LENGTH = 256;
const QUALIFIER_LENGTH = 128;

/** Which of AWS's two patterns for function names an operation accepts. */
type NameRule = "function-name" | "namespaced";

export function constrainName(constraints: Constraints, rule: NameRule): Constraints {
  const [length, pattern] =
    rule === "function-name" ? [FUNCTION_NAME_LENGTH, FUNCTION_NAME] : [NAMESPACED_NAME_LENGTH, NAMESPACED_NAME];
  return constraints.maxLength("FunctionName", length).pattern("FunctionName", pattern);
}

/** AWS's constraints on `Qualifier` and `FunctionName`, in AWS's order; callers may add more. */
export function constrainReference(input: Shape, rule: NameRule): Constraints {
  const constraints = new Constraints(input).maxLength("Qualifier", QUALIFIER_LENGTH).pattern("Qualifier", QUALIFIER);
  return constrainName(constraints, rule);
}

/**
 * Reads `FunctionName` and `Qualifier`. Throws if they are malformed, contradict each other, or point to another region
 * or account. Does not check whether the function exists.
 */
export function readReference(context: SandboxContext, input: Shape, rule: NameRule = "namespaced"): FunctionReference {
  constrainReference(input, rule).enforce();
  return resolveReference(context, input);
}

/** Like `readReference`, for operations that apply constraints of their own to the two members. */
export function resolveReference(context: SandboxContext, input: Shape): FunctionReference {
  const parsed = parseFunctionName(optionalText(input, "FunctionName") ?? "");
  if (parsed.region !== undefined && parsed.region !== context.region) {
    throw notFound(`Functions from '${parsed.region}' are not reachable in this region ('${context.region}')`);
  }
  if (parsed.account !== undefined && parsed.account !== context.accountId) {
    throw new AwsError("AccessDeniedException", "", 403);
  }
  const given = optionalText(input, "Qualifier");
  if (given !== undefined && parsed.qualifier !== undefined && given !== parsed.qualifier) {
    throw invalidParameter("The derived qualifier from the function name does not match the specified qualifier.");
  }
  return { name: parsed.name, qualifier: given ?? parsed.qualifier };
}

/** The parts of a text that is known to be a function's ARN. */
export function parseFunctionArn(arn: string): FunctionReference {
  const { name, qualifier } = parseFunctionName(arn);
  return { name, qualifier };
}

interface ParsedName {
  readonly region: string | undefined;
  readonly account: string | undefined;
  readonly name: string;
  readonly qualifier: string | undefined;
}

function parseFunctionName(text: string): ParsedName {
  const match =
    /^(?:arn:[^:]*:lambda:)?(?:([a-z-]+-\d):)?(?:(\d{12}):)?(?:function:)?([^:]+)(?::(.+))?$/.exec(text) ?? undefined;
  return { region: match?.[1], account: match?.[2], name: match?.[3] ?? text, qualifier: match?.[4] };
}

export function functionArn(context: SandboxContext, name: string, qualifier?: string): string {
  const arn = `arn:aws:lambda:${context.region}:${context.accountId}:function:${name}`;
  return qualifier === undefined ? arn : `${arn}:${qualifier}`;
}

export function isVersionNumber(qualifier: string): boolean {
  return /^\d+$/.test(qualifier);
}
