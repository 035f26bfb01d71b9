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

/** A quota that calls share; `quota` is its name. */
export interface Rate {
  readonly quota: string;
  readonly callsPerSecond: number;
}

/** Null for calls without a quota that slows them down. */
export type RateOf = (service: string, operation: string) => Rate | null;

/** How long a step took in an earlier rollback. */
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

/** The estimated cost of running a plan. Most of the time is spent waiting for AWS to settle. */
export interface Estimate {
  readonly calls: readonly ExpectedCalls[];
  /** As if the steps ran one after the other. Stacks and functions of one wave, which run side by side, take less. */
  readonly durationMs: number;
  /** The least time that the quotas of AWS allow for the calls. */
  readonly pacingMs: number;
  /** Steps whose time is the median of earlier steps instead of a constant. */
  readonly measuredSteps: number;
}

/** Calls that read an existing component, besides the one GetFunction for all components of its function. */
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

/** Calls that find a component missing. The kinds that are not listed take the same calls as in READS. */
const READS_OF_MISSING: typeof READS = {
  ...READS,
  "lambda-alias": ["lambda:ListAliases"],
  "lambda-runtime": [],
  "lambda-trigger": ["lambda:ListEventSourceMappings"],
};

/** A stack with its resources, read once for all its components. */
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
const MISSING_STACK: readonly CallKey[] = ["cloudformation:DescribeStacks"];

/** A typical response time of the control plane. Most calls of a rollback run one after the other. */
const RESPONSE_MS = 150;

/** Calls and time that a plan would take. Pure: the same plan, rates and measurements give the same estimate. */
export function estimate(plan: Plan, rateOf: RateOf, measured: readonly MeasuredStep[]): Estimate {
  const acting = plan.steps.filter(({ action }) => action !== "unchanged" && action !== "refused");
  const missing = stacksMissing(plan.steps, existsAfter);
  const verifications = verificationsOf(acting, missing);
  const byStep = acting.map((step, at) => [...step.actions.flatMap(callsOf), ...(verifications[at] ?? [])]);
  // Once for the backup before the rollback, and once for the record after it.
  const reads = [...snapshotReads(plan.steps, existsBefore), ...snapshotReads(plan.steps, existsAfter)];
  const calls = countCalls([...WHO_AM_I, ...reads, ...byStep.flat()]);
  const medians = acting.map((step) => median(measured.filter((earlier) => isAlike(earlier, step))));
  const stepsMs = acting.map((step, at) => medians[at] ?? settlingMs(step) + (byStep[at]?.length ?? 0) * RESPONSE_MS);
  const pacingMs = slowestQuotaMs(calls, rateOf);
  const readsMs = reads.length * RESPONSE_MS;
  return {
    calls,
    durationMs: Math.max(pacingMs, Math.round(sum(stepsMs) + readsMs)),
    pacingMs,
    measuredSteps: medians.filter((known) => known !== null).length,
  };
}

const WHO_AM_I: readonly CallKey[] = ["sts:GetCallerIdentity"];

/** Whether the component of a step exists when a snapshot is taken. */
type Presence = (step: PlanStep) => boolean;

const existsBefore: Presence = ({ liveDigest }) => liveDigest !== null;
const existsAfter: Presence = ({ goal }) => goal !== null;

/** A function and a stack are read once for all their components. */
function snapshotReads(steps: readonly PlanStep[], exists: Presence): CallKey[] {
  const functions = new Set(steps.flatMap(({ component }) => functionOf(component) ?? []));
  const missing = stacksMissing(steps, exists);
  return [
    ...[...functions].map((): CallKey => "lambda:GetFunction"),
    ...steps.flatMap((step) => readsOf(step.component, exists(step))),
    ...aliasesOfSteps(steps).flatMap((alias) => readsOf(alias, true)),
    ...[...new Set(steps.flatMap(stacksOf))].flatMap((stack) => (missing.has(stack) ? MISSING_STACK : STACK_READS)),
    ...steps.flatMap((step) => (exists(step) ? readWithWhole(step) : [])),
  ];
}

function stacksMissing(steps: readonly PlanStep[], exists: Presence): ReadonlySet<ComponentId> {
  return new Set(steps.filter((step) => !exists(step)).map(({ component }) => component));
}

/** Kinds whose components may belong to an alias. */
const ON_ALIASES: ReadonlySet<KindName> = new Set(["lambda-async", "lambda-policy", "lambda-url"]);

/** Aliases without a step that are read all the same, because a component of a step belongs to them. */
function aliasesOfSteps(steps: readonly PlanStep[]): ComponentId[] {
  const known = new Set(steps.map(({ component }) => component));
  const aliases = steps.flatMap(({ component }) => {
    const name = nameOf(component);
    const { qualifier } = splitName(name);
    const isAlias = ON_ALIASES.has(kindOf(component)) && qualifier !== null && !/^\d+$/.test(qualifier);
    return isAlias ? componentId("lambda-alias", name) : [];
  });
  return [...new Set(aliases)].filter((alias) => !known.has(alias));
}

/** The stacks that are read for a step: its own, and the one into whose template its part is spliced. */
function stacksOf({ component, actions }: PlanStep): ComponentId[] {
  const own = component.startsWith("stack") ? stackOf(component) : null;
  const spliced = actions
    .filter((action) => action.do === "splice-stack")
    .map(({ name }) => componentId("stack", name));
  return [...(own ? [own] : []), ...spliced];
}

function readsOf(id: ComponentId, exists: boolean): readonly CallKey[] {
  return (exists ? READS : READS_OF_MISSING)[kindOf(id)] ?? [];
}

/** Further calls for the snapshot of a whole stack: the importers of each export, and the nested stacks. */
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

/** Calls that read one component back to verify it. */
function verificationReads({ component, goal }: PlanStep, missing: ReadonlySet<ComponentId>): CallKey[] {
  const kind = kindOf(component);
  if (kind === "stack") return [...(goal ? STACK_READS : MISSING_STACK)];
  if (kind === "stack-resource")
    return [...(missing.has(stackOf(component) ?? component) ? MISSING_STACK : STACK_VIEW)];
  const reads = readsOf(component, goal !== null);
  if (kind === "lambda-trigger") return [...reads];
  return ["lambda:GetFunction", ...reads];
}

/** The reads of each step in turn. What another step restores is read back with it, each thing once. */
function verificationsOf(steps: readonly PlanStep[], missing: ReadonlySet<ComponentId>): CallKey[][] {
  const known = new Set<string>();
  return steps.map((step) => {
    const reads = verificationReads(step, missing);
    const keyed = reads.map((call) => ({ call, key: `${containerOf(step)} ${call}` }));
    const fresh = step.via === null ? keyed : keyed.filter(({ key }) => !known.has(key));
    for (const { key } of keyed) known.add(key);
    return fresh.map(({ call }) => call);
  });
}

function containerOf({ component }: PlanStep): string | null {
  return functionOf(component) ?? stackOf(component);
}

function countCalls(keys: readonly CallKey[]): ExpectedCalls[] {
  const counts = new Map<CallKey, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return [...counts].sort().map(([key, count]) => {
    const [service = "", operation = ""] = key.split(":");
    return { service, operation, count };
  });
}

/** Calls share the rate of their quota; calls of different quotas can run side by side. */
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

function isAlike(earlier: MeasuredStep, { component, action, strategy }: PlanStep): boolean {
  return earlier.kind === kindOf(component) && earlier.action === action && earlier.strategy === strategy;
}

/** Null where no step was measured. */
function median(steps: readonly MeasuredStep[]): number | null {
  const sorted = steps.map(({ tookMs }) => tookMs).sort((one, other) => one - other);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.floor((sorted.length - 1) / 2)];
  return upper === undefined || lower === undefined ? null : (upper + lower) / 2;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
