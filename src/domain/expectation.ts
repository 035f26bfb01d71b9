import { type ComponentId, functionOf, type KindName, parseComponentId, stackOf } from "./component.ts";
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
  /** All of it, as if the steps ran one after the other: stacks of one wave, which run side by side, take less. */
  readonly durationMs: number;
  /** The least that AWS's quotas allow for so many calls. */
  readonly pacingMs: number;
  /** Steps whose time is the median of earlier ones rather than a constant. */
  readonly measuredSteps: number;
}

type CallKey = `${"lambda" | "cloudformation" | "s3"}:${string}`;

/** Looking at one component, beside the one GetFunction that serves all components of its function. */
const READS: Readonly<Partial<Record<KindName, readonly CallKey[]>>> = {
  "lambda-alias": ["lambda:ListAliases", "lambda:GetFunction", "lambda:ListProvisionedConcurrencyConfigs"],
  "lambda-runtime": [
    "lambda:GetRuntimeManagementConfig",
    "lambda:GetFunctionRecursionConfig",
    "lambda:GetFunctionCodeSigningConfig",
  ],
  "lambda-async": ["lambda:ListFunctionEventInvokeConfigs"],
  "lambda-policy": ["lambda:GetPolicy"],
  "lambda-url": ["lambda:ListFunctionUrlConfigs"],
  "lambda-trigger": ["lambda:ListEventSourceMappings", "lambda:GetEventSourceMapping", "lambda:ListTags"],
};

const STACK_READS: readonly CallKey[] = [
  "cloudformation:DescribeStacks",
  "cloudformation:GetTemplate",
  "cloudformation:ListStackResources",
  "cloudformation:GetTemplateSummary",
  "cloudformation:GetStackPolicy",
];

const TRIGGER_LOOK: readonly CallKey[] = ["lambda:ListEventSourceMappings", "lambda:GetEventSourceMapping"];
const TEMPLATE_LOOK: readonly CallKey[] = ["cloudformation:DescribeStacks", "cloudformation:GetTemplate"];

/**
 * The calls of an action, each of which looks first, and how long AWS takes to settle afterwards. Small functions settle
 * within a few seconds (25 s in a VPC), a trigger in a quarter of a minute, provisioned concurrency and a stack with a
 * handful of resources in about a minute: the middle of what is usual, used for as long as no step of the sort has been measured.
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
  "publish-layer": {
    calls: ["lambda:GetLayerVersionByArn", "lambda:ListLayerVersions", "lambda:PublishLayerVersion"],
    settleMs: 0,
  },
  "put-runtime-management": {
    calls: ["lambda:GetRuntimeManagementConfig", "lambda:PutRuntimeManagementConfig"],
    settleMs: 0,
  },
  "put-recursive-loop": {
    calls: ["lambda:GetFunctionRecursionConfig", "lambda:PutFunctionRecursionConfig"],
    settleMs: 0,
  },
  "put-code-signing": {
    calls: ["lambda:GetFunctionCodeSigningConfig", "lambda:PutFunctionCodeSigningConfig"],
    settleMs: 0,
  },
  "put-event-invoke": {
    calls: ["lambda:ListFunctionEventInvokeConfigs", "lambda:PutFunctionEventInvokeConfig"],
    settleMs: 0,
  },
  "delete-event-invoke": {
    calls: ["lambda:ListFunctionEventInvokeConfigs", "lambda:DeleteFunctionEventInvokeConfig"],
    settleMs: 0,
  },
  // One statement: how many differ is only told where the action runs.
  "put-policy": {
    calls: ["lambda:GetFunction", "lambda:GetPolicy", "lambda:GetPolicy", "lambda:AddPermission"],
    settleMs: 0,
  },
  "delete-policy": {
    calls: ["lambda:GetFunction", "lambda:GetPolicy", "lambda:GetPolicy", "lambda:RemovePermission"],
    settleMs: 0,
  },
  "create-url": { calls: ["lambda:ListFunctionUrlConfigs", "lambda:CreateFunctionUrlConfig"], settleMs: 0 },
  "update-url": { calls: ["lambda:ListFunctionUrlConfigs", "lambda:UpdateFunctionUrlConfig"], settleMs: 0 },
  "delete-url": { calls: ["lambda:ListFunctionUrlConfigs", "lambda:DeleteFunctionUrlConfig"], settleMs: 0 },
  "put-concurrency": { calls: ["lambda:GetFunction", "lambda:PutFunctionConcurrency"], settleMs: 0 },
  "delete-concurrency": { calls: ["lambda:GetFunction", "lambda:DeleteFunctionConcurrency"], settleMs: 0 },
  "put-tags": { calls: ["lambda:GetFunction", "lambda:TagResource"], settleMs: 0 },
  "put-provisioned-concurrency": {
    calls: ["lambda:GetProvisionedConcurrencyConfig", "lambda:PutProvisionedConcurrencyConfig"],
    settleMs: 60_000,
  },
  "delete-trigger": {
    calls: [...TRIGGER_LOOK, "lambda:DeleteEventSourceMapping", "lambda:GetEventSourceMapping"],
    settleMs: 15_000,
  },
  "put-trigger": {
    calls: [...TRIGGER_LOOK, "lambda:UpdateEventSourceMapping", "lambda:GetEventSourceMapping"],
    settleMs: 15_000,
  },
  "put-trigger-tags": { calls: [...TRIGGER_LOOK, "lambda:ListTags", "lambda:TagResource"], settleMs: 0 },
  "make-room-for-version": { calls: ["lambda:GetFunction", "lambda:ListVersionsByFunction"], settleMs: 0 },
  "put-code-objects": { calls: ["s3:HeadObject"], settleMs: 0 },
  "continue-update-rollback": {
    calls: ["cloudformation:DescribeStacks", "cloudformation:ContinueUpdateRollback", "cloudformation:DescribeStacks"],
    settleMs: 60_000,
  },
  "create-stack": { calls: changeSetCalls(), settleMs: 120_000 },
  "update-stack": { calls: changeSetCalls(), settleMs: 60_000 },
  // Outputs alone change: no resource has to settle.
  "bridge-stack": { calls: [...TEMPLATE_LOOK, ...changeSetCalls()], settleMs: 15_000 },
  "splice-stack": { calls: [...TEMPLATE_LOOK, ...changeSetCalls()], settleMs: 60_000 },
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
  const kindsRead = components.flatMap((id) => parseComponentId(id)?.kind ?? []);
  // The resources of a stack are read with it, however many of them are looked at.
  const stacks = new Set(components.flatMap((id) => (id.startsWith("stack") ? (stackOf(id) ?? []) : [])));
  return [
    ...[...functions].map((): CallKey => "lambda:GetFunction"),
    ...kindsRead.flatMap((kind) => READS[kind] ?? []),
    ...[...stacks].flatMap(() => STACK_READS),
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
