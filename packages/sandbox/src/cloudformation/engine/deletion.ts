import { assign, type Site } from "../model.ts";
import { now, setStackStatus } from "./events.ts";
import { importersOf } from "./outputs.ts";
import { DELETION_RULES, removeResources } from "./removal.ts";

interface DeletionOptions {
  /** Logical ids of the resources that stay in the account. */
  readonly retain: readonly string[];
  /** The status that the stack returns to when it may not be deleted. */
  readonly formerStatus: string;
}

/**
 * Deletes the stack's resources and then the stack. A stack whose exports are in use stays as it was; one with a
 * resource that cannot be deleted ends in DELETE_FAILED.
 */
export async function deleteStack(site: Site, { retain, formerStatus }: DeletionOptions): Promise<void> {
  const { stack, account } = site;
  const inUse = exportInUse(site);
  if (inUse) {
    stack.deletedAt = undefined;
    setStackStatus(site, { status: formerStatus, reason: inUse });
    return;
  }
  const remaining = [...stack.resources.values(), ...(stack.recovery?.leftovers ?? [])];
  const failed = await removeResources(
    site,
    remaining.filter(({ status }) => status !== "DELETE_COMPLETE" && status !== "DELETE_SKIPPED"),
    { ...DELETION_RULES, retain },
  );
  stack.deletedAt = now(account);
  if (failed.length > 0) {
    setStackStatus(site, {
      status: "DELETE_FAILED",
      reason: `The following resource(s) failed to delete: [${failed.join(", ")}]. `,
    });
    return;
  }
  assign(stack, { imports: new Set<string>(), recovery: null, changeSetId: undefined });
  stack.outputs = [];
  setStackStatus(site, { status: "DELETE_COMPLETE" });
}

function exportInUse({ account, stack }: Site): string | undefined {
  for (const { exportName } of stack.outputs) {
    const user = exportName === undefined ? "" : importersOf(account, exportName).join(" and ");
    if (user !== "") return `Export ${exportName} cannot be deleted as it is in use by ${user}`;
  }
  return undefined;
}
