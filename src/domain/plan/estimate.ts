import {
  type ComponentId,
  componentId,
  functionOf,
  type KindName,
  kindOf,
  nameOf,
  splitName,
  stackOf,
} from "../component/component.ts";
import { stackState } from "../component/states/stack.ts";
import { type CallKey, callsOf, settleMsOf } from "./action-costs.ts";
import type { Plan, PlanStep, StepAction } from "./plan.ts";

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
export interface Estimate {
  readonly calls: readonly ExpectedCalls[];
  /** All of it, as if the steps ran one after the other: stacks of one wave, which run side by side, take less. */
  readonly durationMs: number;
  /** The least that AWS's quotas allow for so many calls. */
  readonly pacingMs: number;
  /** Steps whose time is the median of earlier ones rather than a constant. */
  readonly measuredSteps: number;
}

/** Reading one component that is there, beside the one GetFunction that serves all components of its function. */
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

/** Finding that one is not there. The others take the same calls for it, or none beside those of its function. */
const READS_OF_NONE: typeof READS = {
  ...READS,
  "lambda-alias": ["lambda:ListAliases"],
  "lambda-runtime": [],
  "lambda-trigger": ["lambda:ListEventSourceMappings"],
};

/** A stack with its resources, read once for all of them. */
const STACK_VIEW: readonly CallKey[] = [
  "cloudformation:DescribeStacks",
  "cloudformation:GetTemplate",
  "cloudformation:ListStackResources",
];
const STACK_READS: readonly CallKey[] = [
  ...STACK_VIEW,
  "cloudformation:GetTemplateSummary",
  "cloudformation:GetStackPolicy",
];
const STACK_OF_NONE: readonly CallKey[] = ["cloudformation:DescribeStacks"];

/** Kinds that are read back only once their function has settled. */
const WAITED_FOR: ReadonlySet<KindName> = new Set(["lambda-config", "lambda-code", "lambda-runtime"]);

/** An answer of the control plane, in the middle of what is usual. Calls of one rollback mostly follow each other. */
const ANSWER_MS = 150;

/** Calls and time that a plan would take. Pure: the same plan, rates and measurements give the same answer. */
export function estimate(plan: Plan, rateOf: RateOf, measured: readonly MeasuredStep[]): Estimate {
  const acting = plan.steps.filter(({ action }) => action !== "unchanged" && action !== "refused");
  const gone = stacksGone(plan.steps, isThereAfter);
  const byStep = acting.map((step) => [...step.actions.flatMap(callsOf), ...proving(step, gone)]);
  // For the backup before it, and for the last look.
  const looks = [...lookingAt(plan.steps, isThereBefore), ...lookingAt(plan.steps, isThereAfter)];
  const calls = countCalls([...WHO_AM_I, ...looks, ...byStep.flat()]);
  const medians = acting.map((step) => median(measured.filter((earlier) => isSameSort(earlier, step))));
  const stepsMs = acting.map((step, at) => medians[at] ?? settlingMs(step) + (byStep[at]?.length ?? 0) * ANSWER_MS);
  const pacingMs = slowestQuotaMs(calls, rateOf);
  const looksMs = looks.length * ANSWER_MS;
  return {
    calls,
    durationMs: Math.max(pacingMs, Math.round(sum(stepsMs) + looksMs)),
    pacingMs,
    measuredSteps: medians.filter((known) => known !== null).length,
  };
}

const WHO_AM_I: readonly CallKey[] = ["sts:GetCallerIdentity"];

/** Whether a component is there at the time of a look. */
type Presence = (step: PlanStep) => boolean;

const isThereBefore: Presence = ({ liveDigest }) => liveDigest !== null;
const isThereAfter: Presence = ({ goal }) => goal !== null;

/** A function and a stack count once, however many of their components are looked at. */
function lookingAt(steps: readonly PlanStep[], isThere: Presence): CallKey[] {
  const functions = new Set(steps.flatMap(({ component }) => functionOf(component) ?? []));
  const gone = stacksGone(steps, isThere);
  return [
    ...[...functions].map((): CallKey => "lambda:GetFunction"),
    ...steps.flatMap((step) => readsOf(step.component, isThere(step))),
    ...carryingAliases(steps).flatMap((alias) => readsOf(alias, true)),
    ...[...new Set(steps.flatMap(stacksOf))].flatMap((stack) => (gone.has(stack) ? STACK_OF_NONE : STACK_READS)),
    ...steps.flatMap((step) => (isThere(step) ? readWithWhole(step) : [])),
  ];
}

function stacksGone(steps: readonly PlanStep[], isThere: Presence): ReadonlySet<ComponentId> {
  return new Set(steps.filter((step) => !isThere(step)).map(({ component }) => component));
}

/** Kinds whose components may hang on an alias. */
const ON_ALIASES: ReadonlySet<KindName> = new Set(["lambda-async", "lambda-policy", "lambda-url"]);

/** Aliases that no step is about and that are looked at all the same: something that goes back hangs on them. */
function carryingAliases(steps: readonly PlanStep[]): ComponentId[] {
  const known = new Set(steps.map(({ component }) => component));
  const aliases = steps.flatMap(({ component }) => {
    const name = nameOf(component);
    const { qualifier } = splitName(name);
    const isAlias = ON_ALIASES.has(kindOf(component)) && qualifier !== null && !/^\d+$/.test(qualifier);
    return isAlias ? componentId("lambda-alias", name) : [];
  });
  return [...new Set(aliases)].filter((alias) => !known.has(alias));
}

/** The stacks that are read for a step: its own, and the one whose template takes its part. */
function stacksOf({ component, actions }: PlanStep): ComponentId[] {
  const own = component.startsWith("stack") ? stackOf(component) : null;
  const spliced = actions
    .filter((action) => action.do === "splice-stack")
    .map(({ name }) => componentId("stack", name));
  return [...(own ? [own] : []), ...spliced];
}

function readsOf(id: ComponentId, isThere: boolean): readonly CallKey[] {
  return (isThere ? READS : READS_OF_NONE)[kindOf(id)] ?? [];
}

/** What the snapshot of a whole stack takes beside its own reads: who imports each export, and its nested stacks. */
function readWithWhole({ component, goal }: PlanStep): CallKey[] {
  if (!component.startsWith("stack:")) return [];
  const { settings, evidence } = stackState(goal);
  const nested = Object.values(settings.resources).filter((type) => type === NESTED);
  return [
    ...Object.keys(evidence.exports).map((): CallKey => "cloudformation:ListImports"),
    ...nested.flatMap(() => STACK_VIEW),
  ];
}

const NESTED = "AWS::CloudFormation::Stack";

/** Reading one component back by itself. */
function proving({ component, goal }: PlanStep, gone: ReadonlySet<ComponentId>): CallKey[] {
  const kind = kindOf(component);
  if (kind === "stack") return [...(goal ? STACK_READS : STACK_OF_NONE)];
  if (kind === "stack-resource") return [...(gone.has(stackOf(component) ?? component) ? STACK_OF_NONE : STACK_VIEW)];
  const reads = readsOf(component, goal !== null);
  if (kind === "lambda-trigger") return [...reads];
  const waits: CallKey[] = WAITED_FOR.has(kind) ? ["lambda:GetFunction"] : [];
  return [...waits, "lambda:GetFunction", ...reads];
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
  return sum(step.actions.map(settleMsOf));
}

function isSameSort(earlier: MeasuredStep, { component, action, strategy }: PlanStep): boolean {
  return earlier.kind === kindOf(component) && earlier.action === action && earlier.strategy === strategy;
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
