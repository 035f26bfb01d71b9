import type { Account, Site, Stack, StackResource } from "../model.ts";
import { ResourceError } from "../providers/resource-error.ts";
import { providerOf } from "../providers/table.ts";
import { setResourceStatus } from "./events.ts";
import { failureReason, OperationFailed } from "./resource-operations.ts";
import { existingRequest } from "./scope.ts";

/**
 * Takes a resource of the account into the stack without changing it, even where its definition differs. Throws
 * OperationFailed if the resource does not exist or belongs to a stack.
 */
export async function importResource(site: Site, wanted: StackResource, physicalId: string): Promise<StackResource> {
  const { stack, account } = site;
  const provider = providerOf(wanted.type);
  let imported: StackResource = { ...wanted, physicalId, imported: true };
  try {
    setResourceStatus(site, imported, { status: "IMPORT_IN_PROGRESS", reason: "Resource import started." });
    const owner = ownerOf(account, imported);
    if (owner) throw new ResourceError(`${physicalId} already exists in stack ${owner.id}`);
    const request = await existingRequest(site, imported);
    if (!(await provider.importing?.exists(request))) {
      throw new ResourceError(`Resource of type '${wanted.type}' with identifier '${physicalId}' was not found.`);
    }
    stack.resources.set(imported.logicalId, imported);
    await provider.importing?.adopt(request);
    await provider.settle(request);
    const attributes = await provider.attributes(request);
    imported = { ...imported, attributes };
    stack.resources.set(imported.logicalId, imported);
    setResourceStatus(site, imported, { status: "IMPORT_COMPLETE", reason: "Resource import completed." });
    return imported;
  } catch (error) {
    setResourceStatus(site, imported, { status: "IMPORT_FAILED", reason: failureReason(site, error, wanted.type) });
    throw new OperationFailed(wanted.logicalId, "import");
  }
}

/** The stack that owns a resource; undefined if none does. */
export function ownerOf(
  { stacks }: Account,
  { type, physicalId }: Pick<StackResource, "type" | "physicalId">,
): Stack | undefined {
  return stacks.find(
    ({ status, resources }) =>
      status !== "DELETE_COMPLETE" &&
      [...resources.values()].some((resource) => resource.type === type && resource.physicalId === physicalId),
  );
}
