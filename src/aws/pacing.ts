import { StepbackError } from "../domain/errors.ts";
import type { Clock } from "../domain/ids.ts";

/** Calls that count together against one rate of AWS, per account and region. */
export type QuotaClass = "lambda:GetFunction" | "lambda:GetPolicy" | "lambda:other" | "cloudformation" | "contents";

/** Calls per second. For Lambda, AWS's published control-plane quotas, which cannot be raised (facts C). */
export const DEFAULT_RATES: Readonly<Record<QuotaClass, number>> = {
  "lambda:GetFunction": 100,
  "lambda:GetPolicy": 15,
  "lambda:other": 15,
  // CloudFormation publishes none. It throttles pipelines and consoles from a few calls per second on, and they share the
  // account's quota with us.
  cloudformation: 2,
  // CloudWatch Logs allows ten DescribeLogGroups, the lowest limit among the looks into resources; the account shares it.
  contents: 5,
};

/** The class of an operation; null for S3, whose limit is never the bottleneck, and STS, with one call per job. */
export function quotaClassOf(service: string, operation: string): QuotaClass | null {
  if (service === "cloudformation") return "cloudformation";
  if (["sqs", "dynamodb", "sns", "logs"].includes(service)) return "contents";
  if (service !== "lambda") return null;
  return operation === "GetFunction" || operation === "GetPolicy" ? `lambda:${operation}` : "lambda:other";
}

/**
 * The share of a rate that is used. With `BURST_MS` it keeps every window of one second within the rate r: at most
 * 1 + 0.95 r × 1.05 calls, which is less than r + 1. So even a server that counts strictly by the second never throttles a
 * process that has the account to itself.
 */
const SHARE_OF_RATE = 0.95;
/** Calls worth this much time may go at once. Also makes up for timers that fire late, within this time and not later. */
const BURST_MS = 50;

/**
 * A token bucket, as GCRA: its whole state is one number. Callers pass in the order in which they came. Once `signal`
 * fires, all of them get SHUTTING_DOWN.
 */
export class TokenBucket {
  readonly #intervalMs: number;
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  /** When the bucket will be full again, in the clock's milliseconds. */
  #fullAt = 0;
  #lastInLine: Promise<void> = Promise.resolve();

  constructor(callsPerSecond: number, clock: Clock, signal: AbortSignal) {
    this.#intervalMs = 1000 / (callsPerSecond * SHARE_OF_RATE);
    this.#clock = clock;
    this.#signal = signal;
  }

  /** Resolves when one call may go. */
  take(): Promise<void> {
    const turn = this.#lastInLine.then(() => this.#pass());
    this.#lastInLine = turn.catch(() => {});
    return turn;
  }

  async #pass(): Promise<void> {
    const waitMs = this.#fullAt - BURST_MS - this.#clock.now();
    // Rounded up: Node's timers drop the fraction and would wake too early.
    if (waitMs > 0 && !this.#signal.aborted) await this.#clock.sleep(Math.ceil(waitMs), this.#signal);
    if (this.#signal.aborted) throw new StepbackError("SHUTTING_DOWN", "The calls to AWS were stopped.");
    this.#fullAt = Math.max(this.#fullAt, this.#clock.now()) + this.#intervalMs;
  }
}

/** The owner of the quota that a call counts against. */
interface QuotaOwner {
  readonly account: string;
  readonly region: string;
}

/** All buckets of a process: one per account, region and class. Targets in the same account and region share them. */
export class Pacing {
  readonly #buckets = new Map<string, TokenBucket>();
  readonly #rates: Partial<Record<QuotaClass, number>>;
  readonly #clock: Clock;
  readonly #signal: AbortSignal;

  constructor(rates: Partial<Record<QuotaClass, number>> | null, clock: Clock, signal: AbortSignal) {
    this.#rates = rates ?? {};
    this.#clock = clock;
    this.#signal = signal;
  }

  /** Calls per second for a class; null for no limit. At a custom endpoint only the rates in the settings apply. */
  rateOf(quotaClass: QuotaClass, isCustomEndpoint: boolean): number | null {
    return this.#rates[quotaClass] ?? (isCustomEndpoint ? null : DEFAULT_RATES[quotaClass]);
  }

  take(owner: QuotaOwner, quotaClass: QuotaClass, rate: number): Promise<void> {
    const key = `${owner.account}/${owner.region}/${quotaClass}`;
    const bucket = this.#buckets.get(key) ?? new TokenBucket(rate, this.#clock, this.#signal);
    this.#buckets.set(key, bucket);
    return bucket.take();
  }
}
