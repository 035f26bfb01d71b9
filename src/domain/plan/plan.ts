import type { ComponentId, ComponentState } from "../component/component.ts";
import type { Change } from "../component/diff.ts";
import type { Reason } from "../errors.ts";
import { digestOf, type Json } from "../json.ts";
import type { CodeMove } from "../template/code-relocation.ts";
import type { Part } from "../template/splice/request.ts";

export const STEP_ACTIONS = ["restore", "remove", "recreate", "unchanged", "refused"] as const;
export type StepAction = (typeof STEP_ACTIONS)[number];

/** The path of a step: through CloudFormation or through the Lambda API. */
export const STEP_STRATEGIES = ["stack", "direct"] as const;
export type StepStrategy = (typeof STEP_STRATEGIES)[number];

/** What a caller may ask for; `auto` leaves the path of each step to the planner. */
export const STRATEGIES = ["auto", ...STEP_STRATEGIES] as const;
export type Strategy = (typeof STRATEGIES)[number];

/** One mutation of AWS, as data: it is stored, shown, approved and resumed. What it writes is the step's goal. */
export interface Action {
  readonly do: ActionName;
  /** Function, `function:qualifier`, `function/source`, a layer version's ARN or stack. */
  readonly name: string;
  /** What of the backup's template goes into the live one; only with `splice-stack` and `put-code-objects`. */
  readonly parts?: readonly Part[];
  /** Digest of the live template that the parts were planned to go into; only with `splice-stack`. */
  readonly into?: string;
  /** Logical ids of what comes again, may still be in the account and is taken in then; only with what updates a stack. */
  readonly importing?: readonly string[];
  /** What a failed rollback of the stack leaves as it is; only with `continue-update-rollback`. */
  readonly skip?: readonly string[];
  /** References of the backup's template that move to the staging bucket; only with `splice-stack` and `put-code-objects`. */
  readonly moves?: readonly CodeMove[];
  /** The mutations in their order, where they are others than the one that the action is named for. Only an estimate. */
  readonly writes?: readonly string[];
}

export const ACTION_NAMES = [
  "create-function",
  "update-configuration",
  "update-code",
  "delete-function",
  "publish-layer",
  "publish-version",
  "put-alias",
  "delete-alias",
  "put-runtime-management",
  "put-recursive-loop",
  "put-code-signing",
  "put-event-invoke",
  "delete-event-invoke",
  "put-policy",
  "delete-policy",
  "create-url",
  "update-url",
  "delete-url",
  "put-concurrency",
  "delete-concurrency",
  "put-tags",
  "put-provisioned-concurrency",
  "delete-trigger",
  "put-trigger",
  "put-trigger-tags",
  "put-code-objects",
  "continue-update-rollback",
  "make-room-for-version",
  "create-stack",
  "bridge-stack",
  "update-stack",
  "splice-stack",
  "delete-stack",
  "put-stack-policy",
  "put-termination-protection",
] as const;
export type ActionName = (typeof ACTION_NAMES)[number];

/** One component of a plan. */
export interface PlanStep {
  /** From 1. */
  readonly order: number;
  /** From 1. Stacks of one wave, each with what it brings back, run side by side. */
  readonly wave: number;
  /** Why it stands where it stands, in words. */
  readonly position: string;
  /** What must not have failed before it: stacks whose exports or imports it waits for, functions that it names or is named by. */
  readonly after: readonly ComponentId[];
  /** Updates of a stack in earlier waves that keep what is still imported. The n-th belongs to the n-th `bridge-stack`. */
  readonly bridges: readonly BridgePass[];
  readonly component: ComponentId;
  readonly action: StepAction;
  readonly strategy: StepStrategy;
  /** The picked container whose step brings this one back; null for a step with actions of its own. */
  readonly via: ComponentId | null;
  readonly conflict: boolean;
  readonly destructive: boolean;
  /** Why it is refused, or what to know about it. */
  readonly reasons: readonly Reason[];
  readonly actions: readonly Action[];
  /** The state to reach; null means that the component goes. After `keep-live` it may differ from the backup. */
  readonly goal: ComponentState | null;
  /** Digest of the live state that the plan was made from; null where nothing was there. */
  readonly liveDigest: string | null;
  readonly diff: readonly Change[];
}

/** An update of a stack to its goal with exports of live that other stacks still import (facts E4). */
export interface BridgePass extends Pick<PlanStep, "wave" | "position" | "after"> {
  readonly keeps: readonly string[];
  /** The goal with the bridge's template. It is not compared: CloudFormation's word that it completed is enough. */
  readonly goal: ComponentState;
}

export interface Plan {
  readonly digest: string;
  readonly plannedAt: number;
  readonly steps: readonly PlanStep[];
}

/** Digest over everything that decides what runs: what was approved is what runs (N8). */
export function planDigest(steps: readonly PlanStep[]): string {
  return digestOf(
    steps.map((step) => ({
      component: step.component,
      order: step.order,
      wave: step.wave,
      after: step.after,
      bridges: step.bridges.map(({ wave, keeps, goal }) => ({ wave, keeps, goal: digestOf(goal.settings) })),
      action: step.action,
      strategy: step.strategy,
      via: step.via,
      conflict: step.conflict,
      destructive: step.destructive,
      reasons: step.reasons.map(({ code }) => code),
      actions: step.actions.map(actionAsJson),
      goal: step.goal && digestOf(step.goal.settings),
      live: step.liveDigest,
    })) as Json,
  );
}

/** Without what is only an estimate. */
function actionAsJson({ writes: _, ...action }: Action): Json {
  // Through JSON once: an action is plain data, and undefined members go.
  return JSON.parse(JSON.stringify(action)) as Json;
}
