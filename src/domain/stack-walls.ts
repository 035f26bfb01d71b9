import type { CapturedComponent } from "./component.ts";
import type { Reason } from "./plan.ts";

/** Statuses that an update of a stack may start from (facts E1). */
const UPDATABLE: ReadonlySet<string> = new Set([
  "CREATE_COMPLETE",
  "UPDATE_COMPLETE",
  "UPDATE_ROLLBACK_COMPLETE",
  "IMPORT_COMPLETE",
  "IMPORT_ROLLBACK_COMPLETE",
]);

/** Whether an update may start from the status that the stack was captured in. Pure. */
export function isUpdatable(stack: CapturedComponent): boolean {
  return UPDATABLE.has(String(stack.state.evidence["status"]));
}

/** Why no update may start from its status; none for a stack that is not there. Pure. */
export function statusWalls(name: string, stack: CapturedComponent | null): Reason[] {
  if (!stack || isUpdatable(stack)) return [];
  return [{ code: "STACK_NOT_UPDATABLE", detail: `The stack ${name} is in ${stack.state.evidence["status"]}.` }];
}

/** Nested stacks are changed from their root only, and instances of a stack set would be set back by it (facts D). Pure. */
export function ownedElsewhere(name: string, stack: CapturedComponent | null): Reason[] {
  const parent = stack?.state.evidence["parentId"];
  if (typeof parent === "string") {
    const detail = `The stack ${name} is nested in ${parent}: pick that one, or its root.`;
    return [{ code: "NESTED_STACK", detail }];
  }
  const set = /^StackSet-(.+)-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.exec(name)?.[1];
  return set
    ? [{ code: "OWNED_ELSEWHERE", detail: `${name} is an instance of the stack set ${set}: roll the set back.` }]
    : [];
}
