import { matchesPattern } from "../../name-pattern.ts";
import type { Merge } from "./merge.ts";
import type { OutputChanges } from "./outputs.ts";
import type { AffectedResources } from "./request.ts";
import { generatedBy, originOf } from "./resources.ts";
import { namesIn, usesOf } from "./uses.ts";

/** Everything that the splice may change, as far as the templates show it. */
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

/** Whether a resource is picked, generated from a picked one, or (`Nested.LogicalId`) part of a picked nested stack. */
export function isOfPicked(changed: string, { picked, generated }: AffectedResources): boolean {
  const logicalId = changed.split(".")[0] ?? changed;
  return picked.includes(logicalId) || generated.some((pattern) => matchesPattern(pattern, logicalId));
}

/** Whether a resource gets a value from a picked one, or (`Nested.LogicalId`) is part of a nested stack that does. */
export function isDependent(changed: string, { dynamic }: AffectedResources): boolean {
  return dynamic.includes(changed.split(".")[0] ?? changed);
}

/** Resources that get a value from a picked one, directly or through others: CloudFormation lists them as Dynamic. */
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

/** The parameters to submit: present ones keep their values, added ones have the values of the backup. */
export function submittedParameters({ names }: Merge, present: readonly string[]): Record<string, string | null> {
  return Object.fromEntries([...present.map((key): [string, null] => [key, null]), ...names.values]);
}
