import type { OnFailure } from "../model.ts";
import { assign, type Blueprint, type Recovery, type Site, type Stack, type StackResource } from "../model.ts";
import { actionDenied } from "../plan/stack-policy.ts";
import { dependenciesOf, deploymentOrder } from "../template/check-references.ts";
import { conditionHolds, type Scope } from "../template/evaluate.ts";
import { finishNested, removeAfterUpdate } from "./cleanup.ts";
import { changeOf, withUnknownProperties } from "./compare.ts";
import { setResourceStatus, setStackStatus } from "./events.ts";
import { failCreation, failUpdate, failureOf } from "./failure.ts";
import { importResource } from "./import-resource.ts";
import { interrupt, isInterrupted, paced, refuseInterrupted } from "./interruption.ts";
import { recordChange } from "./journal.ts";
import { checkExports, outputsOf } from "./outputs.ts";
import {
  createResource,
  deleteResource,
  OperationFailed,
  replaceResource,
  updateResource,
  wantedResource,
} from "./resource-operations.ts";
import { definitionOf, deploymentScope, StackError } from "./scope.ts";
import { inDependencyOrder } from "./side-by-side.ts";

/** Gives the stack its new blueprint and status immediately, so that the next request already sees them. */
export function beginDeployment(
  site: Site,
  blueprint: Blueprint,
  status: "CREATE_IN_PROGRESS" | "IMPORT_IN_PROGRESS" | "UPDATE_IN_PROGRESS",
): void {
  const { stack } = site;
  const { blueprint: before, outputs, imports } = stack;
  stack.recovery ??= {
    stable: status !== "CREATE_IN_PROGRESS" && before ? { blueprint: before, outputs, imports } : null,
    undo: [],
    leftovers: [],
    skip: [],
  };
  assign(stack, { blueprint, cancelled: undefined, interrupted: false });
  setStackStatus(site, { status, reason: "User Initiated" });
}

/** Creates the resources of the stack's blueprint in order. `onFailure` decides what follows a failure. */
export async function createStack(site: Site, onFailure: OnFailure): Promise<void> {
  try {
    await applyBlueprint(site);
    if (site.stack.cancelled) return;
    site.stack.recovery = null;
    setStackStatus(site, { status: "CREATE_COMPLETE" });
  } catch (error) {
    if (site.stack.cancelled !== "delete") await failCreation(site, error, onFailure);
  }
}

/** Brings the stack to its blueprint. A failure rolls the update back unless rollback is disabled. */
export async function updateStack(site: Site): Promise<void> {
  try {
    await applyUpdate(site);
  } catch (error) {
    await failUpdate(site, error);
    return;
  }
  await finishUpdate(site);
}

/**
 * The part of an update that can still be rolled back. Rethrows what stopped the update and leaves the stack as it is
 * then.
 */
export async function applyUpdate(site: Site): Promise<void> {
  await applyBlueprint(site);
  setStackStatus(site, { status: "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS" });
}

/**
 * Completes an update for good, including the nested stacks, which wait here because the update could be rolled back
 * until now.
 */
async function finishUpdate(site: Site): Promise<void> {
  await finishNested(site, finishUpdate);
  const reason = await removeAfterUpdate(site, { duringCreation: false });
  const { settings } = site.stack;
  const policy = settings.policyAfterUpdate ?? settings.policy;
  assign(settings, { policy, policyDuringUpdate: undefined, policyAfterUpdate: undefined });
  site.stack.recovery = null;
  setStackStatus(site, { status: "UPDATE_COMPLETE", reason });
}

/**
 * Applies the blueprint's resources, outputs and imports. Throws DeploymentFailed for the resources that failed, with those
 * that were cancelled.
 */
export async function applyBlueprint(site: Site): Promise<void> {
  const { stack } = site;
  const blueprint = stack.blueprint;
  if (!blueprint) throw new StackError("The stack has no template");
  const imports = new Set<string>();
  const scope = deploymentScope(site, blueprint, imports);
  const wanted = deploymentOrder(blueprint.template).filter((id) =>
    conditionHolds(definitionOf(blueprint, id).condition, scope),
  );
  const dropped = [...stack.resources.values()].filter(({ logicalId }) => !wanted.includes(logicalId));
  for (const { logicalId } of dropped) checkPolicy(site, logicalId, "Update:Delete");
  await applyResources(site, scope, wanted);
  const outputs = outputsOf(blueprint, scope);
  checkExports(site, outputs);
  for (const before of dropped) {
    stack.resources.delete(before.logicalId);
    recoveryOf(site).leftovers.push(before);
    recoveryOf(site).undo.push({ kind: "removed", before });
  }
  stack.outputs = outputs;
  stack.imports = imports;
}

/** Resources are applied side by side. The first failure interrupts those under way, and nothing more begins. */
async function applyResources(site: Site, scope: Scope, wanted: readonly string[]): Promise<void> {
  const { stack } = site;
  const failures: unknown[] = [];
  let stopped: Promise<void> | undefined;
  const attempt = async (logicalId: string): Promise<boolean> => {
    await paced(site, logicalId, "start");
    if (isInterrupted(site) || stack.cancelled) return false;
    try {
      await applyResource(site, scope, logicalId);
      return true;
    } catch (error) {
      failures.push(error);
      stopped ??= interrupt(site);
      return false;
    }
  };
  await inDependencyOrder(wanted, { dependenciesOf: (id) => neededBy(stack, id), work: attempt });
  await stopped;
  if (stack.cancelled) throw new StackError("User Initiated");
  if (failures.length > 0) throw failureOf(failures);
  refuseInterrupted(site, stack.status === "CREATE_IN_PROGRESS" ? "creation" : "update");
}

function neededBy({ blueprint }: Stack, logicalId: string): readonly string[] {
  return blueprint ? dependenciesOf(blueprint.template, definitionOf(blueprint, logicalId)) : [];
}

async function applyResource(site: Site, scope: Scope, logicalId: string): Promise<void> {
  const { stack } = site;
  if (!stack.blueprint) return;
  const wanted = wantedResource(site, stack.blueprint, { logicalId, scope });
  const existing = await usableResource(site, logicalId);
  if (!existing) {
    const id = stack.blueprint.imports.get(logicalId);
    await recordUndo(site, logicalId, () =>
      id === undefined ? createResource(site, wanted) : importResource(site, wanted, id),
    );
    return;
  }
  const change = changeOf(existing, wanted);
  if (change === "none") {
    const { physicalId, attributes, status, statusReason, timestamp } = existing;
    recoveryOf(site).undo.push({ kind: "kept", before: existing });
    stack.resources.set(logicalId, { ...wanted, physicalId, attributes, status, statusReason, timestamp });
    return;
  }
  checkPolicy(site, logicalId, change === "replace" ? "Update:Replace" : "Update:Modify");
  const apply = change === "replace" ? replaceResource : updateResource;
  await recordUndo(site, logicalId, () => apply(site, wanted, existing));
}

/**
 * The existing resource that an update starts from. A resource that an earlier attempt could not create is deleted
 * first.
 */
async function usableResource(site: Site, logicalId: string): Promise<StackResource | undefined> {
  const existing = site.stack.resources.get(logicalId);
  if (existing?.status === "UPDATE_FAILED") return withUnknownProperties(existing);
  if (existing?.status !== "CREATE_FAILED") return existing;
  await deleteResource(site, existing);
  site.stack.resources.delete(logicalId);
  return undefined;
}

/** Records how to undo a step, even if the step fails halfway. */
async function recordUndo(site: Site, logicalId: string, step: () => Promise<unknown>): Promise<void> {
  const { stack } = site;
  const before = stack.resources.get(logicalId);
  let refused = false;
  try {
    await step();
  } catch (error) {
    refused = error instanceof OperationFailed && error.refused;
    throw error;
  } finally {
    const after = stack.resources.get(logicalId);
    if (after && after !== before) recordChange(recoveryOf(site), { before, after, refused });
  }
}

function checkPolicy(
  site: Site,
  logicalId: string,
  action: "Update:Modify" | "Update:Replace" | "Update:Delete",
): void {
  const resource = site.stack.resources.get(logicalId);
  const reason = resource ? actionDenied(site.stack.settings, { logicalId, type: resource.type, action }) : null;
  if (!resource || reason === null) return;
  setResourceStatus(site, { ...resource }, { status: "UPDATE_FAILED", reason });
  recoveryOf(site).undo.push({ kind: "updated", before: resource, after: resource, refused: true });
  throw new OperationFailed(logicalId, "update", true);
}

function recoveryOf({ stack }: Site): Recovery {
  stack.recovery ??= { stable: null, undo: [], leftovers: [], skip: [] };
  return stack.recovery;
}
