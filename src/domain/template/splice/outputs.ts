import { sameJson } from "../../json.ts";
import { isParameter, targetOf } from "./closure.ts";
import type { Merge } from "./merge.ts";
import { child, type Entry, entryOf, type Node, readingOf } from "./node.ts";
import { impossible, type Refusal, requirement } from "./request.ts";
import { originOf, type Resources } from "./resources.ts";
import { inSection, keysOf } from "./template-text.ts";
import { namesIn, usesOf } from "./uses.ts";

/** Changed outputs by key: the entry of the backup, or null for a removed output. */
export interface OutputChanges {
  readonly changes: ReadonlyMap<string, Entry | null>;
  readonly refusals: readonly Refusal[];
}

type OutputDecision = "keep" | "take" | "drop" | Refusal;

/**
 * Facts F3, rule 4: outputs stay as they are, except for those that refer to a resource which is picked whole, or which is
 * generated from one on the side of the output: these are taken from the backup. An output of a removed resource is removed with it. An export that may be imported never changes.
 */
export function outputChanges(merge: Merge): OutputChanges {
  const { current, backup } = merge.request;
  const changes = new Map<string, Entry | null>();
  const refusals: Refusal[] = [];
  for (const key of new Set([...keysOf(current.template, "Outputs"), ...keysOf(backup.template, "Outputs")])) {
    const decision = decideOn(merge, sideBySide(merge, key));
    if (decision === "drop") changes.set(key, null);
    const entry = entryOf(child(backup.template.root, "Outputs"), key);
    if (decision === "take" && entry) changes.set(key, entry);
    if (typeof decision === "object") refusals.push(decision);
  }
  return { changes, refusals };
}

interface Sides {
  readonly key: string;
  readonly now: Node | undefined;
  readonly was: Node | undefined;
  /** Logical ids that each side mentions. */
  readonly nowIds: readonly string[];
  readonly wasIds: readonly string[];
}

function sideBySide(merge: Merge, key: string): Sides {
  const now = inSection(merge.request.current.template, "Outputs", key);
  const was = inSection(merge.request.backup.template, "Outputs", key);
  const parameters = new Set(keysOf(merge.request.current.template, "Parameters"));
  const nowIds = now ? [...namesIn(usesOf(key, now, "output"))].filter((name) => !parameters.has(name)) : [];
  const wasIds = was ? [...namesIn(usesOf(key, was, "output"))].filter((name) => !isParameter(merge, name)) : [];
  return { key, now, was, nowIds, wasIds };
}

function decideOn(merge: Merge, sides: Sides): OutputDecision {
  const { key, now, was, nowIds, wasIds } = sides;
  const isPickedOf = (side: Resources) => (name: string) => merge.whole.has(originOf(side, name) ?? name);
  if (!nowIds.some(isPickedOf(merge.current)) && !wasIds.some(isPickedOf(merge.backup))) return "keep";
  const dangling = nowIds.filter((name) => isLost(merge, name));
  const missing = wasIds.flatMap((name) => missingFor(merge, name));
  const bound = now && child(now, "Export") && !merge.request.unimportedOutputs?.includes(key);
  if (bound && dangling.length === 0) return "keep";
  if (was && missing.length === 0) return bound ? boundExport(dangling[0] ?? null, key) : taken(merge, sides, was);
  if (dangling.length === 0) return "keep";
  const [gone = null] = dangling;
  if (was)
    return requirement(
      gone,
      missing,
      `The output ${key} refers to ${gone}; in the backup it needs ${missing.join(", ")}.`,
    );
  // The output would be lost for other resources that the deploy added: they have to be removed with it.
  const companions = nowIds.filter((name) => merge.merged.definitions.has(name) && !merge.backup.definitions.has(name));
  if (companions.length > 0)
    return requirement(gone, companions, `The output ${key} refers to ${gone} together with ${companions.join(", ")}.`);
  return bound ? boundExport(gone, key) : "drop";
}

/** Whether a logical id is removed. One in the template is lost even where SAM could generate the same id. */
function isLost({ current, merged }: Merge, name: string): boolean {
  if (current.definitions.has(name)) return !merged.definitions.has(name);
  return originOf(current, name) !== null && originOf(merged, name) === null;
}

function missingFor(merge: Merge, name: string): string[] {
  const target = targetOf(merge, name);
  if (target === "there") return [];
  return [target === "lost" ? name : target.needs];
}

function taken(merge: Merge, { key, now }: Sides, was: Node): OutputDecision {
  merge.names.take(usesOf(key, was, "output"), null);
  return now && sameJson(readingOf(now), readingOf(was, merge.names.rewrites)) ? "keep" : "take";
}

function boundExport(logicalId: string | null, key: string): Refusal {
  const why = `The output ${key} would lose or change its export, which other stacks may import.`;
  return { ...impossible(logicalId, why), outputs: [key] };
}
