import type { Availability } from "../aws/availability.ts";
import type { FunctionFacts, LambdaGateway } from "../aws/gateways/lambda.ts";
import { type CapturedComponent, type ComponentState, componentId } from "../domain/component/component.ts";
import { differences } from "../domain/component/diff.ts";
import { lambdaRuntimeState } from "../domain/component/states/lambda.ts";
import type { Reason } from "../domain/errors.ts";
import { type Json, type JsonObject, sameJson } from "../domain/json.ts";
import type { Action, ActionName } from "../domain/plan/plan.ts";
import { alreadyDone, missingFunction, requiredGoal, restoreBy } from "./action-handlers.ts";
import type { CachedReader } from "./cached-reader.ts";
import type { EvidenceOf, SettingsOf } from "./captured-state.ts";
import { compareWithGoal } from "./comparison.ts";
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
import { capturedFacet, planFacet, valueOrThrow } from "./lambda/facet.ts";
import { packageTypeReason } from "./lambda/package-type.ts";
import { requireSettled } from "./lambda/settled-reads.ts";

/** Three settings of a function with calls of their own: runtime management, recursion, code signing. */
export const lambdaRuntime: Kind = {
  name: "lambda-runtime",
  capture,
  diff,
  plan,
  restore: restoreBy({
    "put-code-signing": putCodeSigning,
    "put-runtime-management": putRuntimeManagement,
    "put-recursive-loop": putRecursiveLoop,
  }),
  async verify(reader, name, goal) {
    await requireSettled(reader, name);
    return compareWithGoal(this, await capture(reader, name), goal);
  },
};

/** The settings of a new function. */
const NEW_FUNCTION: JsonObject = {
  UpdateRuntimeOn: "Auto",
  RuntimeVersionArn: null,
  RecursiveLoop: "Terminate",
  CodeSigningConfigArn: null,
};

/** The settings that each action writes. Code signing comes first: the code that follows may need it. */
const WRITERS: readonly (readonly [ActionName, readonly string[]])[] = [
  ["put-code-signing", ["CodeSigningConfigArn"]],
  ["put-runtime-management", ["UpdateRuntimeOn", "RuntimeVersionArn"]],
  ["put-recursive-loop", ["RecursiveLoop"]],
];

async function capture(reader: CachedReader, name: string): Promise<CapturedComponent | null> {
  const facts = await reader.getFunction(name);
  if (!facts) return null;
  const { settings, unavailable } = await readSettings(reader.aws.lambda, name, facts);
  const { RuntimeVersionArn, Error: error } = facts.configuration.RuntimeVersionConfig ?? {};
  const evidence: EvidenceOf<typeof lambdaRuntimeState> = { unavailable, runtimeVersionArn: RuntimeVersionArn ?? null };
  return capturedFacet(
    reader,
    { kind: "lambda-runtime", name, facts },
    {
      settings,
      evidence,
      incomplete: error ? `RuntimeVersionConfig: ${error.ErrorCode}, ${error.Message}` : null,
    },
  );
}

/** An unavailable setting is left out and named, never read as none (facts A1). Images have only the recursion setting. */
async function readSettings(lambda: LambdaGateway, name: string, { configuration }: FunctionFacts) {
  const isImage = configuration.PackageType === "Image";
  const [management, loop, signing] = await Promise.all([
    isImage ? null : lambda.getRuntimeManagement(name),
    lambda.getRecursiveLoop(name),
    isImage ? null : lambda.getCodeSigning(name),
  ]);
  const read = [
    settingOf("UpdateRuntimeOn", management, (value) => ({
      UpdateRuntimeOn: value?.updateRuntimeOn ?? null,
      RuntimeVersionArn: value?.runtimeVersionArn ?? null,
    })),
    settingOf("RecursiveLoop", loop, (value) => ({ RecursiveLoop: value })),
    settingOf("CodeSigningConfigArn", signing, (value) => ({ CodeSigningConfigArn: value })),
  ];
  return {
    settings: Object.assign({}, ...read.map(({ settings }) => settings)) as RuntimeSettings & JsonObject,
    unavailable: Object.assign({}, ...read.map(({ unavailable }) => unavailable)) as Record<string, string>,
  };
}

type RuntimeSettings = SettingsOf<typeof lambdaRuntimeState>;

function settingOf<Value>(
  name: string,
  read: Availability<Value> | null,
  settingsOf: (value: Value) => RuntimeSettings,
): { settings: RuntimeSettings; unavailable: Record<string, string> } {
  if (read === null) return { settings: {}, unavailable: {} };
  if ("unavailable" in read) return { settings: {}, unavailable: { [name]: read.unavailable } };
  return { settings: settingsOf(read.value), unavailable: {} };
}

/** Compares only the settings of the goal: one that was unavailable at the backup cannot be compared now. */
function diff(goal: ComponentState, live: ComponentState): string[] {
  const known = Object.entries(live.settings).filter(([key]) => key in goal.settings);
  return differences(goal.settings, Object.fromEntries(known)).map(({ path }) => path);
}

function plan(input: PlanInput): StepPlan {
  return planFacet(input, { put: () => planPut(input), remove: null });
}

function planPut(input: PlanInput): StepPlan {
  const { name, goal, live } = input;
  const otherType = packageTypeReason(input, name);
  if (otherType) return refused(otherType);
  const wanted: RuntimeSettings & JsonObject = goal?.state.settings ?? {};
  const present = live ? live.state.settings : NEW_FUNCTION;
  const unreadable = Object.keys(wanted).filter((key) => !(key in present));
  if (unreadable.length > 0) {
    const why = Object.values(lambdaRuntimeState(live?.state).evidence.unavailable).join(" ");
    return refused({ code: "LIVE_UNREADABLE", detail: `${unreadable.join(", ")} of ${name}: ${why}` });
  }
  const signing = wanted.CodeSigningConfigArn ?? null;
  if (signing !== null && signing !== present["CodeSigningConfigArn"] && input.isSigningConfigGone(signing))
    return refused(goneSigningConfig(name, signing));
  const differs = (key: string) => key in wanted && !sameJson(wanted[key] ?? null, present[key] ?? null);
  const actions = WRITERS.filter(([, keys]) => keys.some(differs)).map(([action]): Action => {
    const removes = action === "put-code-signing" && wanted.CodeSigningConfigArn === null;
    return { do: action, name, ...(removes ? { writes: ["DeleteFunctionCodeSigningConfig"] } : {}) };
  });
  if (actions.length > 0) return acting(live ? "restore" : "recreate", actions);
  return live ? unchanged() : restoredBy(componentId("lambda-code", name), "recreate");
}

function goneSigningConfig(name: string, arn: string): Reason {
  const detail = `${arn} was deleted. Roll back without lambda-runtime:${name}, then attach another configuration to ${name} by hand.`;
  return { code: "SIGNING_CONFIG_GONE", detail };
}

async function putRuntimeManagement({ name }: Action, context: RestoreContext): Promise<Json> {
  const { UpdateRuntimeOn, RuntimeVersionArn = null } = lambdaRuntimeState(requiredGoal(context)).settings;
  const wanted = { updateRuntimeOn: String(UpdateRuntimeOn), runtimeVersionArn: RuntimeVersionArn };
  const live = valueOrThrow(await context.aws.lambda.getRuntimeManagement(name));
  if (!live) throw missingFunction(name);
  if (sameJson({ ...live }, wanted))
    return alreadyDone(context, `The runtime updates of ${name} are those of the backup`);
  await context.aws.lambda.putRuntimeManagement(name, wanted);
  context.note(`Restored the runtime updates of ${name}: ${wanted.updateRuntimeOn}.`);
  return wanted;
}

async function putRecursiveLoop({ name }: Action, context: RestoreContext): Promise<Json> {
  const wanted = String(lambdaRuntimeState(requiredGoal(context)).settings.RecursiveLoop);
  const live = valueOrThrow(await context.aws.lambda.getRecursiveLoop(name));
  if (live === null) throw missingFunction(name);
  if (live === wanted) return alreadyDone(context, `The recursive loops of ${name} are handled as in the backup`);
  await context.aws.lambda.putRecursiveLoop(name, wanted);
  context.note(`Recursive loops of ${name}: ${wanted}.`);
  return { recursiveLoop: wanted };
}

async function putCodeSigning({ name }: Action, context: RestoreContext): Promise<Json> {
  const { CodeSigningConfigArn: wanted = null } = lambdaRuntimeState(requiredGoal(context)).settings;
  const live = valueOrThrow(await context.aws.lambda.getCodeSigning(name));
  if (live === wanted) return alreadyDone(context, `The code signing of ${name} is that of the backup`);
  await context.aws.lambda.putCodeSigning(name, wanted);
  context.note(wanted ? `Restored the code signing of ${name}: ${wanted}.` : `Removed the code signing of ${name}.`);
  return { codeSigningConfigArn: wanted };
}
