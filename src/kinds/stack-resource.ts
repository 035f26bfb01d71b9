import { type CapturedComponent, captured, componentId, splitResource } from "../domain/component/component.ts";
import type { stackResourceState } from "../domain/component/states/stack-resource.ts";
import { holdsNothing } from "../domain/stack/status.ts";
import { partOf } from "../domain/template/part.ts";
import type { TemplateState } from "../domain/template/template.ts";
import { restoreBy } from "./action-handlers.ts";
import type { CachedReader, LiveStack } from "./cached-reader.ts";
import type { EvidenceOf } from "./captured-state.ts";
import { compareWithGoal, templateSettingsDiff } from "./comparison.ts";
import { actionBetween, type Kind, type PlanInput, refused, type StepPlan, unchanged } from "./kind.ts";
import { parameterValues } from "./stack/template-values.ts";

/**
 * One resource of a stack: its definition in the submitted template and everything that the definition refers to. Only
 * CloudFormation restores it, spliced into the live template together with the other parts of its stack, so all actions
 * are those of the kind `stack`.
 */
export const stackResource: Kind = {
  name: "stack-resource",
  capture,
  diff: templateSettingsDiff,
  plan,
  restore: restoreBy({}),
  async verify(reader, name, goal) {
    return compareWithGoal(this, await capture(reader, name), goal);
  },
};

/** Null for a resource that the template defines, too, where its stack could not be created and holds nothing. */
async function capture(reader: CachedReader, name: string): Promise<CapturedComponent | null> {
  const { stack, logicalId } = splitResource(name);
  const read = await reader.getStack(stack);
  if (read && holdsNothing(read.facts.status)) return null;
  const state = read && liveTemplateState(read);
  const settings = state && partOf(state, { logicalId, take: "all" });
  if (!read || !settings) return null;
  const live = read.resources.find((resource) => resource.logicalId === logicalId);
  const evidence: EvidenceOf<typeof stackResourceState> = { status: live?.status ?? null };
  return captured(
    componentId("stack-resource", name),
    { settings, evidence, artifacts: [] },
    { parent: componentId("stack", stack), physicalId: live?.physicalId ?? null },
  );
}

/** Null if the text cannot be parsed: such a stack can only be restored as a whole. */
function liveTemplateState({ parsed, facts }: LiveStack): TemplateState | null {
  return parsed && { template: parsed, parameters: parameterValues(facts, parsed) };
}

/** Called only if no change set restores it. */
function plan(input: PlanInput): StepPlan {
  const action = actionBetween(input.goal, input.live);
  if (action === "unchanged") return unchanged();
  return refused({
    code: "STRATEGY_UNSUPPORTED",
    detail: `${componentId("stack-resource", input.name)} can only be restored through CloudFormation: use \`strategy: auto\` or \`strategy: stack\`.`,
  });
}
