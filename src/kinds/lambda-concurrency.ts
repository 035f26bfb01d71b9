import type { CapturedComponent } from "../domain/component/component.ts";
import { StepbackError } from "../domain/errors.ts";
import type { Json } from "../domain/json.ts";
import type { CachedReader } from "./cached-reader.ts";
import type { Kind, PlanInput, RestoreContext, StepPlan } from "./kind.ts";
import { alreadySo, capturedFacet, goalOf, oneAction, planFacet } from "./lambda/facet.ts";
import { settingsDiff, verdictOf } from "./verdict.ts";

/** Reserved concurrency. None reserved is no component; 0 is one, and throttles the function completely (facts B4). */
export const lambdaConcurrency: Kind = {
  name: "lambda-concurrency",
  capture,
  diff: settingsDiff,
  plan,
  restore: (action, context) =>
    action.do === "delete-concurrency" ? remove(action.name, context) : put(action.name, context),
  async verify(reader, name, goal) {
    return verdictOf(this, await capture(reader, name), goal);
  },
};

async function capture(reader: CachedReader, name: string): Promise<CapturedComponent | null> {
  const facts = await reader.getFunction(name);
  if (!facts || facts.reservedConcurrency === null) return null;
  const settings = { ReservedConcurrentExecutions: facts.reservedConcurrency };
  return capturedFacet(reader, { kind: "lambda-concurrency", name, facts }, { settings });
}

function plan(input: PlanInput): StepPlan {
  return planFacet(input, {
    put: () => oneAction(input, "put-concurrency"),
    remove: () => oneAction(input, "delete-concurrency"),
  });
}

async function put(name: string, context: RestoreContext): Promise<Json> {
  const wanted = Number(goalOf(context).settings["ReservedConcurrentExecutions"]);
  const live = await context.aws.lambda.getFunction(name);
  if (!live) throw new StepbackError("AWS_NOT_FOUND", `The function ${name} does not exist any more.`);
  if (live.reservedConcurrency === wanted) return alreadySo(context, `${name} has ${wanted} executions reserved`);
  await context.aws.lambda.putConcurrency(name, wanted);
  context.note(`Reserved ${wanted} concurrent executions for ${name}.`);
  return { reserved: wanted };
}

async function remove(name: string, context: RestoreContext): Promise<Json> {
  const live = await context.aws.lambda.getFunction(name);
  if (!live || live.reservedConcurrency === null) return alreadySo(context, `Nothing is reserved for ${name}`);
  await context.aws.lambda.deleteConcurrency(name);
  context.note(`Took the reserved concurrency of ${name} away, which the deployment had added.`);
  return { deleted: true };
}
