import type { Action, ActionName, PlanStep } from "./plan.ts";

/*
 * A change set is made and checked before the run begins wherever its stack is then as it will be at the turn of its step. A
 * refusal leaves everything untouched that way.
 */

/** When the change set of a step is checked, and what keeps it from being checked before the run. */
export interface ChangeSetGate {
  readonly gated: "before the run" | "at its turn";
  /** Null if it is checked before the run. */
  readonly why: string | null;
}

/** The first action of a step that runs a change set, and its index. */
interface GatedAction {
  readonly action: Action;
  readonly index: number;
}

/** Null for a step that runs no change set. Pure. */
export function changeSetGate(step: PlanStep): ChangeSetGate | null {
  const gated = gatedAction(step);
  if (!gated) return null;
  const why = whyLater(step, gated);
  return { gated: why === null ? "before the run" : "at its turn", why };
}

/** The action whose change set is made before the run begins; null if there is none. Pure. */
export function gatedBefore(step: PlanStep): GatedAction | null {
  const gated = gatedAction(step);
  return gated && whyLater(step, gated) === null ? gated : null;
}

const RUNS_CHANGE_SET: ReadonlySet<ActionName> = new Set([
  "create-stack",
  "bridge-stack",
  "update-stack",
  "splice-stack",
]);

function gatedAction({ actions }: PlanStep): GatedAction | null {
  const index = actions.findIndex((action) => RUNS_CHANGE_SET.has(action.do));
  const action = actions[index];
  return action ? { action, index } : null;
}

/** Why no change set can be made before this action. */
function hinders({ do: name, templates }: Action): string[] {
  if (name === "continue-update-rollback") return ["its failed rollback is continued first"];
  if (name === "delete-stack") return ["what is left of its failed creation is deleted first"];
  return templates ? ["the template of a nested stack is put back first"] : [];
}

function whyLater({ actions, after, bridges }: PlanStep, { action, index }: GatedAction): string | null {
  const hindrance = actions.slice(0, index).flatMap(hinders)[0];
  if (hindrance !== undefined) return hindrance;
  if (action.do === "create-stack") return "the stack does not exist yet";
  const awaited = action.do === "bridge-stack" ? (bridges[0]?.after ?? []) : after;
  return awaited.length > 0 ? `it waits for ${awaited.join(", ")}` : null;
}
