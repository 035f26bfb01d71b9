import { parameterReference } from "../../template/parameters.ts";
import { isMap, scalarText, type Value, type ValueMap } from "../../template/value.ts";
import { TransformError, type TransformScope } from "../transform.ts";

/** A SAM resource of the template, with the template's Globals applied. */
export interface SamResource {
  readonly id: string;
  readonly type: string;
  readonly properties: ValueMap;
  /** Attributes for every resource that is generated from this one: Condition and the two policies. */
  readonly attributes: ValueMap;
  /** Attributes for the main resource only: DependsOn, Metadata, UpdatePolicy. */
  readonly own: ValueMap;
}

/** A path of an API that invokes a function. */
export interface Route {
  readonly path: string;
  /** Lower case; `any` matches every method. */
  readonly method: string;
  /** `${Fn.Arn}` or the function's alias, as the API's definition refers to it. */
  readonly target: string;
  readonly payloadFormat: string | undefined;
}

/** The state that the expansions of one template share and add to. */
export interface SamTemplate {
  readonly scope: TransformScope;
  /** The plain resources, by logical id. An S3 event changes the bucket that it names. */
  readonly resources: ValueMap;
  /** The paths that functions ask for, by the logical id of the API. */
  readonly routes: Map<string, Route[]>;
  /** Generated logical ids by the names that templates may use for them: `Fn.Alias`, or a layer's id. */
  readonly names: Map<string, string>;
}

/** The plain resources that a SAM resource expands to, by logical id. Throws SamResourceError. */
export type Expander = (resource: SamResource, sam: SamTemplate) => ValueMap;

/** One SAM resource is invalid. The message is completed with the resource's id. */
export class SamResourceError extends TransformError {
  constructor(
    readonly logicalId: string,
    message: string,
  ) {
    super(`Resource with id [${logicalId}] is invalid. ${message}`);
  }
}

/** A generated resource; properties without a value are left out. */
export function generated(
  type: string,
  properties: Readonly<Record<string, Value | undefined>>,
  attributes: ValueMap,
): ValueMap {
  return { Type: type, Properties: present(properties), ...attributes };
}

export function present(members: Readonly<Record<string, Value | undefined>>): ValueMap {
  const result: ValueMap = {};
  for (const [name, value] of Object.entries(members)) if (value !== undefined) result[name] = value;
  return result;
}

export function ref(id: string): ValueMap {
  return { Ref: id };
}

export function getAtt(id: string, attribute: string): ValueMap {
  return { "Fn::GetAtt": [id, attribute] };
}

/** SAM's own tag and the template's tags, as the list that most types require. */
export function tagList(tags: Value | undefined, createdBy: string): Value[] {
  const own = isMap(tags) ? Object.entries(tags) : [];
  return [[createdBy, "SAM"] as const, ...own].map(([Key, value]) => ({ Key, Value: value }));
}

/** The value as a list; a single item becomes a list of one. */
export function listOf(value: Value | undefined): Value[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

/**
 * The value with `Ref` and `${}` of parameters resolved, which SAM does before it computes a hash or a name from the
 * value.
 */
export function withParameters(value: Value, scope: TransformScope): Value {
  if (Array.isArray(value)) return value.map((item) => withParameters(item, scope));
  if (!isMap(value)) return value;
  const name = Object.keys(value).length === 1 ? scalarText(value["Ref"]) : undefined;
  const known = name === undefined ? undefined : parameterValue(name, scope);
  if (known !== undefined) return known;
  const text = Object.keys(value).length === 1 ? scalarText(value["Fn::Sub"]) : undefined;
  if (text !== undefined) return withSubstitutions(text, scope);
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withParameters(member, scope)]));
}

function withSubstitutions(text: string, scope: TransformScope): Value {
  const result = text.replace(/\$\{([A-Za-z0-9:]+)\}/g, (whole, name: string) => {
    const known = parameterValue(name, scope);
    return Array.isArray(known) ? known.join(",") : (scalarText(known) ?? whole);
  });
  return result.includes("${") ? { "Fn::Sub": result } : result;
}

function parameterValue(name: string, { parameters, pseudo }: TransformScope): Value | undefined {
  const parameter = parameters.find(({ key }) => key === name);
  return parameter ? parameterReference(parameter) : pseudo.get(name);
}
