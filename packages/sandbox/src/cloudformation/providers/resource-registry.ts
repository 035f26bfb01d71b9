import { scalarText, type ValueMap } from "../template/value.ts";
import { ResourceError } from "./resource-error.ts";

/** What the registry needs to know about a resource. */
interface RegisteredResource {
  readonly type: string;
  readonly physicalId: string;
  readonly stackId: string;
  readonly properties: ValueMap;
}

/** Resources of one account by type and id. */
export type RegisteredResources = Map<string, RegisteredResource>;

/** IAM's names are an account's in all regions together. */
const GLOBAL_TYPE = /^AWS::IAM::/;

/**
 * The resources of types that no service of the sandbox implements, of one account in one region. The registry remembers
 * them so that a name can be taken only once.
 */
export class ResourceRegistry {
  readonly #regional: RegisteredResources = new Map();
  /** By type and id: what a stack deleted and no stack made again. */
  readonly #removed = new Set<string>();

  /** The global resources are those of all regions of the account. */
  constructor(private readonly global: RegisteredResources) {}

  /** Throws ResourceError if another resource has the id. */
  add(resource: RegisteredResource): void {
    const holder = this.#among(resource).get(keyOf(resource));
    if (holder) throw new ResourceError(`${resource.physicalId} already exists in stack ${holder.stackId}`);
    this.replace(resource);
  }

  has(resource: RegisteredResource): boolean {
    return this.#among(resource).has(keyOf(resource));
  }

  /** The definition of a resource; undefined if there is none with that id. */
  definitionOf(type: string, physicalId: string): ValueMap | undefined {
    const resource = { type, physicalId, stackId: "", properties: {} };
    return this.#among(resource).get(keyOf(resource))?.properties;
  }

  wasRemoved(type: string, physicalId: string): boolean {
    return this.#removed.has(`${type} ${physicalId}`);
  }

  /** Somebody made it again outside the stacks. */
  restore(type: string, physicalId: string): void {
    this.#removed.delete(`${type} ${physicalId}`);
  }

  replace(resource: RegisteredResource): void {
    this.restore(resource.type, resource.physicalId);
    this.#among(resource).set(keyOf(resource), resource);
  }

  remove(resource: RegisteredResource): void {
    this.#removed.add(`${resource.type} ${resource.physicalId}`);
    this.#among(resource).delete(keyOf(resource));
  }

  #among({ type }: RegisteredResource): RegisteredResources {
    return GLOBAL_TYPE.test(type) ? this.global : this.#regional;
  }
}

/** A stage's name is its own within its API only. */
function keyOf({ type, physicalId, properties }: RegisteredResource): string {
  const api = type.endsWith("::Stage") ? scalarText(properties["RestApiId"] ?? properties["ApiId"]) : undefined;
  return `${type} ${api === undefined ? "" : `${api} `}${physicalId}`;
}
