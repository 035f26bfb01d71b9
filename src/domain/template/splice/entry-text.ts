import { type Entry, type Node, type Rewrites, readingOf } from "./node.ts";
import { lineAfter } from "./read-yaml.ts";
import { jsonText } from "./scalar.ts";
import type { TemplateText } from "./template-text.ts";

/** An entry of one template that is copied into another, under its own key or a new one. */
export interface CopiedEntry {
  readonly key: string;
  readonly entry: Entry;
  readonly source: TemplateText;
  readonly rewrites: Rewrites;
}

/** The place to which an entry is copied. */
export interface Slot {
  readonly target: TemplateText;
  /** Whitespace before the key. */
  readonly indent: string;
  /** Whether the map at that place is in block style. */
  readonly block: boolean;
}

/** Keys that YAML reads as text without quotes. */
const PLAIN_KEY = /^(?!(?:true|false|yes|no|on|off|null|y|n)$)[A-Za-z](?:[A-Za-z0-9_:-]*[A-Za-z0-9])?$/i;
const STEP = "  ";

export function keyText(key: string, slot: Slot): string {
  return slot.target.format === "yaml" && PLAIN_KEY.test(key) ? key : jsonText(key);
}

/**
 * The text after the key, from the colon on: the source's own text with the indentation of the slot, wherever that means
 * the same there; otherwise the value in JSON, which is also YAML's flow style.
 */
export function restText(piece: CopiedEntry, slot: Slot): string {
  if (!mayBeCopied(piece, slot)) return `: ${emitted(piece, slot)}`;
  const { entry, source } = piece;
  if (slot.block && entry.block) {
    const end = entry.value.block
      ? withoutBreak(source.text, entry.value.after)
      : lineEnd(source.text, entry.value.end);
    const shift = slot.indent.length - columnOf(source.text, entry.keyStart);
    return shifted(rewritten(piece, entry.keyEnd, end), shift, slot.target.lineBreak);
  }
  const value = rewritten(piece, entry.value.start, entry.value.end);
  if (source.format === "json") return `: ${moved(value, indentAt(source.text, entry.keyStart), slot)}`;
  const deepest = slot.indent.length + STEP.length;
  return `: ${shifted(value, deepest - leastIndent(value), slot.target.lineBreak)}`;
}

/** The text after a new key whose value is a map of these entries. */
export function mapText(pieces: readonly CopiedEntry[], slot: Slot): string {
  const { lineBreak } = slot.target;
  const inner = { ...slot, indent: slot.indent + STEP };
  const entries = pieces.map((piece) => inner.indent + keyText(piece.key, inner) + restText(piece, inner));
  if (slot.block) return `:${lineBreak}${entries.join(lineBreak)}`;
  return `: {${lineBreak}${entries.join(`,${lineBreak}`)}${lineBreak}${slot.indent}}`;
}

function mayBeCopied({ entry, source }: CopiedEntry, { target, block }: Slot): boolean {
  const { value } = entry;
  if (value.start < 0 || source.format !== target.format) return false;
  if (target.format === "json") return true;
  if (block && entry.block) return !isFragile(value);
  // Plain scalars may contain commas and brackets, which have another meaning in flow style.
  return /[[{"']/.test(source.text.charAt(value.start));
}

/** The last scalar decides, because moving the text would change its trailing line breaks. */
function isFragile(node: Node): boolean {
  if (node.kind === "scalar") return node.fragile;
  const last = node.kind === "list" ? node.items.at(-1) : node.entries.at(-1)?.value;
  return last !== undefined && isFragile(last);
}

function emitted({ entry, rewrites }: CopiedEntry, { target, indent, block }: Slot): string {
  const text = jsonText(readingOf(entry.value, rewrites), { step: STEP });
  // In block style, each line of a flow value has to be indented more than the key.
  return text.replaceAll("\n", target.lineBreak + indent + (block ? STEP : ""));
}

/** A range of the source with its rewrites, which are never nested. */
function rewritten({ source, rewrites }: CopiedEntry, from: number, to: number): string {
  const inside = [...rewrites].filter(([node]) => node.start >= from && node.end <= to);
  inside.sort(([left], [right]) => left.start - right.start);
  let at = from;
  const parts: string[] = [];
  for (const [node, value] of inside) {
    parts.push(source.text.slice(at, node.start), jsonText(value));
    at = node.end;
  }
  parts.push(source.text.slice(at, to));
  return parts.join("");
}

/** All lines but the first moved by this many columns, to the margin at most. */
function shifted(text: string, columns: number, lineBreak: string): string {
  const [first = "", ...rest] = text.split(/\r?\n/);
  const move = (line: string) => {
    if (line === "") return line;
    if (columns >= 0) return " ".repeat(columns) + line;
    const spaces = line.length - line.trimStart().length;
    return line.slice(Math.min(spaces, -columns));
  };
  return [first, ...rest.map(move)].join(lineBreak);
}

/** JSON moved from one indentation to another, in tabs or spaces. */
function moved(text: string, from: string, slot: Slot): string {
  const [first = "", ...rest] = text.split(/\r?\n/);
  const move = (line: string) => (line.startsWith(from) ? slot.indent + line.slice(from.length) : line);
  return [first, ...rest.map(move)].join(slot.target.lineBreak);
}

function leastIndent(text: string): number {
  const indents = text
    .split(/\r?\n/)
    .slice(1)
    .filter((line) => line.trim() !== "")
    .map((line) => line.length - line.trimStart().length);
  return indents.length > 0 ? Math.min(...indents) : 0;
}

export function lineStart(text: string, offset: number): number {
  return text.lastIndexOf("\n", offset - 1) + 1;
}

/** The offset of the line break that ends the line, after any comment. */
export function lineEnd(text: string, offset: number): number {
  return withoutBreak(text, lineAfter(text, offset));
}

export function withoutBreak(text: string, offset: number): number {
  const before = text.slice(Math.max(0, offset - 2), offset);
  return offset - (before.endsWith("\r\n") ? 2 : before.endsWith("\n") ? 1 : 0);
}

/** A byte order mark does not count as a column. */
export function columnOf(text: string, offset: number): number {
  const start = lineStart(text, offset);
  return offset - start - (text.charAt(start) === "\uFEFF" ? 1 : 0);
}

export function indentAt(text: string, offset: number): string {
  return /^[ \t]*/.exec(text.slice(lineStart(text, offset), offset))?.[0] ?? "";
}
