import { scalarText, type ValueMap } from "../template/value.ts";
import { ResourceError } from "./resource-error.ts";

/** What the registry needs to know about a resource. */
interface RegisteredResource {
  readonly type: string;
  readonly physicalId: string;
  readonly stackId: string;
  readonly properties: ValueMap;
}

/**
 * The account's resources of types that no service of the sandbox implements. The registry remembers them so that a name
 * can be taken only once.
 */
export class ResourceRegistry {
  readonly #resources = new Map<string, RegisteredResource>();

  /** Throws ResourceError if another resource has the id. */
  add(resource: RegisteredResource): void {
    const holder = this.#resources.get(keyOf(resource));
    if (holder) throw new ResourceError(`${resource.physicalId} already exists in stack ${holder.stackId}`);
    this.#resources.set(keyOf(resource), resource);
  }

  has(resource: RegisteredResource): boolean {
    return this.#resources.has(keyOf(resource));
  }

  replace(resource: RegisteredResource): void {
    this.#resources.set(keyOf(resource), resource);
  }

  remove(resource: RegisteredResource): void {
    this.#resources.delete(keyOf(resource));
  }
}

/** A stage's name is its own within its API only. */
function keyOf({ type, physicalId, properties }: RegisteredResource): string {
  const api = type.endsWith("::Stage") ? scalarText(properties["RestApiId"] ?? properties["ApiId"]) : undefined;
  return `${type} ${api === undefined ? "" : `${api} `}${physicalId}`;
}
