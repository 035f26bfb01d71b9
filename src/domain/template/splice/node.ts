import type { Json } from "../../json.ts";

/** The place of a value in its text, in UTF-16 units. Of a value that is in no text all offsets are -1. */
interface Place {
  readonly start: number;
  /** The offset after its last character; `after` includes the line breaks that end a block. */
  readonly end: number;
  /** The start of the line after a value in block style; equal to `end` for all others. */
  readonly after: number;
  /** Whether it is in block style, which needs its own lines and indentation; flow style fits anywhere. */
  readonly block: boolean;
}

export interface ScalarNode extends Place {
  readonly kind: "scalar";
  readonly text: string;
  /** The scalar as data: a plain one may mean a number, a boolean or null; all others are strings. */
  readonly reading: Json;
  /** Whether its trailing line breaks count (`|+`), so that its text cannot be copied to another place. */
  readonly fragile: boolean;
}

export interface ListNode extends Place {
  readonly kind: "list";
  readonly items: readonly Node[];
}

export interface Entry {
  readonly key: string;
  readonly keyStart: number;
  readonly keyEnd: number;
  /** Whether its map is in block style, so that the key begins its line. */
  readonly block: boolean;
  readonly value: Node;
}

/** A short intrinsic is read as the map that it stands for: `!Ref X` is `{ Ref: X }`. */
export interface MapNode extends Place {
  readonly kind: "map";
  readonly entries: readonly Entry[];
}

/** A value of a template with its place in the text, in the same form for JSON and YAML. */
export type Node = ScalarNode | ListNode | MapNode;

const NOWHERE: Place = { start: -1, end: -1, after: -1, block: false };

export function entryOf(node: Node | undefined, key: string): Entry | undefined {
  return node?.kind === "map" ? node.entries.findLast((entry) => entry.key === key) : undefined;
}

/** The value under the key; undefined where the node is not a map or does not have the key. */
export function child(node: Node | undefined, key: string): Node | undefined {
  return entryOf(node, key)?.value;
}

export function entriesOf(node: Node | undefined): readonly Entry[] {
  return node?.kind === "map" ? node.entries : [];
}

export function itemsOf(node: Node | undefined): readonly Node[] {
  return node?.kind === "list" ? node.items : [];
}

/** The text of a scalar; undefined for other nodes. */
export function textOf(node: Node | undefined): string | undefined {
  return node?.kind === "scalar" ? node.text : undefined;
}

/** A map without a place in a text; its values may have one. */
export function madeMap(entries: readonly (readonly [string, Node])[]): MapNode {
  return {
    kind: "map",
    ...NOWHERE,
    entries: entries.map(([key, value]) => madeEntry(key, value)),
  };
}

export function madeEntry(key: string, value: Node): Entry {
  return { key, keyStart: -1, keyEnd: -1, block: false, value };
}

export function madeList(items: readonly Node[]): ListNode {
  return { kind: "list", ...NOWHERE, items };
}

export function madeText(text: string): ScalarNode {
  return { kind: "scalar", ...NOWHERE, text, reading: text, fragile: false };
}

/** Replacements of nodes: values that are valid in JSON and in YAML's flow style. */
export type Rewrites = ReadonlyMap<Node, Json>;
export const NO_REWRITES: Rewrites = new Map();

/**
 * The value as data, as CloudFormation reads it: what it keeps apart has different readings, and of equal keys the last one counts.
 * Definitions with equal readings are equal, however they are written.
 */
export function readingOf(node: Node, rewrites: Rewrites = NO_REWRITES): Json {
  const rewritten = rewrites.get(node);
  if (rewritten !== undefined) return rewritten;
  if (node.kind === "scalar") return node.reading;
  if (node.kind === "list") return node.items.map((item) => readingOf(item, rewrites));
  return Object.fromEntries(node.entries.map(({ key, value }) => [key, memberReading(key, value, rewrites)]));
}

/** `Fn::GetAtt: A.B` is the same as `Fn::GetAtt: [A, B]`. */
function memberReading(key: string, value: Node, rewrites: Rewrites): Json {
  const reading = readingOf(value, rewrites);
  if (key !== "Fn::GetAtt" || typeof reading !== "string") return reading;
  const dot = reading.indexOf(".");
  return dot < 0 ? [reading] : [reading.slice(0, dot), reading.slice(dot + 1)];
}
