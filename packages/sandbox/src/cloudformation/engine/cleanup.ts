import { type Site, STACK_TYPE, type StackResource } from "../model.ts";
import { setResourceStatus } from "./events.ts";
import { dependentsFirst, removeResources } from "./removal.ts";

/** How often AWS tries to delete a resource in a cleanup. */
const ATTEMPTS = 3;

const NOT_DELETED = "Update successful. One or more resources could not be deleted.";

/**
 * Deletes what an update or its rollback left over: replaced resources by their UpdateReplacePolicy, removed ones by
 * their DeletionPolicy. A resource that cannot be deleted stays behind without failing the stack; the reason says so.
 */
export async function removeAfterUpdate(site: Site, options: { duringCreation: boolean }): Promise<string | undefined> {
  const { stack } = site;
  let left: readonly StackResource[] = stack.recovery?.leftovers ?? [];
  for (let attempt = 1; attempt <= ATTEMPTS && left.length > 0; attempt += 1) {
    await removeResources(site, left, {
      ...options,
      policyOf: ({ logicalId, deletionPolicy, updateReplacePolicy }) =>
        stack.resources.has(logicalId) ? updateReplacePolicy : deletionPolicy,
      retain: [],
    });
    left = left.filter(({ status }) => !/^DELETE_(COMPLETE|SKIPPED)$|^IMPORT_ROLLBACK_COMPLETE$/.test(status));
  }
  return left.length > 0 ? NOT_DELETED : undefined;
}

/**
 * Ends the cleanup of the nested stacks, which wait for their parent's because it decides whether they stay as they are.
 * Each one that the operation went through has one more event, dependents first.
 */
export async function finishNested(site: Site, finish: (nested: Site) => Promise<void>): Promise<void> {
  const { stack, account } = site;
  const nested = [...stack.resources.values()].filter(({ type }) => type === STACK_TYPE);
  for (const resource of dependentsFirst(nested)) {
    const child = account.stacks.find(({ id }) => id === resource.physicalId);
    if (child?.status.endsWith("_COMPLETE_CLEANUP_IN_PROGRESS")) await finish({ account, stack: child });
    if (resource.status === "UPDATE_COMPLETE") setResourceStatus(site, resource, { status: "UPDATE_COMPLETE" });
  }
}
