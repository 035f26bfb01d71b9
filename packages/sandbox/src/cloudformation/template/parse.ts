import { FAILSAFE_SCHEMA, load, type Schema, Type, YAMLException } from "js-yaml";
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
/** YAML 1.1 reads these words as booleans, and so does CloudFormation. */
const BOOLEAN = /^(?:(true|True|TRUE|yes|Yes|YES|on|On|ON)|false|False|FALSE|no|No|NO|off|Off|OFF)$/;
/** A number that JavaScript writes with the same text. Every other one stays text, because CloudFormation passes texts on. */
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/;
/** In JSON: a string, a number, or a comma that follows the last member. */
const JSON_TOKEN = /("(?:[^"\\]|\\.)*")|(-?\d[\d.eE+-]*)|,(?=\s*[}\]])/g;

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
    // Blanks in place of a comma, so that the offset in an error stays the one in the text.
    return JSON.parse(
      text.replace(JSON_TOKEN, (_token, quoted?: string, number?: string) => {
        if (number === undefined) return quoted ?? " ";
        return isNumber(number) ? number : JSON.stringify(number);
      }),
    );
  } catch (error) {
    const offset = /position (\d+)/.exec(String(error))?.[1];
    const before = text.slice(0, offset === undefined ? text.length : Number(offset)).split("\n");
    throw formatError(`JSON not well-formed. (line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1})`);
  }
}

function parseYaml(text: string): Value {
  try {
    const value = load(text, { schema: SCHEMA, json: true }) as Value | undefined;
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

/** Dates, account ids with a leading zero, `0x1F` and `.inf` are text: `2012-10-17` is what IAM expects. */
function templateSchema(): Schema {
  const tags = FUNCTION_TAGS.map((name) => ({ tag: `!${name}`, key: `Fn::${name}` }));
  const plain = [
    { tag: "!Ref", key: "Ref" },
    { tag: "!Condition", key: "Condition" },
  ];
  const types = [...tags, ...plain].flatMap(({ tag, key }) =>
    YAML_KINDS.map((kind) => new Type(tag, { kind, construct: (value: Value) => ({ [key]: value ?? "" }) })),
  );
  return FAILSAFE_SCHEMA.extend({ implicit: [plainScalar()], explicit: [...types, ...getAttTypes()] });
}

function plainScalar(): Type {
  return new Type("tag:yaml.org,2002:plain", { kind: "scalar", construct: plainValue });
}

function plainValue(text: string): Value {
  const boolean = BOOLEAN.exec(text);
  if (boolean) return boolean[1] !== undefined;
  if (/^(?:~|null|Null|NULL)$/.test(text)) return null;
  return isNumber(text) ? Number(text) : text;
}

function isNumber(text: string): boolean {
  return NUMBER.test(text) && String(Number(text)) === text;
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
