import type { SandboxContext } from "../../core/contract.ts";
import { scalarText, type ValueMap } from "../template/value.ts";
import type { ResourceRegistry } from "./resource-registry.ts";

/** What the provider of nested stacks needs from CloudFormation, in the way that other providers need a service. */
export interface NestedStacks {
  /** Adds the stack, starts its creation and returns its id. Throws ResourceError. */
  create(wanted: ResourceRequest): Promise<string>;
  /** Updates the stack to what is wanted, or back to what it was while the parent rolls back. Throws ResourceError. */
  update(wanted: ResourceRequest, existing: ExistingResource): Promise<void>;
  delete(existing: ExistingResource): Promise<void>;
  /** Waits until the stack's creation has ended. Throws ResourceError if it failed. */
  settle(existing: ExistingResource): Promise<void>;
  /** The stack's outputs, as `Outputs.Name`. */
  attributes(existing: ExistingResource): ValueMap;
}

/** One resource of a stack as its provider gets it. */
export interface ResourceRequest {
  readonly context: SandboxContext;
  /** The resources of types that no service of the sandbox implements. */
  readonly registry: ResourceRegistry;
  readonly nested: NestedStacks;
  readonly stackName: string;
  readonly stackId: string;
  readonly logicalId: string;
  readonly type: string;
  /** With every function of the template evaluated. */
  readonly properties: ValueMap;
  /** The stack's tags and AWS's own `aws:cloudformation:*`, which every taggable resource gets. */
  readonly tags: Readonly<Record<string, string>>;
}

/** An existing resource: its definition as deployed, and its id. */
export interface ExistingResource extends ResourceRequest {
  readonly physicalId: string;
}

/**
 * How CloudFormation handles one resource type. Each provider has these members in this order. Operations throw
 * AwsError (an error of the service) or ResourceError (CloudFormation's own words) if they fail.
 */
export interface Provider {
  /** Creates the resource and returns its physical id, which is what `Ref` returns. */
  create(wanted: ResourceRequest): Promise<string>;
  /** Changes what differs between the two definitions, and nothing else. */
  update(wanted: ResourceRequest, existing: ExistingResource): Promise<void>;
  /** Deletes the resource. Does nothing if it is already gone. */
  delete(existing: ExistingResource): Promise<void>;
  /** Waits until a creation or an update has taken effect. */
  settle(existing: ExistingResource): Promise<void>;
  /** What `Fn::GetAtt` returns. */
  attributes(existing: ExistingResource): Promise<ValueMap>;
  /** Properties whose change requires a new resource. */
  readonly replacedBy: "all" | readonly string[];
  /** The property that names the resource; null if AWS always generates the id. */
  readonly nameProperty: string | null;
  /** Whether the resource gets the stack's tags. */
  readonly taggable: boolean;
  /** Only for types that can be imported. */
  readonly importing?: Importing;
}

/** How a resource that already exists in the account becomes part of a stack. */
export interface Importing {
  /** AWS's primary identifier of the type: the property, written or read-only, whose value is the physical id. */
  readonly identifier: string;
  /** The physical id of a resource with this name. */
  idOf(name: string, wanted: ResourceRequest): string;
  exists(resource: ExistingResource): Promise<boolean>;
  /** Adds the stack's tags to the resource and changes nothing else. */
  adopt(resource: ExistingResource): Promise<void>;
}

/** Resources of types without a wait of their own settle after this fraction of the sandbox's update time. */
const SETTLE_PARTS = 10;

export function settleSoon({ context }: ResourceRequest): Promise<void> {
  return context.clock.sleep(context.updateMs / SETTLE_PARTS);
}

/** The longest name that AWS allows for functions and roles. */
const MAX_NAME_LENGTH = 64;
const SUFFIX_LENGTH = 12;

/** The resource's custom name, or `stack-LogicalId-SUFFIX`, shortened so that the suffix stays whole. */
export function nameOf(request: ResourceRequest, nameProperty: string | null): string {
  const given = nameProperty === null ? undefined : scalarText(request.properties[nameProperty]);
  if (given !== undefined) return given;
  const suffix = randomSuffix(request.context);
  const room = MAX_NAME_LENGTH - SUFFIX_LENGTH - 1;
  return `${`${request.stackName}-${request.logicalId}`.slice(0, room)}-${suffix}`;
}

export function randomSuffix(context: SandboxContext): string {
  return context.uuid().replaceAll("-", "").slice(0, SUFFIX_LENGTH).toUpperCase();
}

export function arn(request: ResourceRequest, service: string, resource: string): string {
  return `arn:aws:${service}:${request.context.region}:${request.context.accountId}:${resource}`;
}

/** IAM's ARNs have no region. */
export function iamArn({ context }: ResourceRequest, resource: string): string {
  return `arn:aws:iam::${context.accountId}:${resource}`;
}
