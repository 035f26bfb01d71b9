/**
 * The contract between the parts of the sandbox. A service (Lambda, CloudFormation, S3, STS) is a set of operations on
 * plain values with the names of AWS's own API. The wire protocols and CloudFormation's resource providers call the
 * same operations, so a service behaves alike for both.
 */

/**
 * Plain data with the names of AWS's API: `{ FunctionName: "pay", MemorySize: 128 }`. Dates are `Date`, bytes are
 * `Uint8Array`.
 */
export type Shape = Record<string, unknown>;

/** The account of every access key that names no other. */
export const SANDBOX_ACCOUNT_ID = "000000000000";

/** One account in one region. Each has services and resources of its own; only what AWS has globally is shared. */
export interface AccountRegion {
  readonly accountId: string;
  readonly region: string;
}

/** A user or the session of a role: who signed a call. */
export interface Principal {
  readonly accountId: string;
  readonly arn: string;
  readonly userId: string;
}

/** An error response of AWS, with the code, message and HTTP status that AWS would send. */
export class AwsError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status: number = 400,
    /** Further members of the error body, such as `Type` or `Reason`. */
    readonly details: Shape = {},
  ) {
    super(message);
    this.name = code;
  }
}

/**
 * The sandbox's time. Tests may control it; nothing in the sandbox reads another clock or timer, except for running
 * functions.
 */
export interface SandboxClock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves when `ms` have passed on this clock. */
  sleep(ms: number): Promise<void>;
}

/** Where CloudFormation is with a resource. */
export type ResourceStage = "start" | "request" | "answer" | "settle" | "delete";

/**
 * Who made a call: `wire` came in over a protocol, `cloudformation` came from a resource provider, `lambda` fetches code.
 */
export type Caller = "wire" | "cloudformation" | "lambda";

export interface AwsService {
  /** The name in ARNs and signatures: `lambda`, `cloudformation`, `s3`, `sts`, `ssm`, `ecr`, `cloudcontrolapi`. */
  readonly name: string;
  /**
   * Performs one operation (`"UpdateFunctionCode"`) on the account's state. Throws AwsError for every error response of
   * AWS. Without a principal the account's own user calls.
   */
  call(operation: string, input: Shape, caller: Caller, principal?: Principal): Promise<Shape>;
}

/** One request that reached the sandbox over a protocol. `mutation` is true for calls that change the account. */
export interface CallRecord extends AccountRegion {
  /** 1 for the first call since the sandbox started or since `calls.clear()`. */
  readonly n: number;
  readonly service: string;
  readonly operation: string;
  readonly mutation: boolean;
  readonly at: number;
  /** The input with bytes replaced by their size and SHA-256, so that a log stays readable. */
  readonly input: Shape;
  /** `pending` until the response; `held` while a fault holds the call. */
  outcome: "pending" | "ok" | "error" | "held";
  /** Whether the operation was performed. The client may have disconnected before the response. */
  performed: boolean;
  errorCode?: string;
}

/** A call of CloudFormation for a resource of a stack. */
export interface PermissionQuestion {
  readonly action: string;
  readonly logicalId: string;
  /** Who acts: a role's session or a user. */
  readonly principalArn: string;
  readonly resource: string;
}

/** What a service gets from its sandbox. */
export interface SandboxContext extends AccountRegion {
  readonly clock: SandboxClock;
  /** How long an asynchronous update stays in progress, in milliseconds; 200 by default. */
  readonly updateMs: number;
  /** The executions that the account may have at a time; 1,000 by default, as AWS gives a new account. */
  readonly accountConcurrency: number;
  /** Whether a change of outputs alone is a change of the stack. */
  readonly outputsCount: boolean;
  /** Whether a change of a resource's DeletionPolicy or UpdateReplacePolicy alone is a change of the stack. */
  readonly policiesCount: boolean;
  /** What CloudFormation may not do. */
  readonly permissions: { check(question: PermissionQuestion): void };
  /** How long CloudFormation takes for single resources. */
  readonly pace: {
    msOf(logicalId: string, stage: ResourceStage): number;
    readonly cancelMs: number;
  };
  /** Another service of the same account and region, by its name. */
  service(name: string): AwsService;
  /** The URL of the sandbox, without a trailing slash, for `Code.Location` and the like. */
  endpoint(): string;
  /** A new lower-case UUID, like AWS's ids. */
  uuid(): string;
}
