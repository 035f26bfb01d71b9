import { AwsError, type Shape } from "../../core/contract.ts";
import { defined, optionalFlag, optionalText } from "../../core/shape.ts";
import { runInBackground } from "../engine/background.ts";
import { beginDeployment, createStack, updateStack } from "../engine/deployment.ts";
import { now } from "../engine/events.ts";
import { importStack } from "../engine/import-stack.ts";
import { type Account, assign, type ChangeSet, type Site, type Stack } from "../model.ts";
import { validationError } from "../template/parse.ts";
import { isUnprocessed } from "../template/template.ts";
import { changeSetShape, changeSetSummary } from "./change-set-shapes.ts";
import { addChangeSet, computeChangeSet } from "./compute-change-set.ts";
import { checkStackName, checkUpdatable, findStack, MISSING, stackAt, useToken } from "./find-stack.ts";
import { submittedImports } from "./imports.ts";
import { pageByToken, requiredText } from "./input.ts";
import { removeNestedSets } from "./nested-sets.ts";
import { newStack } from "./stacks.ts";
import { draftBlueprint, finishedBlueprint, submittedSettings } from "./submission.ts";

/**
 * The response comes immediately and the set is computed afterwards; faults of the request itself are rejected here.
 */
export async function createChangeSet(account: Account, input: Shape): Promise<Shape> {
  const name = requiredText(input, "ChangeSetName");
  refuseUnsupported(input);
  const before = siteForChangeSet(account, input, name);
  const draft = await draftBlueprint(before, input);
  // A template with a transform is checked later, where a fault fails the set; any other is rejected immediately.
  const blueprint = isUnprocessed(draft.template) ? draft : await finishedBlueprint(before, draft);
  const settings = await submittedSettings(account, input);
  // Looked up again because another request may have come while the template was read from S3.
  const site = siteForChangeSet(account, input, name);
  const { stack } = site;
  if (stack.changeSets.some((set) => set.name === name && set.executionStatus !== "EXECUTE_COMPLETE")) {
    throw new AwsError("AlreadyExistsException", `ChangeSet ${name} already exists`, 400);
  }
  if (!account.stacks.includes(stack)) account.stacks.push(stack);
  const imports = typeOf(input) === "IMPORT" ? submittedImports(blueprint, input) : blueprint.imports;
  const set = addChangeSet(
    site,
    { ...blueprint, imports },
    {
      name,
      type: typeOf(input),
      description: optionalText(input, "Description"),
      onStackFailure: optionalText(input, "OnStackFailure"),
      settings,
      includeNested: optionalFlag(input, "IncludeNestedStacks") ?? false,
      importExisting: optionalFlag(input, "ImportExistingResources") ?? false,
      validated: !optionalFlag(input, "DisableValidation"),
    },
  );
  runInBackground(site, () => computeChangeSet(site, set));
  return { Id: set.id, StackId: stack.id };
}

export async function describeChangeSet(account: Account, input: Shape): Promise<Shape> {
  const { stack, set } = changeSetAt(account, input);
  const { items, NextToken } = pageByToken(set.changes, input);
  const withValues = optionalFlag(input, "IncludePropertyValues") ?? false;
  return defined({ ...changeSetShape(stack, set, { changes: items, withValues }), NextToken });
}

/** Executed sets are not listed, though they can be described. */
export async function listChangeSets(account: Account, input: Shape): Promise<Shape> {
  const { stack } = stackAt(account, requiredText(input, "StackName"), MISSING.inBrackets);
  const pending = stack.changeSets.filter(({ executionStatus }) => !executionStatus.startsWith("EXECUTE_"));
  const { items, NextToken } = pageByToken(pending, input);
  return defined({ Summaries: items.map((set) => changeSetSummary(stack, set)), NextToken });
}

export async function deleteChangeSet(account: Account, input: Shape): Promise<Shape> {
  const name = requiredText(input, "ChangeSetName");
  const stack = stackOfChangeSet(account, input);
  const index = stack?.changeSets.findIndex((set) => set.id === name || set.name === name) ?? -1;
  const set = stack?.changeSets[index];
  if (set?.executionStatus === "EXECUTE_IN_PROGRESS") throw invalidStatus(set, "deleted");
  if (set) removeNestedSets(account, set);
  if (index >= 0) stack?.changeSets.splice(index, 1);
  return {};
}

/** Executes a set. The stack's other sets are removed: they were computed for a state that no longer exists. */
export async function executeChangeSet(account: Account, input: Shape): Promise<Shape> {
  const { stack, set } = changeSetAt(account, input);
  const token = optionalText(input, "ClientRequestToken");
  if (token !== undefined && stack.tokens.has(token)) useToken(stack, token);
  if (set.parents) throw validationError(`ChangeSet [${set.id}] is nested: execute its root ${set.parents.rootId}`);
  if (set.status !== "CREATE_COMPLETE" || set.executionStatus !== "AVAILABLE") throw invalidStatus(set, "executed");
  if (stack.status !== "REVIEW_IN_PROGRESS") checkUpdatable(stack);
  useToken(stack, token);
  const others = stack.changeSets.splice(0, stack.changeSets.length, set).filter((other) => other !== set);
  for (const other of others) removeNestedSets(account, other);
  set.executionStatus = "EXECUTE_IN_PROGRESS";
  const disableRollback = optionalFlag(input, "DisableRollback") ?? set.onStackFailure === "DO_NOTHING";
  assign(stack.settings, set.settings, { disableRollback });
  assign(stack, { changeSetId: set.id, updatedAt: now(account) });
  const site = { account, stack };
  beginDeployment(site, set.blueprint, `${set.type}_IN_PROGRESS`);
  runInBackground(site, () => execute(site, set));
  return {};
}

/** The set that a request names by its id, or by its name and stack. Throws ValidationError or ChangeSetNotFound. */
export function changeSetAt(account: Account, input: Shape): { stack: Stack; set: ChangeSet } {
  const name = requiredText(input, "ChangeSetName");
  const stack = stackOfChangeSet(account, input);
  const set = stack?.changeSets.find((candidate) => candidate.id === name || candidate.name === name);
  if (!stack || !set) throw new AwsError("ChangeSetNotFound", `ChangeSet [${name}] does not exist`, 404);
  return { stack, set };
}

/** Undefined if no stack has the set. */
function stackOfChangeSet(account: Account, input: Shape): Stack | undefined {
  const name = requiredText(input, "ChangeSetName");
  if (name.startsWith("arn:")) return account.stacks.find(({ changeSets }) => changeSets.some(({ id }) => id === name));
  const stackName = optionalText(input, "StackName");
  if (!stackName) throw validationError("StackName must be specified if ChangeSetName is not specified as an ARN.");
  return stackAt(account, stackName, MISSING.inBrackets).stack;
}

function typeOf(input: Shape): ChangeSet["type"] {
  const type = optionalText(input, "ChangeSetType") ?? "UPDATE";
  if (type === "CREATE" || type === "IMPORT" || type === "UPDATE") return type;
  throw validationError(`Change sets of type ${type} are not supported by the sandbox`);
}

/** An option that would change the outcome must not be ignored silently. */
function refuseUnsupported(input: Shape): void {
  typeOf(input);
  const mode = optionalText(input, "DeploymentMode");
  if (mode) throw validationError(`DeploymentMode ${mode} is not supported by the sandbox`);
}

/** A CREATE or IMPORT set creates its stack as a shell in review, unless one in review exists already. */
function siteForChangeSet(account: Account, input: Shape, setName: string): Site {
  const name = requiredText(input, "StackName");
  checkStackName(name);
  const known = findStack(account, name);
  if (typeOf(input) === "UPDATE" || (typeOf(input) === "IMPORT" && known && known.status !== "REVIEW_IN_PROGRESS")) {
    const site = stackAt(account, name, MISSING.inBrackets);
    checkUpdatable(site.stack);
    return site;
  }
  if (known && known.status !== "REVIEW_IN_PROGRESS") {
    throw validationError(
      `Stack [${name}] already exists and cannot be created again with the changeSet [${setName}].`,
    );
  }
  return { account, stack: known ?? newStack(account, name) };
}

async function execute(site: Site, set: ChangeSet): Promise<void> {
  if (set.type === "CREATE") await createStack(site, set.onStackFailure === "DELETE" ? "DELETE" : "ROLLBACK");
  else if (set.type === "IMPORT") await importStack(site);
  else await updateStack(site);
  const complete = /^(CREATE|IMPORT|UPDATE)_COMPLETE$/.test(site.stack.status);
  set.executionStatus = complete ? "EXECUTE_COMPLETE" : "EXECUTE_FAILED";
}

function invalidStatus(set: ChangeSet, verb: string): AwsError {
  const status =
    set.status === "CREATE_COMPLETE" ? `execution status of [${set.executionStatus}]` : `status of [${set.status}]`;
  return new AwsError(
    "InvalidChangeSetStatus",
    `ChangeSet [${set.id}] cannot be ${verb} in its current ${status}`,
    400,
  );
}
