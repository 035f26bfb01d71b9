import { type ComponentId, functionOf, type KindName, parseComponentId } from "./component.ts";
import type { ActionName, Plan, PlanStep, StepAction } from "./plan.ts";

/** A quota that calls count against together. `quota` is its name. */
export interface Rate {
  readonly quota: string;
  readonly callsPerSecond: number;
}

/** Null for calls that no quota slows down. */
export type RateOf = (service: string, operation: string) => Rate | null;

/** How long the steps of one sort took in earlier rollbacks. */
export interface MeasuredStep {
  readonly kind: KindName;
  readonly action: StepAction;
  readonly strategy: PlanStep["strategy"];
  readonly tookMs: number;
}

export interface ExpectedCalls {
  readonly service: string;
  readonly operation: string;
  readonly count: number;
}

/** What running a plan would cost (N15). An estimate: waiting for AWS to settle is most of it. */
export interface Expectation {
  readonly calls: readonly ExpectedCalls[];
  /** All of it. The steps run one after the other. */
  readonly durationMs: number;
  /** The least that AWS's quotas allow for so many calls. */
  readonly pacingMs: number;
  /** Steps whose time is the median of earlier ones rather than a constant. */
  readonly measuredSteps: number;
}

type CallKey = `${"lambda" | "cloudformation" | "s3"}:${string}`;

/** Looking at one component. Functions are read once for their code, configuration and aliases. */
const READS: Readonly<Record<"function" | "alias" | "stack", readonly CallKey[]>> = {
  function: ["lambda:GetFunction"],
  alias: ["lambda:ListAliases", "lambda:GetFunction"],
  stack: [
    "cloudformation:DescribeStacks",
    "cloudformation:GetTemplate",
    "cloudformation:ListStackResources",
    "cloudformation:GetTemplateSummary",
    "cloudformation:GetStackPolicy",
  ],
};

/**
 * The calls of an action, each of which looks first, and how long AWS takes to settle afterwards. Small functions settle
 * within a few seconds (25 s in a VPC), a stack with a handful of resources in about a minute: the middle of what is
 * usual, used for as long as no step of the sort has been measured.
 */
const COSTS: Readonly<Record<ActionName, { calls: readonly CallKey[]; settleMs: number }>> = {
  "create-function": { calls: ["lambda:GetFunction", "lambda:CreateFunction", "lambda:GetFunction"], settleMs: 5_000 },
  "update-configuration": {
    calls: ["lambda:GetFunction", "lambda:UpdateFunctionConfiguration", "lambda:GetFunction"],
    settleMs: 3_000,
  },
  "update-code": {
    calls: ["lambda:GetFunction", "lambda:UpdateFunctionCode", "lambda:GetFunction"],
    settleMs: 3_000,
  },
  "delete-function": { calls: ["lambda:GetFunction", "lambda:DeleteFunction"], settleMs: 0 },
  "publish-version": {
    calls: ["lambda:GetFunction", "lambda:ListVersionsByFunction", "lambda:PublishVersion", "lambda:GetFunction"],
    settleMs: 3_000,
  },
  "put-alias": { calls: ["lambda:ListVersionsByFunction", "lambda:GetAlias", "lambda:UpdateAlias"], settleMs: 0 },
  "delete-alias": { calls: ["lambda:GetAlias", "lambda:DeleteAlias"], settleMs: 0 },
  "put-code-objects": { calls: ["s3:HeadObject"], settleMs: 0 },
  "create-stack": { calls: changeSetCalls(), settleMs: 120_000 },
  "update-stack": { calls: changeSetCalls(), settleMs: 60_000 },
  "delete-stack": {
    calls: ["cloudformation:DescribeStacks", "cloudformation:DeleteStack", "cloudformation:DescribeStacks"],
    settleMs: 60_000,
  },
  "put-stack-policy": { calls: ["cloudformation:SetStackPolicy"], settleMs: 0 },
  "put-termination-protection": { calls: ["cloudformation:UpdateTerminationProtection"], settleMs: 0 },
};

/** An answer of the control plane, in the middle of what is usual. Calls of one rollback mostly follow each other. */
const ANSWER_MS = 150;

/** Calls and time that a plan would take. Pure: the same plan, rates and measurements give the same answer. */
export function expectation(plan: Plan, rateOf: RateOf, measured: readonly MeasuredStep[]): Expectation {
  const acting = plan.steps.filter(({ action }) => action !== "unchanged" && action !== "refused");
  const looks = lookingAt(plan.steps.map(({ component }) => component));
  const byStep = acting.map((step) => [
    ...step.actions.flatMap((action) => COSTS[action.do].calls),
    ...lookingAt([step.component]),
  ]);
  // Once for the backup before it, and once for the last look.
  const calls = countCalls([...looks, ...byStep.flat(), ...looks]);
  const medians = acting.map((step) => median(measured.filter((earlier) => isSameSort(earlier, step))));
  const stepsMs = acting.map((step, at) => medians[at] ?? settlingMs(step) + (byStep[at]?.length ?? 0) * ANSWER_MS);
  const pacingMs = slowestQuotaMs(calls, rateOf);
  const looksMs = 2 * looks.length * ANSWER_MS;
  return {
    calls,
    durationMs: Math.max(pacingMs, Math.round(sum(stepsMs) + looksMs)),
    pacingMs,
    measuredSteps: medians.filter((known) => known !== null).length,
  };
}

/** A function counts once, however many of its components are looked at. */
function lookingAt(components: readonly ComponentId[]): CallKey[] {
  const functions = new Set(components.flatMap((id) => functionOf(id) ?? []));
  const of = (kind: KindName) => components.filter((id) => parseComponentId(id)?.kind === kind);
  return [
    ...[...functions].flatMap(() => READS.function),
    ...of("lambda-alias").flatMap(() => READS.alias),
    ...of("stack").flatMap(() => READS.stack),
  ];
}

function changeSetCalls(): readonly CallKey[] {
  const [create, describe] = ["cloudformation:CreateChangeSet", "cloudformation:DescribeChangeSet"] as const;
  return [describe, create, describe, "cloudformation:ExecuteChangeSet", "cloudformation:DescribeStacks"];
}

function countCalls(keys: readonly CallKey[]): ExpectedCalls[] {
  const counts = new Map<CallKey, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return [...counts].sort().map(([key, count]) => {
    const [service = "", operation = ""] = key.split(":");
    return { service, operation, count };
  });
}

/** Calls of one quota share its rate; those of several quotas go side by side. */
function slowestQuotaMs(calls: readonly ExpectedCalls[], rateOf: RateOf): number {
  const byQuota = new Map<string, number>();
  for (const { service, operation, count } of calls) {
    const rate = rateOf(service, operation);
    if (rate) byQuota.set(rate.quota, (byQuota.get(rate.quota) ?? 0) + (count * 1000) / rate.callsPerSecond);
  }
  return Math.round(Math.max(0, ...byQuota.values()));
}

function settlingMs(step: PlanStep): number {
  return sum(step.actions.map((action) => COSTS[action.do].settleMs));
}

function isSameSort(earlier: MeasuredStep, { component, action, strategy }: PlanStep): boolean {
  return (
    earlier.kind === parseComponentId(component)?.kind && earlier.action === action && earlier.strategy === strategy
  );
}

/** Null where nothing was measured. */
function median(steps: readonly MeasuredStep[]): number | null {
  const sorted = steps.map(({ tookMs }) => tookMs).sort((one, other) => one - other);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.floor((sorted.length - 1) / 2)];
  return upper === undefined || lower === undefined ? null : (upper + lower) / 2;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
