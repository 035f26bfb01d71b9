import { type ComponentId, componentId, functionOf } from "../domain/component/component.ts";
import { isTrigger } from "../domain/component/turned-triggers.ts";
import type { DraftStep } from "./draft-step.ts";
import type { Subjects } from "./subject.ts";

/** How the triggers that are turned back stand to each other and to what they call. */
export interface Turned {
  /** Functions and aliases that go, with the triggers that call them until these are pointed back. */
  readonly leaving: ReadonlyMap<ComponentId, readonly ComponentId[]>;
  /** Triggers that get a name which another one has until it is turned back, with all of these, the first one first. */
  readonly behind: ReadonlyMap<ComponentId, readonly ComponentId[]>;
}

export function findTurned(drafts: readonly DraftStep[], { turnedFrom }: Pick<Subjects, "turnedFrom">): Turned {
  return { leaving: findLeaving(drafts), behind: findBehind(drafts, turnedFrom) };
}

/** Records that arrive between the two calls would find no function (facts B6). */
function findLeaving(drafts: readonly DraftStep[]): Map<ComponentId, ComponentId[]> {
  const going = new Set(drafts.filter(({ action }) => action === "remove").map(({ component }) => component));
  const found = new Map<ComponentId, ComponentId[]>();
  for (const { component, via } of drafts) {
    if (!isTrigger(component) || via === null || !isTrigger(via)) continue;
    for (const called of calledBy(component).filter((id) => going.has(id)))
      found.set(called, [...(found.get(called) ?? []), via]);
  }
  return found;
}

/** AWS takes no two triggers with one source and one function, so that a name has to be free before it is taken. */
function findBehind(
  drafts: readonly DraftStep[],
  turnedFrom: Subjects["turnedFrom"],
): Map<ComponentId, readonly ComponentId[]> {
  const acting = new Set(drafts.filter(({ actions }) => actions.length > 0).map(({ component }) => component));
  const before = (id: ComponentId): ComponentId[] => {
    const was = turnedFrom(id);
    return was === null || !acting.has(was) ? [] : [...before(was), was];
  };
  return new Map([...acting].map((id) => [id, before(id)]));
}

/** The function that a trigger calls and, where its name ends with one, the alias. */
export function calledBy(trigger: ComponentId): ComponentId[] {
  const functionName = functionOf(trigger) ?? "";
  const alias = /#([^#]+)$/.exec(trigger)?.[1];
  const own = componentId("lambda-code", functionName);
  return alias === undefined ? [own] : [own, componentId("lambda-alias", `${functionName}:${alias}`)];
}
