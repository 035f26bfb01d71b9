import type { CapturedComponent } from "../component/component.ts";
import { stackState } from "../component/states/stack.ts";
import type { Reason } from "../errors.ts";

/** Statuses that an update of a stack may start from (facts E1). */
const UPDATABLE: ReadonlySet<string> = new Set([
  "CREATE_COMPLETE",
  "UPDATE_COMPLETE",
  "UPDATE_ROLLBACK_COMPLETE",
  "IMPORT_COMPLETE",
  "IMPORT_ROLLBACK_COMPLETE",
]);

/** Whether an operation on the stack is running. Pure. */
export function isBusy(status: string): boolean {
  return status.endsWith("_IN_PROGRESS");
}

/** Whether the stack is complete but for what the operation has replaced or removed. Pure. */
export function isInCleanup(status: string): boolean {
  return status.endsWith("_COMPLETE_CLEANUP_IN_PROGRESS");
}

/** The status, where it blocks updates until somebody acts; null for updatable statuses and running operations. Pure. */
export function stuckIn(status: string): string | null {
  return UPDATABLE.has(status) || isBusy(status) ? null : status;
}

/** Whether an update may start from the captured status of the stack. Pure. */
export function isUpdatable(stack: CapturedComponent): boolean {
  return UPDATABLE.has(statusOf(stack));
}

/** Of the rest of a failed creation: the stack still has its template, and no resource of it (facts E1). */
const SHELL = "ROLLBACK_COMPLETE";

/** Whether a stack with this status has no resources, whatever its template says. Pure. */
export function holdsNothing(status: string): boolean {
  return status === SHELL;
}

/** The rest of a failed creation: it holds nothing, cannot be updated and occupies the name. Pure. */
export function isShell(stack: CapturedComponent | null): boolean {
  return stackState(stack?.state).settings.stuckIn === SHELL;
}

/** A resource that failed while CloudFormation rolled an update back. */
export interface Unfinished {
  /** In the form of `ResourcesToSkip`: the logical id, or `NestedStackName.LogicalId` within a nested stack. */
  readonly id: string;
  readonly type: string;
  readonly reason: string;
}

/** The resources that block the rollback of a stack in UPDATE_ROLLBACK_FAILED, as they were captured. Pure. */
export function unfinishedIn(stack: CapturedComponent): Unfinished[] {
  const { unfinished } = stackState(stack.state).evidence;
  return unfinished.map(({ id, type, reason }) => ({ id, type, reason: reason ?? "no reason was given" }));
}

/** Why the status of a stack blocks updates, with the way out; none for a stack that does not exist. Pure. */
export function statusBlockers(name: string, stack: CapturedComponent | null): Reason[] {
  if (!stack || isUpdatable(stack)) return [];
  const way = WAYS_OUT[statusOf(stack)]?.(name, stack) ?? "Bring it into a complete status by hand, then plan again.";
  return [{ code: "STACK_NOT_UPDATABLE", detail: `The stack ${name} is in ${statusOf(stack)}. ${way}` }];
}

/** The way out of each blocking status (facts E1). */
const WAYS_OUT: Readonly<Record<string, (name: string, stack: CapturedComponent) => string>> = {
  UPDATE_ROLLBACK_FAILED: continuing,
  UPDATE_FAILED: (name) =>
    `Its last update failed with rollback disabled: roll it back with \`aws cloudformation rollback-stack --stack-name ${name}\`, then plan again.`,
  CREATE_FAILED: (name) =>
    `Its creation failed with rollback disabled: delete it with \`aws cloudformation delete-stack --stack-name ${name}\`, then plan again.`,
  ROLLBACK_COMPLETE: () => "Its creation failed and it is empty: pick the whole stack, which creates it again.",
  ROLLBACK_FAILED: deletingByHand,
  DELETE_FAILED: deletingByHand,
};

/** Taking the protection away counts as somebody's change, which the rollback then overwrites. Pure. */
export function unprotecting(name: string): string {
  const command = `aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name ${name}`;
  return `Remove it with \`${command}\`, then roll back with \`onConflict: restore\`.`;
}

/** Whoever consents names the skipped resources, because they differ from their template from then on. */
function continuing(name: string, stack: CapturedComponent): string {
  const unfinished = unfinishedIn(stack);
  const causes = unfinished.map(({ id, type, reason }) => `${id} (${type}): ${reason}`).join("; ");
  const consent = (skip: readonly string[]) => `\`continueUpdateRollback: ${JSON.stringify({ [name]: skip })}\``;
  const first = `consent with ${consent([])} once the cause is fixed (objects that the backup has are put back first)`;
  const skipping = consent(unfinished.map(({ id }) => id));
  return `${causes ? `Its own rollback failed at ${causes}. ` : ""}To continue it, ${first}, or name resources to skip, as in ${skipping}.`;
}

function deletingByHand(name: string): string {
  return `It can only be deleted: \`aws cloudformation delete-stack --stack-name ${name}\`, with --retain-resources for resources that cannot be deleted, then plan again.`;
}

/** Resources that a consent to continue wants to skip although they do not block the rollback; empty where all of them do. Pure. */
export function skipBlockers(name: string, stack: CapturedComponent, skip: readonly string[]): Reason[] {
  const blocking = unfinishedIn(stack).map(({ id }) => id);
  const others = skip.filter((id) => !blocking.includes(id));
  if (others.length === 0) return [];
  const detail = `${others.join(", ")} of the stack ${name} cannot be skipped: its rollback failed at ${blocking.join(", ") || "no resource that AWS names"}.`;
  return [{ code: "STACK_NOT_UPDATABLE", detail }];
}

/** A nested stack is updated by its root only, and a stack set would overwrite a change of its instance (facts D). Pure. */
export function ownedElsewhere(name: string, stack: CapturedComponent | null): Reason[] {
  const { parentId } = stackState(stack?.state).evidence;
  if (parentId !== null) {
    const detail = `The stack ${name} is nested in ${parentId}: pick that one, or its root.`;
    return [{ code: "NESTED_STACK", detail }];
  }
  const set = /^StackSet-(.+)-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.exec(name)?.[1];
  return set
    ? [{ code: "OWNED_ELSEWHERE", detail: `${name} is an instance of the stack set ${set}: roll the set back.` }]
    : [];
}

function statusOf({ state }: CapturedComponent): string {
  return stackState(state).evidence.status;
}
