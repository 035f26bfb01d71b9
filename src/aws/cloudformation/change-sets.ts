import type {
  Change,
  CreateChangeSetInput,
  DescribeChangeSetInput,
  DescribeChangeSetOutput,
} from "@aws-sdk/client-cloudformation";
import type { ResourceChange } from "../../domain/stack/resource-change.ts";
import { isAwsError, nullIfMissing } from "../error-mapping.ts";
import type { ChangeSet, ChangeSetRequest, CloudFormationGateway } from "../gateways/cloudformation.ts";
import { NOT_YET, type Polling, poll } from "../polling.ts";
import { NO_CHANGES, toChangeSet, toResourceChange } from "./stack-facts.ts";
import { type CloudFormationCall, describe } from "./stack-readers.ts";

type ChangeSets = Pick<
  CloudFormationGateway,
  "createChangeSet" | "getChangeSet" | "awaitChangeSet" | "executeChangeSet" | "deleteChangeSet" | "deleteShell"
>;

/** The template in the request itself, or the address of an object that holds it. */
export type TemplateMember = Pick<CreateChangeSetInput, "TemplateBody" | "TemplateURL">;

/** Macros may run for 15 minutes each (Lambda's limit), one after another. */
const CHANGE_SET_LIMIT_MS = 45 * 60_000;
/** CloudFormation starts a change set at once; its records show that within seconds. */
const START_LIMIT_MS = 60_000;

/** It has no resources: nothing but CloudFormation's own row is deleted. */
const SHELL_LIMIT_MS = 60_000;

/** Capabilities grant nothing, so too many do no harm: they only acknowledge what a template may do (facts D, transforms). */
const CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"] as const;

export function createChangeSets(
  call: CloudFormationCall,
  polling: Polling,
  stage: (template: string) => Promise<TemplateMember>,
): ChangeSets {
  // AWS makes an empty change set, which then fails; some emulators of AWS refuse to make one.
  const refusedAsEmpty = new Set<string>();
  const readOwn = async (stack: string, name: string) =>
    refusedAsEmpty.has(name) ? emptyChangeSet() : readChangeSet(call, { StackName: stack, ChangeSetName: name });
  return {
    createChangeSet: async (request) => {
      const input = toInput(request, await stage(request.template), polling.clock.now());
      try {
        const response = await call((sdk) => new sdk.CreateChangeSetCommand(input));
        return { ...emptyChangeSet(), id: response.Id ?? "", stackId: response.StackId ?? "", status: "pending" };
      } catch (error) {
        if (isAwsError(error, "ValidationError", NO_CHANGES)) refusedAsEmpty.add(request.name);
        else if (!isAlreadyThere(error)) throw error;
        return readOwn(request.stack, request.name);
      }
    },
    getChangeSet: (stack, name) => nullIfMissing(readOwn(stack, name)),
    awaitChangeSet: (stack, name) =>
      poll(polling, { what: `the change set ${name}`, limitMs: CHANGE_SET_LIMIT_MS }, async () => {
        const changeSet = await readOwn(stack, name);
        return changeSet.status === "pending" ? NOT_YET : changeSet;
      }),
    executeChangeSet: (stack, name, token) => execute(call, polling, { stack, name, token }),
    deleteChangeSet: async (stack, name) => {
      if (refusedAsEmpty.delete(name)) return;
      await nullIfMissing(call((sdk) => new sdk.DeleteChangeSetCommand({ StackName: stack, ChangeSetName: name })));
    },
    deleteShell: (stack) => deleteShell(call, polling, stack),
  };
}

function emptyChangeSet(): ChangeSet {
  return { id: "", stackId: "", status: "empty", executed: false, reason: null, changes: [] };
}

function toInput(request: ChangeSetRequest, template: TemplateMember, at: number): CreateChangeSetInput {
  return {
    StackName: request.stack,
    ChangeSetName: request.name,
    // For the SDK's own retries: another set of this name, after the first was deleted, is another request.
    ClientToken: `${request.name}-${at}`,
    ChangeSetType: request.type,
    ...template,
    Parameters: Object.entries(request.parameters).map(([key, value]) =>
      value === null ? { ParameterKey: key, UsePreviousValue: true } : { ParameterKey: key, ParameterValue: value },
    ),
    // Always sent, even an empty list: without it the tags of the live stack would stay.
    Tags: Object.entries(request.tags).map(([Key, Value]) => ({ Key, Value })),
    NotificationARNs: [...request.notificationArns],
    RollbackConfiguration: { RollbackTriggers: [], ...request.rollbackTriggers },
    Capabilities: [...new Set([...CAPABILITIES, ...request.capabilities])] as CreateChangeSetInput["Capabilities"],
    // A role stays with the stack for good, so it is sent only where the stack had one.
    ...(request.roleArn === null ? {} : { RoleARN: request.roleArn }),
    IncludeNestedStacks: true,
    ...(request.importExisting ? { ImportExistingResources: true } : {}),
    // Express mode completes before the resources are ready, and does not roll back by itself (facts D).
    DeploymentConfig: { Mode: "STANDARD", DisableRollback: false },
  };
}

function isAlreadyThere(error: unknown): boolean {
  return (
    isAwsError(error, "AlreadyExistsException") || isAwsError(error, "ValidationError", /change ?set.* already exists/i)
  );
}

/** By stack and name, or by its id alone. */
type ChangeSetKey = Pick<DescribeChangeSetInput, "StackName"> & { readonly ChangeSetName: string };

/** All pages, with the changes of nested stacks under their parent's name. Throws AWS_NOT_FOUND where there is none. */
async function readChangeSet(call: CloudFormationCall, key: ChangeSetKey, prefix = ""): Promise<ChangeSet> {
  const changes: ResourceChange[] = [];
  const pages = call.pages((sdk, client) => sdk.paginateDescribeChangeSet({ client }, { ...key }));
  let last: DescribeChangeSetOutput = {};
  for await (const page of pages) {
    for (const change of page.Changes ?? []) changes.push(...(await readChange(call, change, prefix)));
    last = page;
  }
  return toChangeSet(last, changes);
}

/** A change, followed by those of the nested stack where the resource is one. */
async function readChange(call: CloudFormationCall, change: Change, prefix: string): Promise<ResourceChange[]> {
  const own = toResourceChange(change, prefix);
  const nestedId = change.ResourceChange?.ChangeSetId;
  if (!own || !nestedId) return own ? [own] : [];
  const nested = await readChangeSet(call, { ChangeSetName: nestedId }, `${own.logicalId}.`);
  return [own, ...nested.changes];
}

/** Returns once the shell is gone: until then it looks like a stack that is being deleted, to whoever reads what is live. */
async function deleteShell(call: CloudFormationCall, polling: Polling, stack: string): Promise<void> {
  const shell = await describe(call, stack);
  if (shell?.StackStatus !== "REVIEW_IN_PROGRESS") return;
  const { Summaries = [] } = await call((sdk) => new sdk.ListChangeSetsCommand({ StackName: stack }));
  if (Summaries.length > 0) return;
  const { StackId = stack } = shell;
  await nullIfMissing(call((sdk) => new sdk.DeleteStackCommand({ StackName: StackId })));
  await poll(polling, { what: `the empty stack ${stack} to be deleted`, limitMs: SHELL_LIMIT_MS }, async () => {
    const status = (await describe(call, StackId))?.StackStatus;
    return status === "REVIEW_IN_PROGRESS" || status === "DELETE_IN_PROGRESS" ? NOT_YET : true;
  });
}

interface Execution {
  readonly stack: string;
  readonly name: string;
  /** Stands on every event, so that a second attempt recognises the work of the first one. */
  readonly token: string;
}

/** Returns once CloudFormation has begun: until then the stack still has its previous status. */
async function execute(call: CloudFormationCall, polling: Polling, execution: Execution): Promise<void> {
  const { stack, name, token } = execution;
  try {
    await call(
      (sdk) =>
        new sdk.ExecuteChangeSetCommand({
          StackName: stack,
          ChangeSetName: name,
          ClientRequestToken: token,
          DisableRollback: false,
        }),
    );
  } catch (error) {
    if (await hasBegun(call, execution)) return;
    throw error;
  }
  await poll(polling, { what: `the change set ${name} to start`, limitMs: START_LIMIT_MS }, async () =>
    (await hasBegun(call, execution)) ? true : NOT_YET,
  );
}

/** Reads the change set's own record or, where that is gone already, the events that carry the token. */
async function hasBegun(call: CloudFormationCall, { stack, name, token }: Execution): Promise<boolean> {
  const changeSet = await nullIfMissing(
    call((sdk) => new sdk.DescribeChangeSetCommand({ StackName: stack, ChangeSetName: name })),
  );
  if (changeSet) return changeSet.ExecutionStatus?.startsWith("EXECUTE_") ?? false;
  const page = await nullIfMissing(call((sdk) => new sdk.DescribeStackEventsCommand({ StackName: stack })));
  return (page?.StackEvents ?? []).some(({ ClientRequestToken }) => ClientRequestToken === token);
}
