import { STACK_TYPE, type StackResource } from "../model.ts";
import { providerOf } from "../providers/table.ts";
import { sameValue, type ValueMap } from "../template/value.ts";

/**
 * What it takes to bring an existing resource to the wanted one. Policies and dependencies alone take nothing. A nested
 * stack is always gone through: its template may have changed under the same URL.
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
 * An existing resource whose last update failed halfway, with properties that differ from any: nobody knows which of them
 * took effect. Those that would replace it are known, for it was not replaced.
 */
export function withUnknownProperties(existing: StackResource): StackResource {
  const properties = Object.entries(existing.properties).map(([name, value]) => [
    name,
    isReplacedBy(existing.type, name) ? value : null,
  ]);
  return { ...existing, properties: Object.fromEntries(properties) };
}

/** The top-level properties in which two definitions differ, in alphabetical order. */
export function changedProperties(before: ValueMap, after: ValueMap): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter((name) => !sameValue(before[name], after[name])).sort();
}

export function isReplacedBy(type: string, property: string): boolean {
  const { replacedBy } = providerOf(type);
  return replacedBy === "all" || replacedBy.includes(property);
}
