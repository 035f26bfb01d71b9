import { type EventType, FAILSAFE_SCHEMA, load, type State, Type } from "js-yaml";
import { StepbackError } from "../../errors.ts";
import type { Entry, ListNode, MapNode, Node, ScalarNode } from "./node.ts";
import { unreadable } from "./read-json.ts";
import { plainReading } from "./scalar.ts";

/** Deeper than any template, and far from overflowing the call stack. */
const MAX_DEPTH = 400;
/** Space and comments, then a tag or an anchor, which may stand before the content of a node. */
const PROPERTY = /((?:[ \t\r\n]+|#[^\r\n]*)*)([!&][^\s,[\]{}]*)?/y;
const COLON = /\s*:/y;
const STANDARD_TAG = "tag:yaml.org,2002:";
/** `!Ref` and other short intrinsics. CloudFormation takes them with values of any kind. */
const SHORT_TAG = /^![A-Za-z0-9]+$/;
/** Tags that say what the value is anyway. CloudFormation takes no others: not `!!binary`, not `!!set`. */
const NATURAL_TAG = /^!!(str|int|float|bool|null|seq|map)$/;
/** Tags of scalars that are read as if they were plain. */
const PLAIN_TAG = /^!!(int|float|bool|null)$/;
const KINDS = ["scalar", "sequence", "mapping"] as const;

/** The failsafe schema keeps all scalars as text; the builder reads tags itself, so the parser takes any. */
const SCHEMA = FAILSAFE_SCHEMA.extend(
  ["!", STANDARD_TAG].flatMap((tag) => KINDS.map((kind) => new Type(tag, { kind, multi: true }))),
);

/**
 * Reads YAML into nodes with their places, as tolerantly as CloudFormation: a quoted text and a collection in brackets may go
 * on at any column, and of equal keys the last one counts. Throws TEMPLATE_UNREADABLE, and SPLICE_IMPOSSIBLE for aliases.
 */
export function readYaml(text: string): Node {
  const builder = new Builder(text);
  const listener = (event: EventType, state: State) => builder.on(event, state);
  try {
    load(text, { schema: SCHEMA, json: true, listener, maxDepth: MAX_DEPTH } as Parameters<typeof load>[1]);
  } catch (error) {
    if (error instanceof StepbackError) throw error;
    throw unreadable(error instanceof Error ? (error.message.split("\n")[0] ?? "") : "it is not YAML", error);
  }
  if (!builder.root) throw unreadable("it is empty");
  return builder.root;
}

/** A node that the parser has begun: where, and the nodes that it has read since. */
interface Frame {
  readonly from: number;
  readonly children: Node[];
}

/** The place of the content of a node, and its tag. */
interface Content {
  readonly start: number;
  readonly to: number;
  readonly tag: { readonly name: string; readonly start: number; readonly end: number } | null;
}

/**
 * Makes nodes of the parser's events. The parser announces a node before it reads its tag, and a second time within itself
 * where it may be the first key of a mapping; so the text at its place decides what the node is.
 */
class Builder {
  root: Node | null = null;
  readonly #frames: Frame[] = [];
  /** The parser does not count a byte order mark. */
  readonly #shift: number;

  constructor(readonly text: string) {
    this.#shift = text.startsWith("\uFEFF") ? 1 : 0;
  }

  on(event: EventType, state: State): void {
    const at = Math.min(state.position + this.#shift, this.text.length);
    if (event === "open") {
      this.#frames.push({ from: at, children: [] });
      return;
    }
    const frame = this.#frames.pop() ?? { from: at, children: [] };
    const node = this.#node(frame, state, at);
    const outer = this.#frames.at(-1);
    if (outer) outer.children.push(node);
    else this.root = node;
  }

  #node({ from, children }: Frame, { kind, result }: State, to: number): Node {
    const content = this.#contentOf(from, to);
    if (kind === "scalar") return this.#tagged(this.#scalar(content, String(result)), content);
    if (kind === "mapping")
      return this.#tagged(this.#announcedIn(children, content) ?? this.#map(children, content), content);
    if (kind === "sequence") {
      const list = this.#announcedIn(children, content) ?? this.#list(children, content);
      if (list.kind === "list" && list.items.length !== (result as readonly unknown[]).length)
        throw unreadable("an item of a list is empty");
      return this.#tagged(list, content);
    }
    if (content.start < to && this.text[content.start] === "*") throw reused();
    const at = content.tag?.end ?? from;
    return this.#tagged(this.#scalar({ ...content, start: at, to: at }, ""), content);
  }

  #contentOf(from: number, to: number): Content {
    let start = from;
    let tag: Content["tag"] = null;
    for (;;) {
      PROPERTY.lastIndex = start;
      const [whole = "", space = "", property] = PROPERTY.exec(this.text) ?? [];
      const begin = start + space.length;
      if (property === undefined || begin >= to) return { start: Math.min(begin, to), to, tag };
      start += whole.length;
      if (property.startsWith("!")) tag = { name: property, start: begin, end: start };
    }
  }

  /** In block style, a collection in brackets is announced as a possible key within itself. */
  #announcedIn([only, ...others]: readonly Node[], { start }: Content): Node | null {
    return only && others.length === 0 && only.start === start && only.kind !== "scalar" ? only : null;
  }

  #scalar({ start, to, tag }: Content, text: string): ScalarNode {
    const written = this.text.slice(start, to).trimEnd();
    const end = start + written.length;
    const block = /^[|>]/.test(written);
    const isPlain = tag ? PLAIN_TAG.test(tag.name) : !/^["'|>]/.test(written);
    const reading = isPlain ? plainReading(text) : text;
    if (!block) return { kind: "scalar", text, reading, fragile: false, start, end, after: end, block };
    const keepsBreaks = /^[|>][0-9]?\+/.test(written);
    const after = lineAfter(this.text, keepsBreaks ? this.#lastBreak(end, to) : end);
    const isUnended = !/[\r\n]$/.test(this.text.slice(start, after));
    return { kind: "scalar", text, reading, fragile: keepsBreaks || isUnended, start, end, after, block };
  }

  /** The last line break before the place, after which nothing but indentation follows. */
  #lastBreak(end: number, to: number): number {
    return Math.max(end, this.text.lastIndexOf("\n", to - 1));
  }

  #map(children: readonly Node[], content: Content): MapNode {
    if (this.text[content.start] !== "{") {
      const entries = pairsOf(children).map(([key, value]) => entryFrom(key, value, true));
      return { kind: "map", entries, ...this.#blockPlace(content.start, children.at(-1)) };
    }
    const entries: Entry[] = [];
    for (let index = 0; index < children.length; index += 1) {
      const key = children[index] as Node;
      const hasValue = this.#isKey(key);
      if (hasValue) index += 1;
      const none = this.#scalar({ start: key.end, to: key.end, tag: null }, "");
      entries.push(entryFrom(key, (hasValue && children[index]) || none, false));
    }
    return { kind: "map", entries, ...flowPlace(content) };
  }

  #list(children: readonly Node[], content: Content): ListNode {
    if (this.text[content.start] !== "[")
      return { kind: "list", items: children, ...this.#blockPlace(content.start, children.at(-1)) };
    const items: Node[] = [];
    for (let index = 0; index < children.length; index += 1) {
      const item = children[index] as Node;
      const value = this.#isKey(item) ? children[index + 1] : undefined;
      if (value) index += 1;
      // `[Key: value]` is a map without brackets.
      const place = { start: item.start, to: value?.end ?? item.end };
      items.push(value ? { kind: "map", entries: [entryFrom(item, value, false)], ...flowPlace(place) } : item);
    }
    return { kind: "list", items, ...flowPlace(content) };
  }

  /** Whether a colon follows a node in a collection in brackets. */
  #isKey({ end }: Node): boolean {
    COLON.lastIndex = end;
    return COLON.test(this.text);
  }

  /** A block ends where its last value ends. */
  #blockPlace(start: number, last: Node | undefined) {
    const end = last?.end ?? start;
    return { start, end, after: last?.block ? last.after : lineAfter(this.text, end), block: true };
  }

  #tagged(value: Node, { tag }: Content): Node {
    if (!tag || NATURAL_TAG.test(tag.name)) return value;
    if (!SHORT_TAG.test(tag.name)) throw unreadable(`it uses the tag ${tag.name}`);
    const name = tag.name.slice(1);
    const key = name === "Ref" || name === "Condition" ? name : `Fn::${name}`;
    const entry = { key, keyStart: tag.start, keyEnd: tag.end, block: false, value };
    const { end, after, block } = value;
    return { kind: "map", entries: [entry], start: tag.start, end, after, block };
  }
}

/** Keys with their values. After the last one, the parser looks for another key once more, and may announce nothing. */
function pairsOf(children: readonly Node[]): [Node, Node][] {
  const last = children.at(-1);
  const isNothing = last?.kind === "scalar" && last.start === last.end;
  if (children.length % 2 !== 0 && !isNothing) throw unreadable("a key has no value");
  return children.flatMap((key, index): [Node, Node][] => {
    const value = children[index + 1];
    return index % 2 === 0 && value ? [[key, value]] : [];
  });
}

function entryFrom(key: Node, value: Node, block: boolean): Entry {
  if (key.kind !== "scalar") throw unreadable("a key is not a text");
  return { key: key.text, keyStart: key.start, keyEnd: key.end, block, value };
}

/** A collection in brackets ends with its bracket. */
function flowPlace({ start, to }: Pick<Content, "start" | "to">) {
  return { start, end: to, after: to, block: false };
}

/** The start of the line after the one with the offset; the length of the text on its last line. */
export function lineAfter(text: string, offset: number): number {
  const lineBreak = text.indexOf("\n", offset);
  return lineBreak < 0 ? text.length : lineBreak + 1;
}

/** CloudFormation refuses aliases, and copying a value with an anchor would define the anchor twice. */
function reused(): StepbackError {
  return new StepbackError(
    "SPLICE_IMPOSSIBLE",
    "The template uses YAML anchors or aliases, which cannot be copied separately. Pick the whole stack.",
  );
}
