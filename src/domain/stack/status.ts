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

/** Whether somebody's operation on the stack is under way. Pure. */
export function isBusy(status: string): boolean {
  return status.endsWith("_IN_PROGRESS");
}

/** The status that keeps a stack from being updated until somebody acts; null for a good one and for one in passing. Pure. */
export function stuckIn(status: string): string | null {
  return UPDATABLE.has(status) || isBusy(status) ? null : status;
}

/** Whether an update may start from the status that the stack was captured in. Pure. */
export function isUpdatable(stack: CapturedComponent): boolean {
  return UPDATABLE.has(statusOf(stack));
}

/** A resource that could not go back when CloudFormation rolled an update back. */
export interface Unfinished {
  /** As `ResourcesToSkip` wants it: the logical id, within a nested stack `NestedStackName.LogicalId`. */
  readonly id: string;
  readonly type: string;
  readonly reason: string;
}

/** What a stack in UPDATE_ROLLBACK_FAILED hangs on, as it was captured. Pure. */
export function unfinishedIn(stack: CapturedComponent): Unfinished[] {
  const { unfinished } = stackState(stack.state).evidence;
  return unfinished.map(({ id, type, reason }) => ({ id, type, reason: reason ?? "no reason was given" }));
}

/** Why no update may start from its status, and the way out; none for a stack that is not there. Pure. */
export function statusBlockers(name: string, stack: CapturedComponent | null): Reason[] {
  if (!stack || isUpdatable(stack)) return [];
  const way = WAYS_OUT[statusOf(stack)]?.(name, stack) ?? "Bring it to a complete status by hand, then plan again.";
  return [{ code: "STACK_NOT_UPDATABLE", detail: `The stack ${name} is in ${statusOf(stack)}. ${way}` }];
}

/** What helps from each status that takes no update (facts E1). */
const WAYS_OUT: Readonly<Record<string, (name: string, stack: CapturedComponent) => string>> = {
  UPDATE_ROLLBACK_FAILED: continuing,
  UPDATE_FAILED: (name) =>
    `Its last update failed with rollback disabled: take that back with \`aws cloudformation rollback-stack --stack-name ${name}\`, then plan again.`,
  CREATE_FAILED: (name) =>
    `It never came to be, with rollback disabled: take it away with \`aws cloudformation delete-stack --stack-name ${name}\`, then plan again.`,
  ROLLBACK_COMPLETE: () => "It never came to be and holds nothing: pick the whole stack, which creates it again.",
  ROLLBACK_FAILED: deletingByHand,
  DELETE_FAILED: deletingByHand,
};

/** Skipped resources are named by whoever consents: from then on they disagree with their template. */
function continuing(name: string, stack: CapturedComponent): string {
  const unfinished = unfinishedIn(stack);
  const hangs = unfinished.map(({ id, type, reason }) => `${id} (${type}): ${reason}`).join("; ");
  const skipping = JSON.stringify({ [name]: unfinished.map(({ id }) => id) });
  const first = `consent with \`"continueUpdateRollback": ${JSON.stringify({ [name]: [] })}\` once the cause is mended (objects that the backup has are put back first)`;
  return `${hangs ? `Its own rollback hangs on ${hangs}. ` : ""}To go on, ${first}, or name what is to be skipped, as in ${skipping}.`;
}

function deletingByHand(name: string): string {
  return `Only deleting helps: \`aws cloudformation delete-stack --stack-name ${name}\`, with --retain-resources for what cannot go, then plan again.`;
}

/** What a consent to continue names and what does not hang; empty where all of it does. Pure. */
export function skipWalls(name: string, stack: CapturedComponent, skip: readonly string[]): Reason[] {
  const hanging = unfinishedIn(stack).map(({ id }) => id);
  const others = skip.filter((id) => !hanging.includes(id));
  if (others.length === 0) return [];
  const detail = `${others.join(", ")} of the stack ${name} cannot be skipped: its rollback hangs on ${hanging.join(", ") || "nothing that it names"}.`;
  return [{ code: "STACK_NOT_UPDATABLE", detail }];
}

/** Nested stacks are changed from their root only, and instances of a stack set would be set back by it (facts D). Pure. */
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
