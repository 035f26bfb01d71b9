import { digestOf, type Json, type JsonObject } from "./json.ts";

/** Every sort of component. The order is the order in which they are restored: stacks first, triggers last. */
export const KIND_NAMES = ["stack", "lambda-config", "lambda-code", "lambda-alias", "lambda-trigger"] as const;
export type KindName = (typeof KIND_NAMES)[number];

/** `kind:name`, unique in its target: `lambda-code:shop-prod-pay`, `lambda-alias:shop-prod-pay:live`. */
export type ComponentId = `${KindName}:${string}`;

export function componentId(kind: KindName, name: string): ComponentId {
  return `${kind}:${name}`;
}

/** Null for a text that is no component id. */
export function parseComponentId(text: string): { kind: KindName; name: string } | null {
  const colon = text.indexOf(":");
  const kind = KIND_NAMES.find((known) => known === text.slice(0, colon));
  const name = text.slice(colon + 1);
  return colon > 0 && kind && name ? { kind, name } : null;
}

/** What follows a function's name in the name of its part: `:alias`, `/source`. No function's name holds either. */
const AFTER_FUNCTION = /[:/]/;

/** The function that a Lambda component belongs to; null for a stack. */
export function functionOf(id: ComponentId): string | null {
  const parsed = parseComponentId(id);
  if (!parsed || parsed.kind === "stack") return null;
  return parsed.name.split(AFTER_FUNCTION, 1)[0] ?? null;
}

/** Bytes that a state refers to. `digest` is their SHA-256 in hexadecimal digits. */
export interface ArtifactRef {
  readonly digest: string;
  readonly sizeBytes: number;
}

/** The captured settings of one component. Canonical JSON throughout. */
export interface ComponentState {
  /** What can be written back, and so what is compared. */
  readonly settings: JsonObject;
  /** What is shown and used for restoring, but not compared: ARNs, version numbers, outputs. */
  readonly evidence: JsonObject;
  readonly artifacts: readonly ArtifactRef[];
}

/** One component as a snapshot holds it. */
export interface CapturedComponent {
  readonly id: ComponentId;
  /** The stack that owns it, as a component id; null where no stack does. */
  readonly parent: ComponentId | null;
  readonly physicalId: string | null;
  /** Why the state is incomplete (AWS reported an error inside a good answer); null when it is whole. */
  readonly incomplete: string | null;
  readonly state: ComponentState;
  /** Digest of `state.settings`. */
  readonly digest: string;
}

/** Components by id, as one snapshot holds them. What is not in it did not exist. */
export type Components = ReadonlyMap<ComponentId, CapturedComponent>;

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
