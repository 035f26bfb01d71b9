import { assign, type Blueprint, type Site, type Stack, type UndoStep } from "../model.ts";
import { deploymentOrder } from "../template/check-references.ts";
import { finishNested, removeAfterUpdate } from "./cleanup.ts";
import { setResourceStatus, setStackStatus } from "./events.ts";
import { OperationFailed, updateResource } from "./resource-operations.ts";
import { inDependencyOrder } from "./side-by-side.ts";

/** Rolls an unfinished update back. Ends in UPDATE_ROLLBACK_COMPLETE or UPDATE_ROLLBACK_FAILED. */
export async function rollBackUpdate(site: Site): Promise<void> {
  if (await undoUpdate(site)) await finishRollback(site);
}

/**
 * Undoes the steps of an unfinished update like an update to the old template, except for those that the recovery says to
 * skip. Ends in the cleanup, or in UPDATE_ROLLBACK_FAILED with the steps that are left kept for another attempt.
 */
export async function undoUpdate(site: Site): Promise<boolean> {
  const { stack } = site;
  const { stable, undo } = stack.recovery ?? { stable: null, undo: [] };
  if (!stack.recovery || !stable) throw new Error("There is no stable state to roll back to");
  assign(stack, { blueprint: stable.blueprint, interrupted: false });
  const failed = await undoSteps(site, stable.blueprint, undo);
  if (failed.length > 0) {
    const reason = `The following resource(s) failed to update: [${failed.join(", ")}]. `;
    setStackStatus(site, { status: "UPDATE_ROLLBACK_FAILED", reason });
    return false;
  }
  assign(stack, { outputs: stable.outputs, imports: stable.imports });
  setStackStatus(site, { status: "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS" });
  return true;
}

/** Ends a rollback that has nothing left to undo. A nested stack waits for its parent before that. */
export async function finishRollback(site: Site): Promise<void> {
  const { stack } = site;
  await finishNested(site, finishRollback);
  const reason = await removeAfterUpdate(site, { duringCreation: true });
  stack.recovery = null;
  assign(stack.settings, { policyDuringUpdate: undefined, policyAfterUpdate: undefined });
  setStackStatus(site, { status: "UPDATE_ROLLBACK_COMPLETE", reason });
}

/**
 * Undoes each resource's steps, the last one first, once the resources are back that it depended on. What depended on a
 * resource that fails is left for another attempt. Returns the ids of those that failed.
 */
async function undoSteps(site: Site, { template }: Blueprint, undo: readonly UndoStep[]): Promise<string[]> {
  const stepsOf = new Map<string, UndoStep[]>();
  for (const step of undo) stepsOf.set(logicalIdOf(step), [step, ...(stepsOf.get(logicalIdOf(step)) ?? [])]);
  const order = deploymentOrder(template);
  const ids = [...stepsOf.keys()].sort((a, b) => order.indexOf(a) - order.indexOf(b));
  const left = new Set(undo);
  const failed: string[] = [];
  const work = async (id: string): Promise<boolean> => {
    for (const step of stepsOf.get(id) ?? []) {
      if (!(await undoStep(site, step))) {
        failed.push(id);
        return false;
      }
      left.delete(step);
    }
    return true;
  };
  await inDependencyOrder(ids, { dependenciesOf: (id) => dependenciesBefore(stepsOf.get(id)?.at(-1)), work });
  if (site.stack.recovery) site.stack.recovery.undo = undo.filter((step) => left.has(step));
  return failed;
}

function dependenciesBefore(step: UndoStep | undefined): readonly string[] {
  return step && step.kind !== "created" ? step.before.dependencies : [];
}

/** False if the resource could not be restored. */
async function undoStep(site: Site, step: UndoStep): Promise<boolean> {
  const { stack } = site;
  const leftovers = stack.recovery?.leftovers ?? [];
  if (step.kind === "created") {
    stack.resources.delete(step.after.logicalId);
    leftovers.push(step.after);
    return true;
  }
  if (step.kind === "updated" && isSkipped(stack, step.before.logicalId)) {
    setResourceStatus(site, step.after, {
      status: "UPDATE_COMPLETE",
      reason: "Resource skipped during UpdateRollback",
    });
    return true;
  }
  if (step.kind === "updated" && !step.refused) return updateBack(site, step);
  stack.resources.set(step.before.logicalId, step.before);
  if (step.kind === "kept") return true;
  if (step.kind === "updated") {
    setResourceStatus(site, step.before, { status: "UPDATE_COMPLETE" });
    return true;
  }
  leftovers.splice(leftovers.indexOf(step.before), 1);
  if (step.kind === "replaced") {
    leftovers.push(step.after);
    setResourceStatus(site, step.before, { status: "UPDATE_COMPLETE" });
  }
  return true;
}

async function updateBack(site: Site, { before, after }: UndoStep & { kind: "updated" }): Promise<boolean> {
  try {
    await updateResource(site, before, after);
    return true;
  } catch (error) {
    if (error instanceof OperationFailed) return false;
    throw error;
  }
}

function isSkipped({ name, parent, recovery }: Stack, logicalId: string): boolean {
  return recovery?.skip.includes(parent ? `${name}.${logicalId}` : logicalId) ?? false;
}

function logicalIdOf(step: UndoStep): string {
  return step.kind === "created" ? step.after.logicalId : step.before.logicalId;
}
