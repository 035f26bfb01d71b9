import type { FunctionUrl, UrlSettings } from "../aws/gateways/facets.ts";
import { type CapturedComponent, splitName } from "../domain/component/component.ts";
import type { Reason } from "../domain/errors.ts";
import { asObject, type Json, type JsonObject, sameJson } from "../domain/json.ts";
import type { CachedReader } from "./cached-reader.ts";
import type { Kind, PlanInput, RestoreContext, StepPlan } from "./kind.ts";
import { alreadySo, capturedFacet, goalOf, oneAction, planFacet, valueOrThrow } from "./lambda/facet.ts";
import { settingsDiff, verdictOf } from "./verdict.ts";

/** The HTTPS address of a function or an alias. Its settings can be put back; the address, once deleted, never (facts B6). */
export const lambdaUrl: Kind = {
  name: "lambda-url",
  capture,
  diff: settingsDiff,
  plan,
  restore: (action, context) => (action.do === "delete-url" ? remove(action.name, context) : put(action.name, context)),
  async verify(reader, name, goal) {
    return verdictOf(this, await capture(reader, name), goal);
  },
};

async function capture(reader: CachedReader, name: string): Promise<CapturedComponent | null> {
  const { functionName, qualifier } = splitName(name);
  const facts = await reader.getFunction(functionName);
  if (!facts) return null;
  const reading = { kind: "lambda-url", name, facts } as const;
  const told = await reader.listUrls(functionName);
  if ("unavailable" in told) return capturedFacet(reader, reading, { incomplete: told.unavailable });
  const found = told.value.find((url) => url.qualifier === qualifier);
  if (!found) return null;
  const evidence = { functionUrl: found.url };
  return capturedFacet(reader, reading, { settings: urlSettings(found), evidence, physicalId: found.url });
}

function urlSettings({ authType, invokeMode, cors }: UrlSettings): JsonObject {
  return { AuthType: authType, InvokeMode: invokeMode, Cors: corsSettings(cors) };
}

/** Lists in it are sets; what stands for "none" is the same as leaving it out. */
function corsSettings(cors: JsonObject): JsonObject {
  const meant = Object.entries(cors).filter(([, value]) => value && !(Array.isArray(value) && value.length === 0));
  return Object.fromEntries(meant.map(([key, value]) => [key, Array.isArray(value) ? [...value].sort() : value]));
}

function plan(input: PlanInput): StepPlan {
  return planFacet(input, {
    ownable: `The URL of ${input.name}`,
    put: () =>
      input.live
        ? oneAction(input, "update-url")
        : oneAction(input, "create-url", losing(`It comes back under another address than ${addressOf(input.goal)}.`)),
    remove: () => oneAction(input, "delete-url", losing(`The address ${addressOf(input.live)} is lost for good.`)),
  });
}

function losing(detail: string): Partial<StepPlan> {
  const reason: Reason = { code: "DESTRUCTIVE", detail };
  return { destructive: true, reasons: [reason] };
}

function addressOf(component: CapturedComponent | null): string {
  return String(component?.state.evidence["functionUrl"] ?? "it has");
}

async function put(name: string, context: RestoreContext): Promise<Json> {
  const { settings } = goalOf(context);
  const live = await findUrl(name, context);
  if (live && sameJson(urlSettings(live), settings)) return alreadySo(context, `The URL of ${name} is as before`);
  const wanted = {
    authType: String(settings["AuthType"]),
    invokeMode: String(settings["InvokeMode"]),
    cors: asObject(settings["Cors"]),
  };
  if (live) await context.aws.lambda.updateUrl(splitName(name), wanted);
  else await context.aws.lambda.createUrl(splitName(name), wanted);
  context.note(live ? `Put the settings of ${live.url} back.` : `Gave ${name} a URL again, under a new address.`);
  return live ? { updated: true } : { created: true };
}

async function remove(name: string, context: RestoreContext): Promise<Json> {
  const live = await findUrl(name, context);
  if (!live) return alreadySo(context, `${name} has no URL`);
  await context.aws.lambda.deleteUrl(splitName(name));
  context.note(`Deleted ${live.url}, which the deployment had added.`);
  return { deleted: true };
}

async function findUrl(name: string, { aws }: RestoreContext): Promise<FunctionUrl | null> {
  const { functionName, qualifier } = splitName(name);
  const urls = valueOrThrow(await aws.lambda.listUrls(functionName));
  return urls.find((url) => url.qualifier === qualifier) ?? null;
}
