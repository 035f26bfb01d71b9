import { assign, type Site } from "../model.ts";
import { applyBlueprint } from "./deployment.ts";
import { setResourceStatus, setStackStatus } from "./events.ts";
import { stackReason } from "./failure.ts";

/**
 * Imports resources into the stack and does nothing else. If one of them cannot be imported, the others are released
 * again.
 */
export async function importStack(site: Site): Promise<void> {
  const { stack } = site;
  try {
    await applyBlueprint(site);
  } catch (error) {
    releaseImports(site, stackReason(site, error));
    return;
  }
  stack.recovery = null;
  setStackStatus(site, { status: "IMPORT_COMPLETE" });
}

function releaseImports(site: Site, reason: string): void {
  const { stack } = site;
  const { stable = null, undo = [] } = stack.recovery ?? {};
  setStackStatus(site, { status: "IMPORT_ROLLBACK_IN_PROGRESS", reason });
  for (const step of [...undo].reverse()) {
    if (step.kind === "kept") stack.resources.set(step.before.logicalId, step.before);
    if (step.kind !== "created") continue;
    stack.resources.delete(step.after.logicalId);
    setResourceStatus(site, step.after, { status: "IMPORT_ROLLBACK_COMPLETE" });
  }
  assign(stack, { outputs: stable?.outputs ?? [], imports: stable?.imports ?? new Set(), recovery: null });
  stack.blueprint = stable?.blueprint ?? null;
  setStackStatus(site, { status: "IMPORT_ROLLBACK_COMPLETE" });
}
