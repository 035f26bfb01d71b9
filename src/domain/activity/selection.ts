import { type ComponentId, componentId, functionOf, nameOf, stackOf } from "../component/component.ts";
import type { Fault } from "../errors.ts";
import { didYouMean } from "../nearest.ts";
import type { Strategy } from "../plan/plan.ts";
import type { Alteration, Altered } from "./altered.ts";
import type { Lock, Scope } from "./scope.ts";

/** What can be picked: a component, with the stack or the resource that contains it. */
export type Pickable = Pick<Altered, "component" | "parent">;

/** The picked components in the order of the altered rows: the named ones with all that they contain, or `"all"`. */
export function resolvePicked(wanted: readonly string[] | "all", altered: readonly Pickable[]): ComponentId[] {
  const isWanted = (row: Pickable) =>
    wanted === "all" || [row.component, ...containersOf(row)].some((id) => wanted.includes(id));
  return altered.filter(isWanted).map((row) => row.component);
}

/** The containers of a component, the nearest first: the resource of a function, then its stack. */
export function containersOf({ component, parent }: Pickable): ComponentId[] {
  const stack = stackOf(parent);
  return [...new Set([parent, stack])].flatMap((id) => (id && id !== component ? [id] : []));
}

/** All faults of a selection at once: unknown, unaltered and repeated ids; empty for a valid one. */
export function selectionFaults(wanted: readonly string[], altered: readonly Pickable[], pointer: string): Fault[] {
  const known = new Set<string>(altered.map((row) => row.component));
  return wanted.flatMap((id, index): Fault[] => {
    const at = `${pointer}/${index}`;
    if (!known.has(id))
      return [
        {
          pointer: at,
          code: "UNKNOWN_COMPONENT",
          detail: `${id} is not among the altered components.${didYouMean(id, known)}`,
        },
      ];
    if (wanted.indexOf(id) < index)
      return [{ pointer: at, code: "DUPLICATE_COMPONENT", detail: `${id} is named more than once.` }];
    return [];
  });
}

/** Picked components that the strategy cannot restore: with `stack` those without a stack, with `direct` a resource alone. */
export function strategyFaults(
  picked: readonly ComponentId[],
  altered: readonly Pickable[],
  strategy: Strategy,
): Fault[] {
  const fault = (detail: string): Fault => ({ code: "STRATEGY_UNSUPPORTED", detail });
  return altered
    .filter((row) => picked.includes(row.component))
    .flatMap((row) => {
      const { component } = row;
      const containers = containersOf(row);
      if (strategy === "stack" && stackOf(component) === null && containers.length === 0)
        return [fault(`No stack owns ${component}: use \`strategy: auto\` or \`strategy: direct\`.`)];
      const isAlone = component.startsWith("stack-resource:") && !containers.some((id) => picked.includes(id));
      if (strategy === "direct" && isAlone)
        return [
          fault(
            `${component} can be restored through CloudFormation only: use \`strategy: auto\` or \`strategy: stack\`.`,
          ),
        ];
      return [];
    });
}

/** Consents for stacks to which no picked component belongs: they would have no effect. */
export function consentFaults(stacks: readonly string[], picked: readonly Pickable[], pointer: string): Fault[] {
  const known = new Set(picked.flatMap((row) => [stackOf(row.component), ...containersOf(row)]));
  return stacks
    .filter((name) => !known.has(componentId("stack", name)))
    .map((name) => ({
      pointer: `${pointer}/${name}`,
      code: "UNKNOWN_COMPONENT",
      detail: `Neither the stack ${name} nor anything in it is picked.${didYouMean(name, stackNamesIn(known))}`,
    }));
}

function stackNamesIn(ids: Iterable<ComponentId | null>): string[] {
  return [...ids].flatMap((id) => (id?.startsWith("stack:") ? nameOf(id) : []));
}

/** What a rollback of the picked components locks. A component that CloudFormation restores locks its stack. */
export function lockOf(picked: readonly ComponentId[], altered: readonly Pickable[], strategy: Strategy): Lock {
  const rows = altered.filter((row) => picked.includes(row.component));
  const stackNames = (ids: readonly (ComponentId | null)[]) => [
    ...new Set(ids.flatMap((id) => stackOf(id) ?? []).map(nameOf)),
  ];
  const owners = stackNames(rows.filter((row) => functionOf(row.component)).map((row) => row.parent));
  const own = stackNames(rows.map((row) => row.component));
  return {
    stacks: strategy === "direct" ? own : [...new Set([...own, ...owners])],
    functions: [...new Set(rows.flatMap((row) => functionOf(row.component) ?? []))],
    within: owners,
  };
}

/** A lock that contains a scope, too: what the team's own command may change. */
export function withScope({ stacks, functions, within }: Lock, scope: Scope): Lock {
  const both = (one: readonly string[], other: readonly string[]) => [...new Set([...one, ...other])];
  return { stacks: both(stacks, scope.stacks), functions: both(functions, scope.functions), within };
}

/**
 * The altered rows of several deployments as one: before from the oldest that altered the component, deployed from the
 * newest. A component that ended as it began is not altered by them together; one that a single deployment altered without
 * another state is a trigger that took another one's name.
 */
export function mergeAltered(oldestFirst: readonly (readonly Altered[])[]): Altered[] {
  const merged = new Map<ComponentId, Altered>();
  const several = new Set<ComponentId>();
  for (const row of oldestFirst.flat()) {
    const first = merged.get(row.component);
    if (first) several.add(row.component);
    merged.set(
      row.component,
      first ? { ...row, before: first.before, change: changeBetween(first.before, row.deployed) } : row,
    );
  }
  return [...merged.values()].filter((row) => row.before !== row.deployed || !several.has(row.component));
}

function changeBetween(before: string | null, deployed: string | null): Alteration {
  if (before === null) return "added";
  return deployed === null ? "deleted" : "modified";
}
