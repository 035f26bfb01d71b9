import {
  type CapturedComponent,
  type ComponentId,
  componentId,
  functionOf,
  kindOf,
  nameOf,
} from "../../domain/component/component.ts";
import { stackState } from "../../domain/component/states/stack.ts";
import { asObject, type Json, type JsonObject } from "../../domain/json.ts";
import type { StackTransition } from "../../domain/stack/links.ts";
import { functionsNamed } from "../../domain/template/function-references.ts";
import { templateStateOf } from "../../domain/template/template.ts";
import { resolverIn } from "../../domain/template/values.ts";
import type { DraftStep } from "../draft-step.ts";
import type { Subjects } from "../subject.ts";

/*
 * Functions that are restored outside stacks, in the order of the stacks: a stack that refers to a function waits for
 * it as for an export, and a function waits for resources that a stack creates again. The names of these links have a
 * space, which no export's name has.
 */

/** A stack with its nested stacks, or parts of a stack, that will be restored. */
export interface Transition {
  readonly id: ComponentId;
  readonly links: StackTransition;
  readonly live: readonly Templated[];
  readonly goal: readonly Templated[];
}

/** A captured stack, or only some of its resources; null stands for all of them. */
export interface Templated {
  readonly stack: CapturedComponent;
  readonly only: ReadonlySet<string> | null;
}

/** Every transition, including those of functions that a stack needs or one of the `called`. Pure. */
export function withFunctions(
  transitions: readonly Transition[],
  drafts: readonly DraftStep[],
  { subjects, called }: { readonly subjects: Subjects; readonly called: readonly ComponentId[] },
): StackTransition[] {
  const direct = drafts.filter(comesDirectly).map(({ component }) => component);
  const made = new Map(transitions.map((transition) => [transition, functionsMade(transition)]));
  const known = new Set([...direct, ...[...made.values()].flat()]);
  if (known.size === 0) return transitions.map(({ links }) => links);
  const wanted = new Map(
    transitions.map((transition) => [transition, referred(transition.goal).filter((id) => known.has(id))]),
  );
  const all = new Set([...[...wanted.values()].flat(), ...called]);
  const functions = direct
    .filter((id) => all.has(id))
    .map((id) => ({ id, needs: needsOf(id, direct, { transitions, subjects }) }));
  const needed = new Set(functions.flatMap(({ needs }) => needs));
  const stacks = transitions.map((transition) => {
    const own = made.get(transition) ?? [];
    const brings = [...own.filter((id) => all.has(id)).map(functionLink), ...idsMade(transition).map(resourceLink)];
    const waitsFor = (wanted.get(transition) ?? []).filter((id) => !own.includes(id)).map(functionLink);
    return linked(
      transition.links,
      brings.filter((name) => needed.has(name) || !isResourceLink(name)),
      waitsFor,
    );
  });
  return [...stacks, ...functions.map(({ id, needs }) => linked(emptyTransition(id), [functionLink(id)], needs))];
}

/** Only functions and aliases that a call of their own creates; the stack owns those that it restores. */
function comesDirectly({ action, actions, via }: DraftStep): boolean {
  return (
    action === "recreate" &&
    via === null &&
    actions.some(({ do: what }) => what === "create-function" || what === "put-alias")
  );
}

/** An alias waits for its function; a function waits for the resources that its role, layers and code name. */
function needsOf(
  id: ComponentId,
  direct: readonly ComponentId[],
  { transitions, subjects }: { transitions: readonly Transition[]; subjects: Subjects },
): string[] {
  const name = functionOf(id) ?? "";
  const code = componentId("lambda-code", name);
  if (id !== code) return direct.includes(code) ? [functionLink(code)] : [];
  // Lambda does not check these when it creates the function.
  const {
    Environment: _,
    Description: __,
    ...checked
  } = subjects.of(componentId("lambda-config", name)).goal?.state.settings ?? {};
  const texts = textsIn([checked, subjects.of(code).goal?.state.settings ?? {}]);
  const mentions = (made: string) =>
    texts.some((text) => text === made || text.startsWith(`${made}:`) || text.split(/[:/]/).includes(made));
  return transitions
    .flatMap((transition) => idsMade(transition))
    .filter(mentions)
    .map(resourceLink);
}

/** The transitions that wait for a function, by their names in the order. */
export function waitingFor(id: ComponentId, transitions: readonly StackTransition[]): string[] {
  if (functionOf(id) === null) return [];
  return transitions.filter(({ goal }) => goal?.imports.includes(functionLink(id))).map(({ name }) => name);
}

/**
 * Functions that are deleted, with the stacks that still refer to them: AWS deletes even what is in use, so the stacks
 * go first.
 */
export function functionsReleased(
  transitions: readonly Transition[],
  drafts: readonly DraftStep[],
): Map<ComponentId, ComponentId[]> {
  const going = drafts.filter(({ action, actions }) => action === "remove" && actions.length > 0);
  if (!going.some(({ component }) => functionOf(component) !== null)) return new Map();
  const leaving = transitions.map(({ id, live, goal }) => ({
    id,
    referredThen: referred(goal),
    referredNow: referred(live),
  }));
  return new Map(
    going.map(({ component }) => [
      component,
      leaving
        .filter(({ referredThen, referredNow }) => referredNow.includes(component) && !referredThen.includes(component))
        .map(({ id }) => id),
    ]),
  );
}

function referred(sides: readonly Templated[]): ComponentId[] {
  const named = sides.flatMap(({ stack, only }) => {
    const resources = asObject(templateStateOf(stack.state)?.template["Resources"]);
    const picked = Object.entries(resources).filter(([logicalId]) => !only || only.has(logicalId));
    const values = only ? {} : stackState(stack.state).settings.parameters;
    return [...functionsNamed({ ...Object.fromEntries(picked), "(parameters)": values }, resolverIn(stack))];
  });
  return [...new Set(named)];
}

function functionsMade(transition: Transition): ComponentId[] {
  return idsMade(transition, "AWS::Lambda::Function").map((name) => componentId("lambda-code", name));
}

/** Physical ids that the goal has and live has not, of functions or of everything else. */
function idsMade({ goal, live }: Transition, type?: string): string[] {
  const there = new Set(live.flatMap(({ stack }) => Object.values(physicalIds(stack))));
  return goal.flatMap(({ stack, only }) => {
    const types = stackState(stack.state).settings.resources;
    const isMeant = (logicalId: string) =>
      (!only || only.has(logicalId)) && (types[logicalId] === "AWS::Lambda::Function") === (type !== undefined);
    return Object.entries(physicalIds(stack)).flatMap(([logicalId, id]) =>
      typeof id === "string" && isMeant(logicalId) && !there.has(id) ? [id] : [],
    );
  });
}

function physicalIds({ state }: CapturedComponent): JsonObject {
  return stackState(state).evidence.physicalIds;
}

function textsIn(value: Json): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** The name of the link of a function or an alias: it has a space, which no export's name has. */
export function functionLink(id: ComponentId): string {
  return `the ${kindOf(id) === "lambda-alias" ? "alias" : "function"} ${nameOf(id)}`;
}

function resourceLink(physicalId: string): string {
  return `the resource ${physicalId}`;
}

export function isFunctionLink(name: string): boolean {
  return /^the (alias|function) /.test(name);
}

function isResourceLink(name: string): boolean {
  return name.startsWith("the resource ");
}

function emptyTransition(name: string): StackTransition {
  return { name, live: null, goal: { exports: {}, imports: [] } };
}

function linked(
  { name, live, goal }: StackTransition,
  brings: readonly string[],
  waitsFor: readonly string[],
): StackTransition {
  if (!goal) return { name, live, goal };
  const exports = { ...goal.exports, ...Object.fromEntries(brings.map((made) => [made, made])) };
  return { name, live, goal: { exports, imports: [...goal.imports, ...waitsFor] } };
}
