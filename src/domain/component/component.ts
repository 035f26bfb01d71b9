import { digestOf, type Json, type JsonObject } from "../json.ts";

/**
 * All kinds of components in the order in which they are restored (facts B2): stacks, functions, aliases, and then whatever
 * invokes them. Reserved concurrency comes late, because it may throttle a function that is not restored completely.
 */
export const KIND_NAMES = [
  "stack",
  "stack-resource",
  "lambda-config",
  "lambda-code",
  "lambda-runtime",
  "lambda-alias",
  "lambda-async",
  "lambda-policy",
  "lambda-url",
  "lambda-trigger",
  "lambda-concurrency",
  "lambda-tags",
] as const;
export type KindName = (typeof KIND_NAMES)[number];

/** `kind:name`, unique within a target: `lambda-code:shop-prod-pay`, `lambda-alias:shop-prod-pay:live`. */
export type ComponentId = `${KindName}:${string}`;

export function componentId(kind: KindName, name: string): ComponentId {
  return `${kind}:${name}`;
}

/** Null for a text that is not a component id. */
export function parseComponentId(text: string): { kind: KindName; name: string } | null {
  const colon = text.indexOf(":");
  const kind = KIND_NAMES.find((known) => known === text.slice(0, colon));
  const name = text.slice(colon + 1);
  return colon > 0 && kind && name ? { kind, name } : null;
}

/**
 * The kind of a component. A text from outside becomes an id through `parseComponentId` only; a row of another version may
 * name a kind that this one lacks (`isOfKnownKind`).
 */
export function kindOf(id: ComponentId): KindName {
  return id.slice(0, id.indexOf(":")) as KindName;
}

export function isOfKnownKind(id: ComponentId): boolean {
  return KIND_NAMES.includes(kindOf(id));
}

/** Why nothing can be done about a component whose kind this version lacks. */
export function unknownKindText(id: ComponentId): string {
  return `${id} is of a kind that this version of Stepback does not know.`;
}

/** The name of a component within its kind. */
export function nameOf(id: ComponentId): string {
  return id.slice(id.indexOf(":") + 1);
}

/** The two parts of a name: `pay:live` is the qualifier `live` of the function `pay`; `pay` alone has no qualifier. */
export function splitName(name: string): { functionName: string; qualifier: string | null } {
  const colon = name.indexOf(":");
  if (colon < 0) return { functionName: name, qualifier: null };
  return { functionName: name.slice(0, colon), qualifier: name.slice(colon + 1) };
}

/** Versions are numbered; the name of an alias cannot be a number. */
export function isVersion(qualifier: string): boolean {
  return /^\d+$/.test(qualifier);
}

/** What separates a function's name from the rest: `:alias`, `/source`. Names of functions contain neither character. */
const AFTER_FUNCTION = /[:/]/;

/** The function that a Lambda component belongs to; null for a stack and its resources. */
export function functionOf(id: ComponentId): string | null {
  return kindOf(id).startsWith("lambda-") ? (nameOf(id).split(AFTER_FUNCTION, 1)[0] ?? null) : null;
}

/** What a trigger reads, whichever function or alias it calls; null for other kinds. */
export function triggerSourceOf(id: ComponentId): string | null {
  if (kindOf(id) !== "lambda-trigger") return null;
  const name = nameOf(id);
  return name.slice(name.indexOf("/") + 1).split("#", 1)[0] ?? null;
}

/** `stack:shop` for the stack itself and for `stack-resource:shop/Pay`; null for kinds whose names contain no stack. */
export function stackOf(id: ComponentId | null): ComponentId | null {
  if (id === null || kindOf(id) === "stack") return id;
  return kindOf(id) === "stack-resource" ? componentId("stack", splitResource(nameOf(id)).stack) : null;
}

/** The name within the id of a stack, `arn:…:stack/NAME/UUID`; null for any other text. */
export function stackNameIn(stackId: string): string | null {
  return /:stack\/([^/]+)\//.exec(stackId)?.[1] ?? null;
}

/** The two parts of `stack/LogicalId`: names of stacks contain no slash. */
export function splitResource(name: string): { stack: string; logicalId: string } {
  const slash = name.indexOf("/");
  return { stack: name.slice(0, slash), logicalId: name.slice(slash + 1) };
}

/** Bytes that a state refers to. `digest` is their SHA-256 in hexadecimal digits. */
export interface ArtifactRef {
  readonly digest: string;
  readonly sizeBytes: number;
}

/** The captured settings of one component, in canonical JSON. */
export interface ComponentState {
  /** What can be written back, and what states are compared by. */
  readonly settings: JsonObject;
  /** What is shown and used for restoring, but never compared: ARNs, version numbers, outputs. */
  readonly evidence: JsonObject;
  readonly artifacts: readonly ArtifactRef[];
}

/** One component as a snapshot holds it. */
export interface CapturedComponent {
  readonly id: ComponentId;
  /** The container: the stack of a resource, the resource of a function's components; null where no stack owns it. */
  readonly parent: ComponentId | null;
  readonly physicalId: string | null;
  /** Why the state is incomplete (AWS reported an error within a successful response); null for a complete one. */
  readonly incomplete: string | null;
  readonly state: ComponentState;
  /** Digest of `state.settings`. */
  readonly digest: string;
}

/** The components of one snapshot by id. A component that is missing did not exist. */
export type Components = ReadonlyMap<ComponentId, CapturedComponent>;

/** Copies the state of a component from another snapshot, including its absence. */
export function takeOver(
  components: Map<ComponentId, CapturedComponent>,
  id: ComponentId,
  component: CapturedComponent | undefined,
): void {
  if (component) components.set(id, component);
  else components.delete(id);
}

export function stateDigest(state: ComponentState): string {
  return digestOf(state.settings);
}

export function captured(
  id: ComponentId,
  state: ComponentState,
  facts: { parent: ComponentId | null; physicalId: string | null; incomplete?: string | null },
): CapturedComponent {
  const { parent, physicalId, incomplete = null } = facts;
  return { id, parent, physicalId, incomplete, state, digest: stateDigest(state) };
}

/** A state as one JSON value, for storing. */
export function stateToJson(state: ComponentState): Json {
  return { settings: state.settings, evidence: state.evidence, artifacts: state.artifacts.map((ref) => ({ ...ref })) };
}
