import { type ComponentId, type Components, kindOf } from "./component.ts";

/*
 * A trigger that is pointed to another function keeps its UUID and gets another name.
 */

export function isTrigger(id: ComponentId): boolean {
  return kindOf(id) === "lambda-trigger";
}

/**
 * The names of the triggers that were turned between two states, each with the one that it has in the second. A trigger may
 * have taken the name of one that was turned itself; such a chain begins at a name that is free now, and ends at one that
 * was free. Where it does not, triggers have traded their names: then each name is the same component, whatever its UUID. Pure.
 */
export function turnedBetween(was: Components, is: Components): ReadonlyMap<ComponentId, ComponentId> {
  const names = namesByUuid(is);
  const turns = new Map<ComponentId, ComponentId>();
  for (const { id, physicalId } of was.values()) {
    const now = isTrigger(id) && physicalId !== null ? names.get(physicalId) : undefined;
    if (now !== undefined && now !== id) turns.set(id, now);
  }
  const starts = [...turns.keys()].filter((id) => !is.has(id));
  const chains = starts.map((start) => chainFrom(start, turns)).filter((chain) => !was.has(lastOf(chain, turns)));
  return new Map(chains.flat().map((id) => [id, turns.get(id) ?? id]));
}

function namesByUuid(components: Components): Map<string, ComponentId> {
  const triggers = [...components.values()].filter(({ id }) => isTrigger(id));
  return new Map(triggers.flatMap(({ id, physicalId }) => (physicalId === null ? [] : [[physicalId, id] as const])));
}

type Turns = ReadonlyMap<ComponentId, ComponentId>;

/** Ends, because no two triggers have one name: only a ring would come back, and a ring has no free name to begin at. */
function chainFrom(start: ComponentId, turns: Turns): ComponentId[] {
  const next = turns.get(start);
  return next !== undefined && turns.has(next) ? [start, ...chainFrom(next, turns)] : [start];
}

function lastOf(chain: readonly ComponentId[], turns: Turns): ComponentId {
  const last = chain[chain.length - 1] as ComponentId;
  return turns.get(last) ?? last;
}
