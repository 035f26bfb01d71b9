import { scalarText } from "../template/value.ts";
import { type ExistingResource, ResourceError } from "./provider.ts";

/** The account's resources of types that no service of the sandbox holds: remembered, so that names collide and SSM parameters can be read. */
export class ResourceRegistry {
  readonly #resources = new Map<string, ExistingResource>();

  /** Throws ResourceError where another resource has the id. */
  add(resource: ExistingResource): void {
    const holder = this.#resources.get(keyOf(resource));
    if (holder) throw new ResourceError(`${resource.physicalId} already exists in stack ${holder.stackId}`);
    this.#resources.set(keyOf(resource), resource);
  }

  has(resource: ExistingResource): boolean {
    return this.#resources.has(keyOf(resource));
  }

  replace(resource: ExistingResource): void {
    this.#resources.set(keyOf(resource), resource);
  }

  remove(resource: ExistingResource): void {
    this.#resources.delete(keyOf(resource));
  }

  /** What an SSM parameter holds; undefined where there is none. */
  ssmValue(name: string): string | undefined {
    const parameter = this.#resources.get(`AWS::SSM::Parameter ${name}`);
    return parameter ? scalarText(parameter.properties["Value"]) : undefined;
  }
}

function keyOf({ type, physicalId }: ExistingResource): string {
  return `${type} ${physicalId}`;
}
