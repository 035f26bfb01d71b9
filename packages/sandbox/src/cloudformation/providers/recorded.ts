import type { Shape } from "../../core/contract.ts";
import type { ValueMap } from "../template/value.ts";
import {
  type ExistingResource,
  type Importing,
  nameOf,
  type Provider,
  type ResourceRequest,
  settleSoon,
} from "./provider.ts";

/** How one recorded type differs from another. */
interface RecordedType {
  readonly nameProperty?: string | null;
  readonly replacedBy?: "all" | readonly string[];
  readonly taggable?: boolean;
  /** The physical id of a resource with this name; by default the name itself. */
  readonly physicalId?: (name: string, request: ResourceRequest) => string;
  /** The primary identifier of a type that can be imported; by default the name. */
  readonly identifier?: string;
  readonly attributes?: (existing: ExistingResource) => ValueMap;
  /** The service of the sandbox that holds what is in the resource, and the calls by which it learns of it. */
  readonly heldBy?: Holder;
}

interface Holder {
  readonly service: string;
  readonly create: string;
  readonly remove: string;
  /** The input of both calls. */
  readonly inputOf: (existing: ExistingResource) => Shape;
}

/** A provider for a type whose resources only CloudFormation knows, at most with a service that holds what is in them. */
export function recorded(type: RecordedType): Provider {
  const nameProperty = type.nameProperty ?? null;
  return {
    async create(wanted) {
      const name = nameOf(wanted, nameProperty);
      const physicalId = type.physicalId?.(name, wanted) ?? name;
      wanted.registry.add({ ...wanted, physicalId });
      await tell(type.heldBy, "create", { ...wanted, physicalId });
      return physicalId;
    },
    async update(wanted, existing) {
      wanted.registry.replace({ ...wanted, physicalId: existing.physicalId });
    },
    async delete(existing) {
      existing.registry.remove(existing);
      await tell(type.heldBy, "remove", existing);
    },
    settle: settleSoon,
    async attributes(existing) {
      return type.attributes?.(existing) ?? {};
    },
    replacedBy: type.replacedBy ?? (nameProperty === null ? [] : [nameProperty]),
    nameProperty,
    taggable: type.taggable ?? true,
    ...(nameProperty === null ? {} : { importing: importingOf(type, type.identifier ?? nameProperty) }),
  };
}

async function tell(holder: Holder | undefined, what: "create" | "remove", existing: ExistingResource): Promise<void> {
  if (!holder) return;
  await existing.context.service(holder.service).call(holder[what], holder.inputOf(existing), "cloudformation");
}

/** The only such resources outside any stack are those that a stack left behind. */
function importingOf(type: RecordedType, identifier: string): Importing {
  return {
    identifier,
    idOf: (name, wanted) => type.physicalId?.(name, wanted) ?? name,
    exists: async (resource) => resource.registry.has(resource),
    adopt: async (resource) => resource.registry.replace(resource),
  };
}
