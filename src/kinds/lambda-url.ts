import type { FunctionUrl, UrlSettings } from "../aws/gateways/facets.ts";
import { type CapturedComponent, splitName } from "../domain/component/component.ts";
import { lambdaUrlState } from "../domain/component/states/lambda.ts";
import { type Json, type JsonObject, sameJson } from "../domain/json.ts";
import { urlLoss } from "../domain/plan/lambda-losses.ts";
import type { Action } from "../domain/plan/plan.ts";
import { alreadyDone, requiredGoal, restoreBy } from "./action-handlers.ts";
import type { CachedReader } from "./cached-reader.ts";
import type { EvidenceOf, SettingsOf } from "./captured-state.ts";
import { compareWithGoal, settingsDiff } from "./comparison.ts";
import type { Kind, PlanInput, RestoreContext, StepPlan } from "./kind.ts";
import { capturedFacet, oneAction, planFacet, valueOrThrow } from "./lambda/facet.ts";

/** The HTTPS address of a function or an alias. Its settings can be restored; a deleted address never can (facts B6). */
export const lambdaUrl: Kind = {
  name: "lambda-url",
  capture,
  diff: settingsDiff,
  plan,
  restore: restoreBy({ "create-url": putUrl, "update-url": putUrl, "delete-url": deleteUrl }),
  async verify(reader, name, goal) {
    return compareWithGoal(this, await capture(reader, name), goal);
  },
};

async function capture(reader: CachedReader, name: string): Promise<CapturedComponent | null> {
  const { functionName, qualifier } = splitName(name);
  const facts = await reader.getFunction(functionName);
  if (!facts) return null;
  const reading = { kind: "lambda-url", name, facts } as const;
  const urls = await reader.listUrls(functionName);
  if ("unavailable" in urls) return capturedFacet(reader, reading, { incomplete: urls.unavailable });
  const found = urls.value.find((url) => url.qualifier === qualifier);
  if (!found) return null;
  const evidence: EvidenceOf<typeof lambdaUrlState> = { functionUrl: found.url };
  return capturedFacet(reader, reading, { settings: urlSettings(found), evidence, physicalId: found.url });
}

function urlSettings({ authType, invokeMode, cors }: UrlSettings): SettingsOf<typeof lambdaUrlState> {
  return { AuthType: authType, InvokeMode: invokeMode, Cors: corsSettings(cors) };
}

/** The order in a list means nothing, and neither does a member whose value stands for "none". */
function corsSettings(cors: JsonObject): JsonObject {
  const meant = Object.entries(cors).filter(([, value]) => value && !(Array.isArray(value) && value.length === 0));
  return Object.fromEntries(meant.map(([key, value]) => [key, Array.isArray(value) ? [...value].sort() : value]));
}

function plan(input: PlanInput): StepPlan {
  const loss = urlLoss(input.goal, input.live);
  const losses = loss ? [loss] : [];
  return planFacet(input, {
    ownable: `The URL of ${input.name}`,
    outlivesAlias: true,
    put: () => oneAction(input, input.live ? "update-url" : "create-url", { losses }),
    remove: () => oneAction(input, "delete-url", { losses }),
  });
}

async function putUrl({ name }: Action, context: RestoreContext): Promise<Json> {
  const goal = requiredGoal(context);
  const live = await findUrl(name, context);
  if (live && sameJson(urlSettings(live), goal.settings))
    return alreadyDone(context, `The URL of ${name} is that of the backup`);
  const { AuthType, InvokeMode, Cors } = lambdaUrlState(goal).settings;
  const wanted = { authType: AuthType, invokeMode: InvokeMode, cors: Cors };
  if (live) await context.aws.lambda.updateUrl(splitName(name), wanted);
  else await context.aws.lambda.createUrl(splitName(name), wanted);
  context.note(live ? `Restored the settings of ${live.url}.` : `Gave ${name} a URL again, with a new address.`);
  return live ? { updated: true } : { created: true };
}

async function deleteUrl({ name }: Action, context: RestoreContext): Promise<Json> {
  const live = await findUrl(name, context);
  if (!live) return alreadyDone(context, `${name} has no URL`);
  await context.aws.lambda.deleteUrl(splitName(name));
  context.note(`Deleted ${live.url}, which the deployment had added.`);
  return { deleted: true };
}

async function findUrl(name: string, { aws }: RestoreContext): Promise<FunctionUrl | null> {
  const { functionName, qualifier } = splitName(name);
  const urls = valueOrThrow(await aws.lambda.listUrls(functionName));
  return urls.find((url) => url.qualifier === qualifier) ?? null;
}
