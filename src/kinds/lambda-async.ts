import type { EventInvoke } from "../aws/gateways/facets.ts";
import { type CapturedComponent, splitName } from "../domain/component/component.ts";
import { lambdaAsyncState } from "../domain/component/states/lambda.ts";
import { type Json, sameJson } from "../domain/json.ts";
import type { Action } from "../domain/plan/plan.ts";
import { alreadyDone, requiredGoal, restoreBy } from "./action-handlers.ts";
import type { CachedReader } from "./cached-reader.ts";
import type { SettingsOf } from "./captured-state.ts";
import { compareWithGoal, settingsDiff } from "./comparison.ts";
import type { Kind, PlanInput, RestoreContext, StepPlan } from "./kind.ts";
import { capturedFacet, oneAction, planFacet, valueOrThrow } from "./lambda/facet.ts";

/** Retries and destinations of asynchronous invocations of a function, a version or an alias. */
export const lambdaAsync: Kind = {
  name: "lambda-async",
  capture,
  diff: settingsDiff,
  plan,
  restore: restoreBy({ "put-event-invoke": putEventInvoke, "delete-event-invoke": deleteEventInvoke }),
  async verify(reader, name, goal) {
    return compareWithGoal(this, await capture(reader, name), goal);
  },
};

async function capture(reader: CachedReader, name: string): Promise<CapturedComponent | null> {
  const { functionName, qualifier } = splitName(name);
  const facts = await reader.getFunction(functionName);
  if (!facts) return null;
  const reading = { kind: "lambda-async", name, facts } as const;
  const configs = await reader.listEventInvokes(functionName);
  if ("unavailable" in configs) return capturedFacet(reader, reading, { incomplete: configs.unavailable });
  const found = configs.value.find((config) => config.qualifier === qualifier);
  return found ? capturedFacet(reader, reading, { settings: asyncSettings(found) }) : null;
}

/** In the form of PutFunctionEventInvokeConfig, which replaces everything. Null and `{}` stand for members to leave out. */
function asyncSettings({
  maximumRetryAttempts,
  maximumEventAgeInSeconds,
  onSuccess,
  onFailure,
}: EventInvoke): SettingsOf<typeof lambdaAsyncState> {
  return {
    MaximumRetryAttempts: maximumRetryAttempts,
    MaximumEventAgeInSeconds: maximumEventAgeInSeconds,
    DestinationConfig: {
      OnSuccess: onSuccess === null ? {} : { Destination: onSuccess },
      OnFailure: onFailure === null ? {} : { Destination: onFailure },
    },
  };
}

function plan(input: PlanInput): StepPlan {
  return planFacet(input, {
    ownable: `The configuration of asynchronous invocations of ${input.name}`,
    put: () => oneAction(input, "put-event-invoke"),
    remove: () => oneAction(input, "delete-event-invoke"),
  });
}

async function putEventInvoke({ name }: Action, context: RestoreContext): Promise<Json> {
  const goal = requiredGoal(context);
  const live = await findConfig(name, context);
  if (live && sameJson(asyncSettings(live), goal.settings))
    return alreadyDone(context, `Asynchronous invocations of ${name} are configured as in the backup`);
  await context.aws.lambda.putEventInvoke(splitName(name), eventInvoke(lambdaAsyncState(goal).settings));
  context.note(`Restored retries, age and destinations of asynchronous invocations of ${name}.`);
  return { put: true };
}

function eventInvoke(settings: SettingsOf<typeof lambdaAsyncState>): EventInvoke {
  const { OnSuccess, OnFailure } = settings.DestinationConfig;
  return {
    maximumRetryAttempts: settings.MaximumRetryAttempts,
    maximumEventAgeInSeconds: settings.MaximumEventAgeInSeconds,
    onSuccess: OnSuccess?.Destination ?? null,
    onFailure: OnFailure?.Destination ?? null,
  };
}

async function deleteEventInvoke({ name }: Action, context: RestoreContext): Promise<Json> {
  if (!(await findConfig(name, context))) return alreadyDone(context, `${name} has no such configuration`);
  await context.aws.lambda.deleteEventInvoke(splitName(name));
  context.note(`Deleted the configuration of asynchronous invocations of ${name}, which the deployment had added.`);
  return { deleted: true };
}

async function findConfig(name: string, { aws }: RestoreContext): Promise<EventInvoke | null> {
  const { functionName, qualifier } = splitName(name);
  const configs = valueOrThrow(await aws.lambda.listEventInvokes(functionName));
  return configs.find((config) => config.qualifier === qualifier) ?? null;
}
