import { StepbackError } from "../../domain/errors.ts";
import type { Action, ActionName } from "../../domain/plan/plan.ts";
import type { RestoreContext } from "../kind.ts";
import { type ChangeSetPlan, dropChangeSet, findChangeSet, makeChangeSet } from "./make-change-set.ts";
import { splicePlan } from "./splice-stack.ts";
import { submissionPlan } from "./stack-actions.ts";

type PlanChangeSet = (action: Action, context: RestoreContext) => ChangeSetPlan;

/** The actions that run a change set. */
const PLANS: Readonly<Partial<Record<ActionName, PlanChangeSet>>> = {
  "create-stack": (action, context) => submissionPlan("CREATE", action, context),
  "bridge-stack": (action, context) => submissionPlan("UPDATE", action, context),
  "update-stack": (action, context) => submissionPlan("UPDATE", action, context),
  "splice-stack": splicePlan,
};

/**
 * Makes and checks the change set of an action ahead of its turn, when it will be found by its name. Idempotent. Throws why it must
 * not run, after it was deleted.
 */
export async function prepareChangeSet(action: Action, context: RestoreContext): Promise<void> {
  const plan = PLANS[action.do];
  if (!plan) throw new StepbackError("INTERNAL", `${action.do} runs no change set.`);
  const { name } = action;
  const planned = plan(action, context);
  if (!(await findChangeSet(name, planned, context))) await makeChangeSet(name, planned, context);
}

/** Deletes what is left of the change set of an action that will not be performed; nothing for other actions. */
export async function dropPrepared({ do: name, ...action }: Action, context: Pick<RestoreContext, "aws" | "token">) {
  if (PLANS[name]) await dropChangeSet(action.name, { creates: name === "create-stack" }, context);
}
