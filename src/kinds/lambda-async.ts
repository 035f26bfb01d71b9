import type { EventInvoke } from "../aws/gateways/facets.ts";
import { type CapturedComponent, splitName } from "../domain/component/component.ts";
import { asObject, type Json, type JsonObject, sameJson } from "../domain/json.ts";
import type { CachedReader } from "./cached-reader.ts";
import type { Kind, PlanInput, RestoreContext, StepPlan } from "./kind.ts";
import { alreadySo, capturedFacet, goalOf, oneAction, planFacet, valueOrThrow } from "./lambda/facet.ts";
import { settingsDiff, verdictOf } from "./verdict.ts";

/** How asynchronous invocations of a function, a version or an alias are retried, and where their results go. */
export const lambdaAsync: Kind = {
  name: "lambda-async",
  capture,
  diff: settingsDiff,
  plan,
  restore: (action, context) =>
    action.do === "delete-event-invoke" ? remove(action.name, context) : put(action.name, context),
  async verify(reader, name, goal) {
    return verdictOf(this, await capture(reader, name), goal);
  },
};

async function capture(reader: CachedReader, name: string): Promise<CapturedComponent | null> {
  const { functionName, qualifier } = splitName(name);
  const facts = await reader.getFunction(functionName);
  if (!facts) return null;
  const reading = { kind: "lambda-async", name, facts } as const;
  const told = await reader.listEventInvokes(functionName);
  if ("unavailable" in told) return capturedFacet(reader, reading, { incomplete: told.unavailable });
  const found = told.value.find((config) => config.qualifier === qualifier);
  return found ? capturedFacet(reader, reading, { settings: asyncSettings(found) }) : null;
}

/** In the form of PutFunctionEventInvokeConfig, which replaces everything: null and `{}` say what it must not carry. */
function asyncSettings({
  maximumRetryAttempts,
  maximumEventAgeInSeconds,
  onSuccess,
  onFailure,
}: EventInvoke): JsonObject {
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
    ownable: `What is set for asynchronous invocations of ${input.name}`,
    put: () => oneAction(input, "put-event-invoke"),
    remove: () => oneAction(input, "delete-event-invoke"),
  });
}

async function put(name: string, context: RestoreContext): Promise<Json> {
  const { settings } = goalOf(context);
  const live = await findConfig(name, context);
  if (live && sameJson(asyncSettings(live), settings))
    return alreadySo(context, `Asynchronous invocations of ${name} are as before`);
  await context.aws.lambda.putEventInvoke(splitName(name), eventInvoke(settings));
  context.note(`Put retries, age and destinations of asynchronous invocations of ${name} back.`);
  return { put: true };
}

function eventInvoke(settings: JsonObject): EventInvoke {
  const destinations = asObject(settings["DestinationConfig"]);
  const destination = (name: string) => (asObject(destinations[name])["Destination"] ?? null) as string | null;
  return {
    maximumRetryAttempts: (settings["MaximumRetryAttempts"] ?? null) as number | null,
    maximumEventAgeInSeconds: (settings["MaximumEventAgeInSeconds"] ?? null) as number | null,
    onSuccess: destination("OnSuccess"),
    onFailure: destination("OnFailure"),
  };
}

async function remove(name: string, context: RestoreContext): Promise<Json> {
  if (!(await findConfig(name, context))) return alreadySo(context, `${name} has no settings of its own`);
  await context.aws.lambda.deleteEventInvoke(splitName(name));
  context.note(`Deleted the settings of asynchronous invocations of ${name}, which the deployment had added.`);
  return { deleted: true };
}

async function findConfig(name: string, { aws }: RestoreContext): Promise<EventInvoke | null> {
  const { functionName, qualifier } = splitName(name);
  const configs = valueOrThrow(await aws.lambda.listEventInvokes(functionName));
  return configs.find((config) => config.qualifier === qualifier) ?? null;
}
