import { CORE_SCHEMA, load, type Schema, Type, YAMLException } from "js-yaml";
import { AwsError } from "../../core/contract.ts";
import { isMap, type Value, type ValueMap } from "./value.ts";

/** Short tags that stand for `Fn::Name`; `!Ref` and `!Condition` have no prefix, `!GetAtt` also accepts `A.B`. */
const FUNCTION_TAGS = [
  "And",
  "Base64",
  "Cidr",
  "Contains",
  "Equals",
  "FindInMap",
  "GetAZs",
  "If",
  "ImportValue",
  "Join",
  "Length",
  "Not",
  "Or",
  "Select",
  "Split",
  "Sub",
  "ToJsonString",
  "Transform",
] as const;

const YAML_KINDS = ["scalar", "sequence", "mapping"] as const;
/** YAML 1.1 reads these as booleans, and so does CloudFormation; js-yaml follows YAML 1.2 and does not. */
const OLD_BOOLEANS: Readonly<Record<string, boolean>> = { yes: true, on: true, no: false, off: false };

const SCHEMA = templateSchema();

/**
 * The parsed template: JSON if the text starts with a brace, YAML otherwise. Throws ValidationError in AWS's words if
 * the text is neither, is not a map, or contains null.
 */
export function parseTemplateText(text: string): ValueMap {
  const value = text.trimStart().startsWith("{") ? parseJson(text) : parseYaml(text);
  if (!isMap(value)) throw formatError("unsupported structure.");
  return value;
}

export function formatError(message: string): AwsError {
  return validationError(`Template format error: ${message}`);
}

export function validationError(message: string): AwsError {
  return new AwsError("ValidationError", message, 400);
}

function parseJson(text: string): Value {
  try {
    return JSON.parse(text);
  } catch (error) {
    const offset = /position (\d+)/.exec(String(error))?.[1];
    const before = text.slice(0, offset === undefined ? text.length : Number(offset)).split("\n");
    throw formatError(`JSON not well-formed. (line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1})`);
  }
}

function parseYaml(text: string): Value {
  try {
    const value = load(text, { schema: SCHEMA }) as Value | undefined;
    refuseAliases(value ?? null, new Set());
    return value ?? null;
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const { line, column } = error.mark ?? { line: 0, column: 0 };
    throw formatError(`YAML not well-formed. (line ${line + 1}, column ${column + 1})`);
  }
}

/** Only an alias makes a parsed document contain the same object twice. */
function refuseAliases(value: Value, seen: Set<Value>): void {
  if (typeof value !== "object" || value === null) return;
  if (seen.has(value))
    throw validationError("Template error: YAML aliases are not allowed in CloudFormation templates");
  seen.add(value);
  for (const child of Object.values(value)) refuseAliases(child, seen);
}

/** The core schema has no dates, so `2012-10-17` stays the text that IAM expects. */
function templateSchema(): Schema {
  const tags = FUNCTION_TAGS.map((name) => ({ tag: `!${name}`, key: `Fn::${name}` }));
  const plain = [
    { tag: "!Ref", key: "Ref" },
    { tag: "!Condition", key: "Condition" },
  ];
  const types = [...tags, ...plain].flatMap(({ tag, key }) =>
    YAML_KINDS.map((kind) => new Type(tag, { kind, construct: (value: Value) => ({ [key]: value ?? "" }) })),
  );
  return CORE_SCHEMA.extend({ implicit: [oldBoolean()], explicit: [...types, ...getAttTypes()] });
}

function oldBoolean(): Type {
  return new Type("tag:yaml.org,2002:bool11", {
    kind: "scalar",
    resolve: (text: unknown) => typeof text === "string" && /^(yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF)$/.test(text),
    construct: (text: string) => OLD_BOOLEANS[text.toLowerCase()] ?? false,
  });
}

/** `!GetAtt A.B.C` is resource A with the attribute `B.C`. */
function getAttTypes(): Type[] {
  const fromText = (text: string) => {
    const dot = text.indexOf(".");
    return { "Fn::GetAtt": dot < 0 ? [text] : [text.slice(0, dot), text.slice(dot + 1)] };
  };
  return [
    new Type("!GetAtt", { kind: "scalar", construct: fromText }),
    new Type("!GetAtt", { kind: "sequence", construct: (parts: Value) => ({ "Fn::GetAtt": parts }) }),
  ];
}
