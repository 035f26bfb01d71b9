import type { Strategy } from "./activity.ts";
import type { ComponentId, ComponentState } from "./component.ts";
import type { Change } from "./diff.ts";
import type { ErrorCode } from "./errors.ts";
import { digestOf, type Json } from "./json.ts";

export type StepAction = "restore" | "remove" | "recreate" | "unchanged" | "refused";

/** One mutation of AWS, as data: it is stored, shown, approved and resumed. What it writes is the step's goal. */
export interface Action {
  readonly do: ActionName;
  /** Function, `function:alias`, `function/source`, a layer version's ARN or stack. */
  readonly name: string;
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
  "put-provisioned-concurrency",
  "delete-trigger",
  "put-trigger",
  "put-trigger-tags",
  "put-code-objects",
  "create-stack",
  "update-stack",
  "delete-stack",
  "put-stack-policy",
  "put-termination-protection",
] as const;
export type ActionName = (typeof ACTION_NAMES)[number];

/** A reason from the closed list, with the words that make it concrete. */
export interface Reason {
  readonly code: ErrorCode;
  readonly detail: string;
}

/** One component of a plan. */
export interface PlanStep {
  /** From 1. */
  readonly order: number;
  readonly wave: number;
  readonly component: ComponentId;
  readonly action: StepAction;
  /** The path that it takes: through CloudFormation or through the Lambda API. */
  readonly strategy: Exclude<Strategy, "auto">;
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
      action: step.action,
      strategy: step.strategy,
      via: step.via,
      conflict: step.conflict,
      destructive: step.destructive,
      reasons: step.reasons.map(({ code }) => code),
      actions: step.actions.map(({ do: name, name: on }) => ({ do: name, name: on })),
      goal: step.goal && digestOf(step.goal.settings),
      live: step.liveDigest,
    })) as Json,
  );
}
