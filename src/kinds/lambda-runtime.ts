import type { Availability } from "../aws/availability.ts";
import type { FunctionFacts, LambdaGateway } from "../aws/gateways/lambda.ts";
import { type CapturedComponent, type ComponentState, componentId } from "../domain/component/component.ts";
import { differences } from "../domain/component/diff.ts";
import { StepbackError } from "../domain/errors.ts";
import { asObject, type Json, type JsonObject, sameJson } from "../domain/json.ts";
import type { Action, ActionName } from "../domain/plan/plan.ts";
import type { CachedReader } from "./cached-reader.ts";
import {
  acting,
  type Kind,
  type PlanInput,
  type RestoreContext,
  refused,
  restoredBy,
  type StepPlan,
  unchanged,
} from "./kind.ts";
import { alreadySo, capturedFacet, goalOf, planFacet, valueOrThrow } from "./lambda/facet.ts";
import { verdictOf } from "./verdict.ts";

/** Three switches of a function with calls of their own: runtime management, recursion, code signing. */
export const lambdaRuntime: Kind = {
  name: "lambda-runtime",
  capture,
  diff,
  plan,
  restore(action, context) {
    if (action.do === "put-code-signing") return putCodeSigning(action.name, context);
    if (action.do === "put-recursive-loop") return putRecursiveLoop(action.name, context);
    return putRuntimeManagement(action.name, context);
  },
  async verify(reader, name, goal) {
    await reader.aws.lambda.awaitSettled(name);
    return verdictOf(this, await capture(reader, name), goal);
  },
};

/** What a function has that was just created. */
const FRESH: JsonObject = {
  UpdateRuntimeOn: "Auto",
  RuntimeVersionArn: null,
  RecursiveLoop: "Terminate",
  CodeSigningConfigArn: null,
};

/** The action that writes each setting, in the order in which they go: new code may need another code signing. */
const WRITERS: readonly (readonly [ActionName, readonly string[]])[] = [
  ["put-code-signing", ["CodeSigningConfigArn"]],
  ["put-runtime-management", ["UpdateRuntimeOn", "RuntimeVersionArn"]],
  ["put-recursive-loop", ["RecursiveLoop"]],
];

async function capture(reader: CachedReader, name: string): Promise<CapturedComponent | null> {
  const facts = await reader.getFunction(name);
  if (!facts) return null;
  const { settings, unavailable } = await readSwitches(reader.aws.lambda, name, facts);
  const { RuntimeVersionArn, Error: error } = facts.configuration.RuntimeVersionConfig ?? {};
  return capturedFacet(
    reader,
    { kind: "lambda-runtime", name, facts },
    {
      settings,
      evidence: { unavailable, runtimeVersionArn: RuntimeVersionArn ?? null },
      incomplete: error ? `RuntimeVersionConfig: ${error.ErrorCode}, ${error.Message}` : null,
    },
  );
}

/** A setting that AWS does not tell is left out and named, never taken for none (facts A1). Images have but the loop. */
async function readSwitches(lambda: LambdaGateway, name: string, { configuration }: FunctionFacts) {
  const isImage = configuration.PackageType === "Image";
  const [management, loop, signing] = await Promise.all([
    isImage ? null : lambda.getRuntimeManagement(name),
    lambda.getRecursiveLoop(name),
    isImage ? null : lambda.getCodeSigning(name),
  ]);
  const read = [
    switchesOf("UpdateRuntimeOn", management, (value) => ({
      UpdateRuntimeOn: value?.updateRuntimeOn ?? null,
      RuntimeVersionArn: value?.runtimeVersionArn ?? null,
    })),
    switchesOf("RecursiveLoop", loop, (value) => ({ RecursiveLoop: value })),
    switchesOf("CodeSigningConfigArn", signing, (value) => ({ CodeSigningConfigArn: value })),
  ];
  return {
    settings: Object.assign({}, ...read.map(({ settings }) => settings)) as JsonObject,
    unavailable: Object.assign({}, ...read.map(({ unavailable }) => unavailable)) as JsonObject,
  };
}

function switchesOf<Value>(
  name: string,
  told: Availability<Value> | null,
  settingsOf: (value: Value) => JsonObject,
): { settings: JsonObject; unavailable: JsonObject } {
  if (told === null) return { settings: {}, unavailable: {} };
  if ("unavailable" in told) return { settings: {}, unavailable: { [name]: told.unavailable } };
  return { settings: settingsOf(told.value), unavailable: {} };
}

/** Only what the goal knows: a setting that could not be read then cannot be compared now. */
function diff(goal: ComponentState, live: ComponentState): string[] {
  const known = Object.entries(live.settings).filter(([key]) => key in goal.settings);
  return differences(goal.settings, Object.fromEntries(known)).map(({ path }) => path);
}

function plan(input: PlanInput): StepPlan {
  return planFacet(input, { put: () => planPut(input), remove: null });
}

function planPut({ name, goal, live }: PlanInput): StepPlan {
  const wanted = goal?.state.settings ?? {};
  const present = live ? live.state.settings : FRESH;
  const unreadable = Object.keys(wanted).filter((key) => !(key in present));
  if (unreadable.length > 0) {
    const why = Object.values(asObject(live?.state.evidence["unavailable"])).join(" ");
    return refused({ code: "LIVE_UNREADABLE", detail: `${unreadable.join(", ")} of ${name}: ${why}` });
  }
  const differs = (key: string) => key in wanted && !sameJson(wanted[key] ?? null, present[key] ?? null);
  const actions = WRITERS.filter(([, keys]) => keys.some(differs)).map(([action]): Action => {
    const takesOff = action === "put-code-signing" && wanted["CodeSigningConfigArn"] === null;
    return { do: action, name, ...(takesOff ? { writes: ["DeleteFunctionCodeSigningConfig"] } : {}) };
  });
  if (actions.length > 0) return acting(live ? "restore" : "recreate", actions);
  return live ? unchanged() : restoredBy(componentId("lambda-code", name), "recreate");
}

async function putRuntimeManagement(name: string, context: RestoreContext): Promise<Json> {
  const { UpdateRuntimeOn, RuntimeVersionArn } = goalOf(context).settings;
  const wanted = { updateRuntimeOn: String(UpdateRuntimeOn), runtimeVersionArn: textOrNull(RuntimeVersionArn) };
  const live = valueOrThrow(await context.aws.lambda.getRuntimeManagement(name));
  if (!live) throw gone(name);
  if (sameJson({ ...live }, wanted)) return alreadySo(context, `${name} takes runtime updates as before`);
  await context.aws.lambda.putRuntimeManagement(name, wanted);
  context.note(`${name} takes runtime updates as before: ${wanted.updateRuntimeOn}.`);
  return wanted;
}

async function putRecursiveLoop(name: string, context: RestoreContext): Promise<Json> {
  const wanted = String(goalOf(context).settings["RecursiveLoop"]);
  const live = valueOrThrow(await context.aws.lambda.getRecursiveLoop(name));
  if (live === null) throw gone(name);
  if (live === wanted) return alreadySo(context, `The recursive loops of ${name} are as before`);
  await context.aws.lambda.putRecursiveLoop(name, wanted);
  context.note(`Recursive loops of ${name}: ${wanted}.`);
  return { recursiveLoop: wanted };
}

async function putCodeSigning(name: string, context: RestoreContext): Promise<Json> {
  const wanted = textOrNull(goalOf(context).settings["CodeSigningConfigArn"]);
  const live = valueOrThrow(await context.aws.lambda.getCodeSigning(name));
  if (live === wanted) return alreadySo(context, `The code signing of ${name} is as before`);
  await context.aws.lambda.putCodeSigning(name, wanted);
  context.note(wanted ? `Put ${name} under ${wanted} again.` : `Took ${name} out of code signing.`);
  return { codeSigningConfigArn: wanted };
}

function textOrNull(value: Json | undefined): string | null {
  return typeof value === "string" ? value : null;
}

function gone(name: string): StepbackError {
  return new StepbackError("AWS_NOT_FOUND", `The function ${name} does not exist any more.`);
}
