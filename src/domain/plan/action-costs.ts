import type { Action, ActionName } from "./plan.ts";

/** `service:operation`. */
export type CallKey = `${"lambda" | "cloudformation" | "s3" | "sts"}:${string}`;

interface Cost {
  /** The look before the action, and the wait behind it as if everything had settled at once. */
  readonly reads: readonly CallKey[];
  /** The mutation, unless the action itself names others. */
  readonly write: readonly CallKey[];
  /** Read before each single mutation, for the revision that it is made on. */
  readonly eachOn?: CallKey;
  readonly settleMs: number;
}

const FUNCTION = "lambda:GetFunction";
const TRIGGER_LOOK: readonly CallKey[] = ["lambda:ListEventSourceMappings", "lambda:GetEventSourceMapping"];
const TEMPLATE_LOOK: readonly CallKey[] = ["cloudformation:DescribeStacks", "cloudformation:GetTemplate"];
/** Is there one already; what it would do, and with which values; how the stack has ended. */
const CHANGE_SET_LOOKS: readonly CallKey[] = [
  "cloudformation:DescribeChangeSet",
  "cloudformation:DescribeChangeSet",
  "cloudformation:DescribeChangeSet",
  "cloudformation:DescribeStacks",
];
const CHANGE_SET: readonly CallKey[] = ["cloudformation:CreateChangeSet", "cloudformation:ExecuteChangeSet"];

/**
 * What each action costs. Small functions settle within a few seconds (25 s in a VPC), a trigger in a quarter of a minute,
 * provisioned concurrency and a stack with a handful of resources in about a minute: the middle of what is usual, used for
 * as long as no step of the sort has been measured.
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
  "put-alias": {
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
    eachOn: "lambda:GetPolicy",
    settleMs: 0,
  },
  "delete-policy": {
    reads: [FUNCTION, "lambda:GetPolicy"],
    write: ["lambda:RemovePermission"],
    eachOn: "lambda:GetPolicy",
    settleMs: 0,
  },
  "create-url": { reads: ["lambda:ListFunctionUrlConfigs"], write: ["lambda:CreateFunctionUrlConfig"], settleMs: 0 },
  "update-url": { reads: ["lambda:ListFunctionUrlConfigs"], write: ["lambda:UpdateFunctionUrlConfig"], settleMs: 0 },
  "delete-url": { reads: ["lambda:ListFunctionUrlConfigs"], write: ["lambda:DeleteFunctionUrlConfig"], settleMs: 0 },
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
    reads: [...TRIGGER_LOOK, "lambda:GetEventSourceMapping"],
    write: ["lambda:UpdateEventSourceMapping"],
    settleMs: 15_000,
  },
  "put-trigger-tags": { reads: [...TRIGGER_LOOK, "lambda:ListTags"], write: ["lambda:TagResource"], settleMs: 0 },
  // What is published in between is only told where it runs.
  "make-room-for-version": { reads: [FUNCTION, "lambda:ListVersionsByFunction"], write: [], settleMs: 0 },
  // Which objects the buckets have lost is only looked up where it runs.
  "put-code-objects": { reads: [], write: [], settleMs: 0 },
  "continue-update-rollback": {
    reads: ["cloudformation:DescribeStacks", "cloudformation:DescribeStacks"],
    write: ["cloudformation:ContinueUpdateRollback"],
    settleMs: 60_000,
  },
  "create-stack": { reads: CHANGE_SET_LOOKS, write: CHANGE_SET, settleMs: 120_000 },
  "update-stack": { reads: CHANGE_SET_LOOKS, write: CHANGE_SET, settleMs: 60_000 },
  // Outputs alone change: no resource has to settle.
  "bridge-stack": { reads: CHANGE_SET_LOOKS, write: CHANGE_SET, settleMs: 15_000 },
  "splice-stack": { reads: [...TEMPLATE_LOOK, ...CHANGE_SET_LOOKS], write: CHANGE_SET, settleMs: 60_000 },
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

/** The calls of an action. Pure. */
export function callsOf(action: Action): readonly CallKey[] {
  const { reads, write, eachOn } = COSTS[action.do];
  const writes = action.writes?.map((operation): CallKey => `lambda:${operation}`) ?? write;
  return [...reads, ...(eachOn ? writes.map(() => eachOn) : []), ...writes];
}

/** How long AWS usually takes to settle after an action. */
export function settleMsOf(action: Action): number {
  return COSTS[action.do].settleMs;
}
