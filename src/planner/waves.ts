import type { ComponentId } from "../domain/component/component.ts";
import type { BridgePass, LoweringPass, Plan, PlanStep } from "../domain/plan/plan.ts";

/** One pass of a step: its last one, or an earlier one. */
export interface LanePass {
  readonly step: PlanStep;
  readonly earlier: EarlierPass | null;
}

/** The first actions of a step, before the step has its turn. */
export interface EarlierPass {
  /** How many actions of the step are done once the pass is. */
  readonly through: number;
  readonly after: readonly ComponentId[];
  /** For the log. */
  readonly says: string;
}

/** Passes that run one after another. */
export type Lane = readonly LanePass[];

/** The waves of a plan, each as the lanes that may run side by side. Pure. */
export function wavesOf({ steps }: Plan): Lane[][] {
  const numbers = steps.flatMap(({ wave, bridges, lowers = [] }) => [
    wave,
    ...[...bridges, ...lowers].map((pass) => pass.wave),
  ]);
  return [...new Set(numbers)].sort((one, other) => one - other).map((wave) => lanesOf(steps, wave));
}

function lanesOf(steps: readonly PlanStep[], wave: number): Lane[] {
  const earlier = steps.flatMap((step): Lane[] => earlierPasses(step, wave).map((pass) => [{ step, earlier: pass }]));
  const lanes = new Map<string, LanePass[]>();
  for (const step of steps.filter((one) => one.wave === wave)) {
    const lane = laneOf(step, steps);
    lanes.set(lane, [...(lanes.get(lane) ?? []), { step, earlier: null }]);
  }
  return [...earlier, ...lanes.values()];
}

function earlierPasses(step: PlanStep, wave: number): EarlierPass[] {
  const lowering = (step.lowers ?? []).filter((pass) => pass.wave === wave).map(loweringPass);
  return [
    ...lowering,
    ...step.bridges.filter((bridge) => bridge.wave === wave).map((bridge) => bridgePass(step, bridge)),
  ];
}

function loweringPass({ through, position }: LoweringPass): EarlierPass {
  return { through, after: [], says: `Before its turn, it ${position}.` };
}

function bridgePass({ actions, bridges }: PlanStep, bridge: BridgePass): EarlierPass {
  const places = actions.flatMap((action, index) => (action.do === "bridge-stack" ? [index] : []));
  const says = `Bridging: it keeps ${bridge.keeps.join(", ")} for a while.`;
  return { through: (places[bridges.indexOf(bridge)] ?? -1) + 1, after: bridge.after, says };
}

/** Functions outside the picked stacks share one lane, because they may share code, layers and aliases. */
function laneOf(step: PlanStep, steps: readonly PlanStep[]): string {
  const parent = step.via === null ? undefined : steps.find(({ component }) => component === step.via);
  if (parent) return laneOf(parent, steps);
  return step.strategy === "stack" ? step.component : "functions";
}
