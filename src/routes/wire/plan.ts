import { type Static, Type } from "typebox";
import type { Estimate } from "../../domain/plan/estimate.ts";
import type { PlanStep } from "../../domain/plan/plan.ts";
import { noun } from "../../plugins/nouns.ts";
import { ErrorCodeText, ProblemShape, presentProblem } from "../../plugins/problem-document.ts";
import type { ExpectedPlan, StepRow } from "../../services/rollbacks.ts";
import {
  ChangeShape,
  ComponentIdText,
  Count,
  Digest,
  nullable,
  ReasonText,
  Time,
  timeOrNull,
  timeText,
} from "./shapes.ts";

const ActionText = Type.Enum(["restore", "remove", "recreate", "unchanged", "refused"]);
const PathText = Type.Enum(["stack", "direct"], { description: "Through CloudFormation or the Lambda API" });

const WaveNumber = Type.Integer({ minimum: 1, description: "Stacks of one wave go back side by side" });
const PositionText = Type.String({ description: "Why it stands where it stands, in words" });

const BridgeShape = noun("Bridge", (options) =>
  Type.Object(
    { wave: WaveNumber, position: PositionText, keeps: Type.Array(Type.String({ description: "Export name" })) },
    { ...options, description: "An update of the stack before its own turn, with exports that are still imported" },
  ),
);

const PlanStepShape = noun("PlanStep", (options) =>
  Type.Object(
    {
      order: Type.Integer({ minimum: 1 }),
      wave: WaveNumber,
      position: PositionText,
      after: Type.Array(ComponentIdText, { description: "Stacks whose exports or imports it waits for" }),
      bridges: Type.Array(BridgeShape.ref),
      component: ComponentIdText,
      action: ActionText,
      strategy: PathText,
      via: nullable(ComponentIdText),
      conflict: Type.Boolean(),
      destructive: Type.Boolean(),
      reasons: Type.Array(ErrorCodeText.ref),
      details: Type.Array(ReasonText.ref, { description: "The reasons in words" }),
      diff: Type.Array(ChangeShape.ref),
    },
    { ...options, description: "`via` names the picked container whose step brings this component back" },
  ),
);

export const PlanShape = noun("Plan", (options) =>
  Type.Object(
    {
      digest: Digest,
      plannedAt: Time,
      steps: Type.Array(PlanStepShape.ref),
      refusals: Count,
      conflicts: Count,
      destructive: Count,
      expected: Type.Object(
        {
          calls: Type.Array(Type.Object({ service: Type.String(), operation: Type.String(), count: Count })),
          seconds: Type.Number({ minimum: 0 }),
          pacingSeconds: Type.Number({ minimum: 0, description: "The least that AWS's quotas allow" }),
          measuredSteps: Type.Integer({ minimum: 0, description: "Steps whose time comes from earlier rollbacks" }),
        },
        { description: "What running it would take: an estimate" },
      ),
    },
    { ...options, description: "What a rollback will do. Approve it by its digest." },
  ),
);

export const PLAN_NOUNS = [BridgeShape.schema, PlanStepShape.schema, PlanShape.schema];

/** States and actions stay inside: they hold secrets. */
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

function presentExpectation({ calls, durationMs, pacingMs, measuredSteps }: Estimate) {
  const seconds = (ms: number) => Math.round(ms / 100) / 10;
  return {
    calls: calls.map((call) => ({ ...call })),
    seconds: seconds(durationMs),
    pacingSeconds: seconds(pacingMs),
    measuredSteps,
  };
}

function presentPlanStep(step: PlanStep): Static<typeof PlanStepShape.schema> {
  const { order, wave, position, component, action, strategy, via, conflict, destructive, reasons, diff } = step;
  return {
    order,
    wave,
    position,
    after: [...step.after],
    bridges: step.bridges.map(({ wave, position, keeps }) => ({ wave, position, keeps: [...keeps] })),
    component,
    action,
    strategy,
    via,
    conflict,
    destructive,
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
      action: ActionText,
      status: Type.Enum(["Pending", "Running", "Restored", "Removed", "Recreated", "Unchanged", "Skipped", "Failed"]),
      verified: nullable(Type.Boolean({ description: "Read back and equal to the plan's state" })),
      strategy: PathText,
      warnings: Type.Array(ErrorCodeText.ref),
      error: nullable(ProblemShape.ref),
      startedAt: nullable(Time),
      finishedAt: nullable(Time),
    },
    { ...options, description: "One component of a running or ended rollback" },
  ),
);

export function presentStep(row: StepRow): Static<typeof StepShape.schema> {
  const { order, component, action, status, verified, strategy, warnings, error, startedAt, finishedAt } = row;
  return {
    order,
    component,
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
