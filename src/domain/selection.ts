import type { Strategy } from "./activity.ts";
import type { Altered } from "./altered.ts";
import { type ComponentId, functionOf, parseComponentId } from "./component.ts";
import type { Fault } from "./errors.ts";
import type { Claim } from "./scope.ts";

/** What can be picked: a component, and the stack that owns it. */
export type Pickable = Pick<Altered, "component" | "parent">;

/** What is picked (F9), in the order of the altered rows: named ids, or `"all"` for every altered row. */
export function resolvePicked(wanted: readonly string[] | "all", altered: readonly Pickable[]): ComponentId[] {
  const rows = altered.map((row) => row.component);
  return wanted === "all" ? rows : rows.filter((id) => wanted.includes(id));
}

/** Every fault of a selection at once: unknown, foreign, unaltered and doubled ids. Empty when it is good. */
export function selectionFaults(wanted: readonly string[], altered: readonly Pickable[], pointer: string): Fault[] {
  const known = new Set<string>(altered.map((row) => row.component));
  return wanted.flatMap((id, index): Fault[] => {
    const at = `${pointer}/${index}`;
    if (!known.has(id))
      return [{ pointer: at, code: "UNKNOWN_COMPONENT", detail: `${id} is not among the altered components.` }];
    if (wanted.indexOf(id) < index)
      return [{ pointer: at, code: "DUPLICATE_COMPONENT", detail: `${id} is named more than once.` }];
    return [];
  });
}

/** Components that `strategy: stack` cannot take back: parts of a stack whose stack is not picked, and what no stack owns. */
export function strategyFaults(
  picked: readonly ComponentId[],
  altered: readonly Pickable[],
  strategy: Strategy,
): Fault[] {
  if (strategy !== "stack") return [];
  const parents = new Map(altered.map((row) => [row.component, row.parent]));
  return picked
    .filter((id) => parseComponentId(id)?.kind !== "stack" && !picked.includes(parents.get(id) ?? id))
    .map((id) => ({
      code: "STRATEGY_UNSUPPORTED",
      detail: `${id} is a part: pick its whole stack, or use auto or direct.`,
    }));
}

/** What a rollback of the picked components holds until it has ended. */
export function claimOf(picked: readonly ComponentId[], altered: readonly Pickable[]): Claim {
  const rows = altered.filter((row) => picked.includes(row.component));
  const stackNames = (ids: readonly (ComponentId | null)[]) => [...new Set(ids.flatMap((id) => stackName(id) ?? []))];
  return {
    stacks: stackNames(rows.map((row) => row.component)),
    functions: [...new Set(rows.flatMap((row) => functionOf(row.component) ?? []))],
    within: stackNames(rows.filter((row) => functionOf(row.component)).map((row) => row.parent)),
  };
}

/**
 * The altered rows of several deployments as one: before from the oldest that altered the component, deployed from the
 * newest. A component that ended as it began is not altered by them together.
 */
export function mergeAltered(oldestFirst: readonly (readonly Altered[])[]): Altered[] {
  const merged = new Map<ComponentId, Altered>();
  for (const row of oldestFirst.flat()) {
    const first = merged.get(row.component);
    merged.set(
      row.component,
      first ? { ...row, before: first.before, change: changeBetween(first.before, row.deployed) } : row,
    );
  }
  return [...merged.values()].filter((row) => row.before !== row.deployed);
}

function changeBetween(before: string | null, deployed: string | null): Altered["change"] {
  if (before === null) return "added";
  return deployed === null ? "deleted" : "modified";
}

function stackName(id: ComponentId | null): string | null {
  const parsed = id && parseComponentId(id);
  return parsed && parsed.kind === "stack" ? parsed.name : null;
}
