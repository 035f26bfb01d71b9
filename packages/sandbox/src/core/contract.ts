/**
 * What the parts of the sandbox agree on. A service (Lambda, CloudFormation, S3, STS) is a set of operations on plain
 * values with the names of AWS's own API; the wire protocols stand in front of it, and CloudFormation's resource
 * providers call the same operations from behind. So there is one behaviour, whoever asks.
 */

/** Plain data as AWS's API names it: `{ FunctionName: "pay", MemorySize: 128 }`. Dates are `Date`, bytes are `Uint8Array`. */
export type Shape = Record<string, unknown>;

/** The account that the sandbox plays. Every ARN that it makes carries these. */
export const SANDBOX_ACCOUNT_ID = "000000000000";

/** An answer of AWS that is an error, with the code, message and HTTP status that AWS would send. */
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

/** The sandbox's time. Tests may move it; nothing in the sandbox reads another clock or timer. */
export interface SandboxClock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves when `ms` have passed on this clock. */
  sleep(ms: number): Promise<void>;
}

/** Who made a call: `wire` came in over a protocol, `cloudformation` is a resource provider at work. */
export type Caller = "wire" | "cloudformation";

export interface AwsService {
  /** The name in ARNs and signatures: `lambda`, `cloudformation`, `s3`, `sts`. */
  readonly name: string;
  /**
   * Performs one operation (`"UpdateFunctionCode"`) on the account's state.
   * Throws AwsError for every answer that AWS gives as an error.
   */
  call(operation: string, input: Shape, caller: Caller): Promise<Shape>;
}

/** One request that reached the sandbox over a protocol. `mutation` is true for calls that change the account. */
export interface CallRecord {
  /** 1 for the first call since the sandbox started or since `calls.clear()`. */
  readonly n: number;
  readonly service: string;
  readonly operation: string;
  readonly mutation: boolean;
  readonly at: number;
  /** The input with bytes replaced by their length and SHA-256, so that a log stays readable. */
  readonly input: Shape;
  /** `pending` until answered; `held` while a hold keeps it. */
  outcome: "pending" | "ok" | "error" | "held";
  /** Whether the operation was performed, whatever became of its answer: the client may have been gone by then. */
  performed: boolean;
  errorCode?: string;
}

/** What every service gets from the sandbox that owns it. */
export interface SandboxContext {
  readonly accountId: string;
  readonly region: string;
  readonly clock: SandboxClock;
  /** How long an asynchronous update stays in progress. 200 by default. */
  readonly updateMs: number;
  /** Whether a change of outputs alone is a change of the stack. */
  readonly outputsCount: boolean;
  /** A service of the same account, by its name. */
  service(name: string): AwsService;
  /** The URL that clients reach the sandbox under, without a trailing slash; used in Code.Location and the like. */
  endpoint(): string;
  /** A fresh id that looks like AWS's: lower-case UUID. */
  uuid(): string;
}
