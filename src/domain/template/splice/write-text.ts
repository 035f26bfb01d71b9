import { StepbackError } from "../../errors.ts";
import { type Json, type JsonObject, sameJson } from "../../json.ts";
import type { CopiedEntry } from "./entry-text.ts";
import { applyEdits, editsOf, type MapChange, type TextEdit } from "./map-edits.ts";
import type { Merge, ResourceMerge } from "./merge.ts";
import { child, type Entry, entriesOf, type MapNode, type Node, readingOf } from "./node.ts";
import type { OutputChanges } from "./outputs.ts";
import { secondReading } from "./second-reading.ts";
import { readTemplateText, type SectionName, type TemplateText } from "./template-text.ts";

/** Changes of a section by key: the entry to write, or null for an entry to remove. */
export type Pieces = Map<string, CopiedEntry | null>;
export type SectionPieces = ReadonlyMap<SectionName, Pieces>;

/** The merged template: the current text with its edits. Null where it would not read as intended. */
export function writeText(merge: Merge, outputs: OutputChanges): string | null {
  const target = merge.request.current.template;
  const sections = sectionPieces(merge, outputs);
  const edits = [...definitionEdits(merge), ...sectionEdits(target, sections)];
  const intended = () => intendedReading(target, sections, patchedReadings(merge));
  return written(target, edits, intended, merge.request.backup.template);
}

/** A template with entries written into its sections; all other bytes stay. Null where it would not read as intended. */
export function writeSections(target: TemplateText, sections: SectionPieces): string | null {
  return written(target, sectionEdits(target, sections), () => intendedReading(target, sections, []));
}

/** The text with its edits, read back in two ways and compared with the intended data; null where they differ. */
export function written(
  target: TemplateText,
  edits: readonly TextEdit[],
  intended: () => Json,
  source: TemplateText = target,
): string | null {
  if (edits.length === 0) return target.text;
  const text = applyEdits(target.text, edits);
  const data = intended();
  return readsAs(text, data) && isProven(text, data, [target, source]) ? text : null;
}

function readsAs(text: string, intended: Json): boolean {
  try {
    return sameJson(readingOf(readTemplateText(text).root), intended);
  } catch (error) {
    if (error instanceof StepbackError) return false;
    throw error;
  }
}

/** Whether other parsers read the same. What they cannot read has to be in what CloudFormation took before. */
function isProven(text: string, intended: Json, sources: readonly TemplateText[]): boolean {
  const second = secondReading(text);
  return second === null ? sources.some((source) => secondReading(source.text) === null) : sameJson(second, intended);
}

function sectionPieces(merge: Merge, outputs: OutputChanges): SectionPieces {
  const { added } = merge.names;
  const resources: Pieces = new Map();
  for (const [logicalId, change] of merge.changes) {
    if (change.to === "removed") resources.set(logicalId, null);
    if (change.to === "added" || change.to === "replaced") resources.set(logicalId, piece(merge, change.entry));
  }
  const taken: Pieces = new Map([...outputs.changes].map(([key, entry]) => [key, entry && piece(merge, entry)]));
  return new Map<SectionName, Pieces>([
    ["Parameters", added.Parameters],
    ["Mappings", added.Mappings],
    ["Conditions", added.Conditions],
    ["Resources", resources],
    ["Outputs", taken],
  ]);
}

function sectionEdits(target: TemplateText, sections: SectionPieces): TextEdit[] {
  const top = new Map<string, readonly CopiedEntry[] | null>();
  const edits: TextEdit[] = [];
  for (const [name, entries] of sections) {
    const section = child(target.root, name);
    if (entries.size === 0) continue;
    if (section?.kind !== "map") top.set(name, [...entries.values()].filter(isPiece));
    else if (isEmptied(section, entries)) top.set(name, null);
    else edits.push(...editsOf(target, { map: section, entries }));
  }
  return top.size > 0 ? [...edits, ...editsOf(target, { map: target.root, entries: top })] : edits;
}

/** Edits of single properties within a definition. */
function definitionEdits(merge: Merge): TextEdit[] {
  const target = merge.request.current.template;
  return [...merge.changes].flatMap(([logicalId, change]) => {
    const definition = merge.current.definitions.get(logicalId);
    return change.to === "patched" && definition?.kind === "map"
      ? editsOf(target, patchOf(merge, definition, change))
      : [];
  });
}

function patchOf(merge: Merge, definition: MapNode, change: Extract<ResourceMerge, { to: "patched" }>): MapChange {
  const entries: Pieces = new Map([...change.properties].map(([key, entry]) => [key, entry && piece(merge, entry)]));
  const properties = child(definition, "Properties");
  if (properties?.kind !== "map")
    return { map: definition, entries: new Map([["Properties", [...entries.values()].filter(isPiece)]]) };
  if (isEmptied(properties, entries)) return { map: definition, entries: new Map([["Properties", null]]) };
  return { map: properties, entries };
}

/** Whether a map loses all entries: it is removed then, because CloudFormation refuses an empty block, which is null. */
function isEmptied(map: MapNode, entries: Pieces): boolean {
  const kept = map.entries.some(({ key }) => entries.get(key) !== null);
  return !kept && ![...entries.values()].some((entry) => entry !== null);
}

function piece(merge: Merge, entry: Entry): CopiedEntry {
  return { key: entry.key, entry, source: merge.request.backup.template, rewrites: merge.names.rewrites };
}

function isPiece(entry: CopiedEntry | null): entry is CopiedEntry {
  return entry !== null;
}

/** The template as data with all planned changes. */
function intendedReading(
  target: TemplateText,
  sections: SectionPieces,
  patched: readonly (readonly [string, JsonObject])[],
): Json {
  const root = new Map<string, Json>(entriesOf(target.root).map(({ key, value }) => [key, readingOf(value)]));
  for (const [name, entries] of sections) {
    const members = new Map(entriesOf(child(target.root, name)).map(({ key, value }) => [key, readingOf(value)]));
    for (const [key, piece] of entries) {
      if (piece) members.set(key, readingOf(piece.entry.value, piece.rewrites));
      else members.delete(key);
    }
    if (name === "Resources") for (const [key, value] of patched) members.set(key, value);
    const isTouched = entries.size > 0 || name === "Resources";
    if (isTouched && members.size > 0) root.set(name, Object.fromEntries(members));
    else if (isTouched) root.delete(name);
  }
  return Object.fromEntries(root);
}

function patchedReadings(merge: Merge): [string, JsonObject][] {
  return [...merge.changes].flatMap(([logicalId, change]): [string, JsonObject][] => {
    const definition: Node | undefined = merge.merged.definitions.get(logicalId);
    if (change.to !== "patched" || !definition) return [];
    return [[logicalId, readingOf(definition, merge.names.rewrites) as JsonObject]];
  });
}
