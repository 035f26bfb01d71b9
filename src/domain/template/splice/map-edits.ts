import {
  type CopiedEntry,
  columnOf,
  indentAt,
  keyText,
  lineEnd,
  lineStart,
  mapText,
  restText,
  type Slot,
  withoutBreak,
} from "./entry-text.ts";
import type { Entry, MapNode } from "./node.ts";
import { lineAfter } from "./read-yaml.ts";
import type { TemplateText } from "./template-text.ts";

/** One replacement in a text. The edits of a text do not overlap. */
export interface TextEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Changes of one map by key: an entry, or a new map of entries; null removes the key. */
export interface MapChange {
  readonly map: MapNode;
  readonly entries: ReadonlyMap<string, CopiedEntry | readonly CopiedEntry[] | null>;
}

/** The edits that make the change. Keys that the change does not name keep all their bytes. */
export function editsOf(target: TemplateText, change: MapChange): TextEdit[] {
  return change.map.block ? blockEdits(target, change) : flowEdits(target, change);
}

export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  let at = 0;
  const parts: string[] = [];
  for (const edit of [...edits].sort((a, b) => a.start - b.start || a.end - b.end)) {
    parts.push(text.slice(at, edit.start), edit.text);
    at = edit.end;
  }
  parts.push(text.slice(at));
  return parts.join("");
}

function blockEdits(target: TemplateText, { map, entries }: MapChange): TextEdit[] {
  const { text, lineBreak } = target;
  const first = map.entries[0]?.keyStart ?? map.start;
  const slot: Slot = { target, indent: " ".repeat(columnOf(text, first)), block: true };
  const edits = map.entries.flatMap((entry): TextEdit[] => {
    const change = entries.get(entry.key);
    if (change === undefined) return [];
    if (change === null)
      return [{ start: lineStart(text, entry.keyStart), end: afterBlankLines(text, after(text, entry)), text: "" }];
    const end = contentEnd(text, entry);
    // At the end of the text, a block scalar would lose its trailing line break.
    const ending = end === text.length ? lineBreak : "";
    return [{ start: entry.keyEnd, end, text: rest(change, slot) + ending }];
  });
  const added = additions(map, entries).map(
    ([key, change]) => slot.indent + keyText(key, slot) + rest(change, slot) + lineBreak,
  );
  if (added.length === 0) return edits;
  const last = map.entries.at(-1);
  const at = Math.max(
    last ? after(text, last) : map.end,
    last && entries.get(last.key) === null ? (edits.at(-1)?.end ?? 0) : 0,
  );
  const opening = at === text.length && !/[\r\n]$/.test(text) && !edits.some(({ end }) => end === at) ? lineBreak : "";
  return [...edits, { start: at, end: at, text: opening + added.join("") }];
}

/** Commas separate entries, so the text after the last kept entry is written again. */
function flowEdits(target: TemplateText, { map, entries }: MapChange): TextEdit[] {
  const { text, lineBreak } = target;
  const first = map.entries[0];
  const own = indentAt(text, map.start);
  const lines = first === undefined || text.slice(map.start, first.keyStart).includes("\n");
  const slot: Slot = { target, indent: first && lines ? indentAt(text, first.keyStart) : `${own}  `, block: false };
  const added = additions(map, entries).map(([key, change]) => keyText(key, slot) + rest(change, slot));
  const kept = map.entries.filter(({ key }) => entries.get(key) !== null);
  const between = lines ? lineBreak + slot.indent : " ";
  const [lastKept, last] = [kept.at(-1), map.entries.at(-1)];
  if (!lastKept || !last) {
    const inside = added.length > 0 ? between + added.join(`,${between}`) + (lines ? lineBreak + own : " ") : "";
    return [{ start: map.start + 1, end: map.end - 1, text: inside }];
  }
  const edits = map.entries.flatMap((entry, index): TextEdit[] => {
    const change = entries.get(entry.key);
    if (change === undefined || entry.keyStart > lastKept.keyStart) return [];
    if (change === null)
      return [{ start: entry.keyStart, end: map.entries[index + 1]?.keyStart ?? entry.value.end, text: "" }];
    return [{ start: entry.keyEnd, end: entry.value.end, text: rest(change, slot) }];
  });
  const tail = added.map((entry) => `,${between}${entry}`).join("");
  return [...edits, { start: lastKept.value.end, end: last.value.end, text: tail }];
}

function rest(change: CopiedEntry | readonly CopiedEntry[], slot: Slot): string {
  return Array.isArray(change)
    ? mapText(change as readonly CopiedEntry[], slot)
    : restText(change as CopiedEntry, slot);
}

function additions(map: MapNode, entries: MapChange["entries"]): [string, CopiedEntry | readonly CopiedEntry[]][] {
  const present = new Set(map.entries.map(({ key }) => key));
  return [...entries].flatMap(([key, change]): [string, CopiedEntry | readonly CopiedEntry[]][] =>
    change === null || present.has(key) ? [] : [[key, change]],
  );
}

/** The start of the line after an entry in block style. */
function after(text: string, { value }: Entry): number {
  return value.block ? value.after : lineAfter(text, value.end);
}

function contentEnd(text: string, entry: Entry): number {
  return entry.value.block ? withoutBreak(text, after(text, entry)) : lineEnd(text, entry.value.end);
}

/** Blank lines are removed with the entry above them, because a scalar that keeps line breaks would include them. */
function afterBlankLines(text: string, offset: number): number {
  return offset + (/^(?:[ \t]*\r?\n)*/.exec(text.slice(offset))?.[0].length ?? 0);
}
