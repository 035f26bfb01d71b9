import { type CapturedComponent, type ComponentId, nameOf } from "../component/component.ts";
import { stackState } from "../component/states/stack.ts";
import type { Reason } from "../errors.ts";

/*
 * What somebody deleted outside its stack: CloudFormation does not notice, and an update with the same properties does nothing.
 */

/** Whether the stack lists a resource under that physical id, whatever became of the resource. Pure. */
export function listsUnder(stack: CapturedComponent | null, physicalId: string | null): boolean {
  if (!stack || physicalId === null) return false;
  return Object.values(stackState(stack.state).evidence.physicalIds).includes(physicalId);
}

/** AWS chooses the UUID of a trigger, so only the stack can list the one that takes its place. Pure. */
export function triggerRemovedOutside(name: string, stack: ComponentId): Reason {
  const owner = nameOf(stack);
  const detail = `The trigger ${name} was deleted outside the stack ${owner}, which still lists it under a UUID that AWS never gives again. Update ${owner} once without the trigger and once with it, as in the backup, then plan again.`;
  return { code: "OWNED_BY_STACK", detail };
}
