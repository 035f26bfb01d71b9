import { AwsError, type SandboxClock } from "./contract.ts";

/**
 * Throttles calls as AWS does, with one bucket per class of calls. A class is one operation (`lambda:GetFunction`) or
 * the rest of a service (`lambda:*`: all its operations without a bucket of their own, together).
 *
 * A bucket fills at its rate and holds at most one second's worth, so after a pause a burst of that many calls
 * succeeds. AWS does not publish the depth of its buckets.
 */
export class Quotas {
  readonly #buckets: ReadonlyMap<string, Bucket>;

  constructor(callsPerSecond: Readonly<Record<string, number>>, clock: SandboxClock) {
    this.#buckets = new Map(
      Object.entries(callsPerSecond).map(([name, rate]) => [name, new Bucket(rate, clock)] as const),
    );
  }

  /** Throws the service's throttling error if the bucket of the call's class is empty. */
  take(service: string, operation: string): void {
    const bucket = this.#buckets.get(`${service}:${operation}`) ?? this.#buckets.get(`${service}:*`);
    if (bucket && !bucket.take()) throw throttled(service);
  }
}

class Bucket {
  #tokens: number;
  #filledAt: number;

  constructor(
    private readonly ratePerSecond: number,
    private readonly clock: SandboxClock,
  ) {
    this.#tokens = ratePerSecond;
    this.#filledAt = clock.now();
  }

  take(): boolean {
    const now = this.clock.now();
    const gained = ((now - this.#filledAt) / 1000) * this.ratePerSecond;
    this.#tokens = Math.min(this.ratePerSecond, this.#tokens + gained);
    this.#filledAt = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}

const KMS_THROTTLED = "You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.";

function throttled(service: string): AwsError {
  switch (service) {
    case "lambda":
      return new AwsError("TooManyRequestsException", "Rate exceeded", 429, { Reason: "CallerRateLimitExceeded" });
    case "s3":
      return new AwsError("SlowDown", "Please reduce your request rate.", 503);
    case "kms":
      return new AwsError("ThrottlingException", KMS_THROTTLED, 400);
    default:
      return new AwsError("Throttling", "Rate exceeded", 400);
  }
}
