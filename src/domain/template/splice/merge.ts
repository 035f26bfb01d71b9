import { sameJson } from "../../json.ts";
import { localProperties } from "./globals.ts";
import { child, type Entry, entriesOf, entryOf, madeEntry, madeMap, type Node, readingOf } from "./node.ts";
import { impossible, type Part, type Refusal, requirement, type SpliceRequest, takesProperty } from "./request.ts";
import { originOf, type Resources, resourcesIn, typeOf } from "./resources.ts";
import { SharedNames } from "./shared-names.ts";
import { usesIn, usesOf } from "./uses.ts";

/** The change of one picked resource. Only `replaced`, `added` and `removed` are about the whole resource. */
export type ResourceMerge =
  | { readonly to: "unchanged" | "removed" }
  | { readonly to: "added" | "replaced"; readonly entry: Entry }
  /** Single properties; null removes one. */
  | { readonly to: "patched"; readonly properties: ReadonlyMap<string, Entry | null> };

/** The resources of both templates, and the changes of the picked ones. */
export interface Merge {
  readonly request: SpliceRequest;
  readonly names: SharedNames;
  readonly current: Resources;
  readonly backup: Resources;
  /** Logical ids that are picked whole, whether changed or not. */
  readonly whole: ReadonlySet<string>;
  readonly changes: ReadonlyMap<string, ResourceMerge>;
  /** The resources of the result. Definitions from the backup have to be read with the rewrites of `names`. */
  readonly merged: Resources;
  readonly refusals: Refusal[];
}

/** Merges the parts as data. Parts that cannot be merged are in `refusals`; the others are merged as far as possible. */
export function mergeParts(request: SpliceRequest): Merge {
  const names = new SharedNames(request.current, request.backup);
  const [current, backup] = [resourcesIn(request.current.template), resourcesIn(request.backup.template)];
  const refusals: Refusal[] = [];
  const changes = new Map<string, ResourceMerge>();
  const takes = takesOf(request.parts);
  for (const [logicalId, take] of takes) {
    const picked: Picked = {
      logicalId,
      now: current.definitions.get(logicalId),
      was: backup.definitions.get(logicalId),
    };
    const outcome = take === "all" ? wholeChange(picked, names) : partChange(picked, take, names);
    if (!picked.now && !picked.was) refusals.push(notPickable(logicalId, current, backup));
    else if ("code" in outcome) refusals.push(outcome);
    else changes.set(logicalId, outcome);
  }
  const definitions = new Map(current.definitions);
  for (const [logicalId, change] of changes) apply(definitions, logicalId, change);
  const whole = new Set([...takes].flatMap(([logicalId, take]) => (take === "all" ? [logicalId] : [])));
  refusals.push(...names.refusals);
  return { request, names, current, backup, whole, changes, merged: { definitions, open: current.open }, refusals };
}

interface Picked {
  readonly logicalId: string;
  readonly now: Node | undefined;
  readonly was: Node | undefined;
}

type Take = "all" | ((property: string) => boolean);

/** What to take of each resource: several parts of one resource are combined. */
function takesOf(parts: readonly Part[]): Map<string, Take> {
  const takes = new Map<string, Take>();
  for (const part of parts) {
    const before = takes.get(part.logicalId);
    if (part.take === "all" || before === "all") takes.set(part.logicalId, "all");
    else takes.set(part.logicalId, (name) => (before?.(name) ?? false) || takesProperty(part, name));
  }
  return takes;
}

function wholeChange({ logicalId, now, was }: Picked, names: SharedNames): ResourceMerge | Refusal {
  if (!was) return { to: "removed" };
  names.take(usesOf(logicalId, was, "resource"), logicalId);
  const { entries, stuck } = localProperties(was, names, { logicalId, takes: () => true });
  if (stuck.size > 0) return stuckInGlobals(logicalId, [...stuck]);
  const entry = entryWith(logicalId, was, { names, entries });
  if (!now) return { to: "added", entry };
  const same = sameJson(readingOf(now), readingOf(entry.value, names.rewrites));
  return same ? { to: "unchanged" } : { to: "replaced", entry };
}

/** The entry of the backup, whose text is copied; a new entry where values of Globals have to be added to it. */
function entryWith(
  logicalId: string,
  was: Node,
  local: { names: SharedNames; entries: ReadonlyMap<string, Entry> },
): Entry {
  const written = entriesOf(child(was, "Properties"));
  const untouched =
    written.length === local.entries.size && written.every((entry) => local.entries.get(entry.key) === entry);
  const section = child(local.names.backup.template.root, "Resources");
  if (untouched) return entryOf(section, logicalId) ?? madeEntry(logicalId, was);
  const members = new Map(entriesOf(was).map(({ key, value }) => [key, value]));
  members.set("Properties", madeMap([...local.entries.values()].map(({ key, value }) => [key, value])));
  return madeEntry(logicalId, madeMap([...members]));
}

function partChange(
  { logicalId, now, was }: Picked,
  take: (name: string) => boolean,
  names: SharedNames,
): ResourceMerge | Refusal {
  if (!now || !was || typeOf(now) !== typeOf(was)) {
    const why = !now
      ? "the current template does not have it"
      : !was
        ? "the backup does not have it"
        : "its type changed";
    return requirement(
      logicalId,
      [logicalId],
      `Single properties of ${logicalId} cannot be restored: ${why}. Take it whole.`,
    );
  }
  const { entries, stuck } = localProperties(was, names, { logicalId, takes: take });
  if (stuck.size > 0) return stuckInGlobals(logicalId, [...stuck]);
  const properties = new Map<string, Entry | null>();
  const present = new Map(entriesOf(child(now, "Properties")).map(({ key, value }) => [key, value]));
  for (const name of new Set([...present.keys(), ...entries.keys()])) {
    if (!take(name)) continue;
    const [wanted, there] = [entries.get(name), present.get(name)];
    if (wanted) names.take(usesIn(wanted.value, "value"), logicalId);
    if (wanted && there && sameJson(readingOf(there), readingOf(wanted.value, names.rewrites))) continue;
    properties.set(name, wanted ?? null);
  }
  return properties.size === 0 ? { to: "unchanged" } : { to: "patched", properties };
}

function apply(definitions: Map<string, Node>, logicalId: string, change: ResourceMerge): void {
  if (change.to === "removed") definitions.delete(logicalId);
  if (change.to === "added" || change.to === "replaced") definitions.set(logicalId, change.entry.value);
  if (change.to === "patched") definitions.set(logicalId, patched(definitions.get(logicalId), change.properties));
}

function patched(definition: Node | undefined, properties: ReadonlyMap<string, Entry | null>): Node {
  const values = new Map(entriesOf(child(definition, "Properties")).map(({ key, value }) => [key, value]));
  for (const [name, entry] of properties) {
    if (entry) values.set(name, entry.value);
    else values.delete(name);
  }
  const members = new Map(entriesOf(definition).map(({ key, value }) => [key, value]));
  if (values.size > 0) members.set("Properties", madeMap([...values]));
  else members.delete("Properties");
  return madeMap([...members]);
}

/** A generated resource can only be restored with the resource that it is generated from. */
function notPickable(logicalId: string, current: Resources, backup: Resources): Refusal {
  const origins = [originOf(current, logicalId), originOf(backup, logicalId)].filter((origin) => origin !== null);
  if (origins.length === 0) return impossible(logicalId, `Neither template defines ${logicalId}.`);
  return requirement(
    logicalId,
    origins,
    `${logicalId} is generated. Pick the resource that it is generated from: ${[...new Set(origins)].join(", ")}.`,
  );
}

function stuckInGlobals(logicalId: string, names: readonly string[]): Refusal {
  const why = `The current Globals add values to ${names.join(", ")} that the backup did not have, and a resource cannot remove them.`;
  return impossible(logicalId, why);
}
