import { DESCRIBED_TYPES } from "./described-types.ts";
import { KNOWN_TYPES } from "./known-types.ts";

export interface PropertyRule {
  /**
   * `s`, `i`, `n` and `b` for a string, an integer, a number and a boolean, `j` for anything, `[kind]` for a list, `{kind}` for a
   * map and `#n` for a definition.
   */
  readonly kind: string;
  readonly required: boolean;
  /** Whether a change of the property requires a new resource. */
  readonly replaces: boolean;
}

export interface TypeDefinition {
  /** The properties, writable or not, that identify a resource; empty for the parts of a type. */
  readonly identifier: readonly string[];
  readonly properties: ReadonlyMap<string, PropertyRule>;
}

const definitions = new Map(linesOf(DESCRIBED_TYPES).map((line) => [nameOf(line), readDefinition(line)] as const));
const known = new Set(linesOf(KNOWN_TYPES).flatMap(typesOf));

/** The definition of a type, or of a part of one by its `#n`; undefined for a type that the table does not describe. */
export function definitionOfType(name: string): TypeDefinition | undefined {
  return definitions.get(name);
}

/** AWS's own types are known by name. Custom resources, modules and types of others are whatever their owners made them. */
export function isRecognized(type: string): boolean {
  return !type.startsWith("AWS::") || type.endsWith("::MODULE") || known.has(type) || UNLISTED.includes(type);
}

/** Types without a schema that AWS knows all the same. */
const UNLISTED = ["AWS::CDK::Metadata", "AWS::CloudFormation::CustomResource"];

function linesOf(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}

function nameOf(line: string): string {
  return line.slice(0, line.indexOf(" "));
}

function readDefinition(line: string): TypeDefinition {
  const parts = line.split(" ").slice(1).filter(Boolean);
  const identifier =
    parts
      .find((part) => part.startsWith("@"))
      ?.slice(1)
      .split(",") ?? [];
  const properties = parts.filter((part) => !part.startsWith("@")).map(readProperty);
  return { identifier, properties: new Map(properties) };
}

function readProperty(part: string): [string, PropertyRule] {
  const [, name = "", kind = "j", required, replaces] = /^([^:]+):(.+?)(!?)(\^?)$/.exec(part) ?? [];
  return [name, { kind, required: required === "!", replaces: replaces === "^" }];
}

/** `AWS::S3: Bucket BucketPolicy` names two types. */
function typesOf(line: string): string[] {
  const [service = "", names = ""] = line.split(": ");
  return names.split(" ").map((name) => `${service}::${name}`);
}
