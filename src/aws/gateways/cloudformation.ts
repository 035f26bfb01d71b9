import type { JsonObject } from "../../domain/json.ts";

export interface StackParameter {
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
  /** As submitted. Over 51,200 bytes it travels by the staging bucket. */
  readonly template: string;
  /** Value null: UsePreviousValue. Every parameter of the template must be listed (facts E2). */
  readonly parameters: Readonly<Record<string, string | null>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly capabilities: readonly string[];
  readonly roleArn: string | null;
  readonly notificationArns: readonly string[];
  readonly rollbackTriggers: JsonObject;
  /** Whether resources that are there under the name that the template gives them, and in no stack, are taken in. */
  readonly importExisting: boolean;
}

export interface ResourceChange {
  readonly action: "Add" | "Modify" | "Remove" | "Import" | "Dynamic" | "SyncWithActual";
  readonly logicalId: string;
  readonly physicalId: string | null;
  readonly type: string;
  readonly replacement: "True" | "False" | "Conditional" | null;
  readonly policyAction: string | null;
  /** All its details follow from other changes and are evaluated only when it runs (facts E2, step 4). */
  readonly isDynamic: boolean;
}

export interface ChangeSet {
  readonly id: string;
  readonly stackId: string;
  readonly status: "ready" | "pending" | "empty" | "failed";
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
  /** Null where no stack of that name (or id) exists; a stack in REVIEW_IN_PROGRESS or deleted counts as none. */
  getStack(nameOrId: string): Promise<StackFacts | null>;
  /** Names of the stacks that are not deleted and not empty shells. */
  listStacks(): Promise<{ name: string; stackId: string; status: string; parentId: string | null }[]>;
  /** The body as submitted (stage Original). */
  getTemplate(nameOrId: string): Promise<string>;
  /** Keys of the template's NoEcho parameters. */
  listNoEcho(nameOrId: string): Promise<string[]>;
  /** Null where none was set. */
  getStackPolicy(nameOrId: string): Promise<string | null>;
  listResources(nameOrId: string): Promise<StackResource[]>;
  /** Names of the stacks that import the export; empty where nobody does or the call is not to be had. */
  listImporters(exportName: string): Promise<string[]>;
  /** Every export of the account and region; null where the call is not to be had. */
  listExports(): Promise<{ name: string; stack: string }[] | null>;
  /** Events of the stack, newest first, back to (not including) the event `untilId`; at most 1,000. */
  listEvents(nameOrId: string, untilId: string | null): Promise<StackEvent[]>;
  /** Events of one operation, newest first, by the token that it was asked for with; at most 1,000. */
  listEventsOf(nameOrId: string, token: string): Promise<StackEvent[]>;

  createChangeSet(request: ChangeSetRequest): Promise<ChangeSet>;
  /** All pages. Null where it does not exist. `stack` by name or id. */
  getChangeSet(stack: string, name: string): Promise<ChangeSet | null>;
  /** Polls until the change set is no longer pending. */
  awaitChangeSet(stack: string, name: string): Promise<ChangeSet>;
  /** With DisableRollback false; `token` is stamped on every event. */
  executeChangeSet(stack: string, name: string, token: string): Promise<void>;
  deleteChangeSet(stack: string, name: string): Promise<void>;
  deleteStack(stackId: string, token: string): Promise<void>;
  /** ContinueUpdateRollback. `skip` as `LogicalId` or, within a nested stack, `NestedStackName.LogicalId`. */
  continueUpdateRollback(stackId: string, skip: readonly string[], token: string): Promise<void>;
  putStackPolicy(stack: string, policy: string): Promise<void>;
  putTerminationProtection(stack: string, enabled: boolean): Promise<void>;
  /**
   * Polls by id until the status does not end in `_IN_PROGRESS`; answers what it is then, also for a deleted stack.
   * `between` runs after each look that found it busy; what it throws ends the waiting.
   */
  awaitStack(stackId: string, between?: () => Promise<void>): Promise<StackFacts>;
}
