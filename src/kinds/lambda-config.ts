import { type CapturedComponent, type ComponentState, captured, componentId } from "../domain/component/component.ts";
import type { lambdaConfigState } from "../domain/component/states/lambda.ts";
import type { Reason } from "../domain/errors.ts";
import { type Json, type JsonObject, sameJson } from "../domain/json.ts";
import type { Action } from "../domain/plan/plan.ts";
import { alreadyDone, missingFunction, requiredGoal, restoreBy } from "./action-handlers.ts";
import { type CachedReader, ownerId } from "./cached-reader.ts";
import type { EvidenceOf } from "./captured-state.ts";
import { compareWithGoal, settingsDiff } from "./comparison.ts";
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
  type FunctionSettings,
  functionSettings,
  oversizedFields,
  runtimeWarning,
  unreachableFields,
} from "./lambda/function-settings.ts";
import { captureLayers, layersOf, planLayers, publishLayer, resolveLayers, sameLayers } from "./lambda/layers.ts";
import { creationRemedy, packageTypeReason } from "./lambda/package-type.ts";
import { requireSettled } from "./lambda/settled-reads.ts";
import { othersOf } from "./lambda/version-content.ts";

/** Every writable field of `$LATEST`'s configuration, without the code. Created and deleted with its function. */
export const lambdaConfig: Kind = {
  name: "lambda-config",
  capture: (reader, name) => capture(reader, name, true),
  diff,
  plan,
  restore: restoreBy({ "update-configuration": updateConfiguration, "publish-layer": publishLayer }),
  async verify(reader, name, goal) {
    await requireSettled(reader, name);
    const live = await capture(reader, name, false);
    const sameArns = sameJson(layersOf(goal), layersOf(live?.state));
    return compareWithGoal(this, sameArns ? live : await capture(reader, name, true), goal);
  },
};

/** `withLayers` reads the content of each layer, one call for each. Needed where ARNs of layers differ (decision 0010). */
async function capture(reader: CachedReader, name: string, withLayers: boolean): Promise<CapturedComponent | null> {
  const facts = await reader.getFunction(name);
  if (!facts) return null;
  const { configuration } = facts;
  const settings = functionSettings(configuration);
  const layers = withLayers ? await captureLayers(reader, settings.Layers) : null;
  const evidence: EvidenceOf<typeof lambdaConfigState> = {
    functionArn: configuration.FunctionArn ?? null,
    lastModified: configuration.LastModified ?? null,
    layers: layers?.evidence ?? [],
    others: othersOf(configuration, new Set([...Object.keys(settings), "PackageType"])),
  };
  return captured(
    componentId("lambda-config", name),
    { settings, evidence, artifacts: layers?.artifacts ?? [] },
    {
      parent: ownerId(reader.ownerOf(name, facts.tags)),
      physicalId: configuration.FunctionArn ?? null,
      // Restoring an environment that could not be read would delete the variables (facts A3).
      incomplete: facts.errors.find((error) => !error.startsWith("Code")) ?? null,
    },
  );
}

/** A layer version that was published again is the same layer under another ARN. */
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
    detail: `The function ${name} has to be ${action === "remove" ? "deleted" : "created"}, too: add ${code}.`,
  });
}

function planUpdate(input: PlanInput, goal: CapturedComponent, live: CapturedComponent): StepPlan {
  const { name } = input;
  if (diff(goal.state, live.state).length === 0) return unchanged();
  const otherType = packageTypeReason(input, name);
  if (otherType) return refused(otherType);
  const layers = planLayers(input, goal, live);
  const blockers = [...fieldBlockers(name, goal, live), ...layers.blockers];
  if (blockers.length > 0) return refused(...blockers);
  const reasons = [...layers.warnings, ...runtimeWarning(name, goal.state, input.at)];
  return acting("restore", [...layers.actions, { do: "update-configuration", name }], { reasons });
}

/** Fields that no update can restore, each with the remedy. */
function fieldBlockers(name: string, goal: CapturedComponent, live: CapturedComponent): Reason[] {
  const [wanted, present] = [goal.state.settings, live.state.settings];
  const remedy = creationRemedy(name);
  const unreachable = unreachableFields(wanted, present).map((field): Reason => {
    const detail = `${field} of ${name} can only be set when a function is created. ${remedy}`;
    return { code: "IMMUTABLE_FIELD", detail };
  });
  const oversized = oversizedFields(configurationPatch(wanted, present)).map((field): Reason => {
    const detail = `${field} of ${name} is larger than an update may be. ${remedy}`;
    return { code: "CONFIGURATION_TOO_LARGE", detail };
  });
  return [...unreachable, ...oversized];
}

/** Also for the moment in which a deleted version is published again. */
export async function updateConfiguration({ name }: Action, context: RestoreContext): Promise<Json> {
  const goal = requiredGoal(context);
  const live = await context.aws.lambda.awaitIdle(name);
  if (!live) throw missingFunction(name);
  const present = functionSettings(live);
  const patch = configurationPatch(await reachableGoal(goal, present, context), present);
  const fields = Object.keys(patch);
  if (fields.length === 0) return alreadyDone(context, `The configuration of ${name} is that of the backup`);
  await context.aws.lambda.updateConfiguration(name, patch, live.RevisionId ?? null);
  context.note(`Restored ${fields.join(", ")}.`);
  return { fields };
}

/** The goal with ARNs of existing layers. An unchanged list is not sent, since AWS refuses deleted versions (facts B5). */
async function reachableGoal(
  goal: ComponentState,
  present: FunctionSettings,
  context: RestoreContext,
): Promise<JsonObject> {
  if (sameJson(layersOf(goal), present.Layers)) return goal.settings;
  return { ...goal.settings, Layers: await resolveLayers(goal, context, present.Layers) };
}
