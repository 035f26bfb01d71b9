import { type CapturedComponent, captured, componentId, splitResource } from "../domain/component/component.ts";
import { partOf } from "../domain/template/part.ts";
import type { TemplateState } from "../domain/template/template.ts";
import type { CachedReader, LiveStack } from "./cached-reader.ts";
import { actionBetween, type Kind, type PlanInput, refused, type StepPlan, unchanged } from "./kind.ts";
import { restoreStack } from "./stack/stack-actions.ts";
import { parameterValues } from "./stack/template-values.ts";
import { settingsDiff, verdictOf } from "./verdict.ts";

/**
 * One resource of a stack: its definition in the submitted template and everything that the definition refers to. It goes
 * back through CloudFormation only, spliced into the live template beside the other parts of its stack.
 */
export const stackResource: Kind = {
  name: "stack-resource",
  capture,
  diff: settingsDiff,
  plan,
  restore: restoreStack,
  async verify(reader, name, goal) {
    return verdictOf(this, await capture(reader, name), goal);
  },
};

async function capture(reader: CachedReader, name: string): Promise<CapturedComponent | null> {
  const { stack, logicalId } = splitResource(name);
  const read = await reader.getStack(stack);
  const state = read && liveTemplateState(read);
  const settings = state && partOf(state, { logicalId, take: "all" });
  if (!read || !settings) return null;
  const live = read.resources.find((resource) => resource.logicalId === logicalId);
  return captured(
    componentId("stack-resource", name),
    { settings, evidence: { status: live?.status ?? null }, artifacts: [] },
    { parent: componentId("stack", stack), physicalId: live?.physicalId ?? null },
  );
}

/** Null where the text cannot be parsed: such a stack goes back whole or not at all. */
export function liveTemplateState({ parsed, facts }: LiveStack): TemplateState | null {
  return parsed && { template: parsed, parameters: parameterValues(facts, parsed) };
}

/** Reached only where no change set brings it back. */
function plan(input: PlanInput): StepPlan {
  const action = actionBetween(input.goal, input.live);
  if (action === "unchanged") return unchanged();
  return refused({
    code: "STRATEGY_UNSUPPORTED",
    detail: `${componentId("stack-resource", input.name)} goes back through CloudFormation only: use the strategy auto or stack.`,
  });
}
