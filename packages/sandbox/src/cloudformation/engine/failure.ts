import { AwsError } from "../../core/contract.ts";
import type { OnFailure, Site } from "../model.ts";
import { deleteStack } from "./deletion.ts";
import { now, setStackStatus } from "./events.ts";
import { DELETION_RULES, removeResources } from "./removal.ts";
import { failureReason, OperationFailed } from "./resource-operations.ts";
import { rollBackUpdate } from "./rollback.ts";

/** Ends a creation that failed. */
export async function failCreation(site: Site, error: unknown, onFailure: OnFailure): Promise<void> {
  const reason = stackReason(site, error);
  if (onFailure === "DO_NOTHING" || site.stack.settings.disableRollback) {
    setStackStatus(site, { status: "CREATE_FAILED", reason });
    return;
  }
  site.stack.deletedAt = now(site.account);
  if (onFailure === "DELETE") {
    setStackStatus(site, { status: "DELETE_IN_PROGRESS", reason: withRequest(reason, "Delete requested by user.") });
    await deleteStack(site, { retain: [], formerStatus: "CREATE_FAILED" });
    return;
  }
  setStackStatus(site, { status: "ROLLBACK_IN_PROGRESS", reason: withRequest(reason, "Rollback requested by user.") });
  await rollBackCreation(site);
}

/** Deletes what the creation made. The stack remains as a shell that can only be deleted. */
export async function rollBackCreation(site: Site): Promise<void> {
  const { stack } = site;
  stack.outputs = [];
  stack.changeSetId = undefined;
  stack.imports = new Set();
  const failed = await removeResources(site, [...stack.resources.values()], {
    ...DELETION_RULES,
    duringCreation: true,
  });
  stack.recovery = null;
  const reason = failed.length > 0 ? `The following resource(s) failed to delete: [${failed.join(", ")}]. ` : undefined;
  setStackStatus(site, { status: failed.length > 0 ? "ROLLBACK_FAILED" : "ROLLBACK_COMPLETE", reason });
}

/** Rolls back an update that cannot be completed, or leaves it where it stopped if rollback is disabled. */
export async function failUpdate(site: Site, error: unknown): Promise<void> {
  if (recordFailedUpdate(site, error)) await rollBackUpdate(site);
}

/** Marks the stack's update as failed. Returns true if it has to be rolled back now. */
export function recordFailedUpdate(site: Site, error: unknown): boolean {
  const reason = stackReason(site, error);
  const { settings, cancelled, recovery } = site.stack;
  if ((settings.disableRollback && !cancelled) || !recovery?.stable) {
    setStackStatus(site, { status: "UPDATE_FAILED", reason });
    return false;
  }
  setStackStatus(site, { status: "UPDATE_ROLLBACK_IN_PROGRESS", reason });
  return true;
}

/** A fault of the template that only shows during deployment is reported in the template's own words. */
export function stackReason(site: Site, error: unknown): string {
  if (error instanceof AwsError) return error.message;
  if (!(error instanceof DeploymentFailed)) return failureReason(site, error, "AWS::CloudFormation::Stack");
  const failed = VERBS.map((verb) => [verb, error.failures.filter((failure) => failure.verb === verb)] as const);
  return failed
    .filter(([, failures]) => failures.length > 0)
    .map(([verb, failures]) => failedWords(verb, failures))
    .join("");
}

const VERBS = ["create", "update", "import", "delete"] as const;

/** Ends in a point and a space, as AWS's words do. */
function failedWords(verb: string, failures: readonly OperationFailed[]): string {
  return `The following resource(s) failed to ${verb}: [${failures.map(({ logicalId }) => logicalId).join(", ")}]. `;
}

/** Resources failed or were cancelled. Their events have been recorded. */
class DeploymentFailed extends Error {
  override readonly name = "DeploymentFailed";

  constructor(readonly failures: readonly OperationFailed[]) {
    super(failures.map(({ message }) => message).join(", "));
  }
}

/** What several resources' errors come to: one that concerns no single resource is the reason of all. */
export function failureOf(errors: readonly unknown[]): unknown {
  const failures = errors.filter((error) => error instanceof OperationFailed);
  return errors.find((error) => !(error instanceof OperationFailed)) ?? new DeploymentFailed(failures);
}

function withRequest(reason: string, requested: string): string {
  return reason.includes(requested) ? reason : `${reason.trimEnd()} ${requested}`;
}
