import type { BridgePass, Plan, PlanStep } from "../domain/plan/plan.ts";

/** One pass of a step: its last one, or one of its bridges before. */
export interface LanePass {
  readonly step: PlanStep;
  readonly bridge: BridgePass | null;
}

/** Passes that run one after another: a stack and what it restores, or everything outside stacks. */
export type Lane = readonly LanePass[];

/** The waves of a plan, each as the lanes that may run side by side. Pure. */
export function wavesOf({ steps }: Plan): Lane[][] {
  const numbers = steps.flatMap(({ wave, bridges }) => [wave, ...bridges.map((bridge) => bridge.wave)]);
  return [...new Set(numbers)].sort((one, other) => one - other).map((wave) => lanesOf(steps, wave));
}

/** Functions outside the picked stacks share one lane, because they may share code, layers and aliases. */
function lanesOf(steps: readonly PlanStep[], wave: number): Lane[] {
  const bridges = steps.flatMap((step): Lane[] =>
    step.bridges.filter((bridge) => bridge.wave === wave).map((bridge) => [{ step, bridge }]),
  );
  const lanes = new Map<string, LanePass[]>();
  for (const step of steps.filter((one) => one.wave === wave)) {
    const lane = laneOf(step, steps);
    lanes.set(lane, [...(lanes.get(lane) ?? []), { step, bridge: null }]);
  }
  return [...bridges, ...lanes.values()];
}

function laneOf(step: PlanStep, steps: readonly PlanStep[]): string {
  const parent = step.via === null ? undefined : steps.find(({ component }) => component === step.via);
  if (parent) return laneOf(parent, steps);
  return step.strategy === "stack" ? step.component : "functions";
}
