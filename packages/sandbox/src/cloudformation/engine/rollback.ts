import { assign, type Site, type Stack, type UndoStep } from "../model.ts";
import { removeAfterUpdate } from "./cleanup.ts";
import { setResourceStatus, setStackStatus } from "./events.ts";
import { OperationFailed, updateResource } from "./resource-operations.ts";

/**
 * Undoes the steps of an unfinished update, last step first, except for those that the recovery says to skip. Ends in
 * UPDATE_ROLLBACK_COMPLETE, or in UPDATE_ROLLBACK_FAILED with the failed steps kept for another attempt.
 */
export async function rollBackUpdate(site: Site): Promise<void> {
  const { stack } = site;
  const { stable, undo } = stack.recovery ?? { stable: null, undo: [] };
  if (!stack.recovery || !stable) throw new Error("There is no stable state to roll back to");
  stack.blueprint = stable.blueprint;
  const failed: UndoStep[] = [];
  for (const step of [...undo].reverse()) {
    if (!(await undoStep(site, step))) failed.unshift(step);
  }
  stack.recovery.undo = failed;
  if (failed.length > 0) {
    const ids = failed.map(logicalIdOf).join(", ");
    setStackStatus(site, {
      status: "UPDATE_ROLLBACK_FAILED",
      reason: `The following resource(s) failed to update: [${ids}]. `,
    });
    return;
  }
  assign(stack, { outputs: stable.outputs, imports: stable.imports });
  setStackStatus(site, { status: "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS" });
  await removeAfterUpdate(site, { duringCreation: true });
  stack.recovery = null;
  assign(stack.settings, { policyDuringUpdate: undefined, policyAfterUpdate: undefined });
  setStackStatus(site, { status: "UPDATE_ROLLBACK_COMPLETE" });
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
    setResourceStatus(site, step.after, { status: "UPDATE_COMPLETE", reason: "Resource update skipped by user." });
    return true;
  }
  if (step.kind === "updated") return undoUpdate(site, step);
  stack.resources.set(step.before.logicalId, step.before);
  if (step.kind === "kept") return true;
  leftovers.splice(leftovers.indexOf(step.before), 1);
  if (step.kind === "replaced") {
    leftovers.push(step.after);
    setResourceStatus(site, step.before, { status: "UPDATE_COMPLETE" });
  }
  return true;
}

async function undoUpdate(site: Site, { before, after }: UndoStep & { kind: "updated" }): Promise<boolean> {
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
