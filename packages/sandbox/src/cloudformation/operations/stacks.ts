import { AwsError, type Shape } from "../../core/contract.ts";
import { optionalFlag, optionalText } from "../../core/shape.ts";
import { runInBackground } from "../engine/background.ts";
import { deleteStack } from "../engine/deletion.ts";
import { beginDeployment, createStack, updateStack } from "../engine/deployment.ts";
import { now, setStackStatus } from "../engine/events.ts";
import { failCreation, failUpdate } from "../engine/failure.ts";
import { StackError } from "../engine/scope.ts";
import {
  type Account,
  assign,
  type Blueprint,
  type FailedValidation,
  type OnFailure,
  type Parent,
  type Site,
  type Stack,
  type StackSettings,
  type ValidationFailure,
} from "../model.ts";
import { planChanges } from "../plan/changes.ts";
import { VALIDATION_FAILED, validationFailures } from "../plan/early-validation.ts";
import { validationError } from "../template/parse.ts";
import { checkStackName, checkUpdatable, findStack, MISSING, refuseNested, stackAt, useToken } from "./find-stack.ts";
import { optionalTextList, requiredText } from "./input.ts";
import { removeNestedSets } from "./nested-sets.ts";
import { submittedBlueprint, submittedSettings } from "./submission.ts";

/** A stack that has only a name so far and is not in the account. */
export function newStack(account: Account, name: string, parent?: Parent): Stack {
  const { context } = account;
  const id = `arn:aws:cloudformation:${context.region}:${context.accountId}:stack/${name}/${context.uuid()}`;
  return {
    id,
    name,
    parent,
    createdAt: now(account),
    updatedAt: undefined,
    deletedAt: undefined,
    status: "REVIEW_IN_PROGRESS",
    statusReason: undefined,
    blueprint: null,
    outputs: [],
    imports: new Set(),
    resources: new Map(),
    recovery: null,
    events: [],
    changeSets: [],
    validations: [],
    changeSetId: undefined,
    settings: defaultSettings(),
    tokens: new Set(),
    currentToken: undefined,
    cancelled: undefined,
    interrupted: false,
    work: Promise.resolve(),
  };
}

export async function createStackOperation(account: Account, input: Shape): Promise<Shape> {
  const name = requiredText(input, "StackName");
  checkStackName(name);
  const shell = findStack(account, name) ?? newStack(account, name);
  const blueprint = await submittedBlueprint({ account, stack: shell }, input);
  const settings = await submittedSettings(account, input);
  const onFailure = onFailureOf(input);
  const known = findStack(account, name);
  const token = optionalText(input, "ClientRequestToken");
  if (known && known.status !== "REVIEW_IN_PROGRESS") {
    if (token !== undefined && known.tokens.has(token)) useToken(known, token);
    throw new AwsError("AlreadyExistsException", `Stack [${name}] already exists`, 400);
  }
  const stack = known ?? shell;
  const site = { account, stack };
  useToken(stack, token);
  assign(stack.settings, settings);
  if (!known) account.stacks.push(stack);
  makeObsolete(stack);
  const failures = optionalFlag(input, "DisableValidation") ? [] : earlyFailures(site, blueprint);
  beginDeployment(site, blueprint, "CREATE_IN_PROGRESS");
  const refused = refusalOf(site, "CREATE_STACK", failures);
  runInBackground(site, () => (refused ? failCreation(site, refused, onFailure) : createStack(site, onFailure)));
  return { StackId: stack.id };
}

function earlyFailures(site: Site, blueprint: Blueprint): ValidationFailure[] {
  return validationFailures(site, planChanges(site, blueprint).changes);
}

/** Why the operation goes no further than its first event; undefined if it may. */
function refusalOf(
  { account, stack }: Site,
  operation: FailedValidation["operation"],
  failures: readonly ValidationFailure[],
): StackError | undefined {
  if (failures.length === 0) return undefined;
  stack.validations.push({ operationId: account.context.uuid(), operation, failures });
  return new StackError(VALIDATION_FAILED);
}

export async function updateStackOperation(account: Account, input: Shape): Promise<Shape> {
  const site = stackAt(account, requiredText(input, "StackName"), MISSING.inBrackets);
  const { stack } = site;
  const token = optionalText(input, "ClientRequestToken");
  if (token !== undefined && stack.tokens.has(token)) useToken(stack, token);
  checkUpdatable(stack);
  const submitted = await submittedBlueprint(site, input);
  const blueprint = { ...submitted, capabilities: keptCapabilities(stack, submitted.capabilities) };
  const settings = await submittedSettings(account, input);
  const { changes, outputsChange } = planChanges(site, blueprint);
  // AWS does not look whether the result of a transform is the same as before.
  const transformed = blueprint.template.transforms.length > 0;
  if (changes.length === 0 && !outputsChange && !transformed && stack.recovery === null) {
    throw validationError("No updates are to be performed.");
  }
  // Checked again because another request may have started while the template was read from S3.
  checkUpdatable(stack);
  useToken(stack, token);
  const { policy = stack.settings.policy, ...others } = settings;
  assign(stack.settings, { disableRollback: false }, others, { policyAfterUpdate: policy });
  assign(stack, { updatedAt: now(account), changeSetId: undefined });
  makeObsolete(stack);
  const failures = optionalFlag(input, "DisableValidation") ? [] : validationFailures(site, changes);
  beginDeployment(site, blueprint, "UPDATE_IN_PROGRESS");
  const refused = refusalOf(site, "UPDATE_STACK", failures);
  runInBackground(site, () => (refused ? failUpdate(site, refused) : updateStack(site)));
  return { StackId: stack.id };
}

export async function deleteStackOperation(account: Account, input: Shape): Promise<Shape> {
  const stack = findStack(account, requiredText(input, "StackName"));
  if (!stack || stack.status === "DELETE_COMPLETE" || stack.status === "DELETE_IN_PROGRESS") return {};
  // A nested stack is protected if its root is.
  const root = findStack(account, stack.parent?.rootId ?? stack.id) ?? stack;
  if (root.settings.terminationProtection) {
    throw validationError(`Stack [${stack.name}] cannot be deleted while TerminationProtection is enabled`);
  }
  const deletable =
    !stack.status.endsWith("_IN_PROGRESS") || /^(CREATE|REVIEW|ROLLBACK)_IN_PROGRESS$/.test(stack.status);
  if (!deletable) throw validationError(`Stack [${stack.id}] cannot be deleted while in status ${stack.status}`);
  const retain = optionalTextList(input, "RetainResources") ?? [];
  checkRetained(stack, retain);
  useToken(stack, optionalText(input, "ClientRequestToken"));
  const site = { account, stack };
  const formerStatus = stack.status;
  for (const set of stack.changeSets) if (set.executionStatus === "AVAILABLE") removeNestedSets(account, set);
  const force = optionalText(input, "DeletionMode") === "FORCE_DELETE_STACK";
  assign(stack, { cancelled: "delete", changeSetId: undefined, deletedAt: now(account) });
  makeObsolete(stack);
  setStackStatus(site, { status: "DELETE_IN_PROGRESS", reason: "User Initiated" });
  runInBackground(site, () => deleteStack(site, { retain: force ? failedIds(stack) : retain, formerStatus }));
  return {};
}

export async function updateTerminationProtection(account: Account, input: Shape): Promise<Shape> {
  const { stack } = stackAt(account, requiredText(input, "StackName"), MISSING.inBrackets);
  refuseNested(stack, "UpdateTerminationProtection");
  stack.settings.terminationProtection = optionalFlag(input, "EnableTerminationProtection") ?? false;
  return { StackId: stack.id };
}

/** Change sets that were computed for an earlier state of the stack cannot be executed any more. */
export function makeObsolete(stack: Stack): void {
  for (const set of stack.changeSets) if (set.executionStatus === "AVAILABLE") set.executionStatus = "OBSOLETE";
}

/** An update that names no capabilities keeps those of the stack, although it was checked against what it names. */
function keptCapabilities({ blueprint }: Stack, given: readonly string[]): readonly string[] {
  return given.length > 0 ? given : (blueprint?.capabilities ?? []);
}

function onFailureOf(input: Shape): OnFailure {
  const given = optionalText(input, "OnFailure");
  if (given !== undefined && input["DisableRollback"] !== undefined) {
    throw validationError("You cannot specify both OnFailure and DisableRollback.");
  }
  return given === "DELETE" || given === "DO_NOTHING" ? given : "ROLLBACK";
}

function checkRetained(stack: Stack, retain: readonly string[]): void {
  if (retain.length > 0 && stack.status !== "DELETE_FAILED") {
    const rule =
      "When you delete a stack, specify which resources to retain only when the stack is in the DELETE_FAILED state.";
    throw validationError(`Invalid operation on stack [${stack.id}]. ${rule}`);
  }
  const unknown = retain.filter((id) => !stack.resources.has(id));
  if (unknown.length > 0) throw validationError(`Resources [${unknown.join(", ")}] do not exist in stack ${stack.id}`);
}

function failedIds(stack: Stack): string[] {
  return [...stack.resources.values()]
    .filter(({ status }) => status === "DELETE_FAILED")
    .map(({ logicalId }) => logicalId);
}

function defaultSettings(): StackSettings {
  return {
    disableRollback: false,
    terminationProtection: false,
    policy: undefined,
    policyDuringUpdate: undefined,
    policyAfterUpdate: undefined,
    roleArn: undefined,
    notificationArns: [],
    rollbackConfiguration: {},
    timeoutInMinutes: undefined,
  };
}
