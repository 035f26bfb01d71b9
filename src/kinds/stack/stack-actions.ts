import type { ChangeSetRequest } from "../../aws/gateways/cloudformation.ts";
import { type ComponentState, componentId } from "../../domain/component/component.ts";
import { StepbackError } from "../../domain/errors.ts";
import { asObject, type Json, sameJson } from "../../domain/json.ts";
import type { Action } from "../../domain/plan/plan.ts";
import { ALLOWS_EVERYTHING, readStackPolicy } from "../../domain/stack/stack-policy.ts";
import { isNoEcho } from "../../domain/template/secrets.ts";
import type { RestoreContext } from "../kind.ts";
import { makeRoom } from "./intermediate-version.ts";
import { putCodeObjects } from "./put-code-objects.ts";
import { orphansOf, runChangeSet, whyFailed } from "./run-change-set.ts";
import { spliceStack } from "./splice-stack.ts";

/** The actions on stacks, of whole ones and of their parts. Each looks first whether it already is so. */
export async function restoreStack(action: Action, context: RestoreContext): Promise<Json> {
  switch (action.do) {
    case "put-code-objects":
      return putCodeObjects(action, stackGoal(action.name, context), context);
    case "continue-update-rollback":
      return continueRollback(action, context);
    case "make-room-for-version":
      return makeRoom(action.name, context);
    case "create-stack":
      return submit("CREATE", action, context);
    case "update-stack":
    case "bridge-stack":
      return submit("UPDATE", action, context);
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

function submit(type: "CREATE" | "UPDATE", action: Action, context: RestoreContext): Promise<Json> {
  const request = async () => changeSetRequest(type, action, context);
  return runChangeSet(action.name, { request, gate: () => {} }, context);
}

function changeSetRequest(
  type: "CREATE" | "UPDATE",
  { name, importing = [] }: Action,
  context: RestoreContext,
): ChangeSetRequest {
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
    importExisting: importing.length > 0,
  };
}

/** Lets the stack's own failed rollback go on (facts E1). Where this very try has failed already, it says so. */
async function continueRollback({ name, skip = [] }: Action, context: RestoreContext): Promise<Json> {
  const { cloudFormation } = context.aws;
  const live = await cloudFormation.getStack(name);
  if (!live) throw new StepbackError("AWS_NOT_FOUND", `The stack ${name} does not exist any more.`);
  if (live.status === "UPDATE_ROLLBACK_FAILED") {
    await cloudFormation.continueUpdateRollback(live.stackId, skip, context.token);
    context.note(`The rollback of ${name} goes on${skip.length > 0 ? `, without ${skip.join(", ")}` : ""}.`);
  }
  const ended = await cloudFormation.awaitStack(live.stackId);
  if (ended.status === "UPDATE_ROLLBACK_FAILED") {
    const why = await whyFailed(ended, context);
    throw new StepbackError("AWS_REJECTED", `The rollback of ${name} has failed again: ${why}`);
  }
  context.note(`The stack ${name} is in ${ended.status}.`);
  return { status: ended.status };
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
  context.note(`Deleted the stack ${name}.`);
  const orphans = await orphansOf({ stackId: live.stackId, name }, context);
  return orphans.length > 0 ? { deleted: true, orphans } : { deleted: true };
}

/** No policy is reached by one that denies nothing: both read as none. */
async function putPolicy(name: string, context: RestoreContext): Promise<Json> {
  const wanted = goalOf(context).settings["policy"] ?? null;
  const live = await context.aws.cloudFormation.getStackPolicy(name);
  if (sameJson(readStackPolicy(live), wanted)) return { already: true };
  const policy = wanted ?? ALLOWS_EVERYTHING;
  await context.aws.cloudFormation.putStackPolicy(name, typeof policy === "string" ? policy : JSON.stringify(policy));
  context.note(
    wanted === null
      ? `The stack ${name} had no policy, and AWS takes none off: it has one now that allows every update.`
      : `Put the policy of the stack ${name} back.`,
  );
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
