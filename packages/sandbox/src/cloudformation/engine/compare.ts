import { STACK_TYPE, type StackResource } from "../model.ts";
import { providerOf } from "../providers/table.ts";
import { sameValue, type ValueMap } from "../template/value.ts";

/**
 * How an existing resource has to change to become the wanted one. A change of policies and dependencies alone requires
 * nothing. A nested stack always gets an update: the template behind its URL may have changed.
 */
export function changeOf(existing: StackResource, wanted: StackResource): "none" | "update" | "replace" {
  const changed = changedProperties(existing.properties, wanted.properties);
  if (changed.some((name) => isReplacedBy(existing.type, name))) return "replace";
  const same =
    sameValue(existing.metadata ?? null, wanted.metadata ?? null) &&
    sameValue({ ...existing.tags }, { ...wanted.tags });
  return changed.length === 0 && same && existing.type !== STACK_TYPE ? "none" : "update";
}

/**
 * An existing resource whose last update failed halfway, with null for every property that may or may not have taken
 * effect, so that it differs from any wanted value. Properties that would replace the resource keep their values,
 * because it was not replaced.
 */
export function withUnknownProperties(existing: StackResource): StackResource {
  const properties = Object.entries(existing.properties).map(([name, value]) => [
    name,
    isReplacedBy(existing.type, name) ? value : null,
  ]);
  return { ...existing, properties: Object.fromEntries(properties) };
}

/** The names of the top-level properties in which two definitions differ, in alphabetical order. */
export function changedProperties(before: ValueMap, after: ValueMap): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter((name) => !sameValue(before[name], after[name])).sort();
}

export function isReplacedBy(type: string, property: string): boolean {
  const { replacedBy } = providerOf(type);
  return replacedBy === "all" || replacedBy.includes(property);
}
