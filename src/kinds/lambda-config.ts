import { type CapturedComponent, captured, componentId } from "../domain/component.ts";
import { StepbackError } from "../domain/errors.ts";
import type { Json } from "../domain/json.ts";
import { configurationPatch, functionSettings } from "./function-settings.ts";
import {
  acting,
  actionBetween,
  broughtBy,
  type Kind,
  type PlanInput,
  type RestoreContext,
  refused,
  type StepPlan,
  unchanged,
} from "./kind.ts";
import { type LiveView, parentOf } from "./live-view.ts";
import { settingsDiff, settle } from "./settling.ts";

/** Every writable field of `$LATEST`'s configuration but the code. Comes and goes with its function. */
export const lambdaConfig: Kind = {
  name: "lambda-config",
  capture,
  diff: settingsDiff,
  plan,
  restore: (action, context) => update(action.name, context),
  async verify(view, name, goal) {
    await view.aws.lambda.awaitSettled(name);
    return settle(this, await capture(view, name), goal);
  },
};

async function capture(view: LiveView, name: string): Promise<CapturedComponent | null> {
  const facts = await view.getFunction(name);
  if (!facts) return null;
  const { configuration } = facts;
  const evidence = { functionArn: configuration.FunctionArn ?? null, lastModified: configuration.LastModified ?? null };
  return captured(
    componentId("lambda-config", name),
    { settings: functionSettings(configuration), evidence, artifacts: [] },
    {
      parent: parentOf(view.ownerOf(name, facts.tags)),
      physicalId: configuration.FunctionArn ?? null,
      // Restoring an environment that could not be read would wipe the variables (facts A3).
      incomplete: facts.errors.find((error) => !error.startsWith("Code")) ?? null,
    },
  );
}

function plan(input: PlanInput): StepPlan {
  const { goal, live, name, owner } = input;
  const action = actionBetween(goal, live);
  if (action === "unchanged") return unchanged();
  if (owner && input.isPicked(owner)) return broughtBy(owner, action);
  if (action === "restore") return acting("restore", [{ do: "update-configuration", name }]);
  const code = componentId("lambda-code", name);
  if (input.isPicked(code)) return broughtBy(code, action);
  return refused({
    code: "REQUIRES_COMPONENT",
    detail: `The function ${name} has to ${action === "remove" ? "go" : "come back"}: add ${code}.`,
  });
}

async function update(name: string, context: RestoreContext): Promise<Json> {
  const live = await context.aws.lambda.awaitIdle(name);
  if (!live || !context.goal) throw new StepbackError("AWS_NOT_FOUND", `The function ${name} does not exist any more.`);
  const patch = configurationPatch(context.goal.settings, functionSettings(live));
  const fields = Object.keys(patch);
  if (fields.length === 0) {
    context.note(`The configuration of ${name} is that of the backup: nothing to do.`);
    return { already: true };
  }
  await context.aws.lambda.updateConfiguration(name, patch, live.RevisionId ?? null);
  context.note(`Put ${fields.join(", ")} back.`);
  return { fields };
}
