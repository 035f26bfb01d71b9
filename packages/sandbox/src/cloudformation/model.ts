import type { SandboxContext, Shape } from "../core/contract.ts";
import type { NestedStacks } from "./providers/provider.ts";
import type { ResourceRegistry } from "./providers/resource-registry.ts";
import type { Template } from "./template/definitions.ts";
import type { ParameterValue } from "./template/parameters.ts";
import type { Value, ValueMap } from "./template/value.ts";

/** Everything that CloudFormation holds for the account. */
export interface Account {
  readonly context: SandboxContext;
  readonly registry: ResourceRegistry;
  /** How the provider of nested stacks reaches the stacks that it stands for. */
  readonly nested: NestedStacks;
  /** Oldest first, deleted ones included. */
  readonly stacks: Stack[];
}

/** One stack, in the account that it is part of. */
export interface Site {
  readonly account: Account;
  readonly stack: Stack;
}

export const STACK_TYPE = "AWS::CloudFormation::Stack";

/** What a stack is told to be: one template with the values that go into it. */
export interface Blueprint {
  readonly template: Template;
  readonly parameters: readonly ParameterValue[];
  readonly tags: readonly Tag[];
  readonly capabilities: readonly string[];
  /** The types that the request allows; undefined where it allows all. */
  readonly resourceTypes: readonly string[] | undefined;
  /** Resources of the template that are in the account already, to be taken into the stack: physical ids by logical id. */
  readonly imports: ReadonlyMap<string, string>;
}

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

/** A resource of a stack as it was deployed last. */
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
  /** Logical ids that have to stand while this one does. */
  readonly dependencies: readonly string[];
  readonly deletionPolicy: string | undefined;
  readonly updateReplacePolicy: string | undefined;
  /** Whether the resource was there before the operation that took it into the stack, which then may not delete it. */
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

/** What takes one step of an unfinished change back. `before` is what stood, `after` what came in its place. */
export type UndoStep =
  | { readonly kind: "created"; readonly after: StackResource }
  | { readonly kind: "updated"; readonly before: StackResource; readonly after: StackResource }
  | { readonly kind: "replaced"; readonly before: StackResource; readonly after: StackResource }
  | { readonly kind: "removed"; readonly before: StackResource }
  /** The resource itself stayed; what the template says of its dependencies and policies may not have. */
  | { readonly kind: "kept"; readonly before: StackResource };

/** What an update that has not come to its end still knows. */
export interface Recovery {
  /** What the stack was when it last was complete; null for a stack that never was. */
  readonly stable: StableState | null;
  /** In the order in which the steps were done. */
  undo: UndoStep[];
  /** Replaced and removed resources, to be deleted once the stack is complete again. */
  leftovers: StackResource[];
  /** What a rollback is to leave as it is: logical ids of the root, `StackName.LogicalId` of the stacks below it. */
  skip: readonly string[];
}

export interface StableState {
  readonly blueprint: Blueprint;
  readonly outputs: readonly Output[];
  readonly imports: ReadonlySet<string>;
}

/** Where a nested stack stands. */
export interface Parent {
  readonly stackId: string;
  readonly rootId: string;
  /** The resource of the parent that the stack is. */
  readonly logicalId: string;
}

export interface Stack {
  readonly id: string;
  readonly name: string;
  /** Undefined for a stack of its own. */
  readonly parent: Parent | undefined;
  readonly createdAt: Date;
  updatedAt: Date | undefined;
  deletedAt: Date | undefined;
  status: string;
  statusReason: string | undefined;
  /** Null while the stack is only under review. */
  blueprint: Blueprint | null;
  outputs: readonly Output[];
  /** The names of exports that the stack uses. */
  imports: ReadonlySet<string>;
  /** By logical id. Holds what has a physical id, or had one until the whole stack was deleted. */
  resources: Map<string, StackResource>;
  recovery: Recovery | null;
  /** Newest first. */
  readonly events: StackEvent[];
  readonly changeSets: ChangeSet[];
  /** The change set that made the stack what it is; undefined where an operation did. */
  changeSetId: string | undefined;
  readonly settings: StackSettings;
  /** Client request tokens that were used on the stack. */
  readonly tokens: Set<string>;
  /** The token of the operation that is under way or ended last; every event carries it. */
  currentToken: string | undefined;
  /** Set while an operation under way is to stop: to take its update back, or because the stack is to be deleted. */
  cancelled: "update" | "delete" | undefined;
  /** Ends when nothing is under way any more. */
  work: Promise<void>;
}

/** What a request may set and later requests leave alone. */
export interface StackSettings {
  disableRollback: boolean;
  terminationProtection: boolean;
  policy: string | undefined;
  /** Stands in for the policy while an update runs. */
  policyDuringUpdate: string | undefined;
  /** What an update brought along: in force once the update is complete, and not for the update itself. */
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
  /** A draft until the set is worked out. */
  blueprint: Blueprint;
  readonly createdAt: Date;
  readonly onStackFailure: string | undefined;
  readonly settings: Partial<StackSettings>;
  /** Whether resources that are in the account already are to be imported instead of created. */
  readonly importExisting: boolean;
  /** Whether sets are made for the nested stacks, too. */
  readonly includeNested: boolean;
  /** The sets that this one was made for; undefined for one that was asked for itself. */
  readonly parents: { readonly parentId: string; readonly rootId: string } | undefined;
  status: string;
  statusReason: string | undefined;
  executionStatus: string;
  changes: readonly PlannedChange[];
  /** Why values could not be shown, where some could not. */
  valuesWarning: string | undefined;
}

/** What happens to a new stack that cannot be created. */
export type OnFailure = "ROLLBACK" | "DELETE" | "DO_NOTHING";

export interface PlannedChange {
  readonly action: "Add" | "Import" | "Modify" | "Remove";
  readonly logicalId: string;
  readonly type: string;
  readonly physicalId: string | undefined;
  /** Of a Modify only. */
  readonly replacement: "True" | "False" | "Conditional" | undefined;
  readonly policyAction: string | undefined;
  readonly details: readonly ChangeDetail[];
  /** What the resource is to be, unmasked, as far as it is known; undefined for a Remove. */
  readonly wanted: StackResource | undefined;
  /** The set of the nested stack that the resource is. */
  readonly changeSetId: string | undefined;
  /** Properties as people may see them; undefined where the resource is not there. */
  readonly before: ValueMap | undefined;
  readonly after: ValueMap | undefined;
}

/** One reason why a resource changes, as a change set lists it. */
export interface ChangeDetail {
  readonly target: {
    readonly attribute: "Properties" | "Metadata" | "Tags";
    readonly name: string | undefined;
    readonly requiresRecreation: "Never" | "Always";
    readonly before: Value | undefined;
    readonly after: Value | undefined;
  };
  /** Static: the change is certain. Dynamic: it depends on what another resource will give. */
  readonly evaluation: "Static" | "Dynamic";
  readonly source:
    | "Automatic"
    | "DirectModification"
    | "ParameterReference"
    | "ResourceReference"
    | "ResourceAttribute";
  readonly causingEntity: string | undefined;
}

/** `Object.assign` under the compiler's eyes. */
export function assign<T extends object>(target: T, ...changes: readonly Partial<T>[]): void {
  Object.assign(target, ...changes);
}
