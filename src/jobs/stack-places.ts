import {
  type CapturedComponent,
  type ComponentId,
  type Components,
  componentId,
  parseComponentId,
} from "../domain/component.ts";
import { asObject, type Json } from "../domain/json.ts";
import type { BridgePass, PlanStep, Reason } from "../domain/plan.ts";
import type { MovingStack, StackLinks, Surroundings } from "../domain/stack-links.ts";
import { orderStacks, type StackPass } from "../domain/stack-order.ts";
import { type BothStates, type BridgeGoals, bridgeGoals } from "./bridge-goals.ts";
import type { PlanFacts } from "./plan-facts.ts";
import type { DraftStep } from "./planning.ts";

/** Where a stack's step stands among those of the other stacks. */
export type StackPlace = Pick<PlanStep, "wave" | "position" | "after" | "bridges"> & {
  /** Why it has no place; empty where it has one. */
  readonly faults: readonly Reason[];
};

interface MovingComponent extends BothStates {
  readonly step: DraftStep;
}

type GoalOf = (id: ComponentId) => CapturedComponent | null;

/** The order over the picked stacks (facts E4), by component id. What already is as in the backup only stands around. */
export function placeStacks(
  drafts: readonly DraftStep[],
  facts: PlanFacts,
  goalOf: GoalOf,
): Map<ComponentId, StackPlace> {
  const moving = drafts
    .filter(({ component, action }) => component.startsWith("stack:") && action !== "unchanged")
    .map((step) => ({ step, live: facts.live.get(step.component) ?? null, goal: goalOf(step.component) }));
  const roots = moving.filter(({ step }) => step.via === null);
  const names = new Set(moving.map(({ step }) => nameOf(step.component)));
  const stacks = roots.map((root) =>
    movingStack(
      moving.filter((one) => rootOf(one, moving) === root),
      root,
      facts,
    ),
  );
  const bridges = bridgeGoals((stack) => roots.find(({ step }) => nameOf(step.component) === stack));
  const whyNoBridge = (stack: string, keeps: readonly string[]) => {
    const goal = bridges(stack, keeps);
    return typeof goal === "string" ? goal : null;
  };
  const { passes, faults } = orderStacks(stacks, { ...surroundings(moving, names, facts), whyNoBridge });
  return new Map(
    roots.map(({ step }) => {
      const name = nameOf(step.component);
      const own = passes.filter(({ stack }) => stack === name);
      const refused = faults.filter(({ stack }) => stack === name).map(({ code, detail }) => ({ code, detail }));
      return [step.component, { ...placeOf(own, bridges), faults: refused }];
    }),
  );
}

function placeOf(passes: readonly StackPass[], goalOf: BridgeGoals): Omit<StackPlace, "faults"> {
  const final = passes.find(({ pass }) => pass === "final");
  const where = ({ wave, reasons, after }: StackPass) => ({
    wave,
    position: reasons.join("; "),
    after: after.map((name) => componentId("stack", name)),
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
function movingStack(parts: readonly MovingComponent[], root: MovingComponent, facts: PlanFacts): MovingStack {
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
    live: side("live", facts.live),
    goal: side("goal", facts.sources.before),
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

function surroundings(
  moving: readonly MovingComponent[],
  names: ReadonlySet<string>,
  facts: PlanFacts,
): Omit<Surroundings, "whyNoBridge"> {
  const importers = moving.flatMap(({ live }) => Object.entries(asObject(live?.state.evidence["importers"])));
  const others = importers.map(
    ([name, list]) => [name, texts(list).filter((importer) => !names.has(importer))] as const,
  );
  const around = facts.exporters?.filter(({ stack }) => !names.has(stack));
  return {
    importers: Object.fromEntries(others.filter(([, list]) => list.length > 0)),
    exporters: around ? Object.fromEntries(around.map(({ name, stack }) => [name, stack])) : null,
  };
}

function nameOf(id: ComponentId): string {
  return parseComponentId(id)?.name ?? "";
}

function texts(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];
}
