import type { CapturedComponent, ComponentState } from "../../domain/component/component.ts";
import { stackState } from "../../domain/component/states/stack.ts";
import { bridge } from "../../domain/template/splice/bridge.ts";

/** The two states between which a bridge stands. */
export interface BothStates {
  readonly live: CapturedComponent | null;
  readonly goal: CapturedComponent | null;
}

/** The state of a stack's bridge that keeps these exports; a text says why there is none. */
export type BridgeGoals = (stack: string, keeps: readonly string[]) => ComponentState | string;

/**
 * Computes each bridge once per set of exports: the search for an order asks repeatedly, and templates of 0.7 MB take
 * seconds to read.
 */
export function bridgeGoals(statesOf: (stack: string) => BothStates | undefined): BridgeGoals {
  const made = new Map<string, ComponentState | string>();
  return (stack, keeps) => {
    const key = JSON.stringify([stack, ...keeps]);
    const goal = made.get(key) ?? bridgeGoal(statesOf(stack) ?? { live: null, goal: null }, keeps);
    made.set(key, goal);
    return goal;
  };
}

function bridgeGoal({ live, goal }: BothStates, keeps: readonly string[]): ComponentState | string {
  if (!live || !goal) return "a stack that is created or deleted has no bridge";
  const { exportNames } = stackState(live.state).evidence;
  const made = bridge(endOf(goal), { ...endOf(live), exportNames }, keeps);
  if ("refusal" in made) return made.refusal;
  const { settings, evidence } = goal.state;
  return {
    ...goal.state,
    settings: { ...settings, ...made },
    // What the bridge keeps of live may need capabilities that only live has.
    evidence: { ...evidence, capabilities: [...new Set([...capabilitiesOf(goal), ...capabilitiesOf(live)])].sort() },
  };
}

function endOf({ state }: CapturedComponent) {
  const { template, parameters } = stackState(state).settings;
  return { template, parameters };
}

function capabilitiesOf({ state }: CapturedComponent): readonly string[] {
  return stackState(state).evidence.capabilities;
}
