import type { ChangeSetRequest } from "../../aws/gateways/cloudformation.ts";
import { stackState } from "../../domain/component/states/stack.ts";
import { StepbackError } from "../../domain/errors.ts";
import { type Json, sameJson } from "../../domain/json.ts";
import type { Action } from "../../domain/plan/plan.ts";
import { ALLOWS_EVERYTHING, readStackPolicy } from "../../domain/stack/stack-policy.ts";
import { isNoEcho } from "../../domain/template/no-echo.ts";
import { alreadyDone, missingStack, requiredGoal } from "../action-handlers.ts";
import type { RestoreContext } from "../kind.ts";
import { valueOrThrow } from "../lambda/facet.ts";
import type { ChangeSetPlan } from "./make-change-set.ts";
import { orphansOf, runChangeSet, whyFailed } from "./run-change-set.ts";

export async function createStack(action: Action, context: RestoreContext): Promise<Json> {
  return runChangeSet(action.name, submissionPlan("CREATE", action, context), context);
}

/** Also updates to the goal of a bridge. */
export async function updateStack(action: Action, context: RestoreContext): Promise<Json> {
  return runChangeSet(action.name, submissionPlan("UPDATE", action, context), context);
}

export function submissionPlan(type: "CREATE" | "UPDATE", action: Action, context: RestoreContext): ChangeSetPlan {
  const request = async () =>
    changeSetRequest({ type, parameters: await valuesOf(type, action, context) }, action, context);
  const template = async () => stackState(requiredGoal(context)).settings.template;
  return { creates: type === "CREATE", request, template, gate: () => {} };
}

/**
 * The values to submit. One that nobody can read is the present one of the stack; where it has none, it is left out and
 * CloudFormation takes the template's default, since it refuses to use a previous value that there is not.
 */
async function valuesOf(
  type: "CREATE" | "UPDATE",
  { name }: Action,
  context: RestoreContext,
): Promise<Record<string, string | null>> {
  const parameters = Object.entries(stackState(requiredGoal(context)).settings.parameters);
  const needsPresent = type === "UPDATE" && parameters.some(([, value]) => isNoEcho(value));
  const live = needsPresent ? await context.aws.cloudFormation.getStack(name) : null;
  const present = new Set(live?.parameters.map(({ key }) => key));
  const known = parameters.filter(([key, value]) => !isNoEcho(value) || present.has(key));
  return Object.fromEntries(known.map(([key, value]) => [key, isNoEcho(value) ? null : String(value)]));
}

function changeSetRequest(
  { type, parameters }: Pick<ChangeSetRequest, "type" | "parameters">,
  { name, importing = [] }: Action,
  context: RestoreContext,
): ChangeSetRequest {
  const { settings, evidence } = stackState(requiredGoal(context));
  return {
    stack: name,
    name: context.token,
    type,
    template: settings.template,
    parameters,
    tags: settings.tags,
    capabilities: evidence.capabilities,
    roleArn: evidence.roleArn,
    notificationArns: evidence.notificationArns,
    rollbackTriggers: evidence.rollbackTriggers,
    importExisting: importing.length > 0,
  };
}

/** Continues the stack's own failed rollback (facts E1). Throws AWS_REJECTED if it fails again. */
export async function continueRollback({ name, skip = [] }: Action, context: RestoreContext): Promise<Json> {
  const { cloudFormation } = context.aws;
  const live = await cloudFormation.getStack(name);
  if (!live) throw missingStack(name);
  if (live.status === "UPDATE_ROLLBACK_FAILED") {
    await cloudFormation.continueUpdateRollback(live.stackId, skip, context.token);
    context.note(`The rollback of ${name} continues${skip.length > 0 ? `, without ${skip.join(", ")}` : ""}.`);
  }
  const ended = await cloudFormation.awaitStack(live.stackId);
  if (ended.status === "UPDATE_ROLLBACK_FAILED") {
    const why = await whyFailed(ended, context);
    throw new StepbackError("AWS_REJECTED", `The rollback of ${name} has failed again: ${why}`);
  }
  context.note(`The stack ${name} is in ${ended.status}.`);
  return { status: ended.status };
}

export async function deleteStack({ name }: Action, context: RestoreContext): Promise<Json> {
  const { cloudFormation } = context.aws;
  const live = await cloudFormation.getStack(name);
  if (!live) return alreadyDone(context, `The stack ${name} does not exist`);
  if (!live.status.endsWith("_IN_PROGRESS")) await cloudFormation.deleteStack(live.stackId, context.token);
  const ended = await cloudFormation.awaitStack(live.stackId);
  if (ended.status !== "DELETE_COMPLETE") {
    throw new StepbackError(
      "AWS_REJECTED",
      `The stack ${name} ended in ${ended.status}: ${await whyFailed(ended, context)}`,
    );
  }
  context.note(`Deleted the stack ${name}.`);
  const orphans = await orphansOf({ stackId: live.stackId, name }, context);
  return orphans.length > 0 ? { deleted: true, orphans } : { deleted: true };
}

/** A policy cannot be removed. One that allows everything replaces it, and is captured as none. */
export async function putStackPolicy({ name }: Action, context: RestoreContext): Promise<Json> {
  const wanted = stackState(requiredGoal(context)).settings.policy ?? null;
  const live = valueOrThrow(await context.aws.cloudFormation.getStackPolicy(name));
  if (sameJson(readStackPolicy(live), wanted)) return { already: true };
  const policy = wanted ?? ALLOWS_EVERYTHING;
  await context.aws.cloudFormation.putStackPolicy(name, typeof policy === "string" ? policy : JSON.stringify(policy));
  context.note(
    wanted === null
      ? `The stack ${name} had no policy, and AWS cannot remove one: now it has a policy that allows every update.`
      : `Restored the policy of the stack ${name}.`,
  );
  return { put: true };
}

export async function putTerminationProtection({ name }: Action, context: RestoreContext): Promise<Json> {
  const wanted = stackState(requiredGoal(context)).settings.terminationProtection;
  const live = await context.aws.cloudFormation.getStack(name);
  if (live?.terminationProtection === wanted) return { already: true };
  await context.aws.cloudFormation.putTerminationProtection(name, wanted);
  context.note(`Turned the termination protection of ${name} ${wanted ? "on" : "off"}.`);
  return { put: true };
}
