import type { CapturedComponent } from "../domain/component/component.ts";
import { lambdaConcurrencyState } from "../domain/component/states/lambda.ts";
import type { Json } from "../domain/json.ts";
import type { Action } from "../domain/plan/plan.ts";
import { alreadyDone, missingFunction, requiredGoal, restoreBy } from "./action-handlers.ts";
import type { CachedReader } from "./cached-reader.ts";
import type { SettingsOf } from "./captured-state.ts";
import { compareWithGoal, settingsDiff } from "./comparison.ts";
import type { Kind, PlanInput, RestoreContext, StepPlan } from "./kind.ts";
import { capturedFacet, oneAction, planFacet } from "./lambda/facet.ts";

/**
 * Reserved concurrency. A function without a reservation does not have this component; a reservation of 0 is one, and
 * throttles the function completely (facts B4).
 */
export const lambdaConcurrency: Kind = {
  name: "lambda-concurrency",
  capture,
  diff: settingsDiff,
  plan,
  restore: restoreBy({ "put-concurrency": putConcurrency, "delete-concurrency": deleteConcurrency }),
  async verify(reader, name, goal) {
    return compareWithGoal(this, await capture(reader, name), goal);
  },
};

async function capture(reader: CachedReader, name: string): Promise<CapturedComponent | null> {
  const facts = await reader.getFunction(name);
  if (!facts || facts.reservedConcurrency === null) return null;
  const settings: SettingsOf<typeof lambdaConcurrencyState> = {
    ReservedConcurrentExecutions: facts.reservedConcurrency,
  };
  return capturedFacet(reader, { kind: "lambda-concurrency", name, facts }, { settings });
}

function plan(input: PlanInput): StepPlan {
  return planFacet(input, {
    put: () => oneAction(input, "put-concurrency"),
    remove: () => oneAction(input, "delete-concurrency"),
  });
}

async function putConcurrency({ name }: Action, context: RestoreContext): Promise<Json> {
  const wanted = Number(lambdaConcurrencyState(requiredGoal(context)).settings.ReservedConcurrentExecutions);
  const live = await context.aws.lambda.getFunction(name);
  if (!live) throw missingFunction(name);
  if (live.reservedConcurrency === wanted) return alreadyDone(context, `${name} has ${wanted} executions reserved`);
  await context.aws.lambda.putConcurrency(name, wanted);
  context.note(`Reserved ${wanted} concurrent executions for ${name}.`);
  return { reserved: wanted };
}

async function deleteConcurrency({ name }: Action, context: RestoreContext): Promise<Json> {
  const live = await context.aws.lambda.getFunction(name);
  if (!live || live.reservedConcurrency === null) return alreadyDone(context, `Nothing is reserved for ${name}`);
  await context.aws.lambda.deleteConcurrency(name);
  context.note(`Removed the reserved concurrency of ${name}, which the deployment had added.`);
  return { deleted: true };
}
