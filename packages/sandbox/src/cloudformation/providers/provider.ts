import type { SandboxContext } from "../../core/contract.ts";
import { scalarText, type ValueMap } from "../template/value.ts";
import type { ResourceRegistry } from "./resource-registry.ts";

/** What the provider of nested stacks asks of CloudFormation: the same as other providers ask of a service. */
export interface NestedStacks {
  /** Makes the stack and begins its creation; answers its id. Throws ResourceError. */
  create(wanted: ResourceRequest): Promise<string>;
  /** Brings the stack to what is wanted or, while the parent goes back, back. Throws ResourceError. */
  update(wanted: ResourceRequest, existing: ExistingResource): Promise<void>;
  delete(existing: ExistingResource): Promise<void>;
  /** Waits until the stack's creation has ended. Throws ResourceError where it failed. */
  settle(existing: ExistingResource): Promise<void>;
  /** The stack's outputs, by `Outputs.Name`. */
  attributes(existing: ExistingResource): ValueMap;
}

/** One resource of a stack as a provider gets it: wanted, or to be removed. */
export interface ResourceRequest {
  readonly context: SandboxContext;
  /** The resources of types that no service of the sandbox holds. */
  readonly registry: ResourceRegistry;
  readonly nested: NestedStacks;
  readonly stackName: string;
  readonly stackId: string;
  readonly logicalId: string;
  readonly type: string;
  /** With every function of the template worked out. */
  readonly properties: ValueMap;
  /** The stack's tags and AWS's own `aws:cloudformation:*`, which go to every taggable resource. */
  readonly tags: Readonly<Record<string, string>>;
}

/** An existing resource: how it was deployed, and under which id. */
export interface ExistingResource extends ResourceRequest {
  readonly physicalId: string;
}

/**
 * What CloudFormation knows of one resource type. Each provider has these members in this order. Operations throw
 * AwsError (a service's answer) or ResourceError (CloudFormation's own words) where the resource cannot be had.
 */
export interface Provider {
  /** Makes the resource and answers its physical id, which is what `Ref` gives. */
  create(wanted: ResourceRequest): Promise<string>;
  /** Changes what differs between the two, and nothing else. */
  update(wanted: ResourceRequest, existing: ExistingResource): Promise<void>;
  /** Removes the resource; done when it is gone already. */
  delete(existing: ExistingResource): Promise<void>;
  /** Waits until a creation or an update has taken effect. */
  settle(existing: ExistingResource): Promise<void>;
  /** What `Fn::GetAtt` gives. */
  attributes(existing: ExistingResource): Promise<ValueMap>;
  /** Properties whose change needs a new resource in place of the old one. */
  readonly replacedBy: "all" | readonly string[];
  /** The property that names the resource; null where AWS alone makes up its id. */
  readonly nameProperty: string | null;
  /** Whether tags of the stack go to the resource. */
  readonly taggable: boolean;
  /** Only of types that can be imported. */
  readonly importing?: Importing;
}

/** How a resource that is in the account already is taken into a stack. */
export interface Importing {
  /** The property, written or read-only, whose value is the physical id: AWS's primary identifier of the type. */
  readonly identifier: string;
  /** The physical id of a resource of this name. */
  idOf(name: string, wanted: ResourceRequest): string;
  exists(resource: ExistingResource): Promise<boolean>;
  /** Gives the resource the stack's tags; nothing else about it changes. */
  adopt(resource: ExistingResource): Promise<void>;
}

/** Resources of types that need no waiting settle in this part of the sandbox's update time. */
const SETTLE_PARTS = 10;

export function settleSoon({ context }: ResourceRequest): Promise<void> {
  return context.clock.sleep(context.updateMs / SETTLE_PARTS);
}

/** AWS's longest names of functions and roles. */
const MAX_NAME_LENGTH = 64;
const SUFFIX_LENGTH = 12;

/** The name that a resource was given, or `stack-LogicalId-SUFFIX`, cut so that the suffix stays whole. */
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

/** ARNs of IAM have no region. */
export function iamArn({ context }: ResourceRequest, resource: string): string {
  return `arn:aws:iam::${context.accountId}:${resource}`;
}
