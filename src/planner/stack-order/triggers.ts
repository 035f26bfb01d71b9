import { type ComponentId, componentId } from "../../domain/component/component.ts";
import { stackState } from "../../domain/component/states/stack.ts";
import { isTrigger } from "../../domain/component/turned-triggers.ts";
import type { StackLinks, StackTransition } from "../../domain/stack/links.ts";
import type { DraftStep } from "../draft-step.ts";
import type { Subjects } from "../subject.ts";
import { calledBy } from "../turned-triggers.ts";
import { functionLink, type Templated, type Transition } from "./functions.ts";

/*
 * Triggers outside stacks, in the order of the stacks: one that is turned away from a function which a stack deletes goes
 * before that stack, as an importer does. Otherwise its source would have no reader for as long as the stack takes (facts B6).
 */

/** A trigger that is turned away from what stacks delete. */
export interface TurnedAway {
  readonly id: ComponentId;
  /** What it calls until then, and what stacks delete. */
  readonly leaves: readonly ComponentId[];
  /** What it calls afterwards. */
  readonly calls: readonly ComponentId[];
}

/**
 * Where one stack makes what the trigger will call and deletes what it calls now, the trigger can only follow: that update
 * does both.
 */
export function turnedAway(
  transitions: readonly Transition[],
  drafts: readonly DraftStep[],
  { turned }: Pick<Subjects, "turned">,
): TurnedAway[] {
  const changes = transitions.map(({ live, goal }) => {
    const [there, wanted] = [callableIn(live), callableIn(goal)];
    return { made: without(wanted, there), lost: without(there, wanted) };
  });
  return drafts.flatMap(({ component: id, actions }): TurnedAway[] => {
    const now = isTrigger(id) && actions.length > 0 ? turned.get(id) : undefined;
    if (now === undefined) return [];
    const calls = calledBy(id);
    const freely = changes.filter(({ made }) => !calls.some((called) => made.has(called)));
    const leaves = calledBy(now).filter((called) => freely.some(({ lost }) => lost.has(called)));
    return leaves.length > 0 ? [{ id, leaves, calls }] : [];
  });
}

/** Every transition with those of the triggers, which let go of what the stacks delete and wait for what they make. */
export function withTriggers(
  all: readonly StackTransition[],
  transitions: readonly Transition[],
  turns: readonly TurnedAway[],
): StackTransition[] {
  if (turns.length === 0) return [...all];
  const linksOf = (ids: Iterable<ComponentId>, needed: readonly ComponentId[]) =>
    [...ids].filter((id) => needed.includes(id)).map(functionLink);
  const [leaves, calls] = [turns.flatMap((turn) => turn.leaves), turns.flatMap((turn) => turn.calls)];
  const stacks = all.map((stack) => {
    const own = transitions.find(({ links }) => links.name === stack.name);
    if (!own) return stack;
    const [there, wanted] = [callableIn(own.live), callableIn(own.goal)];
    return {
      ...stack,
      live: exporting(stack.live, linksOf(without(there, wanted), leaves)),
      goal: exporting(stack.goal, linksOf(without(wanted, there), calls)),
    };
  });
  const made = new Set(stacks.flatMap(({ goal }) => Object.keys(goal?.exports ?? {})));
  const triggers = turns.map((turn): StackTransition => {
    const waitsFor = turn.calls.map(functionLink).filter((link) => made.has(link));
    const live = { exports: {}, imports: turn.leaves.map(functionLink) };
    return { name: turn.id, live, goal: { exports: {}, imports: waitsFor } };
  });
  return [...stacks, ...triggers];
}

function exporting(side: StackLinks | null, links: readonly string[]): StackLinks | null {
  return side && { ...side, exports: { ...side.exports, ...Object.fromEntries(links.map((link) => [link, link])) } };
}

/** Functions and aliases that stacks have as resources. */
function callableIn(sides: readonly Templated[]): Set<ComponentId> {
  const found = sides.flatMap(({ stack, only }) => {
    const { settings, evidence } = stackState(stack.state);
    return Object.entries(evidence.physicalIds).flatMap(([logicalId, physicalId]) => {
      const id = typeof physicalId === "string" ? callable(settings.resources[logicalId], physicalId) : null;
      return id !== null && (!only || only.has(logicalId)) ? [id] : [];
    });
  });
  return new Set(found);
}

/** The physical id of an alias is its ARN. */
function callable(type: string | undefined, physicalId: string): ComponentId | null {
  if (type === "AWS::Lambda::Function") return componentId("lambda-code", physicalId);
  const [, name] = /:function:([^:]+:[^:]+)$/.exec(physicalId) ?? [];
  return type === "AWS::Lambda::Alias" && name ? componentId("lambda-alias", name) : null;
}

function without<Item>(all: ReadonlySet<Item>, others: ReadonlySet<Item>): Set<Item> {
  return new Set([...all].filter((one) => !others.has(one)));
}
