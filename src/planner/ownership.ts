import {
  type CapturedComponent,
  type ComponentId,
  type Components,
  componentId,
  parseComponentId,
  stackOf,
} from "../domain/component/component.ts";
import { asObject } from "../domain/json.ts";
import { ownedResources, statementKey } from "../domain/stack/owned-resources.ts";
import type { Sources } from "../jobs/plan/sources.ts";

/** What the question whose something is, is answered from. */
export interface States {
  readonly sources: Pick<Sources, "before" | "deployed">;
  readonly live: Components;
}

/** What contains it now or did in the backup: the stack of a resource, the resource of a function's component. */
export function parentOf(id: ComponentId, { sources, live }: States): ComponentId | null {
  return live.get(id)?.parent ?? sources.before.get(id)?.parent ?? sources.deployed.get(id)?.parent ?? null;
}

/** The stack that owns it now or did in the backup; null for what no stack owns, and for a stack. */
export function ownerOf(id: ComponentId, states: States): ComponentId | null {
  return stackOf(resourcesOf(id, states)[0] ?? parentOf(id, states));
}

/**
 * The resources that a part of a function is by itself, also of another stack than the function's: of a policy one for
 * each statement that came or went, or for the one that is asked for. Empty where only the function is a resource.
 */
export function resourcesOf(id: ComponentId, states: States, statement?: string): ComponentId[] {
  const kind = parseComponentId(id)?.kind;
  const parent = parentOf(id, states);
  if (kind === "lambda-trigger") return parent ? [pickable(parent, id, states)] : [];
  const sids = statement === undefined ? movedStatements(id, states) : [statement];
  const keys = kind === "lambda-policy" ? sids.map(statementKey) : [id];
  return keys.flatMap((key) => {
    const found = findResource(key, states);
    return found ? [pickable(found, id, states)] : [];
  });
}

/** Sids that only some of the states have. */
function movedStatements(id: ComponentId, { sources, live }: States): string[] {
  const sides = [sources.before, sources.deployed, live].flatMap((side) => side.get(id) ?? []);
  const sids = sides.map(({ state }) => Object.keys(asObject(state.settings["Statements"])));
  const both = [sources.before, sources.deployed].every((side) => side.has(id));
  return [...new Set(sids.flat())].filter((sid) => !both || !sids.every((side) => side.includes(sid)));
}

function findResource(key: string, { sources, live }: States): ComponentId | null {
  const then = stacksIn(sources.before);
  const now = [...stacksIn(live), ...stacksIn(sources.deployed).filter(({ id }) => !live.has(id))];
  for (const stack of [...then, ...now]) {
    const logicalId = ownedResources(stack).get(key);
    if (logicalId !== undefined)
      return componentId("stack-resource", `${parseComponentId(stack.id)?.name}/${logicalId}`);
  }
  return null;
}

/** What a transform made is picked with what it was made of: the function's own resource, or else the stack. */
function pickable(resource: ComponentId, id: ComponentId, states: States): ComponentId {
  const { before, deployed } = states.sources;
  const stack = stackOf(resource);
  const known = [resource, parentOf(id, states)].find(
    (one) => one && stackOf(one) === stack && [before, deployed, states.live].some((side) => side.has(one)),
  );
  return known ?? stack ?? resource;
}

/** The stacks among thousands of components, looked for once per snapshot. */
function stacksIn(components: Components): readonly CapturedComponent[] {
  const known = STACKS.get(components);
  if (known) return known;
  const stacks = [...components.values()].filter(({ id }) => id.startsWith("stack:"));
  STACKS.set(components, stacks);
  return stacks;
}

const STACKS = new WeakMap<Components, readonly CapturedComponent[]>();
