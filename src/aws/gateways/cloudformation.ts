import type { JsonObject } from "../../domain/json.ts";
import type { ResourceChange } from "../../domain/stack/resource-change.ts";
import type { Availability } from "../availability.ts";

interface StackParameter {
  readonly key: string;
  /** Masked with asterisks where the parameter is NoEcho. */
  readonly value: string;
  /** Value of an SSM-typed parameter at the time; null for others. */
  readonly resolvedValue: string | null;
}

export interface StackFacts {
  readonly stackId: string;
  readonly name: string;
  readonly status: string;
  readonly statusReason: string | null;
  readonly description: string | null;
  readonly parameters: readonly StackParameter[];
  readonly tags: Readonly<Record<string, string>>;
  readonly capabilities: readonly string[];
  readonly roleArn: string | null;
  readonly notificationArns: readonly string[];
  readonly rollbackTriggers: JsonObject;
  readonly terminationProtection: boolean;
  readonly outputs: readonly { key: string; value: string; exportName: string | null }[];
  readonly parentId: string | null;
  readonly lastUpdatedAt: string | null;
}

export interface StackResource {
  readonly logicalId: string;
  readonly type: string;
  readonly physicalId: string | null;
  readonly status: string;
  readonly reason: string | null;
}

export interface ChangeSetRequest {
  readonly stack: string;
  /** Also the idempotency key: a second creation under the same name finds the first one. */
  readonly name: string;
  readonly type: "CREATE" | "UPDATE";
  /** As submitted. Over 51,200 bytes it goes through the staging bucket. */
  readonly template: string;
  /** Null means UsePreviousValue. Every parameter of the template must be listed (facts E2). */
  readonly parameters: Readonly<Record<string, string | null>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly capabilities: readonly string[];
  readonly roleArn: string | null;
  readonly notificationArns: readonly string[];
  readonly rollbackTriggers: JsonObject;
  /** Whether to import resources that exist under the name in the template and belong to no stack. */
  readonly importExisting: boolean;
}

export interface ChangeSet {
  readonly id: string;
  readonly stackId: string;
  /** `obsolete`: the stack has changed since, and it can only be deleted. */
  readonly status: "ready" | "pending" | "empty" | "failed" | "obsolete";
  readonly executed: boolean;
  readonly reason: string | null;
  readonly changes: readonly ResourceChange[];
}

export interface StackEvent {
  readonly id: string;
  readonly logicalId: string;
  readonly physicalId: string;
  readonly type: string;
  readonly status: string;
  readonly reason: string | null;
  readonly at: string;
  readonly token: string | null;
}

export interface CloudFormationGateway {
  /** Null if no stack of that name or id exists; a deleted stack and one in REVIEW_IN_PROGRESS count as none. */
  getStack(nameOrId: string): Promise<StackFacts | null>;
  /** Stacks that are neither deleted nor empty shells. */
  listStacks(): Promise<{ name: string; stackId: string; status: string; parentId: string | null }[]>;
  /** The body as submitted (stage Original). */
  getTemplate(nameOrId: string): Promise<string>;
  /**
   * Keys of the NoEcho parameters in CloudFormation's summary of the template, which knows what a transform adds. Empty where
   * there is no summary: the template itself says it, too.
   */
  listNoEcho(nameOrId: string): Promise<string[]>;
  /** The value is null where none was set. */
  getStackPolicy(nameOrId: string): Promise<Availability<string | null>>;
  listResources(nameOrId: string): Promise<StackResource[]>;
  /** Names of the stacks that import the export; empty if none does or the call is unavailable. */
  listImporters(exportName: string): Promise<string[]>;
  /** Every export of the account and region; null if the call is unavailable. */
  listExports(): Promise<{ name: string; stack: string }[] | null>;
  /** Events of the stack, newest first, back to and without the event `untilId`; at most 1,000. */
  listEvents(nameOrId: string, untilId: string | null): Promise<StackEvent[]>;
  /** Events of the operation that was requested with `token`, newest first; at most 1,000. */
  listEventsOf(nameOrId: string, token: string): Promise<StackEvent[]>;

  createChangeSet(request: ChangeSetRequest): Promise<ChangeSet>;
  /** All pages. Null if it does not exist. `stack` is a name or an id. */
  getChangeSet(stack: string, name: string): Promise<ChangeSet | null>;
  /** Polls until the change set is no longer pending. */
  awaitChangeSet(stack: string, name: string): Promise<ChangeSet>;
  /** With DisableRollback false; `token` stands on every event. */
  executeChangeSet(stack: string, name: string, token: string): Promise<void>;
  deleteChangeSet(stack: string, name: string): Promise<void>;
  /** Deletes the shell around a deleted change set of type CREATE, unless another change set is in it. */
  deleteShell(stack: string): Promise<void>;
  deleteStack(stackId: string, token: string): Promise<void>;
  /** ContinueUpdateRollback. `skip` as `LogicalId` or, within a nested stack, `NestedStackName.LogicalId`. */
  continueUpdateRollback(stackId: string, skip: readonly string[], token: string): Promise<void>;
  putStackPolicy(stack: string, policy: string): Promise<void>;
  putTerminationProtection(stack: string, enabled: boolean): Promise<void>;
  /**
   * Polls by id until the status no longer ends in `_IN_PROGRESS`, and returns the stack as it is then, even a deleted one.
   * `between` runs after each poll that found the stack busy; an error that it throws ends the waiting.
   */
  awaitStack(stackId: string, between?: () => Promise<void>): Promise<StackFacts>;
}
