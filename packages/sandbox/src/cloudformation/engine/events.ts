import {
  type Account,
  assign,
  type Site,
  STACK_TYPE,
  type Stack,
  type StackEvent,
  type StackResource,
} from "../model.ts";

interface StatusChange {
  readonly status: string;
  readonly reason?: string | undefined;
}

/** Sets the stack's status and records the event for it. */
export function setStackStatus({ account, stack }: Site, to: StatusChange): void {
  stack.status = to.status;
  stack.statusReason = to.reason;
  stack.events.unshift({
    id: account.context.uuid(),
    logicalId: stack.name,
    physicalId: stack.id,
    type: STACK_TYPE,
    status: to.status,
    reason: to.reason,
    properties: undefined,
    token: stack.currentToken,
    timestamp: now(account),
  });
}

/** Sets a resource's status and records the event for it. */
export function setResourceStatus({ account, stack }: Site, resource: StackResource, to: StatusChange): void {
  const timestamp = now(account);
  assign(resource, { status: to.status, statusReason: to.reason, timestamp });
  stack.events.unshift({
    logicalId: resource.logicalId,
    physicalId: resource.physicalId,
    status: to.status,
    reason: to.reason,
    ...(isCleaningUp(stack) ? cleanupShape(account, resource) : ordinaryShape(stack, resource, timestamp)),
    token: stack.currentToken,
    timestamp,
  });
}

function isCleaningUp({ status }: Stack): boolean {
  return status.endsWith("_CLEANUP_IN_PROGRESS");
}

type EventShape = Pick<StackEvent, "id" | "properties" | "type">;

function ordinaryShape(stack: Stack, resource: StackResource, timestamp: Date): EventShape {
  const { logicalId, status, type, shownProperties } = resource;
  return { id: eventId(stack, `${logicalId}-${status}`, timestamp), type, properties: shownProperties };
}

/** In a cleanup AWS tells neither time nor properties nor which type a custom resource has. */
function cleanupShape({ context }: Account, { logicalId, type }: StackResource): EventShape {
  const shown = type.startsWith("Custom::") ? "AWS::CloudFormation::CustomResource" : type;
  return { id: `${logicalId}-${context.uuid()}`, type: shown, properties: undefined };
}

/**
 * Ends with the event's time, like AWS's. Where two events of one resource have the same millisecond, the later one counts
 * on: clients take an id that they have seen before for the end of what is new.
 */
function eventId({ events }: Stack, prefix: string, timestamp: Date): string {
  const taken = new Set(events.map(({ id }) => id));
  for (let time = timestamp.getTime(); ; time += 1) {
    const id = `${prefix}-${new Date(time).toISOString()}`;
    if (!taken.has(id)) return id;
  }
}

export function now({ context }: Account): Date {
  return new Date(context.clock.now());
}
