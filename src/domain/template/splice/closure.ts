import type { Merge, ResourceMerge } from "./merge.ts";
import type { Node } from "./node.ts";
import { impossible, type Refusal, requirement } from "./request.ts";
import { isServerless, LANGUAGE_EXTENSIONS, originOf, SAM, typeOf } from "./resources.ts";
import { inSection, keysOf, transformsOf } from "./template-text.ts";
import { isLoop, namesIn, type Use, usesIn, usesOf } from "./uses.ts";

/** The quota of resources in a template. */
export const MAX_RESOURCES = 500;

/** Faults of the merged template: references without a target, missing transforms, exceeded quotas. */
export function closureFaults(merge: Merge): Refusal[] {
  const picked = [...merge.changes].flatMap(([logicalId, change]) => [
    ...missingTargets(merge, logicalId, takenUses(merge, logicalId, change)),
    ...missingTransforms(merge, logicalId, change),
  ]);
  return [...picked, ...leftBehind(merge), ...quotaFaults(merge)];
}

/** All references of the text that is taken from the backup. */
export function takenUses(merge: Merge, logicalId: string, change: ResourceMerge): Use[] {
  if (change.to === "patched")
    return [...change.properties.values()].flatMap((entry) => (entry ? usesIn(entry.value, "value") : []));
  const definition = merge.merged.definitions.get(logicalId);
  return definition && change.to !== "removed" && change.to !== "unchanged"
    ? usesOf(logicalId, definition, "resource")
    : [];
}

/** Facts F3, rule 1: each target has to exist in the merged template, with the same type as in the backup. */
function missingTargets(merge: Merge, logicalId: string, uses: readonly Use[]): Refusal[] {
  const names = [...namesIn(uses)].filter((name) => !isParameter(merge, name));
  const [needed, lost] = [new Set<string>(), new Set<string>()];
  for (const name of names) {
    const target = targetOf(merge, name);
    if (target === "lost") lost.add(name);
    else if (target !== "there") needed.add(target.needs);
  }
  const refusals: Refusal[] = [];
  if (
    uses.some(({ of }) => of === "unknown") &&
    !transformsOf(merge.request.current.template).includes(LANGUAGE_EXTENSIONS)
  )
    refusals.push(
      impossible(logicalId, `${logicalId} computes a name that it refers to, which only AWS::LanguageExtensions can.`),
    );
  if (lost.size > 0)
    refusals.push(
      impossible(
        logicalId,
        `${logicalId} refers to ${[...lost].join(", ")}, which the backup's template does not define.`,
      ),
    );
  if (needed.size === 0) return refusals;
  const why = `${logicalId} refers to ${[...needed].sort().join(", ")}, which the current template does not have as the backup did.`;
  return [...refusals, requirement(logicalId, [...needed], why)];
}

/** Whether the result has the resource to which the text of the backup refers. */
export function targetOf(merge: Merge, name: string): "there" | "lost" | { readonly needs: string } {
  const { backup, merged } = merge;
  const origin = originOf(backup, name);
  if (origin === null) return merged.definitions.has(name) || (backup.open && merged.open) ? "there" : "lost";
  const present = merged.definitions.get(origin);
  const sameType = present !== undefined && typeOf(present) === typeOf(backup.definitions.get(origin));
  return sameType && originOf(merged, name) !== null ? "there" : { needs: origin };
}

export function isParameter(merge: Merge, name: string): boolean {
  const { backup } = merge.request;
  return inSection(backup.template, "Parameters", name) !== undefined;
}

/** Facts F3, rule 3: resources that refer to one that is removed or changes its type have to be restored, too. */
function leftBehind(merge: Merge): Refusal[] {
  const referrers = new Map<string, string[]>();
  const gone = [...merge.changes]
    .filter(([logicalId, change]) => isGone(merge, logicalId, change))
    .map(([logicalId]) => logicalId);
  if (gone.length === 0 && ![...merge.changes.keys()].some(isLoop)) return [];
  for (const [owner, definition] of merge.merged.definitions) {
    const change = merge.changes.get(owner);
    if (change?.to === "added" || change?.to === "replaced") continue;
    for (const name of namesIn(usesOf(owner, definition, "resource"))) {
      const origin = originOf(merge.current, name);
      if (origin === null || (!gone.includes(origin) && originOf(merge.merged, name) !== null)) continue;
      referrers.set(origin, [...(referrers.get(origin) ?? []), owner]);
    }
  }
  return [...referrers].map(([logicalId, owners]) =>
    requirement(
      logicalId,
      owners,
      `${[...new Set(owners)].sort().join(", ")} in the current template needs ${logicalId} as it is.`,
    ),
  );
}

function isGone(merge: Merge, logicalId: string, change: ResourceMerge): boolean {
  if (change.to === "removed") return true;
  return change.to === "replaced" && typeOf(merge.current.definitions.get(logicalId)) !== typeOf(change.entry.value);
}

/** Text that needs a transform is only valid with the same transform in the current template; a macro sees the whole template. */
function missingTransforms(merge: Merge, logicalId: string, change: ResourceMerge): Refusal[] {
  if (change.to === "unchanged" || change.to === "removed") return [];
  const definition = merge.merged.definitions.get(logicalId);
  const now = transformsOf(merge.request.current.template);
  const then = transformsOf(merge.request.backup.template);
  const needed = [
    ...(isServerless(definition) ? [SAM] : []),
    ...(usesExtensions(logicalId, definition) ? [LANGUAGE_EXTENSIONS] : []),
  ];
  const foreign = (names: readonly string[]) => names.filter((name) => name !== SAM && name !== LANGUAGE_EXTENSIONS);
  const missing = needed.filter((name) => !now.includes(name));
  if (foreign(now).join() !== foreign(then).join()) missing.push(...foreign(then), ...foreign(now));
  if (missing.length === 0) return [];
  return [
    impossible(
      logicalId,
      `${logicalId} needs other transforms than the current template has: ${[...new Set(missing)].join(", ")}.`,
    ),
  ];
}

/** Whether the definition uses a function of AWS::LanguageExtensions. */
function usesExtensions(key: string, node: Node | undefined): boolean {
  if (isLoop(key) || key === "Fn::Length" || key === "Fn::ToJsonString") return true;
  if (node?.kind === "list") return node.items.some((item) => usesExtensions("", item));
  return node?.kind === "map" && node.entries.some((entry) => usesExtensions(entry.key, entry.value));
}

function quotaFaults({ merged, request, changes }: Merge): Refusal[] {
  const count = merged.definitions.size;
  if (count === 0) return [impossible(null, "The stack would have no resource left.")];
  const added = [...changes].filter(([, change]) => change.to === "added").map(([logicalId]) => logicalId);
  const parameters = new Set(keysOf(request.current.template, "Parameters"));
  const clash = added.filter((logicalId) => parameters.has(logicalId));
  const faults = clash.map((logicalId) =>
    impossible(logicalId, `The current template has a parameter with the name ${logicalId}.`),
  );
  const tooMany = count > MAX_RESOURCES && added.length > 0;
  return tooMany
    ? [...faults, impossible(null, `The template would have ${count} resources; ${MAX_RESOURCES} are allowed.`)]
    : faults;
}
