import { type ComponentId, functionOf, triggerSourceOf } from "../domain/component/component.ts";
import type { BridgePass, LoweringPass, Plan, PlanStep } from "../domain/plan/plan.ts";
import { layerOf } from "../kinds/lambda/layers.ts";

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

function passesIn(steps: readonly PlanStep[], wave: number): LanePass[] {
  return steps.flatMap((step): LanePass[] => [
    ...earlierPasses(step, wave).map((earlier) => ({ step, earlier })),
    ...(step.wave === wave ? [{ step, earlier: null }] : []),
  ]);
}

interface Joining {
  readonly shared: ReadonlySet<string>;
  readonly lane: Lane;
}

/** Whatever shares something goes one after another, in the order of the plan. */
function lanesOf(steps: readonly PlanStep[], wave: number): Lane[] {
  let lanes: Joining[] = [];
  for (const pass of passesIn(steps, wave)) {
    const own = sharedBy(pass.step, steps);
    const touches = ({ shared }: Joining) => own.some((one) => shared.has(one));
    const met = lanes.filter(touches);
    const joined = {
      shared: new Set([...met.flatMap(({ shared }) => [...shared]), ...own]),
      lane: [...met.flatMap(({ lane }) => lane), pass],
    };
    lanes = [...lanes.filter((one) => !touches(one)), joined];
  }
  return lanes.map(({ lane }) => [...lane].sort((one, other) => one.step.order - other.step.order));
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

/**
 * What no two lanes of a wave may share. A stack and what it restores are one. Outside stacks each function is, with what a
 * step waits for in the same wave; with the layers to publish, because two lanes that publish one layer again would not
 * find each other's version; and with the source of a trigger, because one that is turned back has to be gone from the
 * function to which another one is.
 */
function sharedBy(step: PlanStep, steps: readonly PlanStep[]): string[] {
  const { component, via, after, actions } = step;
  const root = rootOf(step, steps);
  if (root.strategy === "stack") return [root.component];
  const layers = actions.filter((action) => action.do === "publish-layer").map(({ name }) => layerOf(name));
  const places = [functionOf(component), triggerSourceOf(component), via].filter((place) => place !== null);
  return [component, ...places, ...after, ...layers];
}

/** The step with actions of its own that restores this one, directly or through its parent step. */
function rootOf(step: PlanStep, steps: readonly PlanStep[]): PlanStep {
  const parent = step.via === null ? undefined : steps.find(({ component }) => component === step.via);
  return parent ? rootOf(parent, steps) : step;
}
