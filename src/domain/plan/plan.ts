import type { ComponentId, ComponentState } from "../component/component.ts";
import type { Change } from "../component/diff.ts";
import type { Reason } from "../errors.ts";
import { digestOf, type Json } from "../json.ts";
import type { CodeMove } from "../template/code-relocation.ts";
import type { Part } from "../template/splice/request.ts";
import type { Loss } from "./losses.ts";

export const STEP_ACTIONS = ["restore", "remove", "recreate", "unchanged", "refused"] as const;
export type StepAction = (typeof STEP_ACTIONS)[number];

/** The path of a step: through CloudFormation or through the Lambda API. */
export const STEP_STRATEGIES = ["stack", "direct"] as const;
export type StepStrategy = (typeof STEP_STRATEGIES)[number];

/** What a caller may ask for; `auto` leaves the path of each step to the planner. */
export const STRATEGIES = ["auto", ...STEP_STRATEGIES] as const;
export type Strategy = (typeof STRATEGIES)[number];

/** One mutation of AWS as data, so that it can be stored, shown, approved and resumed. It writes the goal of its step. */
export interface Action {
  readonly do: ActionName;
  /** A function, `function:qualifier`, `function/source`, the ARN of a layer version, or a stack. */
  readonly name: string;
  /** The parts of the backup's template that go into the live one; only with `splice-stack` and `put-code-objects`. */
  readonly parts?: readonly Part[];
  /** The number that the version had in the backup; only with `republish-version`. */
  readonly version?: string;
  /** Digest of the live template for which the parts were planned; only with `splice-stack`. */
  readonly into?: string;
  /** Logical ids of added resources that are imported if they are still in the account; only with updates of a stack. */
  readonly importing?: readonly string[];
  /** The trigger that is turned: until then, its name is another one's or nobody's; only with actions of triggers. */
  readonly uuid?: string;
  /** Resources that the continued rollback of the stack skips; only with `continue-update-rollback`. */
  readonly skip?: readonly string[];
  /** References in the backup's template that change to the staging bucket; only with `splice-stack` and `put-code-objects`. */
  readonly moves?: readonly CodeMove[];
  /** Whether the objects include templates that CloudFormation reads to make a change set; only with `put-code-objects`. */
  readonly templates?: true;
  /** The value to come down to; null for none. Only with actions that lower. */
  readonly amount?: number | null;
  /** The mutations in their order, where they differ from the one that the action is named for. Only for the estimate. */
  readonly writes?: readonly string[];
}

export const ACTION_NAMES = [
  "create-function",
  "update-configuration",
  "update-code",
  "delete-function",
  "publish-layer",
  "publish-version",
  "republish-version",
  "put-alias",
  "unweight-alias",
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
  "lower-concurrency",
  "lower-provisioned-concurrency",
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
  /** From 1. Stacks of one wave run side by side, each with the components that it restores, and so do functions. */
  readonly wave: number;
  /** Why the step has its place in the order, in words. */
  readonly position: string;
  /** Steps that must have succeeded before: stacks whose exports or imports it waits for, functions that either one refers to. */
  readonly after: readonly ComponentId[];
  /** Earlier updates of the stack that keep exports which are still imported. The n-th belongs to the n-th `bridge-stack`. */
  readonly bridges: readonly BridgePass[];
  /** Earlier passes that lower what AWS bounds, before another step takes what they free. Missing for most steps. */
  readonly lowers?: readonly LoweringPass[];
  /** Steps whose earlier passes free what this one takes, and must not have failed. */
  readonly takesAfter?: readonly ComponentId[];
  readonly component: ComponentId;
  readonly action: StepAction;
  readonly strategy: StepStrategy;
  /** The parent step, which restores this component, too; null for a step with actions of its own. */
  readonly via: ComponentId | null;
  readonly conflict: boolean;
  /** Whether it loses something that needs consent. */
  readonly destructive: boolean;
  readonly losses: readonly Loss[];
  /** Why the step is refused, or warnings about it. */
  readonly reasons: readonly Reason[];
  readonly actions: readonly Action[];
  /** The state to reach; null where the component is removed. With `keep-live` it may differ from the backup. */
  readonly goal: ComponentState | null;
  /** Digest of the live state for which the plan was made; null where the component did not exist. */
  readonly liveDigest: string | null;
  readonly diff: readonly Change[];
}

/** An update of a stack to its goal plus the live exports that other stacks still import (facts E4). */
export interface BridgePass extends Pick<PlanStep, "wave" | "position" | "after"> {
  readonly keeps: readonly string[];
  /** The goal with the bridge's template. It is not compared with live: the status that CloudFormation reports is enough. */
  readonly goal: ComponentState;
}

/** The first actions of a step, performed before the step has its turn (facts I1). They are not proven by themselves. */
export interface LoweringPass extends Pick<PlanStep, "wave" | "position"> {
  /** How many of the step's actions are done once the pass is. */
  readonly through: number;
}

export interface Plan {
  readonly digest: string;
  readonly plannedAt: number;
  readonly steps: readonly PlanStep[];
}

/** Digest over everything that decides what a plan does, so that only the approved plan can run. */
export function planDigest(steps: readonly PlanStep[]): string {
  return digestOf(
    steps.map((step) => ({
      component: step.component,
      order: step.order,
      wave: step.wave,
      after: step.after,
      ...(step.takesAfter ? { takesAfter: step.takesAfter } : {}),
      ...(step.lowers ? { lowers: step.lowers.map(({ wave, through }) => ({ wave, through })) } : {}),
      bridges: step.bridges.map(({ wave, keeps, goal }) => ({ wave, keeps, goal: digestOf(goal.settings) })),
      action: step.action,
      strategy: step.strategy,
      via: step.via,
      conflict: step.conflict,
      losses: step.losses.map((loss) => ({ id: loss.id, class: loss.class })),
      reasons: step.reasons.map(({ code }) => code),
      actions: step.actions.map(actionAsJson),
      goal: step.goal && digestOf(step.goal.settings),
      live: step.liveDigest,
    })) as Json,
  );
}

/** Without `writes`, which only the estimate needs. */
function actionAsJson({ writes: _, ...action }: Action): Json {
  // JSON drops undefined members.
  return JSON.parse(JSON.stringify(action)) as Json;
}
