import type { SandboxContext, Shape } from "../core/contract.ts";
import type { NestedStacks } from "./providers/provider.ts";
import type { ResourceRegistry } from "./providers/resource-registry.ts";
import type { Template } from "./template/definitions.ts";
import type { ParameterValue } from "./template/parameters.ts";
import type { Value, ValueMap } from "./template/value.ts";

/** Everything that CloudFormation stores for the account. */
export interface Account {
  readonly context: SandboxContext;
  readonly registry: ResourceRegistry;
  /** How the provider of nested stacks reaches the stacks behind its resources. */
  readonly nested: NestedStacks;
  /** Oldest first, including deleted stacks. */
  readonly stacks: Stack[];
}

/** One stack and the account that it belongs to. */
export interface Site {
  readonly account: Account;
  readonly stack: Stack;
}

export const STACK_TYPE = "AWS::CloudFormation::Stack";

/** What a stack should become: one template with the values for it. */
export interface Blueprint {
  readonly template: Template;
  readonly parameters: readonly ParameterValue[];
  readonly tags: readonly Tag[];
  readonly capabilities: readonly string[];
  /** The resource types that the request allows; undefined if it allows all. */
  readonly resourceTypes: readonly string[] | undefined;
  /** Physical ids, by logical id, of resources that exist in the account already and are to be imported. */
  readonly imports: ReadonlyMap<string, string>;
}

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

/** A resource of a stack as it was last deployed. */
export interface StackResource {
  readonly logicalId: string;
  readonly type: string;
  /** Empty until the resource has an id. */
  readonly physicalId: string;
  readonly properties: ValueMap;
  /** The properties with NoEcho values masked, as events show them. */
  readonly shownProperties: ValueMap;
  readonly metadata: Value | undefined;
  readonly attributes: ValueMap;
  readonly tags: Readonly<Record<string, string>>;
  /** Logical ids of resources that have to exist as long as this one does. */
  readonly dependencies: readonly string[];
  readonly deletionPolicy: string | undefined;
  readonly updateReplacePolicy: string | undefined;
  /**
   * Whether the resource existed before the operation that took it into the stack, which therefore may not delete it.
   */
  readonly imported: boolean;
  status: string;
  statusReason: string | undefined;
  timestamp: Date;
}

export interface Output {
  readonly key: string;
  readonly value: string;
  readonly description: string | undefined;
  readonly exportName: string | undefined;
}

/** How to undo one step of an unfinished change. `before` is the old resource, `after` the one that took its place. */
export type UndoStep =
  | { readonly kind: "created"; readonly after: StackResource }
  | {
      readonly kind: "updated";
      readonly before: StackResource;
      readonly after: StackResource;
      /** Whether the update was refused before it had any effect. */
      readonly refused: boolean;
    }
  | { readonly kind: "replaced"; readonly before: StackResource; readonly after: StackResource }
  | { readonly kind: "removed"; readonly before: StackResource }
  /** The resource itself did not change; its dependencies and policies in the template may have. */
  | { readonly kind: "kept"; readonly before: StackResource };

/** What an unfinished update needs for its rollback and cleanup. */
export interface Recovery {
  /** The stack's last complete state; null for a stack that was never complete. */
  readonly stable: StableState | null;
  /** In the order in which the steps ended. */
  undo: UndoStep[];
  /** Replaced and removed resources, which are deleted once the stack is complete again. */
  leftovers: StackResource[];
  /** What a rollback has to skip: logical ids of the root, `StackName.LogicalId` for the stacks below it. */
  skip: readonly string[];
}

interface StableState {
  readonly blueprint: Blueprint;
  readonly outputs: readonly Output[];
  readonly imports: ReadonlySet<string>;
}

/** The place of a nested stack in its tree. */
export interface Parent {
  readonly stackId: string;
  readonly rootId: string;
  /** The resource of the parent that this stack is. */
  readonly logicalId: string;
}

export interface Stack {
  readonly id: string;
  readonly name: string;
  /** Undefined for a stack that is not nested. */
  readonly parent: Parent | undefined;
  readonly createdAt: Date;
  updatedAt: Date | undefined;
  deletedAt: Date | undefined;
  status: string;
  statusReason: string | undefined;
  /** Null while the stack is only in review. */
  blueprint: Blueprint | null;
  outputs: readonly Output[];
  /** The names of the exports that the stack imports. */
  imports: ReadonlySet<string>;
  /**
   * By logical id. Contains every resource that has a physical id, and those that had one until the whole stack was
   * deleted.
   */
  resources: Map<string, StackResource>;
  recovery: Recovery | null;
  /** Newest first. */
  readonly events: StackEvent[];
  readonly changeSets: ChangeSet[];
  /** What was found before anything was deployed, for each creation or update without a change set that failed for it. */
  readonly validations: FailedValidation[];
  /** The change set that produced the stack's current state; undefined if an operation did. */
  changeSetId: string | undefined;
  readonly settings: StackSettings;
  /** Client request tokens that have been used on the stack. */
  readonly tokens: Set<string>;
  /** The token of the operation that is under way or ended last; every event carries it. */
  currentToken: string | undefined;
  /** Set while an operation under way has to stop: to roll its update back, or because the stack is being deleted. */
  cancelled: "update" | "delete" | undefined;
  /** Whether resources under way have to stop, because another one failed or the update was cancelled. */
  interrupted: boolean;
  /** Resolves when nothing is under way any more. */
  work: Promise<void>;
}

/** Settings that a request may change and that later requests keep. */
export interface StackSettings {
  disableRollback: boolean;
  terminationProtection: boolean;
  policy: string | undefined;
  /** Replaces the policy while an update runs. */
  policyDuringUpdate: string | undefined;
  /** The policy that came with an update: in force once the update is complete, not during the update itself. */
  policyAfterUpdate: string | undefined;
  roleArn: string | undefined;
  notificationArns: readonly string[];
  rollbackConfiguration: Shape;
  timeoutInMinutes: number | undefined;
}

export interface StackEvent {
  readonly id: string;
  readonly logicalId: string;
  readonly physicalId: string;
  readonly type: string;
  readonly status: string;
  readonly reason: string | undefined;
  readonly properties: ValueMap | undefined;
  readonly token: string | undefined;
  readonly timestamp: Date;
}

export interface ChangeSet {
  readonly id: string;
  readonly name: string;
  readonly type: "CREATE" | "IMPORT" | "UPDATE";
  readonly description: string | undefined;
  /** A draft until the set has been computed. */
  blueprint: Blueprint;
  readonly createdAt: Date;
  readonly onStackFailure: string | undefined;
  readonly settings: Partial<StackSettings>;
  /** Whether resources that exist in the account already are imported instead of created. */
  readonly importExisting: boolean;
  /** Whether the nested stacks get change sets too. */
  readonly includeNested: boolean;
  /** The sets that this one was created for; undefined for a set that a client asked for. */
  readonly parents: { readonly parentId: string; readonly rootId: string } | undefined;
  status: string;
  statusReason: string | undefined;
  executionStatus: string;
  changes: readonly PlannedChange[];
  /** Whether AWS's schemas are asked before anything is deployed. */
  readonly validated: boolean;
  /** What they find wrong. */
  validationFailures: readonly ValidationFailure[];
  /** Why some values could not be shown; undefined if all could. */
  valuesWarning: string | undefined;
}

/** An operation on a stack that did not begin because of what AWS's schemas find wrong. */
export interface FailedValidation {
  readonly operationId: string;
  readonly operation: "CREATE_STACK" | "UPDATE_STACK";
  readonly failures: readonly ValidationFailure[];
}

/** A fault of one resource's properties, as the validation before a deployment reports it. */
export interface ValidationFailure {
  readonly id: string;
  readonly logicalId: string;
  readonly type: string;
  /** Where in the template. */
  readonly path: string;
  readonly reason: string;
  readonly timestamp: Date;
}

/** What happens to a new stack whose creation fails. */
export type OnFailure = "ROLLBACK" | "DELETE" | "DO_NOTHING";

export interface PlannedChange {
  readonly action: "Add" | "Import" | "Modify" | "Remove";
  readonly logicalId: string;
  readonly type: string;
  readonly physicalId: string | undefined;
  /** Only for a Modify. */
  readonly replacement: "True" | "False" | "Conditional" | undefined;
  readonly policyAction: string | undefined;
  readonly details: readonly ChangeDetail[];
  /** The resource as it will be, unmasked, as far as that is known; undefined for a Remove. */
  readonly wanted: StackResource | undefined;
  /** The change set of the nested stack, if the resource is one. */
  readonly changeSetId: string | undefined;
  /** The properties with secrets masked; undefined if the resource does not exist on that side. */
  readonly before: ValueMap | undefined;
  readonly after: ValueMap | undefined;
}

/** One reason why a resource changes, as a change set lists it. */
export interface ChangeDetail {
  readonly target: {
    readonly attribute: "DeletionPolicy" | "Metadata" | "Properties" | "Tags" | "UpdateReplacePolicy";
    readonly name: string | undefined;
    readonly requiresRecreation: "Never" | "Always";
    readonly before: Value | undefined;
    readonly after: Value | undefined;
  };
  /** Static: the change is certain. Dynamic: it depends on the value that another resource will return. */
  readonly evaluation: "Static" | "Dynamic";
  readonly source:
    | "Automatic"
    | "DirectModification"
    | "ParameterReference"
    | "ResourceReference"
    | "ResourceAttribute";
  readonly causingEntity: string | undefined;
}

/** `Object.assign`, checked by the compiler. */
export function assign<T extends object>(target: T, ...changes: readonly Partial<T>[]): void {
  Object.assign(target, ...changes);
}
