import type { Site, StackResource } from "../model.ts";
import { setResourceStatus } from "./events.ts";
import { deleteResource, OperationFailed } from "./resource-operations.ts";
import { inDependencyOrder } from "./side-by-side.ts";

/** Which policy of a resource decides whether it is deleted, and which resources are left alone. */
interface RemovalRules {
  /** `DeletionPolicy`, or `UpdateReplacePolicy` for a resource that another resource replaced. */
  policyOf(resource: StackResource): string | undefined;
  /** True while a creation is rolled back: `RetainExceptOnCreate` then deletes. */
  readonly duringCreation: boolean;
  /** Logical ids that the request says to retain. */
  readonly retain: readonly string[];
}

export const DELETION_RULES: RemovalRules = {
  policyOf: ({ deletionPolicy }) => deletionPolicy,
  duringCreation: false,
  retain: [],
};

/**
 * Deletes resources side by side, each before those that it depends on. A resource that cannot be deleted keeps its dependencies;
 * the others are deleted. Returns the logical ids of those that failed.
 */
export async function removeResources(
  site: Site,
  resources: readonly StackResource[],
  rules: RemovalRules,
): Promise<string[]> {
  const failed: string[] = [];
  const order = dependentsFirst(resources);
  await inDependencyOrder(order, {
    dependenciesOf: ({ logicalId }) => order.filter(({ dependencies }) => dependencies.includes(logicalId)),
    work: async (resource) => {
      const isGone = await removeResource(site, resource, rules);
      if (!isGone) failed.push(resource.logicalId);
      return isGone;
    },
  });
  return failed;
}

/** False if the resource should have been deleted and could not be. */
async function removeResource(site: Site, resource: StackResource, rules: RemovalRules): Promise<boolean> {
  if (resource.imported && rules.duringCreation) {
    setResourceStatus(site, resource, { status: "IMPORT_ROLLBACK_COMPLETE" });
  } else if (isRetained(resource, rules)) {
    setResourceStatus(site, resource, { status: "DELETE_SKIPPED" });
  } else {
    return await tryToDelete(site, resource);
  }
  return true;
}

async function tryToDelete(site: Site, resource: StackResource): Promise<boolean> {
  try {
    await deleteResource(site, resource);
    return true;
  } catch (error) {
    if (error instanceof OperationFailed) return false;
    throw error;
  }
}

function isRetained(resource: StackResource, rules: RemovalRules): boolean {
  if (rules.retain.includes(resource.logicalId)) return true;
  const policy = rules.policyOf(resource);
  return policy === "Retain" || (policy === "RetainExceptOnCreate" && !rules.duringCreation);
}

/** Newest first, and every resource before those that it depends on. */
export function dependentsFirst(resources: readonly StackResource[]): StackResource[] {
  const order: StackResource[] = [];
  const visit = (resource: StackResource): void => {
    if (order.includes(resource)) return;
    const dependents = resources.filter(({ dependencies }) => dependencies.includes(resource.logicalId));
    for (const dependent of dependents.reverse()) if (dependent !== resource) visit(dependent);
    order.push(resource);
  };
  for (const resource of [...resources].reverse()) visit(resource);
  return order;
}
