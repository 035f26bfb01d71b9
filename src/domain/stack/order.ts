import {
  afterPass,
  type ExternalStacks,
  initialState,
  keepsOf,
  progressOf,
  type ScheduleState,
  type StackTransition,
  type Wait,
  waitsOf,
} from "./links.ts";
import { lastingFaults, type OrderFault, stuckFaults } from "./order-faults.ts";
import { positionOf } from "./order-wording.ts";

/** One update, creation or deletion of a stack in transition. */
export interface StackPass {
  readonly stack: string;
  /** A bridge updates the stack to its goal plus the exports that are still imported; the final pass removes those. */
  readonly pass: "bridge" | "final";
  /** From 1. Passes of one wave may run side by side. */
  readonly wave: number;
  /** Exports that the bridge keeps; empty for a final pass. */
  readonly keeps: readonly string[];
  /** Stacks that must have had a pass before. */
  readonly after: readonly string[];
  /** Why the pass has this place, in words. */
  readonly reasons: readonly string[];
}

export interface StackOrder {
  /** In the order of their waves, then of their names. Complete when there is no fault. */
  readonly passes: readonly StackPass[];
  /** Every reason why there is no order, all at once. */
  readonly faults: readonly OrderFault[];
}

/**
 * The order in which stacks change to their goals without AWS refusing an export or an import (facts E4). Pure.
 *
 * Running every pass that is possible finds an order whenever there is one. A pass removes only what the goals lack, and
 * adds only what the goals have: no stack begins to import an export that is still to be deleted or changed, because it
 * could never stop importing it. Each condition of a pass says that something to be removed is gone, or that something to
 * be added is there. So a possible pass stays possible whatever runs before it, no pass prevents another one, and when
 * none is left, no other sequence has one either.
 */
export function orderStacks(stacks: readonly StackTransition[], external: ExternalStacks): StackOrder {
  const sorted = [...stacks].sort((one, other) => (one.name < other.name ? -1 : 1));
  const all = new Set(sorted.map(({ name }) => name));
  const found = withFewestBridges(sorted, external, scheduleStacks(sorted, external, all));
  const faults = [...lastingFaults(sorted, external), ...stuckFaults(found.state, found.pending, external)];
  return { passes: found.passes.map((pass) => described(pass, sorted)), faults };
}

/** A pass with the state before its wave. */
interface ScheduledPass extends Omit<StackPass, "after" | "reasons"> {
  readonly before: ScheduleState;
}

interface Schedule {
  readonly passes: readonly ScheduledPass[];
  /** After the last pass. */
  readonly state: ScheduleState;
  /** Stacks that could not reach their goals. */
  readonly pending: readonly StackTransition[];
}

/** All final passes that are possible in each wave; one bridge where none is. `mayBridge` names the stacks that may have one. */
function scheduleStacks(
  stacks: readonly StackTransition[],
  external: ExternalStacks,
  mayBridge: ReadonlySet<string>,
): Schedule {
  const canBridge: CanBridge = (stack, keeps) =>
    mayBridge.has(stack.name) && external.whyNoBridge(stack.name, keeps) === null;
  const passes: ScheduledPass[] = [];
  let state = initialState(stacks);
  let pending = stacks;
  for (let wave = 1; pending.length > 0; wave += 1) {
    const before = state;
    const final = pending.filter((stack) => waitsOf(before, stack).length === 0);
    const bridge = final.length > 0 ? null : chooseBridge(before, pending, canBridge);
    if (final.length === 0 && !bridge) break;
    for (const stack of final) {
      state = afterPass(state, stack, []);
      passes.push({ stack: stack.name, pass: "final", wave, keeps: [], before });
    }
    if (bridge) {
      state = afterPass(state, bridge.stack, bridge.keeps);
      passes.push({ stack: bridge.stack.name, pass: "bridge", wave, keeps: bridge.keeps, before });
    }
    pending = pending.filter((stack) => !final.includes(stack));
  }
  return { passes, state, pending };
}

interface StackBridge {
  readonly stack: StackTransition;
  readonly keeps: readonly string[];
}

type CanBridge = (stack: StackTransition, keeps: readonly string[]) => boolean;

/** The bridge after which most other stacks can have their final pass; null where no bridge would change anything. */
function chooseBridge(
  state: ScheduleState,
  pending: readonly StackTransition[],
  canBridge: CanBridge,
): StackBridge | null {
  let best: (StackBridge & { readonly frees: number }) | null = null;
  for (const stack of pending) {
    const waiting = waitsOf(state, stack);
    const keeps = keepsOf(waiting);
    if (!stack.goal || waiting.some(({ why }) => why !== "use")) continue;
    const next = afterPass(state, stack, keeps);
    if (isUnchanged(state, next, stack.name) || !canBridge(stack, keeps)) continue;
    const frees = pending.filter((other) => other !== stack && waitsOf(next, other).length === 0).length;
    if (!best || frees > best.frees) best = { stack, keeps, frees };
  }
  return best;
}

function isUnchanged(state: ScheduleState, next: ScheduleState, name: string): boolean {
  const [was, is] = [progressOf(state, name), progressOf(next, name)];
  const same = (one: ReadonlySet<string>, other: ReadonlySet<string>) =>
    one.size === other.size && [...one].every((item) => other.has(item));
  return was.isUpdated && same(was.exports, is.exports) && same(was.imports, is.imports);
}

/** A bridge costs a whole update of a stack, so each bridge that the schedule can do without is left out. */
function withFewestBridges(stacks: readonly StackTransition[], external: ExternalStacks, first: Schedule): Schedule {
  if (first.pending.length > 0) return first;
  let best = first;
  const bridged = ({ passes }: Schedule) =>
    new Set(passes.flatMap(({ stack, pass }) => (pass === "bridge" ? [stack] : [])));
  for (const name of bridged(first)) {
    const rest = bridged(best);
    if (!rest.delete(name)) continue;
    const without = scheduleStacks(stacks, external, rest);
    if (without.pending.length === 0) best = without;
  }
  return best;
}

function described(pass: ScheduledPass, stacks: readonly StackTransition[]): StackPass {
  const { before, ...rest } = pass;
  const start = initialState(stacks);
  const stack = before.stacks.get(pass.stack);
  const isKept = ({ why, export: name }: Wait) => why === "use" && pass.keeps.includes(name);
  const waited = stack ? waitsOf(start, stack).filter((wait) => !isKept(wait)) : [];
  const after = [...new Set(waited.map(({ on }) => on))].filter((on) => on !== pass.stack).sort();
  return { ...rest, after, reasons: positionOf(pass, waited, before) };
}
