import type { TargetIdentity } from "../../domain/activity/activity.ts";
import {
  isWithin,
  NO_REFERENCE_FACTS,
  type Reference,
  type ReferenceFacts,
  whyUnusable,
} from "../../domain/component/references.ts";
import type { CachedReader } from "../../kinds/cached-reader.ts";
import { referencesAtStake } from "../../planner/references.ts";
import type { Subjects } from "../../planner/subject.ts";

/** Looks whether what the picked components name, and nothing live does, still is there. */
export async function readReferences(
  reader: CachedReader,
  subjects: Subjects,
  identity: TargetIdentity | null,
): Promise<ReferenceFacts> {
  if (identity === null) return NO_REFERENCE_FACTS;
  const named = subjects.picked.flatMap((subject) => referencesAtStake(subject, subjects, "direct"));
  const asked = new Map(named.map(({ reference }) => [reference.name, reference]));
  const unusable = new Map<string, string>();
  const unchecked = new Map<string, string>();
  for (const reference of asked.values()) {
    if (!isWithin(reference.name, identity)) continue;
    const found = await reader.aws.resources.find(reference.type, reference.identifier);
    if ("unavailable" in found) unchecked.set(reference.name, found.unavailable);
    else note(unusable, reference, whyUnusable(reference, found.value));
  }
  return { unusable, unchecked };
}

function note(unusable: Map<string, string>, { name }: Reference, why: string | null): void {
  if (why !== null) unusable.set(name, why);
}
