import { type Static, Type } from "typebox";
import { changeSetGate } from "../../domain/plan/change-set-gate.ts";
import type { Estimate } from "../../domain/plan/estimate.ts";
import { LOSS_CLASSES } from "../../domain/plan/losses.ts";
import { type PlanStep, STEP_ACTIONS, STEP_STRATEGIES } from "../../domain/plan/plan.ts";
import { STEP_STATUSES, type StepRow } from "../../domain/plan/step-row.ts";
import { noun } from "../../plugins/nouns.ts";
import { ErrorCodeText, ProblemShape, presentProblem } from "../../plugins/problem-document.ts";
import type { Named } from "../../services/display-names.ts";
import type { ExpectedPlan } from "../../services/rollbacks.ts";
import {
  ChangeShape,
  ComponentIdText,
  Count,
  DisplayNameText,
  KeyedDigest,
  nullable,
  ReasonText,
  Time,
  timeOrNull,
  timeText,
} from "./shapes.ts";

const ActionText = Type.Enum([...STEP_ACTIONS]);
const PathText = Type.Enum([...STEP_STRATEGIES], {
  description: "Through CloudFormation, or directly through the Lambda API",
});

const WaveNumber = Type.Integer({
  minimum: 1,
  description: "Stacks of one wave are restored in parallel, and so are functions",
});
const PositionText = Type.String({ description: "Why the step has this place in the order" });

const BridgeShape = noun("Bridge", (options) =>
  Type.Object(
    { wave: WaveNumber, position: PositionText, keeps: Type.Array(Type.String({ description: "Name of an export" })) },
    { ...options, description: "An earlier update of the stack that keeps exports which other stacks still import" },
  ),
);

const LossShape = noun("Loss", (options) =>
  Type.Object(
    {
      id: ComponentIdText,
      class: Type.Enum([...LOSS_CLASSES]),
      type: Type.String({ description: "The CloudFormation type of what is lost" }),
      detail: Type.String(),
    },
    {
      ...options,
      description:
        "Something that a step loses. `data` and `address` need consent by `id`, or by the logical id in it; `told` does not",
    },
  ),
);

const LoweringShape = noun("Lowering", (options) =>
  Type.Object(
    { wave: WaveNumber, position: PositionText },
    { ...options, description: "An earlier pass that lowers what AWS bounds before other steps take it" },
  ),
);

const PlanStepShape = noun("PlanStep", (options) =>
  Type.Object(
    {
      order: Type.Integer({ minimum: 1 }),
      wave: WaveNumber,
      position: PositionText,
      after: Type.Array(ComponentIdText, { description: "Components whose steps must not have failed before it" }),
      bridges: Type.Array(BridgeShape.ref),
      changeSet: nullable(
        Type.Object(
          {
            gated: Type.Enum(["before the run", "at its turn"]),
            why: nullable(Type.String({ description: "Why it cannot be made before the run" })),
          },
          { description: "When its change set is made and checked; null if it runs none. Nothing is touched before" },
        ),
      ),
      lowers: Type.Array(LoweringShape.ref),
      component: ComponentIdText,
      displayName: DisplayNameText,
      action: ActionText,
      strategy: PathText,
      via: nullable(ComponentIdText),
      conflict: Type.Boolean(),
      destructive: Type.Boolean({ description: "Whether it loses something that needs consent" }),
      losses: Type.Array(LossShape.ref),
      reasons: Type.Array(ErrorCodeText.ref),
      details: Type.Array(ReasonText.ref, { description: "The reasons with their details" }),
      diff: Type.Array(ChangeShape.ref),
    },
    { ...options, description: "`via` names the picked container whose step restores this component" },
  ),
);

const ExpectedShape = Type.Object(
  {
    calls: Type.Array(Type.Object({ service: Type.String(), operation: Type.String(), count: Count })),
    seconds: Type.Number({ minimum: 0 }),
    pacingSeconds: Type.Number({ minimum: 0, description: "The minimum that AWS's quotas allow" }),
    measuredSteps: Type.Integer({ minimum: 0, description: "Steps whose duration is taken from earlier rollbacks" }),
  },
  { description: "An estimate of what running the plan takes" },
);

export const PlanShape = noun("Plan", (options) =>
  Type.Object(
    {
      digest: KeyedDigest,
      plannedAt: Time,
      steps: Type.Array(PlanStepShape.ref),
      refusals: Count,
      conflicts: Count,
      destructive: Count,
      expected: ExpectedShape,
    },
    { ...options, description: "What a rollback will do. Approve it by its digest." },
  ),
);

export const PLAN_NOUNS = [
  BridgeShape.schema,
  LoweringShape.schema,
  LossShape.schema,
  PlanStepShape.schema,
  PlanShape.schema,
];

/** Leaves out states and actions, which hold secrets. */
export function presentPlan(plan: ExpectedPlan): Static<typeof PlanShape.schema> {
  const count = (matches: (step: PlanStep) => boolean) => plan.steps.filter(matches).length;
  return {
    digest: plan.digest,
    plannedAt: timeText(plan.plannedAt),
    steps: plan.steps.map(presentPlanStep),
    refusals: count((step) => step.action === "refused"),
    conflicts: count((step) => step.conflict),
    destructive: count((step) => step.destructive),
    expected: presentExpectation(plan.expected),
  };
}

function presentExpectation(estimate: Estimate): Static<typeof ExpectedShape> {
  const { calls, durationMs, pacingMs, measuredSteps } = estimate;
  const seconds = (ms: number) => Math.round(ms / 100) / 10;
  return {
    calls: calls.map((call) => ({ ...call })),
    seconds: seconds(durationMs),
    pacingSeconds: seconds(pacingMs),
    measuredSteps,
  };
}

function presentPlanStep(step: Named<PlanStep>): Static<typeof PlanStepShape.schema> {
  const { order, wave, position, component, displayName, action, strategy, via } = step;
  const { conflict, destructive, losses, reasons, diff } = step;
  return {
    order,
    wave,
    position,
    after: [...step.after, ...(step.takesAfter ?? [])],
    bridges: step.bridges.map(({ wave, position, keeps }) => ({ wave, position, keeps: [...keeps] })),
    changeSet: changeSetGate(step),
    lowers: (step.lowers ?? []).map(({ wave, position }) => ({ wave, position })),
    component,
    displayName,
    action,
    strategy,
    via,
    conflict,
    destructive,
    losses: losses.map((loss) => ({ ...loss })),
    reasons: reasons.map(({ code }) => code),
    details: reasons.map((reason) => ({ ...reason })),
    diff: diff.map((place) => ({ ...place })),
  };
}

export const StepShape = noun("RollbackComponent", (options) =>
  Type.Object(
    {
      order: Type.Integer({ minimum: 1 }),
      component: ComponentIdText,
      displayName: DisplayNameText,
      action: ActionText,
      status: Type.Enum([...STEP_STATUSES]),
      verified: nullable(Type.Boolean({ description: "Whether the state that was read back equals the goal" })),
      strategy: PathText,
      warnings: Type.Array(ErrorCodeText.ref),
      error: nullable(ProblemShape.ref),
      startedAt: nullable(Time),
      finishedAt: nullable(Time),
    },
    { ...options, description: "One component of a running or ended rollback" },
  ),
);

export function presentStep(row: Named<StepRow>): Static<typeof StepShape.schema> {
  const { order, component, displayName, action, status, verified, strategy, warnings, error } = row;
  const { startedAt, finishedAt } = row;
  return {
    order,
    component,
    displayName,
    action,
    status,
    verified,
    strategy,
    warnings: [...warnings],
    error: error && presentProblem(error),
    startedAt: timeOrNull(startedAt),
    finishedAt: timeOrNull(finishedAt),
  };
}
