import {
  type CapturedComponent,
  type ComponentId,
  type Components,
  componentId,
  nameOf,
  parseComponentId,
} from "../../domain/component/component.ts";
import { stackState } from "../../domain/component/states/stack.ts";
import type { Reason } from "../../domain/errors.ts";
import type { BridgePass, PlanStep } from "../../domain/plan/plan.ts";
import type { ExternalStacks, StackLinks, StackTransition } from "../../domain/stack/links.ts";
import { orderStacks, type StackPass } from "../../domain/stack/order.ts";
import type { DraftStep } from "../draft-step.ts";
import type { Exported } from "../facts.ts";
import type { Subjects } from "../subject.ts";
import { type BothStates, type BridgeGoals, bridgeGoals } from "./bridges.ts";
import {
  functionsReleased,
  isFunctionLink,
  type Templated,
  type Transition,
  waitingFor,
  withFunctions,
} from "./functions.ts";
import { partLinks } from "./parts.ts";
import { turnedAway, withTriggers } from "./triggers.ts";

/** The place of a step among those of the stacks. */
export type StackPlace = Pick<PlanStep, "wave" | "position" | "after" | "bridges"> & {
  /** Why it has no place; empty where it has one. */
  readonly faults: readonly Reason[];
};

interface StackStep extends BothStates {
  readonly step: DraftStep;
}

export interface Places {
  /** Places of stacks, of parts of stacks that wait for something, and of functions that something waits for. */
  readonly places: ReadonlyMap<ComponentId, StackPlace>;
  /** Functions that are deleted, with the stacks that have to release them first. */
  readonly releasedBy: ReadonlyMap<ComponentId, readonly ComponentId[]>;
}

/**
 * The order over the picked stacks (facts E4) and the functions that they need. An unchanged stack only constrains the
 * others.
 */
export function placeStacks(
  drafts: readonly DraftStep[],
  subjects: Subjects,
  exports: readonly Exported[] | null,
): Places {
  const stackSteps = drafts
    .filter(({ component, action }) => component.startsWith("stack:") && action !== "unchanged")
    .map((step) => {
      const { live, goal } = subjects.of(step.component);
      return { step, live, goal };
    });
  const roots = stackSteps.filter(({ step }) => step.via === null);
  const names = new Set(stackSteps.map(({ step }) => nameOf(step.component)));
  const stacks = roots.map((root) => {
    const parts = stackSteps.filter((one) => rootOf(one, stackSteps) === root);
    const sides = (which: "live" | "goal") => parts.flatMap((part) => part[which] ?? []).map(wholly);
    const links = stackTransition(parts, root, subjects);
    return { id: root.step.component, links, live: sides("live"), goal: sides("goal") };
  });
  const parts = partTransitions(drafts, subjects);
  const spliced = new Set(parts.flatMap(({ live }) => live.map(({ stack }) => nameOf(stack.id))));
  const transitions = [...stacks, ...parts];
  const turns = turnedAway(transitions, drafts, subjects);
  const called = turns.flatMap(({ calls }) => calls);
  const all = withTriggers(withFunctions(transitions, drafts, { subjects, called }), transitions, turns);
  const bridges = bridgeGoals((stack) => roots.find(({ step }) => nameOf(step.component) === stack));
  const whyNoBridge = (stack: string, keeps: readonly string[]) => {
    if (keeps.some(isFunctionLink)) return "it can keep exports, and no functions";
    const goal = bridges(stack, keeps);
    return typeof goal === "string" ? goal : null;
  };
  const { passes, faults } = orderStacks(all, {
    ...externalStacks(stackSteps, { names, spliced }, exports),
    whyNoBridge,
  });
  const places = all.map(({ name }): [ComponentId, StackPlace] => {
    const own = passes.filter(({ stack }) => stack === name);
    const refused = faults.filter(({ stack }) => stack === name).map(({ code, detail }) => ({ code, detail }));
    return [idOf(name), before(waitingFor(idOf(name), all), { ...placeOf(own, bridges), faults: refused })];
  });
  const isFree = (id: ComponentId, { after, faults: own }: StackPlace) =>
    parts.some((part) => part.id === id) && after.length + own.length === 0;
  return {
    places: new Map(places.filter(([id, place]) => !isFree(id, place))),
    releasedBy: functionsReleased(transitions, drafts),
  };
}

/** Adds to a place who waits for the function. */
function before(waiting: readonly string[], place: StackPlace): StackPlace {
  if (waiting.length === 0) return place;
  const position = `before ${waiting.map(idOf).join(", ")}, which ${waiting.length > 1 ? "refer" : "refers"} to it`;
  return { ...place, position: place.after.length > 0 ? `${place.position}; ${position}` : position };
}

function wholly(stack: CapturedComponent): Templated {
  return { stack, only: null };
}

/** Parts with a change set of their own: they import, and name functions, as a stack does. */
function partTransitions(drafts: readonly DraftStep[], { states, of }: Subjects): Transition[] {
  return drafts.flatMap(({ component: id, actions }): Transition[] => {
    const action = actions.find((one) => one.do === "splice-stack");
    if (!action) return [];
    const only = new Set(action.parts?.map(({ logicalId }) => logicalId));
    const stack = componentId("stack", action.name);
    const side = (state: CapturedComponent | null) => (state ? [{ stack: state, only }] : []);
    const { before, live } = of(stack);
    const imported = live ? linksOf(live, states.live).imports : [];
    const links = partLinks({ before, live, parts: action.parts ?? [], imported });
    return [{ id, links: { name: id, ...links }, live: side(live), goal: side(before) }];
  });
}

/** Stacks are known by their names, which hold no colon; everything else is known by its id. */
function idOf(name: string): ComponentId {
  return parseComponentId(name) ? (name as ComponentId) : componentId("stack", name);
}

function placeOf(passes: readonly StackPass[], goalOf: BridgeGoals): Omit<StackPlace, "faults"> {
  const final = passes.find(({ pass }) => pass === "final");
  const where = ({ wave, reasons, after }: StackPass) => ({
    wave,
    position: reasons.join("; "),
    after: after.map(idOf),
  });
  const bridges = passes
    .filter(({ pass }) => pass === "bridge")
    .flatMap((pass): BridgePass[] => {
      const goal = goalOf(pass.stack, pass.keeps);
      return typeof goal === "string" ? [] : [{ ...where(pass), keeps: pass.keeps, goal }];
    });
  return { ...(final ? where(final) : { wave: 1, position: "", after: [] }), bridges };
}

/** The parent step that has no parent itself: a nested stack is restored by its root. */
function rootOf(one: StackStep, all: readonly StackStep[]): StackStep {
  const parent = all.find(({ step }) => step.component === one.step.via);
  return parent ? rootOf(parent, all) : one;
}

/** A root with its nested stacks: one operation, so exports and imports are taken together. */
function stackTransition(parts: readonly StackStep[], root: StackStep, { states }: Subjects): StackTransition {
  const side = (which: "live" | "goal", known: Components): StackLinks | null => {
    const there = parts.flatMap((part) => part[which] ?? []);
    const links = there.map((state) => linksOf(state, known));
    return there.length === 0
      ? null
      : {
          exports: Object.assign({}, ...links.map(({ exports }) => exports)),
          imports: [...new Set(links.flatMap(({ imports }) => imports))],
        };
  };
  return {
    name: nameOf(root.step.component),
    live: side("live", states.live),
    goal: side("goal", states.before),
  };
}

/**
 * Imports from the stack's template and from what AWS lists of other stacks' exports: the name of an import may be a
 * reference that only AWS resolves.
 */
function linksOf({ id, state }: CapturedComponent, known: Components): StackLinks {
  const name = nameOf(id);
  const listed = [...known.values()].flatMap((other) =>
    Object.entries(stackState(other.state).evidence.importers).flatMap(([exported, importers]) =>
      importers.includes(name) ? [exported] : [],
    ),
  );
  const { exports, imports } = stackState(state).evidence;
  return {
    exports,
    imports: [...new Set([...imports, ...listed])],
  };
}

/** A stack of which parts are restored imports what these parts do, and exports what it does now. */
function externalStacks(
  stackSteps: readonly StackStep[],
  { names, spliced }: { readonly names: ReadonlySet<string>; readonly spliced: ReadonlySet<string> },
  exports: readonly Exported[] | null,
): Omit<ExternalStacks, "whyNoBridge"> {
  const importers = stackSteps.flatMap(({ live }) => Object.entries(stackState(live?.state).evidence.importers));
  const others = importers.map(
    ([name, list]) => [name, list.filter((importer) => !names.has(importer) && !spliced.has(importer))] as const,
  );
  const around = exports?.filter(({ stack }) => !names.has(stack));
  return {
    importers: Object.fromEntries(others.filter(([, list]) => list.length > 0)),
    exporters: around ? Object.fromEntries(around.map(({ name, stack }) => [name, stack])) : null,
  };
}
