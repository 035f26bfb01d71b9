import { type Json, type JsonObject, sameJson } from "../json.ts";
import type { Piece } from "./entry-text.ts";
import { applyEdits, editsOf, type MapChange, type TextEdit } from "./map-edits.ts";
import type { Change, Merge } from "./merge.ts";
import { child, type Entry, entriesOf, type MapNode, type Node, readingOf } from "./node.ts";
import type { OutputChanges } from "./outputs.ts";
import { readTemplateText, type SectionName } from "./template-text.ts";

type Pieces = Map<string, Piece | readonly Piece[] | null>;

/**
 * The merged template: the current text with its edits. It is read back and compared with what was meant, value by value;
 * null where it differs, so that no text goes out which says something else than was planned.
 */
export function writeText(merge: Merge, outputs: OutputChanges): string | null {
  const target = merge.request.current.template;
  const sections = sectionPieces(merge, outputs);
  const edits = [...definitionEdits(merge), ...sectionEdits(merge, sections)];
  const text = applyEdits(target.text, edits);
  if (edits.length === 0) return text;
  const meant = meantReading(merge, sections);
  return sameJson(readingOf(readTemplateText(text).root), meant) ? text : null;
}

function sectionPieces(merge: Merge, outputs: OutputChanges): Map<SectionName, Pieces> {
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

function sectionEdits(merge: Merge, sections: ReadonlyMap<SectionName, Pieces>): TextEdit[] {
  const target = merge.request.current.template;
  const top: Pieces = new Map();
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

function patchOf(merge: Merge, definition: MapNode, change: Extract<Change, { to: "patched" }>): MapChange {
  const entries: Pieces = new Map([...change.properties].map(([key, entry]) => [key, entry && piece(merge, entry)]));
  const properties = child(definition, "Properties");
  if (properties?.kind !== "map")
    return { map: definition, entries: new Map([["Properties", [...entries.values()].filter(isPiece)]]) };
  if (isEmptied(properties, entries)) return { map: definition, entries: new Map([["Properties", null]]) };
  return { map: properties, entries };
}

/** A block without entries would be null, which CloudFormation refuses: the whole map goes. */
function isEmptied(map: MapNode, entries: Pieces): boolean {
  const kept = map.entries.some(({ key }) => entries.get(key) !== null);
  return !kept && ![...entries.values()].some((entry) => entry !== null);
}

function piece(merge: Merge, entry: Entry): Piece {
  return { key: entry.key, entry, source: merge.request.backup.template, rewrites: merge.names.rewrites };
}

function isPiece(entry: Piece | readonly Piece[] | null): entry is Piece {
  return entry !== null && !Array.isArray(entry);
}

/** The current template as data, with every section as it was planned. */
function meantReading(merge: Merge, sections: ReadonlyMap<SectionName, Pieces>): Json {
  const { rewrites } = merge.names;
  const root = new Map<string, Json>(
    entriesOf(merge.request.current.template.root).map(({ key, value }) => [key, readingOf(value)]),
  );
  for (const [name, entries] of sections) {
    const members = new Map(
      entriesOf(child(merge.request.current.template.root, name)).map(({ key, value }) => [key, readingOf(value)]),
    );
    for (const [key, entry] of entries) {
      if (entry === null) members.delete(key);
      else if (isPiece(entry)) members.set(key, readingOf(entry.entry.value, rewrites));
    }
    if (name === "Resources") for (const [key, value] of patchedReadings(merge)) members.set(key, value);
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
