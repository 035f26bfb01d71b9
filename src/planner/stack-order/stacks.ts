import {
  type CapturedComponent,
  type ComponentId,
  type Components,
  componentId,
  nameOf,
  parseComponentId,
} from "../../domain/component/component.ts";
import type { Reason } from "../../domain/errors.ts";
import { asObject, type Json } from "../../domain/json.ts";
import type { BridgePass, PlanStep } from "../../domain/plan/plan.ts";
import type { ExternalStacks, MovingStack, StackLinks } from "../../domain/stack/links.ts";
import { orderStacks, type StackPass } from "../../domain/stack/order.ts";
import type { DraftStep } from "../draft-step.ts";
import type { Exported } from "../facts.ts";
import type { Subjects } from "../subject.ts";
import { type BothStates, type BridgeGoals, bridgeGoals } from "./bridges.ts";
import { heldFunctions, type Mover, type Templated, waitingFor, withFunctions } from "./functions.ts";
import { partLinks } from "./parts.ts";

/** Where a step stands among those of the stacks. */
export type StackPlace = Pick<PlanStep, "wave" | "position" | "after" | "bridges"> & {
  /** Why it has no place; empty where it has one. */
  readonly faults: readonly Reason[];
};

interface MovingComponent extends BothStates {
  readonly step: DraftStep;
}

export interface Places {
  /** Of stacks, of parts of stacks that wait for something, and of functions that something waits for. */
  readonly places: ReadonlyMap<ComponentId, StackPlace>;
  /** Functions that go, with the stacks that have to let them go first. */
  readonly held: ReadonlyMap<ComponentId, readonly ComponentId[]>;
}

/** The order over the picked stacks (facts E4) and the functions that they need. What already is as in the backup only stands around. */
export function placeStacks(
  drafts: readonly DraftStep[],
  subjects: Subjects,
  exports: readonly Exported[] | null,
): Places {
  const moving = drafts
    .filter(({ component, action }) => component.startsWith("stack:") && action !== "unchanged")
    .map((step) => {
      const { live, goal } = subjects.of(step.component);
      return { step, live, goal };
    });
  const roots = moving.filter(({ step }) => step.via === null);
  const names = new Set(moving.map(({ step }) => nameOf(step.component)));
  const stacks = roots.map((root) => {
    const parts = moving.filter((one) => rootOf(one, moving) === root);
    const sides = (which: "live" | "goal") => parts.flatMap((part) => part[which] ?? []).map(wholly);
    const links = movingStack(parts, root, subjects);
    return { id: root.step.component, links, live: sides("live"), goal: sides("goal") };
  });
  const parts = partMovers(drafts, subjects);
  const spliced = new Set(parts.flatMap(({ live }) => live.map(({ stack }) => nameOf(stack.id))));
  const movers = [...stacks, ...parts];
  const all = withFunctions(movers, drafts, subjects);
  const bridges = bridgeGoals((stack) => roots.find(({ step }) => nameOf(step.component) === stack));
  const whyNoBridge = (stack: string, keeps: readonly string[]) => {
    const goal = bridges(stack, keeps);
    return typeof goal === "string" ? goal : null;
  };
  const { passes, faults } = orderStacks(all, { ...externalStacks(moving, { names, spliced }, exports), whyNoBridge });
  const places = all.map(({ name }): [ComponentId, StackPlace] => {
    const own = passes.filter(({ stack }) => stack === name);
    const refused = faults.filter(({ stack }) => stack === name).map(({ code, detail }) => ({ code, detail }));
    return [idOf(name), before(waitingFor(idOf(name), all), { ...placeOf(own, bridges), faults: refused })];
  });
  const isFree = (id: ComponentId, { after, faults: own }: StackPlace) =>
    parts.some((part) => part.id === id) && after.length + own.length === 0;
  return { places: new Map(places.filter(([id, place]) => !isFree(id, place))), held: heldFunctions(movers, drafts) };
}

/** Says who waits for a function. */
function before(waiting: readonly string[], place: StackPlace): StackPlace {
  if (waiting.length === 0) return place;
  const position = `before ${waiting.map(idOf).join(", ")}, which ${waiting.length > 1 ? "refer" : "refers"} to it`;
  return { ...place, position: place.after.length > 0 ? `${place.position}; ${position}` : position };
}

function wholly(stack: CapturedComponent): Templated {
  return { stack, only: null };
}

/** Parts that go back by a change set of their own: they import, and name functions, as a stack does. */
function partMovers(drafts: readonly DraftStep[], { states, of }: Subjects): Mover[] {
  return drafts.flatMap(({ component: id, actions }): Mover[] => {
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

/** Stacks go by their names, and no name of a stack has a colon; everything else goes by its id. */
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

/** The carrier that is itself brought by none: a nested stack goes with its root. */
function rootOf(one: MovingComponent, all: readonly MovingComponent[]): MovingComponent {
  const carrier = all.find(({ step }) => step.component === one.step.via);
  return carrier ? rootOf(carrier, all) : one;
}

/** A root with its nested stacks: they are one operation, so their exports and imports are. */
function movingStack(parts: readonly MovingComponent[], root: MovingComponent, { states }: Subjects): MovingStack {
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

/** What its template says and what AWS told of the others' exports: an import's name may be a reference that only AWS resolves. */
function linksOf({ id, state }: CapturedComponent, known: Components): StackLinks {
  const name = nameOf(id);
  const told = [...known.values()].flatMap((other) =>
    Object.entries(asObject(other.state.evidence["importers"])).flatMap(([exported, importers]) =>
      texts(importers).includes(name) ? [exported] : [],
    ),
  );
  const exports = Object.entries(asObject(state.evidence["exports"])).map(([key, value]) => [key, String(value)]);
  return {
    exports: Object.fromEntries(exports),
    imports: [...new Set([...texts(state.evidence["imports"]), ...told])],
  };
}

/** A stack whose parts go back imports as these parts do, and exports what it does now. */
function externalStacks(
  moving: readonly MovingComponent[],
  { names, spliced }: { readonly names: ReadonlySet<string>; readonly spliced: ReadonlySet<string> },
  exports: readonly Exported[] | null,
): Omit<ExternalStacks, "whyNoBridge"> {
  const importers = moving.flatMap(({ live }) => Object.entries(asObject(live?.state.evidence["importers"])));
  const others = importers.map(
    ([name, list]) => [name, texts(list).filter((importer) => !names.has(importer) && !spliced.has(importer))] as const,
  );
  const around = exports?.filter(({ stack }) => !names.has(stack));
  return {
    importers: Object.fromEntries(others.filter(([, list]) => list.length > 0)),
    exporters: around ? Object.fromEntries(around.map(({ name, stack }) => [name, stack])) : null,
  };
}

function texts(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];
}
