import { isAlias, isMap, isScalar, isSeq, parseDocument, type Scalar, type YAMLMap, type YAMLSeq } from "yaml";
import { StepbackError } from "../../errors.ts";
import type { Entry, ListNode, MapNode, Node, ScalarNode } from "./node.ts";
import { unreadable } from "./read-json.ts";

const KEEPS_BREAKS = /^[|>][0-9]?\+/;
const STRING_TAG = "tag:yaml.org,2002:str";
/** `!Ref` and other short intrinsics. CloudFormation takes them with values of any kind. */
const SHORT_TAG = /^![A-Za-z0-9]+$/;

/** Reads YAML into nodes with their places. Throws TEMPLATE_UNREADABLE, and SPLICE_IMPOSSIBLE for anchors and aliases. */
export function readYaml(text: string): Node {
  const document = parse(text);
  const [fault] = document.errors;
  if (fault) throw unreadable(fault.message.split("\n")[0] ?? fault.code, fault);
  return new Builder(text).node(document.contents);
}

/** The failsafe schema keeps all scalars as text. */
function parse(text: string) {
  try {
    return parseDocument(text, { schema: "failsafe", uniqueKeys: false, logLevel: "silent" });
  } catch (error) {
    // Very deep nesting overflows the call stack of the parser.
    throw unreadable("it is nested too deeply", error);
  }
}

class Builder {
  constructor(readonly text: string) {}

  node(node: unknown): Node {
    if (isAlias(node)) throw reused();
    if (!isScalar(node) && !isMap(node) && !isSeq(node)) throw unreadable("it is empty");
    if (node.anchor) throw reused();
    const inner = this.#untagged(node);
    return node.tag && SHORT_TAG.test(node.tag) ? this.#intrinsic(node.tag, inner) : inner;
  }

  #untagged(node: Scalar | YAMLMap | YAMLSeq): Node {
    if (isScalar(node)) return this.#scalar(node);
    return isMap(node) ? this.#map(node) : this.#list(node as YAMLSeq);
  }

  #scalar(node: Scalar): ScalarNode {
    const [start, last] = rangeOf(node);
    const block = node.type === "BLOCK_LITERAL" || node.type === "BLOCK_FOLDED";
    if (node.tag && !SHORT_TAG.test(node.tag) && node.tag !== STRING_TAG)
      throw unreadable(`it uses the tag ${node.tag}`);
    const written = this.text.slice(start, last);
    const unended = block && !/[\r\n]$/.test(written);
    return {
      kind: "scalar",
      text: String(node.value ?? ""),
      plain: node.type === "PLAIN" && node.tag !== STRING_TAG,
      fragile: unended || KEEPS_BREAKS.test(written),
      start,
      end: block ? start + written.trimEnd().length : last,
      after: last,
      block,
    };
  }

  #map(node: YAMLMap): MapNode {
    const [start, last] = rangeOf(node);
    const keys = new Set<string>();
    const entries = node.items.map((pair): Entry => {
      if (!isScalar(pair.key)) throw unreadable("a key is not a text");
      const key = String(pair.key.value ?? "");
      if (keys.has(key)) throw unreadable(`the key ${key} occurs twice in one mapping`);
      keys.add(key);
      const [keyStart, keyEnd] = rangeOf(pair.key);
      return { key, keyStart, keyEnd, block: !node.flow, value: this.node(pair.value ?? undefined) };
    });
    return { kind: "map", entries, ...this.#placeOf(start, last, node.flow ? null : entries.at(-1)?.value) };
  }

  #list(node: YAMLSeq): ListNode {
    const [start, last] = rangeOf(node);
    const items = node.items.map((item) => this.node(item));
    return { kind: "list", items, ...this.#placeOf(start, last, node.flow ? null : items.at(-1)) };
  }

  /** A block ends where its last value ends; `last` is null for flow style, which ends with a bracket. */
  #placeOf(start: number, end: number, last: Node | null | undefined) {
    if (!last) return { start, end, after: end, block: false };
    return { start, end: last.end, after: last.block ? last.after : lineAfter(this.text, last.end), block: true };
  }

  #intrinsic(tag: string, value: Node): MapNode {
    const name = tag.slice(1);
    const key = name === "Ref" || name === "Condition" ? name : `Fn::${name}`;
    const start = this.text.lastIndexOf(tag, value.start - 1);
    const entry = { key, keyStart: start, keyEnd: start + tag.length, block: false, value };
    return { kind: "map", entries: [entry], start, end: value.end, after: value.after, block: value.block };
  }
}

/** The start of the line after the one with the offset; the length of the text on its last line. */
export function lineAfter(text: string, offset: number): number {
  const lineBreak = text.indexOf("\n", offset);
  return lineBreak < 0 ? text.length : lineBreak + 1;
}

function rangeOf(node: { range?: readonly [number, number, number] | null | undefined }): [number, number] {
  const [start, last] = node.range ?? [0, 0, 0];
  return [start, last];
}

/** CloudFormation refuses aliases, and copying a value with an anchor would define the anchor twice. */
function reused(): StepbackError {
  return new StepbackError(
    "SPLICE_IMPOSSIBLE",
    "The template uses YAML anchors or aliases, which cannot be copied separately. Pick the whole stack.",
  );
}
