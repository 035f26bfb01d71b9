import { type ComponentId, componentId } from "../../domain/component/component.ts";
import type { Reason } from "../../domain/errors.ts";
import type { Action, LoweringPass, PlanStep } from "../../domain/plan/plan.ts";
import type { CapacityFacts } from "../facts.ts";
import type { StepMove } from "./moves.ts";
import { type Excess, lowers, scheduleMoves } from "./schedule.ts";
import type { VersionsToFree } from "./shared-versions.ts";

/** What AWS keeps unreserved in every account (facts I1). */
const MIN_UNRESERVED = 100;

/**
 * The steps with earlier passes where they would exceed a limit of concurrency on the way, or refused where their goal
 * exceeds one. Pure.
 */
export function withinCapacity(steps: readonly PlanStep[], { moves, freeing, capacity }: CapacityMoves): PlanStep[] {
  if (!capacity) return withLowering(steps, freeing.moves, freeing.takers);
  const waveOf = new Map(steps.map(({ component, wave }) => [component, wave]));
  const waves = [...new Set(waveOf.values())].sort((one, other) => one - other);
  const stages = waves.map((wave) => moves.filter(({ step }) => waveOf.get(step) === wave));
  const schedule = scheduleMoves({ live: capacity.functions, room: roomIn(capacity), stages });
  const raising = moves.filter((move) => !lowers(capacity.functions, move));
  if ("excess" in schedule) return refuseRaising(steps, schedule.excess, { moves, raising, capacity });
  const isFreed = ({ step, qualifier }: StepMove) =>
    freeing.moves.some((move) => move.step === step && move.qualifier === qualifier);
  const first = [...freeing.moves, ...schedule.first.filter((move) => !isFreed(move))];
  const takers = schedule.first.length > 0 ? raising.map(({ step }) => step) : [];
  return withLowering(withUnchecked(steps, raising, capacity), first, [...takers, ...freeing.takers]);
}

interface CapacityMoves {
  readonly moves: readonly StepMove[];
  readonly freeing: VersionsToFree;
  /** Null where nothing that counts against a limit of the account changes. */
  readonly capacity: CapacityFacts | null;
}

function roomIn({ account }: CapacityFacts): number | null {
  return "unavailable" in account ? null : account.unreserved - MIN_UNRESERVED;
}

interface Exceeding {
  readonly moves: readonly StepMove[];
  readonly raising: readonly StepMove[];
  readonly capacity: CapacityFacts;
}

function refuseRaising(steps: readonly PlanStep[], excess: readonly Excess[], exceeding: Exceeding): PlanStep[] {
  const reasonsOf = (id: ComponentId) =>
    excess.flatMap((one): Reason[] =>
      isConcerned(id, one, exceeding) ? [{ code: "LIMIT_EXCEEDED", detail: detailOf(one, exceeding) }] : [],
    );
  return steps.map((step) => {
    const found = reasonsOf(step.component);
    return found.length > 0 ? { ...step, action: "refused", actions: [], reasons: [...step.reasons, ...found] } : step;
  });
}

function isConcerned(id: ComponentId, excess: Excess, { moves, raising }: Exceeding): boolean {
  if (excess.of === "account") return raising.some(({ step }) => step === id);
  return moves.some((move) => move.step === id && move.function === excess.name);
}

function detailOf(excess: Excess, { moves, raising, capacity: { account, functions } }: Exceeding): string {
  if (excess.of === "account") {
    const over = excess.wanted - excess.room;
    const limit = "unavailable" in account ? "" : ` of ${account.limit}`;
    const taking = raising.map(
      ({ function: name, qualifier, to }) => `${[name, qualifier].filter(Boolean).join(":")} ${to}`,
    );
    return (
      `It takes ${excess.wanted} executions more than now (${taking.join(", ")}), and ${Math.max(0, excess.room)}${limit} are left ` +
      `beside the ${MIN_UNRESERVED} that AWS keeps. Raise the account's limit of concurrent executions by ${over}, lower the ` +
      `reservations of other functions by ${over}, or leave out what takes more.`
    );
  }
  const { name, provisioned, reserved } = excess;
  const others = Object.entries(functions.get(name)?.provisioned ?? {})
    .filter(([qualifier]) => !moves.some((move) => move.function === name && move.qualifier === qualifier))
    .map(([qualifier, amount]) => `${name}:${qualifier} ${amount}`);
  const provisionedElsewhere = others.length > 0 ? ` (${others.join(", ")}, not picked)` : "";
  return (
    `${name} would have ${provisioned} executions provisioned${provisionedElsewhere} and only ${reserved} reserved. Pick what provisions less ` +
    `or ${componentId("lambda-concurrency", name)}, too, lower what is provisioned by ${provisioned - reserved}, or leave this out.`
  );
}

function withUnchecked(
  steps: readonly PlanStep[],
  raising: readonly StepMove[],
  { account }: CapacityFacts,
): readonly PlanStep[] {
  if (!("unavailable" in account)) return steps;
  const detail = `Whether the account has enough concurrent executions: ${account.unavailable}`;
  return steps.map((step) =>
    raising.some((move) => move.step === step.component)
      ? { ...step, reasons: [...step.reasons, { code: "LIMIT_UNCHECKED", detail }] }
      : step,
  );
}

/** What is provisioned comes down in a wave before the reservations that bound it; all other waves come behind. */
function withLowering(
  steps: readonly PlanStep[],
  first: readonly StepMove[],
  taking: readonly ComponentId[],
): PlanStep[] {
  if (first.length === 0) return [...steps];
  const passes = [
    first.filter(({ qualifier }) => qualifier !== null),
    first.filter(({ qualifier }) => qualifier === null),
  ];
  const early = passes.filter((moves) => moves.length > 0);
  const takers = [...new Set(taking)];
  return steps.map((step) => {
    const later = shifted(step, early.length);
    const frees = takers.includes(step.component) ? lowerers(first, step) : [];
    const taking = frees.length > 0 ? { takesAfter: frees } : {};
    const lowering = early.map((moves) => moves.filter((move) => move.step === step.component));
    const actions = lowering.flat().map(loweringAction);
    if (actions.length === 0) return { ...later, ...taking };
    const position = `lowers first what ${takers.filter((id) => id !== step.component).join(", ") || "it"} will take`;
    const lowers = lowering.flatMap((moves, index): LoweringPass[] => {
      const through = lowering.slice(0, index + 1).flat().length;
      return moves.length > 0 ? [{ wave: index + 1, position, through }] : [];
    });
    return { ...later, ...taking, actions: [...actions, ...later.actions], lowers };
  });
}

/** Steps that free what this one takes. */
function lowerers(first: readonly StepMove[], { component }: PlanStep): ComponentId[] {
  return [...new Set(first.map(({ step }) => step))].filter((id) => id !== component);
}

function shifted(step: PlanStep, by: number): PlanStep {
  const bridges = step.bridges.map((bridge) => ({ ...bridge, wave: bridge.wave + by }));
  return { ...step, wave: step.wave + by, bridges };
}

function loweringAction({ function: name, qualifier, to }: StepMove): Action {
  const removing = (operation: string) => (to === null ? { writes: [operation] } : {});
  if (qualifier === null)
    return { do: "lower-concurrency", name, amount: to, ...removing("DeleteFunctionConcurrency") };
  const writes = removing("DeleteProvisionedConcurrencyConfig");
  return { do: "lower-provisioned-concurrency", name: `${name}:${qualifier}`, amount: to, ...writes };
}
