import {
  type CapturedComponent,
  type ComponentId,
  componentId,
  functionOf,
  parseComponentId,
} from "../../domain/component/component.ts";
import { asObject, type Json, type JsonObject } from "../../domain/json.ts";
import type { MovingStack } from "../../domain/stack/links.ts";
import { functionsNamed } from "../../domain/template/function-references.ts";
import { templateStateOf } from "../../domain/template/template.ts";
import { resolverIn } from "../../domain/template/values.ts";
import type { DraftStep } from "../draft-step.ts";
import type { Subjects } from "../subject.ts";

/*
 * Functions that come back beside the stacks, in the order of the stacks: whoever refers to one waits for it, as for an
 * export, and so does a function for what a stack creates anew. Names of things have a space, which no export's has.
 */

/** A stack with its nested ones, or parts of a stack, on the way back. */
export interface Mover {
  readonly id: ComponentId;
  readonly links: MovingStack;
  readonly live: readonly Templated[];
  readonly goal: readonly Templated[];
}

/** A captured stack, or what some of its resources are; null for all of them. */
export interface Templated {
  readonly stack: CapturedComponent;
  readonly only: ReadonlySet<string> | null;
}

/** Everything that moves, with the functions among it that a stack has to find there. Pure. */
export function withFunctions(
  movers: readonly Mover[],
  drafts: readonly DraftStep[],
  subjects: Subjects,
): MovingStack[] {
  const direct = drafts.filter(comesDirectly).map(({ component }) => component);
  const made = new Map(movers.map((mover) => [mover, functionsMade(mover)]));
  const known = new Set([...direct, ...[...made.values()].flat()]);
  if (known.size === 0) return movers.map(({ links }) => links);
  const wanted = new Map(movers.map((mover) => [mover, referred(mover.goal).filter((id) => known.has(id))]));
  const all = new Set([...wanted.values()].flat());
  const functions = direct
    .filter((id) => all.has(id))
    .map((id) => ({ id, needs: needsOf(id, direct, { movers, subjects }) }));
  const needed = new Set(functions.flatMap(({ needs }) => needs));
  const stacks = movers.map((mover) => {
    const own = made.get(mover) ?? [];
    const brings = [...own.filter((id) => all.has(id)).map(thing), ...idsMade(mover).map(resource)];
    const waitsFor = (wanted.get(mover) ?? []).filter((id) => !own.includes(id)).map(thing);
    return linked(
      mover.links,
      brings.filter((name) => needed.has(name) || !isResource(name)),
      waitsFor,
    );
  });
  return [...stacks, ...functions.map(({ id, needs }) => linked(nothing(id), [thing(id)], needs))];
}

/** Only what a call creates: what a stack brings back is the stack's. */
function comesDirectly({ action, actions, via }: DraftStep): boolean {
  return (
    action === "recreate" &&
    via === null &&
    actions.some(({ do: what }) => what === "create-function" || what === "put-alias")
  );
}

/** What a function waits for: its alias for the function, the function for what its role, its layers and its code name. */
function needsOf(
  id: ComponentId,
  direct: readonly ComponentId[],
  { movers, subjects }: { movers: readonly Mover[]; subjects: Subjects },
): string[] {
  const name = functionOf(id) ?? "";
  const code = componentId("lambda-code", name);
  if (id !== code) return direct.includes(code) ? [thing(code)] : [];
  // Lambda looks for none of these when it creates the function.
  const {
    Environment: _,
    Description: __,
    ...checked
  } = subjects.of(componentId("lambda-config", name)).goal?.state.settings ?? {};
  const texts = textsIn([checked, subjects.of(code).goal?.state.settings ?? {}]);
  const mentions = (made: string) =>
    texts.some((text) => text === made || text.startsWith(`${made}:`) || text.split(/[:/]/).includes(made));
  return movers
    .flatMap((mover) => idsMade(mover))
    .filter(mentions)
    .map(resource);
}

/** Who waits for a function, by the names that the order has for them. */
export function waitingFor(id: ComponentId, moving: readonly MovingStack[]): string[] {
  if (functionOf(id) === null) return [];
  return moving.filter(({ goal }) => goal?.imports.includes(thing(id))).map(({ name }) => name);
}

/** Functions that go, with the stacks that still refer to them: AWS deletes what is in use, so that they let it go first. */
export function heldFunctions(movers: readonly Mover[], drafts: readonly DraftStep[]): Map<ComponentId, ComponentId[]> {
  const going = drafts.filter(({ action, actions }) => action === "remove" && actions.length > 0);
  if (!going.some(({ component }) => functionOf(component) !== null)) return new Map();
  const leaving = movers.map(({ id, live, goal }) => ({ id, wanted: referred(goal), held: referred(live) }));
  return new Map(
    going.map(({ component }) => [
      component,
      leaving.filter(({ wanted, held }) => held.includes(component) && !wanted.includes(component)).map(({ id }) => id),
    ]),
  );
}

function referred(sides: readonly Templated[]): ComponentId[] {
  const named = sides.flatMap(({ stack, only }) => {
    const resources = asObject(templateStateOf(stack.state)?.template["Resources"]);
    const picked = Object.entries(resources).filter(([logicalId]) => !only || only.has(logicalId));
    const values = only ? {} : asObject(stack.state.settings["parameters"]);
    return [...functionsNamed({ ...Object.fromEntries(picked), "(parameters)": values }, resolverIn(stack))];
  });
  return [...new Set(named)];
}

function functionsMade(mover: Mover): ComponentId[] {
  return idsMade(mover, "AWS::Lambda::Function").map((name) => componentId("lambda-code", name));
}

/** Physical ids that the goal has and live has not, of one type or of all but functions. */
function idsMade({ goal, live }: Mover, type?: string): string[] {
  const there = new Set(live.flatMap(({ stack }) => Object.values(physicalIds(stack))));
  return goal.flatMap(({ stack, only }) => {
    const types = asObject(stack.state.settings["resources"]);
    const isMeant = (logicalId: string) =>
      (!only || only.has(logicalId)) && (types[logicalId] === "AWS::Lambda::Function") === (type !== undefined);
    return Object.entries(physicalIds(stack)).flatMap(([logicalId, id]) =>
      typeof id === "string" && isMeant(logicalId) && !there.has(id) ? [id] : [],
    );
  });
}

function physicalIds({ state }: CapturedComponent): JsonObject {
  return asObject(state.evidence["physicalIds"]);
}

function textsIn(value: Json): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

function thing(id: ComponentId): string {
  return `the ${id.startsWith("lambda-alias:") ? "alias" : "function"} ${parseComponentId(id)?.name}`;
}

function resource(physicalId: string): string {
  return `the resource ${physicalId}`;
}

function isResource(name: string): boolean {
  return name.startsWith("the resource ");
}

function nothing(name: string): MovingStack {
  return { name, live: null, goal: { exports: {}, imports: [] } };
}

function linked(
  { name, live, goal }: MovingStack,
  brings: readonly string[],
  waitsFor: readonly string[],
): MovingStack {
  if (!goal) return { name, live, goal };
  const exports = { ...goal.exports, ...Object.fromEntries(brings.map((made) => [made, made])) };
  return { name, live, goal: { exports, imports: [...goal.imports, ...waitsFor] } };
}
