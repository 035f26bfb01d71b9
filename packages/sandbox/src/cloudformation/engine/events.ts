import { type Account, assign, type Site, STACK_TYPE, type Stack, type StackResource } from "../model.ts";

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
    id: eventId(stack, `${resource.logicalId}-${to.status}`, timestamp),
    logicalId: resource.logicalId,
    physicalId: resource.physicalId,
    type: resource.type,
    status: to.status,
    reason: to.reason,
    properties: resource.shownProperties,
    token: stack.currentToken,
    timestamp,
  });
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
