import type { Shape } from "../../core/contract.ts";
import { defined, optionalText } from "../../core/shape.ts";
import type { Account, Output, Site, Stack, StackEvent, StackResource } from "../model.ts";
import { MASK, type ParameterValue } from "../template/parameters.ts";
import { validationError } from "../template/parse.ts";
import { MISSING, stackAt } from "./find-stack.ts";
import { optionalTextList, pageByToken, requiredText } from "./input.ts";

export async function describeStacks(account: Account, input: Shape): Promise<Shape> {
  const name = optionalText(input, "StackName");
  if (name) return { Stacks: [stackShape(stackAt(account, name).stack)] };
  const live = account.stacks.filter(({ status }) => status !== "DELETE_COMPLETE");
  const { items, NextToken } = pageByToken(live, input);
  return defined({ Stacks: items.map(stackShape), NextToken });
}

export async function listStacks(account: Account, input: Shape): Promise<Shape> {
  const wanted = optionalTextList(input, "StackStatusFilter") ?? [];
  const stacks = account.stacks.filter(({ status }) => wanted.length === 0 || wanted.includes(status));
  const { items, NextToken } = pageByToken([...stacks].reverse(), input);
  return defined({ StackSummaries: items.map(summaryShape), NextToken });
}

export async function describeStackEvents(account: Account, input: Shape): Promise<Shape> {
  const { stack } = stackAt(account, requiredText(input, "StackName"), MISSING.inBrackets);
  const { items, NextToken } = pageByToken(stack.events, input);
  return defined({ StackEvents: items.map((event) => eventShape(stack, event)), NextToken });
}

/** The most resources that AWS describes in one response without pages. */
const MAX_DESCRIBED = 100;

export async function describeStackResources(account: Account, input: Shape): Promise<Shape> {
  const { stack } = resourcesSite(account, input);
  const logicalId = optionalText(input, "LogicalResourceId");
  const resources = [...stack.resources.values()].filter((resource) => !logicalId || resource.logicalId === logicalId);
  const rows = resources.sort((a, b) => (a.logicalId < b.logicalId ? -1 : 1)).slice(0, MAX_DESCRIBED);
  return {
    StackResources: rows.map((row) => ({ ...resourceShape(row), ...ownerShape(stack), Timestamp: row.timestamp })),
  };
}

export async function describeStackResource(account: Account, input: Shape): Promise<Shape> {
  const name = requiredText(input, "StackName");
  const { stack } = stackAt(account, name, MISSING.inQuotes);
  const logicalId = requiredText(input, "LogicalResourceId");
  const resource = stack.resources.get(logicalId);
  if (!resource) throw validationError(`Resource ${logicalId} does not exist for stack ${name}`);
  const Metadata = resource.metadata === undefined ? "{}" : JSON.stringify(resource.metadata);
  const detail = {
    ...resourceShape(resource),
    ...ownerShape(stack),
    LastUpdatedTimestamp: resource.timestamp,
    Metadata,
  };
  return { StackResourceDetail: detail };
}

export async function listStackResources(account: Account, input: Shape): Promise<Shape> {
  const { stack } = stackAt(account, requiredText(input, "StackName"));
  const { items, NextToken } = pageByToken([...stack.resources.values()], input);
  const rows = items.map((row) => ({ ...resourceShape(row), LastUpdatedTimestamp: row.timestamp }));
  return defined({ StackResourceSummaries: rows, NextToken });
}

/** Parameters with NoEcho values masked; undefined if there are none, because AWS leaves the member out. */
export function parametersShape(parameters: readonly ParameterValue[]): Shape[] | undefined {
  if (parameters.length === 0) return undefined;
  return parameters.map(({ key, value, resolved, noEcho }) =>
    defined({ ParameterKey: key, ParameterValue: noEcho ? MASK : value, ResolvedValue: noEcho ? undefined : resolved }),
  );
}

/** The stack with that name or id, or the one that has a resource with that physical id. */
function resourcesSite(account: Account, input: Shape): Site {
  const physicalId = optionalText(input, "PhysicalResourceId");
  if (!physicalId) return stackAt(account, requiredText(input, "StackName"));
  const owner = account.stacks.find(
    ({ status, resources }) =>
      status !== "DELETE_COMPLETE" && [...resources.values()].some((resource) => resource.physicalId === physicalId),
  );
  if (!owner) throw validationError(`Stack for ${physicalId} does not exist`);
  return { account, stack: owner };
}

function stackShape(stack: Stack): Shape {
  const { blueprint, settings } = stack;
  const gone = stack.status === "DELETE_COMPLETE";
  const capabilities = blueprint?.capabilities ?? [];
  return defined({
    StackId: stack.id,
    StackName: stack.name,
    ...familyShape(stack),
    ChangeSetId: stack.changeSetId,
    Description: blueprint?.template.description,
    Parameters: parametersShape(blueprint?.parameters ?? []),
    CreationTime: stack.createdAt,
    DeletionTime: stack.deletedAt,
    LastUpdatedTime: stack.updatedAt,
    RollbackConfiguration: settings.rollbackConfiguration,
    StackStatus: stack.status,
    StackStatusReason: stack.statusReason,
    DisableRollback: settings.disableRollback,
    NotificationARNs: [...settings.notificationArns],
    TimeoutInMinutes: settings.timeoutInMinutes,
    Capabilities: capabilities.length > 0 ? [...capabilities] : undefined,
    Outputs: stack.outputs.length > 0 ? stack.outputs.map(outputShape) : undefined,
    RoleARN: settings.roleArn,
    Tags: (blueprint?.tags ?? []).map((tag) => ({ ...tag })),
    EnableTerminationProtection: gone ? undefined : settings.terminationProtection,
    DriftInformation: { StackDriftStatus: "NOT_CHECKED" },
  });
}

function familyShape({ parent }: Stack): Shape {
  return { ParentId: parent?.stackId, RootId: parent?.rootId };
}

function outputShape({ key, value, description, exportName }: Output): Shape {
  return defined({ OutputKey: key, OutputValue: value, Description: description, ExportName: exportName });
}

function summaryShape(stack: Stack): Shape {
  return defined({
    StackId: stack.id,
    StackName: stack.name,
    ...familyShape(stack),
    TemplateDescription: stack.blueprint?.template.description,
    CreationTime: stack.createdAt,
    LastUpdatedTime: stack.updatedAt,
    DeletionTime: stack.deletedAt,
    StackStatus: stack.status,
    StackStatusReason: stack.statusReason,
    DriftInformation: { StackDriftStatus: "NOT_CHECKED" },
  });
}

function eventShape(stack: Stack, event: StackEvent): Shape {
  return defined({
    ...ownerShape(stack),
    EventId: event.id,
    LogicalResourceId: event.logicalId,
    PhysicalResourceId: event.physicalId,
    ResourceType: event.type,
    Timestamp: event.timestamp,
    ResourceStatus: event.status,
    ResourceStatusReason: event.reason,
    ResourceProperties: event.properties === undefined ? undefined : JSON.stringify(event.properties),
    ClientRequestToken: event.token,
  });
}

function resourceShape(resource: StackResource): Shape {
  return defined({
    LogicalResourceId: resource.logicalId,
    PhysicalResourceId: resource.physicalId || undefined,
    ResourceType: resource.type,
    ResourceStatus: resource.status,
    ResourceStatusReason: resource.statusReason,
    DriftInformation: { StackResourceDriftStatus: "NOT_CHECKED" },
  });
}

function ownerShape(stack: Stack): Shape {
  return { StackId: stack.id, StackName: stack.name };
}
