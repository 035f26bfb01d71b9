import { AwsError } from "../../core/contract.ts";
import type { ParameterDefinition, Template } from "./definitions.ts";
import { formatError, validationError } from "./parse.ts";
import { isUnknown } from "./unknown.ts";
import { scalarText, type Value } from "./value.ts";

/** A parameter's value in one deployment of a stack. */
export interface ParameterValue {
  readonly key: string;
  readonly value: string;
  /** What the SSM parameter named by `value` contained when it was read; undefined for other types. */
  readonly resolved: string | undefined;
  readonly noEcho: boolean;
  /** True for types whose Ref is a list. */
  readonly list: boolean;
}

/** A parameter as a request specifies it. */
export interface GivenParameter {
  readonly key: string;
  readonly value: string | undefined;
  readonly usePrevious: boolean;
}

/** What is shown instead of the value of a NoEcho parameter. */
export const MASK = "****";

const SSM_TYPE = /^AWS::SSM::Parameter::Value<(.+)>$/;
const KNOWN_TYPE =
  /^(String|Number|CommaDelimitedList|List<(String|Number|AWS::[A-Za-z0-9:]+)>|AWS::[A-Za-z0-9]+::[A-Za-z0-9:.]+)$/;

interface ParameterSources {
  /** The parameters of the stack's last deployment; empty for a new stack. */
  readonly previous: readonly ParameterValue[];
  /** The value of the SSM parameter `name`, or of `name:version`; undefined if it does not exist. */
  readonly ssmValue: (selector: string) => Promise<string | undefined>;
}

/**
 * The value of every parameter of the template: the given one, the previous one on request, otherwise the default.
 * Throws ValidationError for missing, unknown and disallowed values.
 */
export async function resolveParameters(
  template: Template,
  given: readonly GivenParameter[],
  sources: ParameterSources,
): Promise<ParameterValue[]> {
  checkGiven(template, given, sources.previous);
  const values = [...template.parameters].map(([key, definition]) => {
    const value = chosenValue(key, definition, { given, previous: sources.previous });
    return { key, definition, value };
  });
  const missing = values.filter(({ value }) => value === undefined).map(({ key }) => key);
  if (missing.length > 0) throw validationError(`Parameters: [${missing.join(", ")}] must have values`);
  return await Promise.all(
    values.map(({ key, definition, value }) => parameterValue(key, definition, value ?? "", sources)),
  );
}

/** What `Ref` of the parameter returns. */
export function parameterReference(parameter: ParameterValue): Value {
  const text = parameter.resolved ?? parameter.value;
  return parameter.list ? text.split(",").map((item) => item.trim()) : text;
}

function checkGiven(template: Template, given: readonly GivenParameter[], previous: readonly ParameterValue[]): void {
  const unknown = given.filter(({ key }) => !template.parameters.has(key)).map(({ key }) => key);
  if (unknown.length > 0) throw validationError(`Parameters: [${unknown.join(", ")}] do not exist in the template`);
  const lost = given.find(({ key, usePrevious }) => usePrevious && !previous.some((known) => known.key === key));
  if (lost) {
    const why = "Cannot specify usePreviousValue as true for a parameter key not in the previous template";
    throw validationError(`Invalid input for parameter key ${lost.key}. ${why}`);
  }
}

function chosenValue(
  key: string,
  definition: ParameterDefinition,
  from: { given: readonly GivenParameter[]; previous: readonly ParameterValue[] },
): string | undefined {
  const given = from.given.find((candidate) => candidate.key === key);
  if (given?.usePrevious) return from.previous.find((known) => known.key === key)?.value;
  return given?.value ?? definition.default;
}

async function parameterValue(
  key: string,
  definition: ParameterDefinition,
  value: string,
  sources: ParameterSources,
): Promise<ParameterValue> {
  const ssm = SSM_TYPE.exec(definition.type)?.[1];
  const type = ssm ?? definition.type;
  if (!KNOWN_TYPE.test(type)) throw formatError(`Unrecognized parameter type: ${definition.type}`);
  // A nested stack's parameter may depend on a resource that does not exist yet; its change set is then computed
  // without the value.
  if (!isUnknown(value)) checkRules(key, definition, value);
  const resolved = ssm === undefined || isUnknown(value) ? undefined : await sources.ssmValue(value);
  if (ssm !== undefined && resolved === undefined && !isUnknown(value)) {
    throw new AwsError(
      "ValidationError",
      `Unable to fetch parameters [${value}] from parameter store for this account.`,
    );
  }
  return {
    key,
    value,
    resolved,
    noEcho: definition.noEcho,
    list: type === "CommaDelimitedList" || type.startsWith("List<"),
  };
}

function checkRules(key: string, { type, rules }: ParameterDefinition, value: string): void {
  const explained = scalarText(rules["ConstraintDescription"]);
  const refuse = (problem: string): never => {
    throw validationError(
      explained ? `Parameter '${key}' failed to satisfy constraint: ${explained}` : `Parameter '${key}' ${problem}`,
    );
  };
  const limit = (name: string) => (rules[name] === undefined ? undefined : Number(rules[name]));
  const allowed = rules["AllowedValues"];
  const texts = Array.isArray(allowed) ? allowed.map((item) => scalarText(item)) : [];
  if (type === "Number" && (value.trim() === "" || !Number.isFinite(Number(value)))) refuse("must be a number");
  const items =
    type === "CommaDelimitedList" || type.startsWith("List<") ? value.split(",").map((item) => item.trim()) : [value];
  if (texts.length > 0 && !items.every((item) => texts.includes(item))) refuse("must be one of AllowedValues");
  const pattern = scalarText(rules["AllowedPattern"]);
  if (pattern !== undefined && !new RegExp(`^(?:${pattern})$`).test(value)) refuse(`must match pattern ${pattern}`);
  if (value.length < (limit("MinLength") ?? 0)) refuse(`must contain at least ${limit("MinLength")} characters`);
  if (value.length > (limit("MaxLength") ?? Number.POSITIVE_INFINITY))
    refuse(`must contain at most ${limit("MaxLength")} characters`);
  if (Number(value) < (limit("MinValue") ?? Number.NEGATIVE_INFINITY))
    refuse(`must be a number not less than ${limit("MinValue")}`);
  if (Number(value) > (limit("MaxValue") ?? Number.POSITIVE_INFINITY))
    refuse(`must be a number not greater than ${limit("MaxValue")}`);
}
