import { asObject, sameJson } from "../json.ts";
import { namesMentioned } from "./meaning.ts";
import { partOf } from "./part.ts";
import { resourcesOf, type TemplateState } from "./template.ts";

/**
 * Logical ids of the resources whose own definition means something else in the other template, and of those that refer to
 * one of them, directly or through others: a resource that is not among them cannot be changed by going from one to the other.
 * Pure.
 */
export function affectedBetween(wanted: TemplateState, present: TemplateState): ReadonlySet<string> {
  const ids = resourcesOf(present.template).map(({ logicalId }) => logicalId);
  const affected = new Set(ids.filter((logicalId) => !meansTheSame(logicalId, wanted, present)));
  const definitions = asObject(present.template["Resources"]);
  const mentions = new Map(ids.map((logicalId) => [logicalId, namesMentioned(asObject(definitions[logicalId]))]));
  for (const name of affected) for (const [logicalId, names] of mentions) if (names.has(name)) affected.add(logicalId);
  return affected;
}

function meansTheSame(logicalId: string, wanted: TemplateState, present: TemplateState): boolean {
  const [goal, now] = [wanted, present].map((state) => partOf(state, { logicalId, take: "all" }));
  return sameJson(goal ?? null, now ?? null);
}
