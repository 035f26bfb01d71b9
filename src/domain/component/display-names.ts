import { type KnownNames, knownNames } from "../template/known-names/known-names.ts";
import { templateOf } from "../template/template.ts";
import {
  type CapturedComponent,
  type ComponentId,
  type Components,
  componentId,
  functionOf,
  kindOf,
  nameOf,
  splitResource,
} from "./component.ts";
import { stackState } from "./states/stack.ts";

/** What people call components whose own names a deploy tool generated. Others have no entry. */
export type DisplayNames = ReadonlyMap<ComponentId, string>;

/**
 * A resource of a stack is called as the template says, and a component of a function like the resource that owns it. Pure,
 * and for showing only: no digest and no selection depends on it.
 */
export function displayNames(components: Components): DisplayNames {
  const stacks = new Map<ComponentId, KnownNames>();
  for (const { id, state } of components.values()) {
    if (kindOf(id) === "stack") stacks.set(id, knownNames(templateOf(state)));
  }
  const resourceName = (resource: ComponentId | null): string | null => {
    if (resource === null || kindOf(resource) !== "stack-resource") return null;
    const { stack, logicalId } = splitResource(nameOf(resource));
    return stacks.get(componentId("stack", stack))?.(logicalId) ?? null;
  };
  const names = new Map<ComponentId, string>();
  for (const component of components.values()) {
    const name = resourceName(resourceOf(component, components));
    if (name !== null && name !== ownName(component.id)) names.set(component.id, name);
  }
  return names;
}

/** What its id ends with, and needs no repeating. */
function ownName(id: ComponentId): string {
  return kindOf(id) === "stack-resource" ? splitResource(nameOf(id)).logicalId : nameOf(id);
}

/** The resource that a component is or comes from; for what stands outside every stack, such as an alias, its function's. */
function resourceOf({ id, parent, physicalId }: CapturedComponent, components: Components): ComponentId | null {
  if (kindOf(id) === "stack-resource") return id;
  if (kindOf(id) === "stack") return parent && nestedIn(parent, physicalId, components);
  return parent ?? components.get(componentId("lambda-config", functionOf(id) ?? ""))?.parent ?? null;
}

/** The resource of the outer stack that is this stack. */
function nestedIn(outer: ComponentId, stackId: string | null, components: Components): ComponentId | null {
  const state = components.get(outer)?.state;
  const ids = Object.entries(state ? stackState(state).evidence.physicalIds : {});
  const found = ids.find(([, physicalId]) => physicalId !== null && physicalId === stackId);
  return found ? componentId("stack-resource", `${nameOf(outer)}/${found[0]}`) : null;
}
