import { StepbackError } from "../errors.ts";
import type { Action, ActionName } from "./plan.ts";

/** `service:operation`. */
export type CallKey = `${"lambda" | "cloudformation" | "s3" | "sts"}:${string}`;

interface Cost {
  /** Reads before the action, and those of the wait after it, as if AWS settled at once. */
  readonly reads: readonly CallKey[];
  /** The mutations, unless the action itself names others. */
  readonly write: readonly CallKey[];
  /** The read before each single mutation, which gets the revision to change. */
  readonly readBeforeEach?: CallKey;
  readonly settleMs: number;
}

const FUNCTION = "lambda:GetFunction";
const TRIGGER_READS: readonly CallKey[] = ["lambda:ListEventSourceMappings", "lambda:GetEventSourceMapping"];
const TEMPLATE_READS: readonly CallKey[] = ["cloudformation:DescribeStacks", "cloudformation:GetTemplate"];
/** Whether it is there, whether it is made, which changes it makes, the same at its turn, whether it has begun, and the status of the stack. */
const CHANGE_SET_READS: readonly CallKey[] = [
  "cloudformation:DescribeStacks",
  "cloudformation:DescribeChangeSet",
  "cloudformation:DescribeChangeSet",
  "cloudformation:DescribeChangeSet",
  "cloudformation:DescribeChangeSet",
  "cloudformation:DescribeChangeSet",
  "cloudformation:DescribeStacks",
];
const CHANGE_SET: readonly CallKey[] = ["cloudformation:CreateChangeSet", "cloudformation:ExecuteChangeSet"];

/**
 * The cost of each action. Typical times, used until such a step has been measured: a small function settles within a few
 * seconds (25 s in a VPC), a trigger within 15 s, provisioned concurrency and a stack with a handful of resources in about a
 * minute.
 */
const COSTS: Readonly<Record<ActionName, Cost>> = {
  "create-function": { reads: [FUNCTION, FUNCTION], write: ["lambda:CreateFunction"], settleMs: 5_000 },
  "update-configuration": {
    reads: [FUNCTION, FUNCTION],
    write: ["lambda:UpdateFunctionConfiguration"],
    settleMs: 3_000,
  },
  "update-code": { reads: [FUNCTION, FUNCTION, FUNCTION], write: ["lambda:UpdateFunctionCode"], settleMs: 3_000 },
  "delete-function": { reads: [FUNCTION], write: ["lambda:DeleteFunction"], settleMs: 0 },
  "publish-version": {
    reads: [FUNCTION, "lambda:ListVersionsByFunction", FUNCTION],
    write: ["lambda:PublishVersion"],
    settleMs: 3_000,
  },
  "republish-version": {
    reads: ["lambda:ListVersionsByFunction", FUNCTION],
    write: ["lambda:PublishVersion"],
    readBeforeEach: FUNCTION,
    settleMs: 10_000,
  },
  "put-alias": {
    reads: ["lambda:ListVersionsByFunction", "lambda:GetAlias"],
    write: ["lambda:UpdateAlias"],
    settleMs: 0,
  },
  "unweight-alias": {
    reads: ["lambda:ListVersionsByFunction", "lambda:GetAlias"],
    write: ["lambda:UpdateAlias"],
    settleMs: 0,
  },
  "delete-alias": { reads: ["lambda:GetAlias"], write: ["lambda:DeleteAlias"], settleMs: 0 },
  "publish-layer": {
    reads: ["lambda:GetLayerVersionByArn", "lambda:ListLayerVersions"],
    write: ["lambda:PublishLayerVersion"],
    settleMs: 0,
  },
  "put-runtime-management": {
    reads: ["lambda:GetRuntimeManagementConfig"],
    write: ["lambda:PutRuntimeManagementConfig"],
    settleMs: 0,
  },
  "put-recursive-loop": {
    reads: ["lambda:GetFunctionRecursionConfig"],
    write: ["lambda:PutFunctionRecursionConfig"],
    settleMs: 0,
  },
  "put-code-signing": {
    reads: ["lambda:GetFunctionCodeSigningConfig"],
    write: ["lambda:PutFunctionCodeSigningConfig"],
    settleMs: 0,
  },
  "put-event-invoke": {
    reads: ["lambda:ListFunctionEventInvokeConfigs"],
    write: ["lambda:PutFunctionEventInvokeConfig"],
    settleMs: 0,
  },
  "delete-event-invoke": {
    reads: ["lambda:ListFunctionEventInvokeConfigs"],
    write: ["lambda:DeleteFunctionEventInvokeConfig"],
    settleMs: 0,
  },
  "put-policy": {
    reads: [FUNCTION, "lambda:GetPolicy"],
    write: ["lambda:AddPermission"],
    readBeforeEach: "lambda:GetPolicy",
    settleMs: 0,
  },
  "delete-policy": {
    reads: [FUNCTION, "lambda:GetPolicy"],
    write: ["lambda:RemovePermission"],
    readBeforeEach: "lambda:GetPolicy",
    settleMs: 0,
  },
  "create-url": { reads: ["lambda:ListFunctionUrlConfigs"], write: ["lambda:CreateFunctionUrlConfig"], settleMs: 0 },
  "update-url": { reads: ["lambda:ListFunctionUrlConfigs"], write: ["lambda:UpdateFunctionUrlConfig"], settleMs: 0 },
  "delete-url": { reads: ["lambda:ListFunctionUrlConfigs"], write: ["lambda:DeleteFunctionUrlConfig"], settleMs: 0 },
  "lower-concurrency": { reads: [FUNCTION], write: ["lambda:PutFunctionConcurrency"], settleMs: 0 },
  "lower-provisioned-concurrency": {
    reads: ["lambda:GetProvisionedConcurrencyConfig", "lambda:GetAlias", "lambda:GetProvisionedConcurrencyConfig"],
    write: ["lambda:PutProvisionedConcurrencyConfig"],
    settleMs: 10_000,
  },
  "put-concurrency": { reads: [FUNCTION], write: ["lambda:PutFunctionConcurrency"], settleMs: 0 },
  "delete-concurrency": { reads: [FUNCTION], write: ["lambda:DeleteFunctionConcurrency"], settleMs: 0 },
  "put-tags": { reads: [FUNCTION], write: ["lambda:TagResource"], settleMs: 0 },
  "put-provisioned-concurrency": {
    reads: ["lambda:GetProvisionedConcurrencyConfig"],
    write: ["lambda:PutProvisionedConcurrencyConfig"],
    settleMs: 60_000,
  },
  "delete-trigger": {
    reads: ["lambda:ListEventSourceMappings", "lambda:GetEventSourceMapping", "lambda:GetEventSourceMapping"],
    write: ["lambda:DeleteEventSourceMapping"],
    settleMs: 15_000,
  },
  "put-trigger": {
    reads: [...TRIGGER_READS, "lambda:GetEventSourceMapping"],
    write: ["lambda:UpdateEventSourceMapping"],
    settleMs: 15_000,
  },
  "put-trigger-tags": { reads: [...TRIGGER_READS, "lambda:ListTags"], write: ["lambda:TagResource"], settleMs: 0 },
  // Whether versions have to be published in between shows only during the run.
  "make-room-for-version": { reads: [FUNCTION, "lambda:ListVersionsByFunction"], write: [], settleMs: 0 },
  // Which objects the buckets have lost is only looked up during the run.
  "put-code-objects": { reads: [], write: [], settleMs: 0 },
  "continue-update-rollback": {
    reads: ["cloudformation:DescribeStacks", "cloudformation:DescribeStacks"],
    write: ["cloudformation:ContinueUpdateRollback"],
    settleMs: 60_000,
  },
  "create-stack": { reads: CHANGE_SET_READS, write: CHANGE_SET, settleMs: 120_000 },
  "update-stack": { reads: CHANGE_SET_READS, write: CHANGE_SET, settleMs: 60_000 },
  // Only outputs change, so no resource has to settle.
  "bridge-stack": { reads: CHANGE_SET_READS, write: CHANGE_SET, settleMs: 15_000 },
  // Spliced once to make the change set before the run, and once to check it again at its turn.
  "splice-stack": {
    reads: [...TEMPLATE_READS, ...TEMPLATE_READS, ...CHANGE_SET_READS],
    write: CHANGE_SET,
    settleMs: 60_000,
  },
  "delete-stack": {
    reads: ["cloudformation:DescribeStacks", "cloudformation:DescribeStacks"],
    write: ["cloudformation:DeleteStack"],
    settleMs: 60_000,
  },
  "put-stack-policy": {
    reads: ["cloudformation:GetStackPolicy"],
    write: ["cloudformation:SetStackPolicy"],
    settleMs: 0,
  },
  "put-termination-protection": {
    reads: ["cloudformation:DescribeStacks"],
    write: ["cloudformation:UpdateTerminationProtection"],
    settleMs: 0,
  },
};

/** The calls of an action. Pure. INTERNAL for an action that the table does not know: from a plan of another version. */
export function callsOf(action: Action): readonly CallKey[] {
  const { reads, write, readBeforeEach } = costOf(action);
  const writes = action.writes?.map((operation): CallKey => `lambda:${operation}`) ?? write;
  return [...reads, ...(readBeforeEach ? writes.map(() => readBeforeEach) : []), ...writes];
}

/** How long AWS usually takes to settle after an action, in milliseconds. INTERNAL as `callsOf`. */
export function settleMsOf(action: Action): number {
  return costOf(action).settleMs;
}

function costOf({ do: name }: Action): Cost {
  if (Object.hasOwn(COSTS, name)) return COSTS[name];
  throw new StepbackError("INTERNAL", `Nothing is known of the cost of an action ${name}.`);
}
