import type {
  Change,
  DescribeChangeSetOutput,
  ResourceChangeDetail,
  StackEvent as SdkStackEvent,
  Stack,
  StackResourceSummary,
} from "@aws-sdk/client-cloudformation";
import type { Json, JsonObject } from "../../domain/json.ts";
import type { ChangeDetail, ResourceChange } from "../../domain/stack/resource-change.ts";
import { safeWords } from "../error-words.ts";
import type { ChangeSet, StackEvent, StackFacts, StackResource } from "../gateways/cloudformation.ts";

/*
 * Turns CloudFormation's responses into our own types. Pure. Members that an emulator of AWS leaves out become empty values.
 */

export function toStackFacts(stack: Stack): StackFacts {
  return {
    stackId: stack.StackId ?? "",
    name: stack.StackName ?? "",
    status: stack.StackStatus ?? "",
    statusReason: words(stack.StackStatusReason),
    description: stack.Description ?? null,
    parameters: (stack.Parameters ?? []).map(({ ParameterKey = "", ParameterValue = "", ResolvedValue }) => ({
      key: ParameterKey,
      value: ParameterValue,
      resolvedValue: ResolvedValue ?? null,
    })),
    tags: Object.fromEntries((stack.Tags ?? []).map(({ Key = "", Value = "" }) => [Key, Value])),
    capabilities: stack.Capabilities ?? [],
    roleArn: stack.RoleARN ?? null,
    notificationArns: stack.NotificationARNs ?? [],
    rollbackTriggers: plain(stack.RollbackConfiguration ?? {}),
    terminationProtection: stack.EnableTerminationProtection ?? false,
    outputs: (stack.Outputs ?? []).map(({ OutputKey = "", OutputValue = "", ExportName }) => ({
      key: OutputKey,
      value: OutputValue,
      exportName: ExportName ?? null,
    })),
    parentId: stack.ParentId ?? null,
    lastUpdatedAt: stack.LastUpdatedTime?.toISOString() ?? null,
  };
}

export function toStackResource(resource: StackResourceSummary): StackResource {
  return {
    logicalId: resource.LogicalResourceId ?? "",
    type: resource.ResourceType ?? "",
    physicalId: resource.PhysicalResourceId || null,
    status: resource.ResourceStatus ?? "",
    reason: words(resource.ResourceStatusReason),
  };
}

export function toStackEvent(event: SdkStackEvent): StackEvent {
  return {
    id: event.EventId ?? "",
    logicalId: event.LogicalResourceId ?? "",
    physicalId: event.PhysicalResourceId ?? "",
    type: event.ResourceType ?? "",
    status: event.ResourceStatus ?? "",
    reason: words(event.ResourceStatusReason),
    at: event.Timestamp?.toISOString() ?? "",
    token: event.ClientRequestToken ?? null,
  };
}

/** Reasons of a failed change set by which CloudFormation says that there is nothing to do (facts E2). */
export const NO_CHANGES = /The submitted information didn't contain changes|No updates are to be performed/i;

/** `changes` are those of all pages, including nested stacks. */
export function toChangeSet(response: DescribeChangeSetOutput, changes: readonly ResourceChange[]): ChangeSet {
  const { Status = "", StatusReason, ExecutionStatus = "" } = response;
  return {
    id: response.ChangeSetId ?? "",
    stackId: response.StackId ?? "",
    status: statusOf(Status, ExecutionStatus, StatusReason ?? ""),
    executed: ExecutionStatus.startsWith("EXECUTE_"),
    reason: words(StatusReason),
    changes,
  };
}

function statusOf(status: string, executionStatus: string, reason: string): ChangeSet["status"] {
  if (status === "FAILED") return NO_CHANGES.test(reason) ? "empty" : "failed";
  if (status !== "CREATE_COMPLETE") return status.startsWith("CREATE_") ? "pending" : "failed";
  return executionStatus === "OBSOLETE" ? "obsolete" : "ready";
}

/** Null for a change without a resource, such as a hook. `prefix` names the nested stack: `Nested.`. */
export function toResourceChange({ ResourceChange: change }: Change, prefix: string): ResourceChange | null {
  if (!change?.Action) return null;
  return {
    action: change.Action,
    logicalId: prefix + (change.LogicalResourceId ?? ""),
    physicalId: change.PhysicalResourceId ?? null,
    type: change.ResourceType ?? "",
    replacement: change.Replacement ?? null,
    policyAction: change.PolicyAction ?? null,
    isExpanded: change.ChangeSetId !== undefined,
    details: (change.Details ?? []).map(toChangeDetail),
  };
}

function toChangeDetail({ Target, Evaluation, ChangeSource, CausingEntity }: ResourceChangeDetail): ChangeDetail {
  return {
    attribute: Target?.Attribute ?? null,
    property: Target?.Name ?? null,
    requiresRecreation: Target?.RequiresRecreation ?? null,
    evaluation: Evaluation ?? null,
    source: ChangeSource ?? null,
    causingEntity: CausingEntity ?? null,
  };
}

/** Reasons repeat other services' messages, even values of environments. */
function words(reason: string | undefined): string | null {
  return reason === undefined ? null : safeWords(reason);
}

/** Through JSON once: this drops the undefined members of the SDK's objects and leaves plain data. */
function plain(value: object): JsonObject {
  return JSON.parse(JSON.stringify(value)) as Json as JsonObject;
}
