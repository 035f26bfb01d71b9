import { matchesPattern } from "../../name-pattern.ts";
import type { Merge } from "./merge.ts";
import type { OutputChanges } from "./outputs.ts";
import type { AffectedResources } from "./request.ts";
import { generatedBy, originOf } from "./resources.ts";
import { namesIn, usesOf } from "./uses.ts";

/** What the splice may change, as far as templates tell. */
export function affectedResources(merge: Merge, outputs: OutputChanges): AffectedResources {
  const { changes, current, merged, names } = merge;
  const picked = [...changes].filter(([, change]) => change.to !== "unchanged").map(([logicalId]) => logicalId);
  const outputsOf = (wanted: (change: unknown) => boolean) =>
    [...outputs.changes].filter(([, change]) => wanted(change)).map(([key]) => key);
  return {
    picked: picked.sort(),
    generated: [
      ...new Set(
        picked.flatMap((id) => [merged, current].flatMap(({ definitions }) => generatedBy(id, definitions.get(id)))),
      ),
    ],
    dynamic: dependents(merge, picked),
    outputsTaken: outputsOf((change) => change !== null),
    outputsDropped: outputsOf((change) => change === null),
    added: {
      parameters: [...names.added.Parameters.keys()],
      mappings: [...names.added.Mappings.keys()],
      conditions: [...names.added.Conditions.keys()],
    },
    secretsKept: [...names.secretsKept].sort(),
  };
}

/** Whether it is a picked resource, what a transform makes of one, or (`Nested.LogicalId`) what is in a picked nested stack. */
export function isOfPicked(changed: string, { picked, generated }: AffectedResources): boolean {
  const logicalId = changed.split(".")[0] ?? changed;
  return picked.includes(logicalId) || generated.some((pattern) => matchesPattern(pattern, logicalId));
}

/** Who takes a value from a picked resource, directly or through others: CloudFormation lists them as Dynamic. */
function dependents({ merged }: Merge, picked: readonly string[]): string[] {
  const users = new Map<string, string[]>();
  for (const [owner, definition] of merged.definitions) {
    const values = usesOf(owner, definition, "resource").filter(({ of }) => of !== "order");
    for (const name of namesIn(values)) {
      const origin = originOf(merged, name) ?? name;
      users.set(origin, [...(users.get(origin) ?? []), owner]);
    }
  }
  const reached = new Set(picked);
  for (const logicalId of reached) for (const user of users.get(logicalId) ?? []) reached.add(user);
  return [...reached].filter((logicalId) => !picked.includes(logicalId)).sort();
}

/** Parameters that the result submits: those of now keep their value, added ones have the backup's. */
export function submittedParameters({ names }: Merge, present: readonly string[]): Record<string, string | null> {
  return Object.fromEntries([...present.map((key): [string, null] => [key, null]), ...names.values]);
}
