import type { Value } from "./value.ts";

/** Stands for a value that is known only after the deployment. AWS shows this text in change sets. */
export const KNOWN_AFTER_APPLY = "{{changeSet:KNOWN_AFTER_APPLY}}";

/**
 * Whether any part of a value is known only after the deployment; whatever is computed from such a value is unknown
 * too.
 */
export function isUnknown(value: Value | undefined): boolean {
  return value !== undefined && JSON.stringify(value).includes(KNOWN_AFTER_APPLY);
}
