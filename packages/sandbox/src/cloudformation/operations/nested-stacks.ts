import { AwsError, type Shape } from "../../core/contract.ts";
import { deleteStack } from "../engine/deletion.ts";
import { applyUpdate, beginDeployment, createStack } from "../engine/deployment.ts";
import { now, setStackStatus } from "../engine/events.ts";
import { recordFailedUpdate } from "../engine/failure.ts";
import { Interrupted, isInterrupted, refuseInterrupted } from "../engine/interruption.ts";
import { undoUpdate } from "../engine/rollback.ts";
import { type Account, assign, type Blueprint, type ChangeSet, type Parent, type Site, type Stack } from "../model.ts";
import { planChanges } from "../plan/changes.ts";
import { type ExistingResource, type NestedStacks, type ResourceRequest, randomSuffix } from "../providers/provider.ts";
import { ResourceError } from "../providers/resource-error.ts";
import { mapOf, scalarText, type ValueMap } from "../template/value.ts";
import { checkUpdatable, findStack } from "./find-stack.ts";
import { makeObsolete, newStack } from "./stacks.ts";
import { consentedBlueprint, draftOf } from "./submission.ts";
import { templateOf } from "./template-source.ts";

/**
 * Implements nested stacks as resources of their parents. `accountOf` is a function because the account holds the
 * result.
 */
export function nestedStacks(accountOf: () => Account): NestedStacks {
  return {
    create: (wanted) => withResourceErrors(() => create(accountOf(), wanted)),
    update: (wanted, existing) => withResourceErrors(() => update(siteOf(accountOf(), existing), wanted)),
    delete: (existing) => remove(accountOf(), existing),
    settle: (existing) => settle(siteOf(accountOf(), existing)),
    attributes: (existing) => outputsOf(siteOf(accountOf(), existing)),
  };
}

/**
 * The stack that a resource of `parent` becomes: the one that a change set has prepared, or a new one that is not in
 * the account yet.
 */
export function stackFor(account: Account, parent: Stack, logicalId: string): Stack {
  const prepared = account.stacks.find(
    (stack) =>
      stack.parent?.stackId === parent.id &&
      stack.parent.logicalId === logicalId &&
      stack.status === "REVIEW_IN_PROGRESS",
  );
  if (prepared) return prepared;
  const family: Parent = { stackId: parent.id, rootId: parent.parent?.rootId ?? parent.id, logicalId };
  const suffix = randomSuffix(account.context);
  return newStack(account, `${parent.name}-${logicalId}-${suffix}`, family);
}

/**
 * What a nested stack should become, according to the resource's properties. If a change set was prepared for the
 * operation, its template counts and not what the URL returns by now. Throws ValidationError.
 */
export async function nestedDraft(
  site: Site,
  wanted: Pick<ResourceRequest, "properties" | "tags">,
  prepared?: ChangeSet,
): Promise<Blueprint> {
  const input = inputOf(wanted, parentOf(site));
  return await draftOf(site, prepared?.blueprint.template ?? (await templateOf(site.account, input)), input);
}

function inputOf({ properties, tags }: Pick<ResourceRequest, "properties" | "tags">, parent: Stack): Shape {
  const own = Array.isArray(properties["Tags"]) ? properties["Tags"].map(mapOf) : [];
  const inherited = Object.entries(tags).filter(([key]) => !key.startsWith("aws:"));
  const all = new Map([
    ...inherited,
    ...own.map(({ Key, Value }) => [scalarText(Key) ?? "", scalarText(Value) ?? ""] as const),
  ]);
  return {
    TemplateURL: scalarText(properties["TemplateURL"]),
    Parameters: Object.entries(mapOf(properties["Parameters"])).map(([ParameterKey, value]) => ({
      ParameterKey,
      ParameterValue: Array.isArray(value) ? value.map(scalarText).join(",") : scalarText(value),
    })),
    Tags: [...all].map(([Key, Value]) => ({ Key, Value })),
    Capabilities: [...(parent.blueprint?.capabilities ?? [])],
  };
}

async function create(account: Account, wanted: ResourceRequest): Promise<string> {
  const parent = stackOf(account, wanted.stackId);
  const stack = stackFor(account, parent, wanted.logicalId);
  const site = { account, stack };
  const blueprint = await consentedBlueprint(site, await nestedDraft(site, wanted, preparedSet(stack, parent)));
  if (!account.stacks.includes(stack)) account.stacks.push(stack);
  adoptOperation(site, parent);
  beginDeployment(site, blueprint, "CREATE_IN_PROGRESS");
  // The parent deletes what could not be created; the nested stack itself stops where it failed.
  stack.work = stack.work.then(() => createStack(site, "DO_NOTHING"));
  return stack.id;
}

async function update(site: Site, wanted: ResourceRequest): Promise<void> {
  const parent = parentOf(site);
  if (parent.status.startsWith("UPDATE_ROLLBACK")) await rollBackNested(site, parent);
  else await updateNested(site, parent, wanted);
}

/**
 * A stack in which nothing changes is left alone. One that changed waits for its parent, which may still be rolled
 * back.
 */
async function updateNested(site: Site, parent: Stack, wanted: ResourceRequest): Promise<void> {
  const { stack } = site;
  if (stack.recovery === null || stack.status !== "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS") checkUpdatable(stack);
  const blueprint = await consentedBlueprint(site, await nestedDraft(site, wanted, preparedSet(stack, parent)));
  const { changes, outputsChange } = planChanges(site, blueprint);
  if (changes.length === 0 && !outputsChange && stack.recovery === null) return;
  adoptOperation(site, parent);
  stack.updatedAt = now(site.account);
  beginDeployment(site, blueprint, "UPDATE_IN_PROGRESS");
  try {
    await applyUpdate(site);
  } catch (error) {
    recordFailedUpdate(site, error);
    if (error instanceof Interrupted || isInterrupted({ account: site.account, stack: parent })) {
      throw new Interrupted("update");
    }
    throw updateFailed(stack);
  }
}

async function rollBackNested(site: Site, parent: Stack): Promise<void> {
  const { stack } = site;
  if (!stack.recovery?.stable) return;
  stack.recovery.skip = parent.recovery?.skip ?? [];
  stack.currentToken = parent.currentToken;
  if (stack.status !== "UPDATE_ROLLBACK_IN_PROGRESS") setStackStatus(site, { status: "UPDATE_ROLLBACK_IN_PROGRESS" });
  if (!(await undoUpdate(site))) throw updateFailed(stack);
}

async function remove(account: Account, { physicalId }: ExistingResource): Promise<void> {
  const stack = findStack(account, physicalId);
  if (!stack || stack.status === "DELETE_COMPLETE") return;
  const formerStatus = stack.status;
  await stack.work;
  assign(stack, { deletedAt: now(account), changeSetId: undefined });
  makeObsolete(stack);
  setStackStatus({ account, stack }, { status: "DELETE_IN_PROGRESS" });
  await deleteStack({ account, stack }, { retain: [], formerStatus });
  if (stack.status !== "DELETE_COMPLETE") {
    throw new ResourceError(`Embedded stack ${stack.id} was not successfully deleted: ${stack.statusReason ?? ""}`);
  }
}

async function settle(site: Site): Promise<void> {
  const { account, stack } = site;
  await stack.work;
  if (stack.status !== "CREATE_FAILED") return;
  refuseInterrupted({ account, stack: parentOf(site) }, "creation");
  throw new ResourceError(`Embedded stack ${stack.id} was not successfully created: ${stack.statusReason ?? ""}`);
}

function outputsOf({ stack }: Site): ValueMap {
  return Object.fromEntries(stack.outputs.map(({ key, value }) => [`Outputs.${key}`, value]));
}

/** The nested stack adopts its parent's operation: the token, the settings and the set that was prepared for it. */
function adoptOperation({ stack }: Site, parent: Stack): void {
  const { disableRollback, roleArn, notificationArns } = parent.settings;
  assign(stack.settings, { disableRollback, roleArn, notificationArns });
  const prepared = preparedSet(stack, parent);
  makeObsolete(stack);
  if (prepared) {
    prepared.executionStatus = "EXECUTE_COMPLETE";
    stack.changeSets.splice(0, stack.changeSets.length, prepared);
  }
  assign(stack, { currentToken: parent.currentToken, changeSetId: prepared?.id });
}

function preparedSet(stack: Stack, parent: Stack): ChangeSet | undefined {
  return stack.changeSets.find(({ parents }) => parents !== undefined && parents.parentId === parent.changeSetId);
}

function updateFailed({ id, status, statusReason }: Stack): ResourceError {
  const reason = statusReason === undefined ? "" : ` with reason: ${statusReason}`;
  return new ResourceError(`Embedded stack ${id} was not successfully updated. Currently in ${status}${reason}`);
}

function siteOf(account: Account, { physicalId }: ExistingResource): Site {
  return { account, stack: stackOf(account, physicalId) };
}

function parentOf({ account, stack }: Site): Stack {
  return stackOf(account, stack.parent?.stackId ?? "");
}

function stackOf(account: Account, id: string): Stack {
  const stack = findStack(account, id);
  if (!stack) throw new ResourceError(`Stack [${id}] does not exist`);
  return stack;
}

/** An error of CloudFormation itself becomes the event's reason unchanged. */
async function withResourceErrors<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof AwsError ? new ResourceError(error.message) : error;
  }
}
