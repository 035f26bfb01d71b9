import {
  type CapturedComponent,
  type ComponentId,
  componentId,
  functionOf,
  type KindName,
  kindOf,
  nameOf,
  splitName,
} from "../../domain/component/component.ts";
import { lambdaAliasState, lambdaConcurrencyState } from "../../domain/component/states/lambda.ts";
import type { DraftStep } from "../draft-step.ts";
import { ownerOf, parentOf } from "../ownership.ts";
import type { Subjects } from "../subject.ts";
import type { Capacities, CapacityMove } from "./schedule.ts";

/** A value of a function's concurrency, and the step that brings it. */
export interface StepMove extends CapacityMove {
  readonly step: ComponentId;
}

/** The functions whose concurrency the picked components may change. Their live values are needed for a plan. Pure. */
export function functionsAtStake(subjects: Subjects): ReadonlySet<string> {
  const changing = [
    ...pickedMoves(
      subjects,
      subjects.picked.map(({ id }) => id),
    ),
    ...stackMoves(subjects),
  ];
  if (changing.length === 0) return new Set();
  const going = subjects.picked.filter(({ kind, goal, live }) => kind === "lambda-code" && !goal && live);
  return new Set([...changing.map((move) => move.function), ...going.map(({ name }) => name)]);
}

/**
 * What the steps change of the concurrency of functions: as components of their own, with a function that goes, or with a
 * stack whose template says it. A step that does nothing changes nothing. Pure.
 */
export function movesOf(subjects: Subjects, drafts: readonly DraftStep[], live: Capacities): StepMove[] {
  const acting = drafts.filter(({ action }) => action !== "refused" && action !== "unchanged");
  const steps = acting.map(({ component }) => component);
  const own = pickedMoves(subjects, steps);
  const found = [...own, ...stackMoves(subjects).filter(({ step }) => steps.includes(step))];
  const all = [...found, ...goingMoves(subjects, steps, live)];
  const byValue = new Map(all.map((move) => [`${move.function}:${move.qualifier}`, move]));
  for (const move of found) byValue.set(`${move.function}:${move.qualifier}`, move);
  return [...byValue.values()].filter((move) => !isAlready(live, move));
}

function isAlready(live: Capacities, { function: name, qualifier, to }: CapacityMove): boolean {
  const known = live.get(name);
  return ((qualifier === null ? known?.reserved : known?.provisioned[qualifier]) ?? null) === to;
}

/** Null for kinds without concurrency, and where nobody could read it. */
function valueIn(id: ComponentId, component: CapturedComponent | null | undefined): Omit<StepMove, "step"> | null {
  const { functionName, qualifier } = splitName(nameOf(id));
  const to = component ? amountIn(id, component) : null;
  return HAVE_CONCURRENCY.has(kindOf(id)) && to !== undefined ? { function: functionName, qualifier, to } : null;
}

/** A function has a reservation; its aliases and versions have what is provisioned. */
function amountIn(id: ComponentId, { state }: CapturedComponent): number | null | undefined {
  if (kindOf(id) === "lambda-alias") return lambdaAliasState(state).settings.provisioned;
  const { ReservedConcurrentExecutions, ProvisionedConcurrentExecutions } = lambdaConcurrencyState(state).settings;
  return splitName(nameOf(id)).qualifier === null ? ReservedConcurrentExecutions : ProvisionedConcurrentExecutions;
}

const HAVE_CONCURRENCY: ReadonlySet<KindName> = new Set(["lambda-alias", "lambda-concurrency"]);

function pickedMoves(subjects: Subjects, ids: readonly ComponentId[]): StepMove[] {
  return ids.flatMap((id) => {
    const { goal, live } = subjects.of(id);
    const [move, present] = [valueIn(id, goal), valueIn(id, live)];
    return move && move.to !== present?.to ? [{ ...move, step: id }] : [];
  });
}

/** What a picked stack, or a picked resource of one, brings to components that are not picked themselves. */
function stackMoves(subjects: Subjects): StepMove[] {
  const { before, deployed } = subjects.states;
  const ids = new Set([...before.keys(), ...deployed.keys()]);
  return [...ids].flatMap((id) => {
    if (subjects.isPicked(id)) return [];
    const [move, was] = [valueIn(id, before.get(id)), valueIn(id, deployed.get(id))];
    if (!move || move.to === was?.to) return [];
    const step = [parentOf(id, subjects.states), ownerOf(id, subjects.states)].find(
      (one) => one && subjects.isPicked(one),
    );
    return step ? [{ ...move, step }] : [];
  });
}

/** A function that goes leaves everything that it has taken. */
function goingMoves(subjects: Subjects, steps: readonly ComponentId[], live: Capacities): StepMove[] {
  return steps.flatMap((step) => {
    const name = functionOf(step);
    if (kindOf(step) !== "lambda-code" || name === null || subjects.of(componentId("lambda-code", name)).goal)
      return [];
    const qualifiers = [null, ...Object.keys(live.get(name)?.provisioned ?? {})];
    return qualifiers.map((qualifier): StepMove => ({ function: name, qualifier, to: null, step }));
  });
}
