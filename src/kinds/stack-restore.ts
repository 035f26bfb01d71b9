import type { ChangeSetRequest } from "../aws/gateways.ts";
import { type ComponentState, componentId } from "../domain/component.ts";
import { StepbackError } from "../domain/errors.ts";
import { asObject, type Json, sameJson } from "../domain/json.ts";
import type { Action } from "../domain/plan.ts";
import { isNoEcho } from "../domain/secrets.ts";
import { runChangeSet, whyFailed } from "./change-set-run.ts";
import { putCodeObjects } from "./code-return.ts";
import type { RestoreContext } from "./kind.ts";
import { spliceStack } from "./stack-splice.ts";

/** The actions on stacks, of whole ones and of their parts. Each looks first whether it already is so. */
export async function restoreStack(action: Action, context: RestoreContext): Promise<Json> {
  switch (action.do) {
    case "put-code-objects":
      return putCodeObjects(action, action.parts ? stackGoal(action.name, context) : goalOf(context), context);
    case "create-stack":
      return submit("CREATE", action.name, context);
    case "update-stack":
    case "bridge-stack":
      return submit("UPDATE", action.name, context);
    case "splice-stack":
      return spliceStack(action, context);
    case "delete-stack":
      return remove(action.name, context);
    case "put-stack-policy":
      return putPolicy(action.name, context);
    default:
      return putTerminationProtection(action.name, context);
  }
}

function submit(type: "CREATE" | "UPDATE", name: string, context: RestoreContext): Promise<Json> {
  const request = async () => changeSetRequest(type, name, context);
  return runChangeSet(name, { request, gate: () => {} }, context);
}

function changeSetRequest(type: "CREATE" | "UPDATE", name: string, context: RestoreContext): ChangeSetRequest {
  const { settings, evidence } = goalOf(context);
  const parameters = Object.entries(asObject(settings["parameters"]));
  const known = type === "UPDATE" ? parameters : parameters.filter(([, value]) => !isNoEcho(value));
  return {
    stack: name,
    name: context.token,
    type,
    template: String(settings["template"]),
    parameters: Object.fromEntries(known.map(([key, value]) => [key, isNoEcho(value) ? null : String(value)])),
    tags: asObject(settings["tags"]) as Record<string, string>,
    capabilities: (evidence["capabilities"] ?? []) as string[],
    roleArn: (evidence["roleArn"] ?? null) as string | null,
    notificationArns: (evidence["notificationArns"] ?? []) as string[],
    rollbackTriggers: asObject(evidence["rollbackTriggers"]),
  };
}

async function remove(name: string, context: RestoreContext): Promise<Json> {
  const { cloudFormation } = context.aws;
  const live = await cloudFormation.getStack(name);
  if (!live) {
    context.note(`The stack ${name} is gone: nothing to do.`);
    return { already: true };
  }
  if (!live.status.endsWith("_IN_PROGRESS")) await cloudFormation.deleteStack(live.stackId, context.token);
  const ended = await cloudFormation.awaitStack(live.stackId);
  if (ended.status !== "DELETE_COMPLETE") {
    throw new StepbackError(
      "AWS_REJECTED",
      `The stack ${name} ended in ${ended.status}: ${await whyFailed(ended, context)}`,
    );
  }
  context.note(`Deleted the stack ${name}, which the deployment had created.`);
  return { deleted: true };
}

async function putPolicy(name: string, context: RestoreContext): Promise<Json> {
  const wanted = goalOf(context).settings["policy"] ?? null;
  const text = typeof wanted === "string" ? wanted : JSON.stringify(wanted);
  const live = await context.aws.cloudFormation.getStackPolicy(name);
  if (live !== null && sameJson(parse(live), parse(text))) return { already: true };
  await context.aws.cloudFormation.putStackPolicy(name, text);
  context.note(`Put the policy of the stack ${name} back.`);
  return { put: true };
}

async function putTerminationProtection(name: string, context: RestoreContext): Promise<Json> {
  const wanted = goalOf(context).settings["terminationProtection"] === true;
  const live = await context.aws.cloudFormation.getStack(name);
  if (live?.terminationProtection === wanted) return { already: true };
  await context.aws.cloudFormation.putTerminationProtection(name, wanted);
  context.note(`Turned the termination protection of ${name} ${wanted ? "on" : "off"}.`);
  return { put: true };
}

function goalOf({ goal }: RestoreContext): ComponentState {
  if (!goal) throw new StepbackError("INTERNAL", "A stack action without a goal.");
  return goal;
}

/** The stack's own state in the backup, where only parts of it go back. */
function stackGoal(name: string, context: RestoreContext): ComponentState {
  return goalOf({ ...context, goal: context.goalOf(componentId("stack", name)) });
}

function parse(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}
