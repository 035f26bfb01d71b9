import type { Site } from "../model.ts";
import { removeResources } from "./removal.ts";

/**
 * Deletes what an update or its rollback left over: replaced resources by their UpdateReplacePolicy, removed ones by
 * their DeletionPolicy. A resource that cannot be deleted stays behind without failing the stack, as with AWS.
 */
export async function removeAfterUpdate(site: Site, options: { duringCreation: boolean }): Promise<void> {
  const { stack } = site;
  await removeResources(site, stack.recovery?.leftovers ?? [], {
    ...options,
    policyOf: ({ logicalId, deletionPolicy, updateReplacePolicy }) =>
      stack.resources.has(logicalId) ? updateReplacePolicy : deletionPolicy,
    retain: [],
  });
}
