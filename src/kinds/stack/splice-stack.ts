import type { ChangeSetRequest, StackFacts } from "../../aws/gateways/cloudformation.ts";
import { type ComponentState, componentId } from "../../domain/component/component.ts";
import { stackState } from "../../domain/component/states/stack.ts";
import { StepbackError } from "../../domain/errors.ts";
import { digestOf, type Json } from "../../domain/json.ts";
import type { Action } from "../../domain/plan/plan.ts";
import type { Effect } from "../../domain/stack/change-causes.ts";
import type { CodeMove } from "../../domain/template/code-relocation.ts";
import { isDependent, isOfPicked } from "../../domain/template/splice/affected-resources.ts";
import { relocate } from "../../domain/template/splice/relocate.ts";
import type { AffectedResources, Spliced } from "../../domain/template/splice/request.ts";
import { outputsAtStake, splice } from "../../domain/template/splice/splice.ts";
import { readTemplateText } from "../../domain/template/splice/template-text.ts";
import { parseTemplate } from "../../domain/template/template.ts";
import { missingStack } from "../action-handlers.ts";
import type { RestoreContext } from "../kind.ts";
import type { ChangeSetPlan } from "./make-change-set.ts";
import { runChangeSet } from "./run-change-set.ts";
import { parameterValues } from "./template-values.ts";

/**
 * Splices parts of the backup's template into the live template and updates the stack to the result. Everything else keeps
 * its text and its parameter values, and a change set that would touch anything else is not run. Idempotent by the name of
 * the change set. Throws PLAN_STALE if the live template has changed since the plan was made.
 */
export async function spliceStack(action: Action, context: RestoreContext): Promise<Json> {
  return runChangeSet(action.name, splicePlan(action, context), context);
}

export function splicePlan(action: Action, context: RestoreContext): ChangeSetPlan {
  const { name, importing = [] } = action;
  let spliced: Promise<{ result: Spliced; facts: StackFacts }> | null = null;
  const prepare = () => {
    spliced ??= prepareSplice(action, context);
    return spliced;
  };
  return {
    creates: false,
    request: async () => {
      const { result, facts } = await prepare();
      return { ...changeSetRequest(name, { result, facts }, context), importExisting: importing.length > 0 };
    },
    template: async () => (await prepare()).result.template,
    gate: async (effects) => refuseWider(name, effects, (await prepare()).result),
  };
}

async function prepareSplice({ name, parts = [], into, moves = [] }: Action, context: RestoreContext) {
  const { cloudFormation } = context.aws;
  const facts = await cloudFormation.getStack(name);
  const backup = context.goalOf(componentId("stack", name));
  if (!facts || !backup) throw missingStack(name);
  const template = await cloudFormation.getTemplate(facts.stackId);
  if (digestOf(template) !== into)
    throw new StepbackError("PLAN_STALE", `The template of ${name} has changed since the plan was made.`);
  const request = {
    current: { template: readTemplateText(template), parameters: parameterValues(facts, parseTemplate(template)) },
    backup: relocatedBackup(backup, moves),
    parts,
  };
  const atStake = outputsAtStake(request);
  const exported = facts.outputs.filter(({ key, exportName }) => exportName !== null && atStake.includes(key));
  const imported = await Promise.all(exported.map(({ exportName }) => cloudFormation.listImporters(exportName ?? "")));
  const unimportedOutputs = exported.flatMap(({ key }, index) => (imported[index]?.length ? [] : [key]));
  const result = splice({ ...request, unimportedOutputs });
  if (result.outcome === "refused")
    throw new StepbackError("PLAN_STALE", result.refusals.map(({ detail }) => detail).join(" "));
  return { result, facts };
}

/** The backup's template as it was planned: some references name the staging bucket. */
function relocatedBackup(backup: ComponentState, moves: readonly CodeMove[]) {
  const { template, parameters } = stackState(backup).settings;
  const relocated = relocate(template, moves);
  if ("refusal" in relocated) throw new StepbackError("PLAN_STALE", `A reference cannot move: ${relocated.refusal}.`);
  return {
    template: readTemplateText(relocated.template),
    parameters,
  };
}

/** Everything but the template stays as it is: changed tags of the stack would modify every resource (facts F3, rule 5). */
function changeSetRequest(
  name: string,
  { result, facts }: { result: Spliced; facts: StackFacts },
  { token }: RestoreContext,
): Omit<ChangeSetRequest, "importExisting"> {
  return {
    stack: name,
    name: token,
    type: "UPDATE",
    template: result.template,
    parameters: result.parameters,
    tags: facts.tags,
    capabilities: facts.capabilities,
    roleArn: facts.roleArn,
    notificationArns: facts.notificationArns,
    rollbackTriggers: facts.rollbackTriggers,
  };
}

/** The last check (facts F3, rule 10): only picked resources change, and others follow from them without being replaced. */
function refuseWider(name: string, effects: readonly Effect[], { affected }: Spliced): void {
  const wider = effects.filter((effect) => !isPlanned(effect, affected));
  if (wider.length === 0) return;
  const named = wider.map(({ change: { action, logicalId, type } }) => `${action} ${logicalId} (${type})`).join(", ");
  const advice = `Pick stack:${name} instead, which brings back everything in it.`;
  throw new StepbackError(
    "CHANGE_SET_WIDER",
    `The change set of ${name} was not run, because it would also ${named}. ${advice}`,
  );
}

function isPlanned({ change, changes, replaced, onlyFollows }: Effect, affected: AffectedResources): boolean {
  if (isOfPicked(change.logicalId, affected)) return true;
  if (change.action !== "Modify" || replaced !== "no") return false;
  return changes === "no" || (onlyFollows && isDependent(change.logicalId, affected));
}
