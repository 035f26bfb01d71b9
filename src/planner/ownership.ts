import {
  type CapturedComponent,
  type ComponentId,
  type Components,
  componentId,
  kindOf,
  nameOf,
  stackOf,
} from "../domain/component/component.ts";
import { lambdaPolicyState } from "../domain/component/states/lambda.ts";
import { ownedResources, statementKey } from "../domain/stack/owned-resources.ts";
import type { States } from "./facts.ts";

/*
 * Who owns a component: pure, from the three states.
 */

/** What contains it now or did in the backup: the stack of a resource, the resource of a function's component. */
export function parentOf(id: ComponentId, { before, deployed, live }: States): ComponentId | null {
  return live.get(id)?.parent ?? before.get(id)?.parent ?? deployed.get(id)?.parent ?? null;
}

/** The stack that owns it now or did in the backup; null for what no stack owns, and for a root stack. */
export function ownerOf(id: ComponentId, states: States): ComponentId | null {
  return stackOf(owningResources(id, states)[0] ?? parentOf(id, states));
}

/**
 * The resources of stacks that a function's component is by itself, also in another stack than the function's: a policy has
 * one for each statement that came or went, or the one of `statement`. Empty where only the function is a resource.
 */
export function owningResources(id: ComponentId, states: States, statement?: string): ComponentId[] {
  const kind = kindOf(id);
  const parent = parentOf(id, states);
  if (kind === "lambda-trigger") return parent ? [pickable(parent, id, states)] : [];
  const sids = statement === undefined ? changedStatements(id, states) : [statement];
  const keys = kind === "lambda-policy" ? sids.map(statementKey) : [id];
  return keys.flatMap((key) => {
    const found = findResource(key, states);
    return found ? [pickable(found, id, states)] : [];
  });
}

/** Sids that only some of the states have. */
function changedStatements(id: ComponentId, { before, deployed, live }: States): string[] {
  const sides = [before, deployed, live].flatMap((side) => side.get(id) ?? []);
  const sids = sides.map(({ state }) => Object.keys(lambdaPolicyState(state).settings.Statements));
  const both = before.has(id) && deployed.has(id);
  return [...new Set(sids.flat())].filter((sid) => !both || !sids.every((side) => side.includes(sid)));
}

function findResource(key: string, { before, deployed, live }: States): ComponentId | null {
  const now = [...stacksIn(live), ...stacksIn(deployed).filter(({ id }) => !live.has(id))];
  for (const stack of [...stacksIn(before), ...now]) {
    const logicalId = ownedResources(stack).get(key);
    if (logicalId !== undefined) return componentId("stack-resource", `${nameOf(stack.id)}/${logicalId}`);
  }
  return null;
}

/** A resource that a transform made is picked with its origin: the function's own resource, or else the stack. */
function pickable(resource: ComponentId, id: ComponentId, states: States): ComponentId {
  const stack = stackOf(resource);
  const known = [resource, parentOf(id, states)].find(
    (one) =>
      one && stackOf(one) === stack && [states.before, states.deployed, states.live].some((side) => side.has(one)),
  );
  return known ?? stack ?? resource;
}

/** The stacks among thousands of components, found once per snapshot. */
function stacksIn(components: Components): readonly CapturedComponent[] {
  const known = STACKS.get(components);
  if (known) return known;
  const stacks = [...components.values()].filter(({ id }) => id.startsWith("stack:"));
  STACKS.set(components, stacks);
  return stacks;
}

const STACKS = new WeakMap<Components, readonly CapturedComponent[]>();
