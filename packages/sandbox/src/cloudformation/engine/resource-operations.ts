import { AwsError } from "../../core/contract.ts";
import { type Blueprint, type Site, STACK_TYPE, type StackResource } from "../model.ts";
import { ResourceError } from "../providers/resource-error.ts";
import { providerOf } from "../providers/table.ts";
import { propertyFaults } from "../schemas/property-faults.ts";
import { dependenciesOf } from "../template/check-references.ts";
import { evaluate, evaluateMap, type Scope } from "../template/evaluate.ts";
import { scalarText } from "../template/value.ts";
import { now, setResourceStatus } from "./events.ts";
import { Interrupted, paced, refuseInterrupted } from "./interruption.ts";
import { checkVerb } from "./permitted-calls.ts";
import { definitionOf, existingRequest, requestFor, StackError, shownScope, tagsFromStack } from "./scope.ts";
import { watchedCalls } from "./watched-calls.ts";

/** A resource could not be created, updated or deleted. The event with the reason has already been recorded. */
export class OperationFailed extends Error {
  override readonly name = "OperationFailed";

  constructor(
    readonly logicalId: string,
    readonly verb: "create" | "delete" | "import" | "update",
    /** Whether it was refused before it had any effect, so that nothing has to be undone. */
    readonly refused = false,
  ) {
    super(`${logicalId} failed to ${verb}`);
  }
}

/** The resource that a blueprint asks for, with every function evaluated, and without an id or attributes. */
export function wantedResource(
  site: Site,
  blueprint: Blueprint,
  to: { logicalId: string; scope: Scope },
): StackResource {
  const definition = definitionOf(blueprint, to.logicalId);
  const provider = providerOf(definition.type);
  return {
    logicalId: to.logicalId,
    type: definition.type,
    physicalId: "",
    properties: evaluateMap(definition.properties, to.scope),
    shownProperties: evaluateMap(definition.properties, maskedScope(site, blueprint, to.scope)),
    metadata: definition.metadata === undefined ? undefined : evaluate(definition.metadata, to.scope),
    attributes: {},
    tags: provider.taggable ? tagsFromStack(site.stack, blueprint, to.logicalId) : {},
    dependencies: dependenciesOf(blueprint.template, definition),
    deletionPolicy: definition.deletionPolicy,
    updateReplacePolicy: definition.updateReplacePolicy,
    imported: false,
    status: "",
    statusReason: undefined,
    timestamp: now(site.account),
  };
}

/** Creates the resource and returns it with its id and attributes. Throws OperationFailed. */
export async function createResource(site: Site, wanted: StackResource): Promise<StackResource> {
  const provider = providerOf(wanted.type);
  let created = wanted;
  try {
    setResourceStatus(site, created, { status: "CREATE_IN_PROGRESS" });
    checkProperties(wanted);
    checkVerb(site, created, "Create");
    await paced(site, wanted.logicalId, "request");
    refuseInterrupted(site, "creation");
    created = { ...wanted, physicalId: await provider.create(await requestFor(site, wanted)) };
    site.stack.resources.set(created.logicalId, created);
    await paced(site, wanted.logicalId, "answer");
    refuseInterrupted(site, "creation");
    setResourceStatus(site, created, { status: "CREATE_IN_PROGRESS", reason: "Resource creation Initiated" });
    created = await settleResource(site, created);
    await paced(site, wanted.logicalId, "settle");
    refuseInterrupted(site, "creation");
    setResourceStatus(site, created, { status: "CREATE_COMPLETE" });
    return created;
  } catch (error) {
    site.stack.resources.set(created.logicalId, created);
    setResourceStatus(site, created, { status: "CREATE_FAILED", reason: failureReason(site, error, wanted.type) });
    throw new OperationFailed(wanted.logicalId, "create");
  }
}

/** Updates an existing resource in place. Throws OperationFailed, after which the change may be incomplete. */
export async function updateResource(
  site: Site,
  wanted: StackResource,
  existing: StackResource,
): Promise<StackResource> {
  let updated: StackResource = { ...wanted, physicalId: existing.physicalId, attributes: existing.attributes };
  let calls: ReturnType<typeof watchedCalls> | undefined;
  site.stack.resources.set(updated.logicalId, updated);
  try {
    setResourceStatus(site, updated, { status: "UPDATE_IN_PROGRESS" });
    checkProperties(wanted);
    checkVerb(site, updated, "Update");
    await paced(site, wanted.logicalId, "request");
    refuseInterrupted(site, "update");
    const [request, current] = [await requestFor(site, updated), await existingRequest(site, existing)];
    calls = watchedCalls(request.context);
    const { context } = calls;
    await providerOf(wanted.type).update({ ...request, context }, { ...current, context });
    updated = await settleResource(site, updated);
    await paced(site, wanted.logicalId, "settle");
    refuseInterrupted(site, "update");
    setResourceStatus(site, updated, { status: "UPDATE_COMPLETE" });
    return updated;
  } catch (error) {
    setResourceStatus(site, updated, { status: "UPDATE_FAILED", reason: failureReason(site, error, wanted.type) });
    const interrupted = error instanceof Interrupted;
    throw new OperationFailed(
      wanted.logicalId,
      "update",
      !interrupted && isRefusedAtOnce(wanted.type, calls?.changed() ?? false),
    );
  }
}

function checkProperties({ logicalId, type, properties }: StackResource): void {
  const faults = propertyFaults(type, properties);
  if (faults.length === 0) return;
  throw new ResourceError(`Properties validation failed for resource ${logicalId} with message:\n${faults.join("\n")}`);
}

/** Resources that AWS rolls back by an update of their own whatever refused the update. */
const ALWAYS_UPDATED_BACK = [STACK_TYPE, "AWS::IAM::Role"];

function isRefusedAtOnce(type: string, changed: boolean): boolean {
  return !changed && !ALWAYS_UPDATED_BACK.includes(type);
}

const REPLACEMENT = "Requested update requires the creation of a new physical resource; hence creating one.";

/** Creates a replacement for an existing resource, which stays until cleanup. Throws OperationFailed. */
export async function replaceResource(
  site: Site,
  wanted: StackResource,
  existing: StackResource,
): Promise<StackResource> {
  const provider = providerOf(wanted.type);
  let created: StackResource = { ...wanted, physicalId: existing.physicalId };
  try {
    setResourceStatus(site, created, { status: "UPDATE_IN_PROGRESS", reason: REPLACEMENT });
    checkProperties(wanted);
    refuseSameName(wanted, existing);
    checkVerb(site, created, "Create");
    await paced(site, wanted.logicalId, "request");
    refuseInterrupted(site, "update");
    created = { ...wanted, physicalId: await provider.create(await requestFor(site, wanted)) };
    site.stack.resources.set(created.logicalId, created);
    setResourceStatus(site, created, { status: "UPDATE_IN_PROGRESS", reason: "Resource creation Initiated" });
    created = await settleResource(site, created);
    await paced(site, wanted.logicalId, "settle");
    refuseInterrupted(site, "update");
    setResourceStatus(site, created, { status: "UPDATE_COMPLETE" });
    return created;
  } catch (error) {
    setResourceStatus(site, created, { status: "UPDATE_FAILED", reason: failureReason(site, error, wanted.type) });
    throw new OperationFailed(wanted.logicalId, "update");
  }
}

/** Deletes a resource. One that never had an id only ends. Throws OperationFailed. */
export async function deleteResource(site: Site, resource: StackResource): Promise<void> {
  try {
    if (resource.physicalId !== "") setResourceStatus(site, resource, { status: "DELETE_IN_PROGRESS" });
    if (resource.physicalId !== "") await removeFromAccount(site, resource);
    await paced(site, resource.logicalId, "delete");
    setResourceStatus(site, resource, { status: "DELETE_COMPLETE" });
  } catch (error) {
    setResourceStatus(site, resource, { status: "DELETE_FAILED", reason: failureReason(site, error, resource.type) });
    throw new OperationFailed(resource.logicalId, "delete");
  }
}

async function removeFromAccount(site: Site, resource: StackResource): Promise<void> {
  checkVerb(site, resource, "Delete");
  await providerOf(resource.type).delete(await existingRequest(site, resource));
}

/** Wraps a service's error in CloudFormation's words. Any other error is a bug of the sandbox. */
export function failureReason({ account }: Site, error: unknown, type: string): string {
  if (error instanceof ResourceError || error instanceof StackError) return error.message;
  if (!(error instanceof AwsError)) return `Internal Failure (${String(error)})`;
  const { uuid } = account.context;
  const service = `(Service: ${type.split("::")[1]}, Status Code: ${error.status}, Request ID: ${uuid()})`;
  const token = `(RequestToken: ${uuid()}, HandlerErrorCode: ${handlerErrorCode(error, type)})`;
  return `Resource handler returned message: "${error.message} ${service}" ${token}`;
}

function handlerErrorCode({ code }: AwsError, type: string): string {
  if (code.startsWith("AccessDenied"))
    return type.startsWith("AWS::Lambda") ? "AccessDenied" : "GeneralServiceException";
  if (code === "ResourceConflictException") return "AlreadyExists";
  return code === "ResourceNotFoundException" || code.startsWith("NoSuch") ? "NotFound" : "InvalidRequest";
}

async function settleResource(site: Site, resource: StackResource): Promise<StackResource> {
  const provider = providerOf(resource.type);
  const request = await existingRequest(site, resource);
  await provider.settle(request);
  const complete = { ...resource, attributes: await provider.attributes(request) };
  site.stack.resources.set(complete.logicalId, complete);
  return complete;
}

/** Only one resource can have a name at a time, and the old resource is deleted last. */
function refuseSameName(wanted: StackResource, existing: StackResource): void {
  const { nameProperty } = providerOf(wanted.type);
  const name = nameProperty === null ? undefined : scalarText(wanted.properties[nameProperty]);
  if (name === undefined || name !== scalarText(existing.properties[nameProperty ?? ""])) return;
  throw new ResourceError(
    `CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename ${name} and update the stack again.`,
  );
}

/** Masks parameters and leaves everything else as deployed. */
function maskedScope(site: Site, blueprint: Blueprint, scope: Scope): Scope {
  return { ...scope, parameters: shownScope(site, blueprint).parameters };
}
