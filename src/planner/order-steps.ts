import {
  type ComponentId,
  isOfKnownKind,
  KIND_NAMES,
  type KindName,
  kindOf,
  nameOf,
} from "../domain/component/component.ts";
import type { Action, PlanStep } from "../domain/plan/plan.ts";
import type { DraftStep } from "./draft-step.ts";
import type { Exported } from "./facts.ts";
import { type Places, placeStacks, type StackPlace } from "./stack-order/stacks.ts";
import type { Subjects } from "./subject.ts";
import { findTurned, type Turned } from "./turned-triggers.ts";

type PlacedStep = Omit<PlanStep, "order">;

/** Why a step stands where it does when no export and no container decides it. */
const POSITIONS: Readonly<Record<KindName, string>> = {
  stack: "waits for no other stack",
  "stack-resource": "with the stacks, as a part of its own",
  "lambda-config": "after the stacks, before code",
  "lambda-code": "after the stacks and configuration",
  "lambda-runtime": "after the code that it rules",
  "lambda-alias": "after the code that it names",
  "lambda-async": "after the function and its aliases",
  "lambda-policy": "after the function and its aliases",
  "lambda-url": "after the policy that lets callers in",
  "lambda-trigger": "after the function and its aliases, which it calls",
  "lambda-concurrency": "after everything that it may throttle",
  "lambda-tags": "last",
};

/**
 * Stacks first, in the waves of their exports and imports, together with the functions that a stack refers to and needs
 * by then; what a step restores stands right behind it. Then functions (configuration before code, as Terraform does; a
 * function that is created, with its code), then aliases.
 */
export function orderSteps(
  drafts: readonly DraftStep[],
  subjects: Subjects,
  { exports, reservedFirst }: Ordering,
): PlanStep[] {
  const parents = new Map(drafts.map(({ component, via }) => [component, via]));
  const lanes = new Map(drafts.map(({ component }) => [component, laneOf(component, parents)]));
  const throughStacks = new Set(
    drafts.filter(({ strategy }) => strategy === "stack").map(({ component }) => component),
  );
  const { places, releasedBy } = placeStacks(drafts, subjects, exports);
  const isEarly = (id: ComponentId) => throughStacks.has(id) || places.has(id);
  const inStackLane = ({ component }: DraftStep) => isEarly(lanes.get(component) ?? component);
  const stacks = drafts
    .filter(inStackLane)
    .map((draft) => inLane(draft, places.get(lanes.get(draft.component) ?? draft.component)))
    .sort(
      (one, other) =>
        one.wave - other.wave ||
        compare(lanes.get(one.component), lanes.get(other.component)) ||
        Number(one.via !== null) - Number(other.via !== null) ||
        kindRank(one.component) - kindRank(other.component) ||
        compare(one.component, other.component),
    );
  const lastWave = Math.max(0, ...stacks.flatMap(({ wave, bridges }) => [wave, ...bridges.map((pass) => pass.wave)]));
  const behind = drafts.filter((draft) => !inStackLane(draft));
  const rest = behindStacks(behind, { lastWave, releasedBy, reservedFirst, turned: findTurned(behind, subjects) });
  return [...stacks, ...rest].map((step, index) => ({ ...step, order: index + 1 }));
}

/** Facts beside the steps that decide about their order. */
interface Ordering {
  readonly exports: readonly Exported[] | null;
  /** Functions whose reservation goes up before what their aliases provision (facts I1). */
  readonly reservedFirst: ReadonlySet<string>;
}

/** The step with actions of its own that restores this one, directly or through its parent step. */
function laneOf(id: ComponentId, parents: ReadonlyMap<ComponentId, ComponentId | null>): ComponentId {
  const parent = parents.get(id);
  return parent ? laneOf(parent, parents) : id;
}

function inLane(draft: DraftStep, place: StackPlace | undefined): PlacedStep {
  const { wave, position, after, bridges, faults } = place ?? { ...NO_PLACE, wave: 1, position: positionOf(draft) };
  if (draft.via) return { ...draft, ...NO_PLACE, wave, position: `right behind ${draft.via}, which brings it back` };
  if (faults.length > 0) {
    const reasons = [...draft.reasons, ...faults];
    return { ...draft, action: "refused", actions: [], reasons, ...NO_PLACE, wave, position: "has no place" };
  }
  return { ...draft, wave, position, after, bridges, actions: withBridges(draft, bridges.length) };
}

const NO_PLACE = { after: [], bridges: [], faults: [] } as const;

/**
 * The bridges come right before the update that prunes them; by then the objects that the template names are in place.
 */
function withBridges({ actions }: DraftStep, bridges: number): readonly Action[] {
  if (bridges === 0) return actions;
  const at = actions.findIndex((action) => action.do === "update-stack");
  const bridging = actions.slice(at, at + 1).map((action): Action => ({ ...action, do: "bridge-stack" }));
  return [...actions.slice(0, at), ...Array.from({ length: bridges }, () => bridging).flat(), ...actions.slice(at)];
}

interface Behind extends Pick<Places, "releasedBy">, Pick<Ordering, "reservedFirst"> {
  readonly lastWave: number;
  readonly turned: Turned;
}

function behindStacks(drafts: readonly DraftStep[], behind: Behind): PlacedStep[] {
  const { lastWave, reservedFirst, turned } = behind;
  const isEarly = ({ component, via }: DraftStep) =>
    !via && kindOf(component) === "lambda-concurrency" && reservedFirst.has(nameOf(component));
  const isLate = ({ component, via }: DraftStep) => turned.leaving.has(via ?? component);
  const rank = (draft: DraftStep) => {
    if (isLate(draft)) return AFTER_TRIGGERS + (draft.via ? 0.1 : 0);
    return isEarly(draft) ? BEFORE_ALIASES : rankOf(draft);
  };
  const after = (id: ComponentId) => [
    ...(behind.releasedBy.get(id) ?? []),
    ...(turned.leaving.get(id) ?? []),
    ...(turned.behind.get(id)?.slice(-1) ?? []),
  ];
  const place = ({ component }: DraftStep) => turned.behind.get(component)?.length ?? 0;
  const sorted = [...drafts].sort(
    (one, other) => rank(one) - rank(other) || place(one) - place(other) || compare(one.component, other.component),
  );
  const waves = [...new Set(sorted.map((draft) => Math.floor(rank(draft))))];
  return sorted.map((draft) => ({
    ...draft,
    wave: lastWave + waves.indexOf(Math.floor(rank(draft))) + 1,
    position: isEarly(draft)
      ? "before the aliases that provision more of it"
      : positionBehind(draft, after(draft.component)),
    after: after(draft.component),
    bridges: [],
  }));
}

function positionBehind(draft: DraftStep, releasing: readonly ComponentId[]): string {
  if (draft.via) return `right behind ${draft.via}, which brings it back`;
  const words = `after ${releasing.join(", ")}, which ${releasing.length > 1 ? "refer" : "refers"} to it until then`;
  return releasing.length > 0 ? words : positionOf(draft);
}

function positionOf(draft: DraftStep): string {
  const { component, strategy } = draft;
  if (goesBeforeAlias(draft)) return "before the alias that it addresses goes";
  if (strategy === "stack" && !component.startsWith("stack:")) return POSITIONS["stack-resource"];
  return isOfKnownKind(component) ? POSITIONS[kindOf(component)] : "nowhere: its kind is unknown";
}

/** After the code and with what rules it. */
const BEFORE_ALIASES = KIND_NAMES.indexOf("lambda-runtime");

/** Behind the triggers, and what stands right behind them. */
const AFTER_TRIGGERS = KIND_NAMES.indexOf("lambda-trigger") + 0.75;

/** A component that a function's code restores stands right behind it. */
function rankOf(draft: DraftStep): number {
  if (draft.via) return kindRank(draft.via) + 0.5;
  if (goesBeforeAlias(draft)) return BEFORE_ALIASES;
  return draft.actions.some(goesFirst(draft)) ? KIND_NAMES.indexOf("lambda-config") : kindRank(draft.component);
}

/** A URL outlives its alias, and without the alias nothing addresses it (facts I8). */
function goesBeforeAlias({ component, action }: DraftStep): boolean {
  return kindOf(component) === "lambda-url" && action === "remove";
}

/** Actions that code and configuration depend on: creating the function, and its code signing (facts B2). */
function goesFirst({ action: wanted }: DraftStep): (action: Action) => boolean {
  return (action) => action.do === "create-function" || (action.do === "put-code-signing" && wanted === "restore");
}

function kindRank(id: ComponentId): number {
  return KIND_NAMES.indexOf(kindOf(id));
}

function compare(one: string | undefined, other: string | undefined): number {
  if (one === other) return 0;
  return (one ?? "") < (other ?? "") ? -1 : 1;
}
