import { type Account, assign, type Site, STACK_TYPE, type StackResource } from "../model.ts";

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
    id: `${resource.logicalId}-${to.status}-${timestamp.toISOString()}`,
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

export function now({ context }: Account): Date {
  return new Date(context.clock.now());
}
