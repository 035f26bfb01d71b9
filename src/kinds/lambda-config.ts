import { type CapturedComponent, type ComponentState, captured, componentId } from "../domain/component/component.ts";
import type { Reason } from "../domain/errors.ts";
import { StepbackError } from "../domain/errors.ts";
import { type Json, type JsonObject, sameJson } from "../domain/json.ts";
import { type CachedReader, ownerId } from "./cached-reader.ts";
import {
  acting,
  actionBetween,
  type Kind,
  type PlanInput,
  type RestoreContext,
  refused,
  restoredBy,
  type StepPlan,
  unchanged,
} from "./kind.ts";
import {
  configurationPatch,
  functionSettings,
  oversizedFields,
  runtimeWarning,
  unreachableFields,
} from "./lambda/function-settings.ts";
import { captureLayers, layersOf, planLayers, publishLayer, resolveLayers, sameLayers } from "./lambda/layers.ts";
import { settingsDiff, verdictOf } from "./verdict.ts";

/** Every writable field of `$LATEST`'s configuration but the code. Comes and goes with its function. */
export const lambdaConfig: Kind = {
  name: "lambda-config",
  capture: (reader, name) => capture(reader, name, true),
  diff,
  plan,
  restore(action, context) {
    if (action.do === "publish-layer") return publishLayer(action.name, context);
    return update(action.name, context);
  },
  async verify(reader, name, goal) {
    await reader.aws.lambda.awaitSettled(name);
    const live = await capture(reader, name, false);
    const sameArns = sameJson(layersOf(goal), layersOf(live?.state));
    return verdictOf(this, sameArns ? live : await capture(reader, name, true), goal);
  },
};

/** Layers are told by their content where their ARNs differ (decision 0010), which costs a call for each: `withLayers`. */
async function capture(reader: CachedReader, name: string, withLayers: boolean): Promise<CapturedComponent | null> {
  const facts = await reader.getFunction(name);
  if (!facts) return null;
  const { configuration } = facts;
  const settings = functionSettings(configuration);
  const layers = withLayers ? await captureLayers(reader, (settings["Layers"] ?? []) as string[]) : null;
  const evidence = {
    functionArn: configuration.FunctionArn ?? null,
    lastModified: configuration.LastModified ?? null,
    layers: layers?.evidence ?? [],
  };
  return captured(
    componentId("lambda-config", name),
    { settings, evidence, artifacts: layers?.artifacts ?? [] },
    {
      parent: ownerId(reader.ownerOf(name, facts.tags)),
      physicalId: configuration.FunctionArn ?? null,
      // Restoring an environment that could not be read would wipe the variables (facts A3).
      incomplete: facts.errors.find((error) => !error.startsWith("Code")) ?? null,
    },
  );
}

/** A layer version that was published again has another ARN and is the same layer. */
function diff(goal: ComponentState, live: ComponentState): string[] {
  const paths = settingsDiff(goal, live);
  return sameLayers(goal, live) ? paths.filter((path) => path !== "/Layers") : paths;
}

function plan(input: PlanInput): StepPlan {
  const { goal, live, name, owner } = input;
  const action = actionBetween(goal, live);
  if (action === "unchanged") return unchanged();
  if (owner && input.isPicked(owner)) return restoredBy(owner, action);
  if (goal && live) return planUpdate(input, goal, live);
  const code = componentId("lambda-code", name);
  if (input.isPicked(code)) return restoredBy(code, action);
  return refused({
    code: "REQUIRES_COMPONENT",
    detail: `The function ${name} has to ${action === "remove" ? "go" : "come back"}: add ${code}.`,
  });
}

function planUpdate(input: PlanInput, goal: CapturedComponent, live: CapturedComponent): StepPlan {
  const { name } = input;
  if (diff(goal.state, live.state).length === 0) return unchanged();
  const layers = planLayers(input, goal, live);
  const blockers = [...fieldWalls(name, goal, live), ...layers.blockers];
  if (blockers.length > 0) return refused(...blockers);
  const reasons = [...layers.warnings, ...runtimeWarning(name, goal.state.settings, input.at)];
  return acting("restore", [...layers.actions, { do: "update-configuration", name }], { reasons });
}

/** What no update gets past, with the way out. */
function fieldWalls(name: string, goal: CapturedComponent, live: CapturedComponent): Reason[] {
  const [wanted, present] = [goal.state.settings, live.state.settings];
  const wayOut = `Delete ${name}, then roll back with lambda-code:${name}, which creates it as it was.`;
  const unreachable = unreachableFields(wanted, present).map((field): Reason => {
    const detail = `${field} of ${name} is settled when a function is created. ${wayOut}`;
    return { code: "IMMUTABLE_FIELD", detail };
  });
  const oversized = oversizedFields(configurationPatch(wanted, present)).map((field): Reason => {
    const detail = `${field} of ${name} is larger than an update may be. ${wayOut}`;
    return { code: "CONFIGURATION_TOO_LARGE", detail };
  });
  return [...unreachable, ...oversized];
}

async function update(name: string, context: RestoreContext): Promise<Json> {
  const live = await context.aws.lambda.awaitIdle(name);
  if (!live || !context.goal) throw new StepbackError("AWS_NOT_FOUND", `The function ${name} does not exist any more.`);
  const present = functionSettings(live);
  const patch = configurationPatch(await reachableGoal(context.goal, present, context), present);
  const fields = Object.keys(patch);
  if (fields.length === 0) {
    context.note(`The configuration of ${name} is that of the backup: nothing to do.`);
    return { already: true };
  }
  await context.aws.lambda.updateConfiguration(name, patch, live.RevisionId ?? null);
  context.note(`Put ${fields.join(", ")} back.`);
  return { fields };
}

/** The goal with ARNs of layers that exist. A list that is live as it stands is not sent: AWS refuses deleted ones (facts B5). */
async function reachableGoal(goal: ComponentState, present: JsonObject, context: RestoreContext): Promise<JsonObject> {
  if (sameJson(goal.settings["Layers"] ?? [], present["Layers"] ?? [])) return goal.settings;
  return { ...goal.settings, Layers: await resolveLayers(goal, context, (present["Layers"] ?? []) as string[]) };
}
