import {
  type CapturedComponent,
  type ComponentId,
  type ComponentState,
  componentId,
  functionOf,
  kindOf,
  nameOf,
  stackNameIn,
  stackOf,
} from "../domain/component/component.ts";
import { stackState } from "../domain/component/states/stack.ts";
import type { Json, JsonObject } from "../domain/json.ts";

export interface ChangedId {
  readonly logicalId: string;
  readonly from: string;
  readonly to: string;
}

/** Physical ids by logical id, as a stack's capture holds them; empty for any other component. */
export function physicalIdsOf(stack: CapturedComponent | null | undefined): JsonObject {
  return stackState(stack?.state).evidence.physicalIds;
}

/** Resources that a stack created again: same logical id, another physical id. Pure. */
export function changedPhysicalIds(was: JsonObject, is: JsonObject): ChangedId[] {
  return Object.entries(was).flatMap(([logicalId, from]) => {
    const to = is[logicalId];
    return typeof from === "string" && typeof to === "string" && from !== to ? [{ logicalId, from, to }] : [];
  });
}

/**
 * The state that a component of a stack must have once the stack is restored: the goal, with the physical ids of
 * resources that the stack had to create again. Values that the template computes are not compared with dead ids.
 */
export function expectedState(goal: ComponentState | null, changed: readonly ChangedId[]): ComponentState | null {
  if (!goal || changed.length === 0) return goal;
  // Longest first: an id may begin with another one.
  const byLength = [...changed].sort((one, other) => other.from.length - one.from.length);
  // A policy's statements are keyed by their Sids, which are physical ids of permissions.
  const renamed = new Map(changed.map(({ from, to }) => [from, to]));
  const replace = (value: Json): Json => {
    if (typeof value === "string") return byLength.reduce((text, { from, to }) => text.replaceAll(from, to), value);
    if (Array.isArray(value)) return value.map((item: Json) => replace(item));
    if (typeof value === "object" && value !== null)
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [renamed.get(key) ?? key, replace(item)]));
    return value;
  };
  return { ...goal, settings: replace(goal.settings) as JsonObject };
}

/**
 * The id of a component once its stack is restored. A function without a name of its own is created under another name,
 * and with it all its components; so is a nested stack.
 */
export function expectedId(id: ComponentId, changed: readonly ChangedId[]): ComponentId {
  const stack = stackOf(id);
  const nameIn = stack ? stackNameIn : (physicalId: string) => physicalId;
  const name = stack ? nameOf(stack) : functionOf(id);
  const now = changed.find(({ from }) => nameIn(from) === name)?.to;
  return name && now ? componentId(kindOf(id), nameIn(now) + nameOf(id).slice(name.length)) : id;
}
