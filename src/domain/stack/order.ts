import {
  afterPass,
  type ExternalStacks,
  keepsOf,
  type StackTransition,
  standingOf,
  type Wait,
  type World,
  waitsOf,
  worldOf,
} from "./links.ts";
import { lastingFaults, type OrderFault, stuckFaults } from "./order-faults.ts";
import { positionOf } from "./order-wording.ts";

/** One update, creation or deletion of a stack on its way back. */
export interface StackPass {
  readonly stack: string;
  /** A bridge is an update to the goal with the exports that somebody still imports; the final pass takes those off. */
  readonly pass: "bridge" | "final";
  /** From 1. Passes of one wave may run side by side. */
  readonly wave: number;
  /** Exports that the bridge keeps; empty for a final pass. */
  readonly keeps: readonly string[];
  /** Stacks that must have had a pass before. */
  readonly after: readonly string[];
  /** Why it stands where it stands, in words. */
  readonly reasons: readonly string[];
}

export interface StackOrder {
  /** In the order of their waves, then of their names. Complete when there is no fault. */
  readonly passes: readonly StackPass[];
  /** Every reason why there is no order, all at once. */
  readonly faults: readonly OrderFault[];
}

/**
 * In which order stacks go back, so that AWS never refuses an export or an import (facts E4). Pure.
 *
 * Taking every pass that is possible finds an order whenever there is one. A pass only takes away what goes (exports and
 * imports that the goals do not have) and only brings what stays: nobody imports anew an export that still goes or
 * changes, since he could never let it go again. Every condition of a pass says either that something that goes is
 * gone or that something that stays is there. So a pass that is possible stays possible whatever else is done first,
 * no pass spoils another one, and where none is left, no sequence has one.
 */
export function orderStacks(stacks: readonly StackTransition[], around: ExternalStacks): StackOrder {
  const sorted = [...stacks].sort((one, other) => (one.name < other.name ? -1 : 1));
  const all = sorted.map(({ name }) => name);
  const found = withFewestBridges(sorted, around, travel(sorted, around, new Set(all)));
  const faults = [...lastingFaults(sorted, around), ...stuckFaults(found.world, found.pending, around)];
  return { passes: found.taken.map((pass) => described(pass, sorted)), faults };
}

/** A pass, and what it met. */
interface TakenPass extends Omit<StackPass, "after" | "reasons"> {
  readonly before: World;
}

interface Journey {
  readonly taken: readonly TakenPass[];
  readonly world: World;
  /** Stacks that found no way. */
  readonly pending: readonly StackTransition[];
}

/** Final passes as long as there are any; then one bridge, and on. `mayBridge` names the stacks that may have one. */
function travel(stacks: readonly StackTransition[], around: ExternalStacks, mayBridge: ReadonlySet<string>): Journey {
  const taken: TakenPass[] = [];
  let world = worldOf(stacks);
  let pending = stacks;
  for (let wave = 1; pending.length > 0; wave += 1) {
    const before = world;
    const final = pending.filter((stack) => waitsOf(before, stack).length === 0);
    const bridge =
      final.length > 0
        ? null
        : chooseBridge(
            before,
            pending,
            (stack, keeps) => mayBridge.has(stack.name) && around.whyNoBridge(stack.name, keeps) === null,
          );
    if (final.length === 0 && !bridge) break;
    for (const stack of final) {
      world = afterPass(world, stack, []);
      taken.push({ stack: stack.name, pass: "final", wave, keeps: [], before });
    }
    if (bridge) {
      world = afterPass(world, bridge.stack, bridge.keeps);
      taken.push({ stack: bridge.stack.name, pass: "bridge", wave, keeps: bridge.keeps, before });
    }
    pending = pending.filter((stack) => !final.includes(stack));
  }
  return { taken, world, pending };
}

interface Bridge {
  readonly stack: StackTransition;
  readonly keeps: readonly string[];
}

type MayBridge = (stack: StackTransition, keeps: readonly string[]) => boolean;

/** The bridge that lets the most other stacks take their final pass; null where none would change anything. */
function chooseBridge(world: World, pending: readonly StackTransition[], mayBridge: MayBridge): Bridge | null {
  let best: (Bridge & { readonly frees: number }) | null = null;
  for (const stack of pending) {
    const waiting = waitsOf(world, stack);
    const keeps = keepsOf(waiting);
    if (!stack.goal || waiting.some(({ why }) => why !== "use")) continue;
    const next = afterPass(world, stack, keeps);
    if (isSame(world, next, stack.name) || !mayBridge(stack, keeps)) continue;
    const frees = pending.filter((other) => other !== stack && waitsOf(next, other).length === 0).length;
    if (!best || frees > best.frees) best = { stack, keeps, frees };
  }
  return best;
}

function isSame(world: World, next: World, name: string): boolean {
  const [was, is] = [standingOf(world, name), standingOf(next, name)];
  const same = (one: ReadonlySet<string>, other: ReadonlySet<string>) =>
    one.size === other.size && [...one].every((item) => other.has(item));
  return was.arrived && same(was.exports, is.exports) && same(was.imports, is.imports);
}

/** A bridge costs a whole update of a stack: each that can be left out is left out. */
function withFewestBridges(stacks: readonly StackTransition[], around: ExternalStacks, first: Journey): Journey {
  if (first.pending.length > 0) return first;
  let best = first;
  const bridged = (journey: Journey) =>
    new Set(journey.taken.flatMap(({ stack, pass }) => (pass === "bridge" ? [stack] : [])));
  for (const name of bridged(first)) {
    const rest = bridged(best);
    if (!rest.delete(name)) continue;
    const without = travel(stacks, around, rest);
    if (without.pending.length === 0) best = without;
  }
  return best;
}

function described(pass: TakenPass, stacks: readonly StackTransition[]): StackPass {
  const { before, ...rest } = pass;
  const start = worldOf(stacks);
  const stack = before.stacks.get(pass.stack);
  const isKept = ({ why, export: name }: Wait) => why === "use" && pass.keeps.includes(name);
  const waited = stack ? waitsOf(start, stack).filter((wait) => !isKept(wait)) : [];
  const after = [...new Set(waited.map(({ on }) => on))].filter((on) => on !== pass.stack).sort();
  return { ...rest, after, reasons: positionOf(pass, waited, before) };
}
