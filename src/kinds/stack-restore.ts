import type { ChangeSet, ChangeSetRequest, ResourceChange, StackFacts } from "../aws/gateways.ts";
import type { ComponentState } from "../domain/component.ts";
import { StepbackError } from "../domain/errors.ts";
import { asObject, asObjects, type Json, sameJson } from "../domain/json.ts";
import type { Action } from "../domain/plan.ts";
import { isNoEcho } from "../domain/secrets.ts";
import { holdsData } from "../domain/stateful.ts";
import type { RestoreContext } from "./kind.ts";

/** The actions of the kind `stack`. Each looks first whether it already is so. */
export async function restoreStack(action: Action, context: RestoreContext): Promise<Json> {
  switch (action.do) {
    case "put-code-objects":
      return putCodeObjects(context);
    case "create-stack":
      return submit("CREATE", action.name, context);
    case "update-stack":
    case "bridge-stack":
      return submit("UPDATE", action.name, context);
    case "delete-stack":
      return remove(action.name, context);
    case "put-stack-policy":
      return putPolicy(action.name, context);
    default:
      return putTerminationProtection(action.name, context);
  }
}

/** Puts back what the template names and the bucket has lost since (P4). What stands under a key is never overwritten. */
async function putCodeObjects(context: RestoreContext): Promise<Json> {
  const restored: string[] = [];
  for (const object of asObjects(goalOf(context).evidence["codeObjects"])) {
    const [bucket, key] = [String(object["bucket"]), String(object["key"])];
    const version = typeof object["version"] === "string" ? object["version"] : undefined;
    const [digest, sizeBytes] = [object["digest"], Number(object["sizeBytes"])];
    if (typeof digest !== "string" || (await context.aws.objects.head(bucket, key, version))) continue;
    await context.aws.objects.put(bucket, key, { sizeBytes, open: () => context.artifacts.open(digest) });
    context.note(`Put the lost object ${key} back into the bucket ${bucket}.`);
    restored.push(`${bucket}/${key}`);
  }
  return { restored };
}

/** By a change set that is looked at before it runs. Its name is the token, so that a second try finds the first one. */
async function submit(type: "CREATE" | "UPDATE", name: string, context: RestoreContext): Promise<Json> {
  const { cloudFormation } = context.aws;
  const existing = await cloudFormation.getChangeSet(name, context.token);
  if (!existing) await cloudFormation.createChangeSet(changeSetRequest(type, name, context));
  const changeSet = await cloudFormation.awaitChangeSet(name, context.token);
  if (changeSet.status === "empty") return dropEmpty(name, context);
  if (changeSet.status === "failed") {
    throw new StepbackError(
      "AWS_REJECTED",
      `CloudFormation cannot make the change set for ${name}: ${changeSet.reason}`,
    );
  }
  if (!changeSet.executed) await execute(name, changeSet, context);
  return settleStack(changeSet.stackId, name, context);
}

async function dropEmpty(name: string, context: RestoreContext): Promise<Json> {
  await context.aws.cloudFormation.deleteChangeSet(name, context.token);
  context.note(
    `The template, the parameters and the tags of ${name} are those of the backup: the change set is empty.`,
  );
  return { changes: 0 };
}

async function execute(name: string, changeSet: ChangeSet, context: RestoreContext): Promise<void> {
  const losing = changeSet.changes.filter(losesData);
  if (losing.length > 0 && !context.allowDestructive) {
    await context.aws.cloudFormation.deleteChangeSet(name, context.token);
    const named = losing.map(
      (change) => `${change.logicalId} (${change.type}): ${change.action}, replacement ${change.replacement ?? "none"}`,
    );
    throw new StepbackError("DESTRUCTIVE", `The change set of ${name} was not run; it would lose ${named.join("; ")}.`);
  }
  const counted = changeSet.changes.map(({ action, logicalId }) => `${action} ${logicalId}`);
  context.note(`Running the change set of ${name}: ${counted.join(", ") || "outputs only"}.`);
  await context.aws.cloudFormation.executeChangeSet(name, context.token, context.token);
}

/** What the gate stops without consent (facts E2, step 4). */
function losesData({ action, replacement, type, policyAction }: ResourceChange): boolean {
  if (!holdsData(type) || policyAction === "Retain") return false;
  return action === "Remove" || replacement === "True" || replacement === "Conditional";
}

async function settleStack(stackId: string, name: string, context: RestoreContext): Promise<Json> {
  const facts = await context.aws.cloudFormation.awaitStack(stackId);
  if (facts.status === "UPDATE_COMPLETE" || facts.status === "CREATE_COMPLETE") {
    context.note(`The stack ${name} is in ${facts.status}.`);
    return { status: facts.status };
  }
  throw new StepbackError(
    "AWS_REJECTED",
    `The stack ${name} ended in ${facts.status}: ${await whyFailed(facts, context)}`,
  );
}

/** The first failures of this very operation: its events carry the token. Later ones are only their consequence. */
async function whyFailed(facts: StackFacts, { aws, token }: RestoreContext): Promise<string> {
  const events = await aws.cloudFormation.listEvents(facts.stackId, null);
  const failed = events.filter((event) => event.token === token && event.status.endsWith("_FAILED") && event.reason);
  const first = failed.slice(-3).reverse();
  return (
    first.map((event) => `${event.logicalId}: ${event.reason}`).join("; ") ||
    (facts.statusReason ?? "no reason was given")
  );
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

function parse(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}
