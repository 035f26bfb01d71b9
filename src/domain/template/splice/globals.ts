import { sameJson } from "../../json.ts";
import { child, type Entry, entriesOf, itemsOf, madeEntry, madeList, madeMap, type Node, readingOf } from "./node.ts";
import { typeOf } from "./resources.ts";
import type { SharedNames } from "./shared-names.ts";
import { usesIn } from "./uses.ts";

/** The properties that a resource needs in the current template to be the same as in the backup. */
export interface LocalProperties {
  readonly entries: ReadonlyMap<string, Entry>;
  /** Properties that cannot be restored, because the current Globals add values to them. */
  readonly stuck: ReadonlySet<string>;
}

/**
 * SAM's `Globals` (facts F3, rule 6): where the current ones differ from the backup's, their properties are merged as SAM
 * does (scalars: the resource's own wins; maps: key by key; lists: the global one first), and values that the current
 * Globals do not supply are written into the resource.
 */
export function localProperties(
  definition: Node,
  names: SharedNames,
  taken: { logicalId: string; takes: (property: string) => boolean },
): LocalProperties {
  const entries = new Map(entriesOf(child(definition, "Properties")).map((entry) => [entry.key, entry]));
  const stuck = new Set<string>();
  const section = typeOf(definition)?.match(/^AWS::Serverless::(.+)$/)?.[1];
  if (!section) return { entries, stuck };
  const [now, then] = [names.current, names.backup].map(({ template }) =>
    child(child(template.root, "Globals"), section),
  );
  for (const key of new Set([...entriesOf(now), ...entriesOf(then)].map((entry) => entry.key))) {
    if (!taken.takes(key)) continue;
    const [globalNow, globalThen] = [child(now, key), child(then, key)];
    if (globalThen) names.take(usesIn(globalThen, "value"), taken.logicalId);
    if (globalNow && globalThen && sameJson(readingOf(globalNow), readingOf(globalThen, names.rewrites))) continue;
    const wanted = merged(globalThen, entries.get(key)?.value);
    const local = remainder(wanted, globalNow, names);
    if (local === "stuck") stuck.add(key);
    else if (local && local !== entries.get(key)?.value) entries.set(key, madeEntry(key, local));
    else if (!local) entries.delete(key);
  }
  return { entries, stuck };
}

/** SAM's result for a global value and the resource's own. */
function merged(global: Node | undefined, own: Node | undefined): Node | undefined {
  if (!global || !own) return own ?? global;
  if (isPlainMap(global) && isPlainMap(own)) {
    const keys = new Set([...entriesOf(global), ...entriesOf(own)].map(({ key }) => key));
    return madeMap(
      [...keys].flatMap((key): [string, Node][] => {
        const value = merged(child(global, key), child(own, key));
        return value ? [[key, value]] : [];
      }),
    );
  }
  if (global.kind === "list" && own.kind === "list") return madeList([...global.items, ...own.items]);
  return own;
}

/** The value that the resource needs so that the merge with the global one is the wanted value; undefined for none. */
function remainder(wanted: Node | undefined, global: Node | undefined, names: SharedNames): Node | undefined | "stuck" {
  if (!global) return wanted;
  if (!wanted) return "stuck";
  if (isPlainMap(global) && isPlainMap(wanted)) {
    if (entriesOf(global).some(({ key }) => !child(wanted, key))) return "stuck";
    const parts = entriesOf(wanted).map(
      ({ key, value }) => [key, remainder(value, child(global, key), names)] as const,
    );
    if (parts.some(([, part]) => part === "stuck")) return "stuck";
    return madeMap(parts.flatMap(([key, part]): [string, Node][] => (part && part !== "stuck" ? [[key, part]] : [])));
  }
  if (global.kind === "list" && wanted.kind === "list") {
    const given = itemsOf(global);
    const begins = given.every((item, index) => {
      const same = wanted.items[index];
      return same !== undefined && sameJson(readingOf(item), readingOf(same, names.rewrites));
    });
    if (!begins) return "stuck";
    const rest = wanted.items.slice(given.length);
    return rest.length > 0 ? madeList(rest) : undefined;
  }
  return wanted;
}

/** Whether SAM merges a map. It does not merge an intrinsic, which counts as one value. */
function isPlainMap(node: Node): boolean {
  if (node.kind !== "map") return false;
  const [only, ...others] = node.entries;
  const isIntrinsic = only !== undefined && others.length === 0 && /^(Ref|Condition|Fn::.+)$/.test(only.key);
  return !isIntrinsic;
}
