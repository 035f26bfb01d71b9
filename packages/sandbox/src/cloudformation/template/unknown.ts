import type { Value } from "./value.ts";

/** What stands in place of a value that only the deployment will know. AWS shows it in change sets. */
export const KNOWN_AFTER_APPLY = "{{changeSet:KNOWN_AFTER_APPLY}}";

/** Whether a value holds a part that only the deployment will know; what is made of it is unknown, too. */
export function isUnknown(value: Value | undefined): boolean {
  return value !== undefined && JSON.stringify(value).includes(KNOWN_AFTER_APPLY);
}
