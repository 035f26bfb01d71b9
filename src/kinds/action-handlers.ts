import type { ComponentState } from "../domain/component/component.ts";
import { StepbackError } from "../domain/errors.ts";
import type { Json } from "../domain/json.ts";
import type { Action, ActionName } from "../domain/plan/plan.ts";
import type { Kind, RestoreContext } from "./kind.ts";

/**
 * Performs one action and returns its entry for the journal. Checks the live state first, so that a repeated action
 * changes nothing.
 */
type ActionHandler = (action: Action, context: RestoreContext) => Promise<Json>;

/** `restore` of a kind that performs these actions. Any other action is INTERNAL: it was given to the wrong kind. */
export function restoreBy(handlers: Readonly<Partial<Record<ActionName, ActionHandler>>>): Kind["restore"] {
  return async (action, context) => {
    const handler = Object.hasOwn(handlers, action.do) ? handlers[action.do] : undefined;
    if (!handler) throw new StepbackError("INTERNAL", `This kind of component does not perform ${action.do}.`);
    return handler(action, context);
  };
}

export function requiredGoal({ goal }: Pick<RestoreContext, "goal">): ComponentState {
  if (!goal) throw new StepbackError("INTERNAL", "An action that needs a goal has none.");
  return goal;
}

/** Log and journal entry of an action whose first check found nothing to do. */
export function alreadyDone(context: RestoreContext, fact: string): Json {
  context.note(`${fact}: nothing to do.`);
  return { already: true };
}

export function missingFunction(name: string): StepbackError {
  return new StepbackError("AWS_NOT_FOUND", `The function ${name} does not exist any more.`);
}

export function missingStack(name: string): StepbackError {
  return new StepbackError("AWS_NOT_FOUND", `The stack ${name} does not exist any more.`);
}
