import { AWS_ERRORS } from "./errors/aws-errors.ts";
import type { ErrorRow } from "./errors/error-row.ts";
import { JOB_ENDS } from "./errors/job-ends.ts";
import { PLAN_REASONS } from "./errors/plan-reasons.ts";
import { REQUEST_ERRORS } from "./errors/request-errors.ts";
import { SERVICE_ERRORS } from "./errors/service-errors.ts";
import { STATE_ERRORS } from "./errors/state-errors.ts";
import { STEP_WARNINGS } from "./errors/step-warnings.ts";

/**
 * The one table of errors and reasons, by what they are about in `errors/`; `docs/reference/errors.md` is generated from it. `advice` tells the reader what to do next.
 * Codes never change their meaning, because clients match on them.
 */
export const ERROR_TABLE = {
  ...REQUEST_ERRORS,
  ...STATE_ERRORS,
  ...JOB_ENDS,
  ...PLAN_REASONS,
  ...STEP_WARNINGS,
  ...AWS_ERRORS,
  ...SERVICE_ERRORS,
} as const;

export type ErrorCode = keyof typeof ERROR_TABLE;

/** One fault of a request or of a plan. `pointer` is a JSON pointer into the body (RFC 6901), where there is one. */
export interface Fault {
  readonly pointer?: string;
  readonly code?: ErrorCode;
  readonly detail: string;
}

/** The only error that leaves a folder of `src`. `detail` may be shown to clients and never contains a secret. */
export class StepbackError extends Error {
  override readonly name = "StepbackError";
  /** The mutation of which nobody knows whether it took effect: `lambda UpdateFunctionCode`. Null for any other error. */
  readonly unclear: string | null;

  constructor(
    readonly code: ErrorCode,
    readonly detail: string,
    readonly faults: readonly Fault[] = [],
    { unclear = null, ...options }: { cause?: unknown; unclear?: string | null } = {},
  ) {
    super(`${code}: ${detail}`, options);
    this.unclear = unclear;
  }

  get row(): ErrorRow {
    return ERROR_TABLE[this.code];
  }
}

/** The error that ended a job, as it is stored and as the API shows it. */
export interface Problem {
  readonly code: ErrorCode;
  readonly title: string;
  readonly detail: string;
  readonly errors?: readonly Fault[];
}

/** Outages of the service's own disk, database and master key: they pass or are put right, and are nobody's answer to a job. */
const OUTAGES: ReadonlySet<ErrorCode> = new Set([
  ...(["DISK_FULL", "STORE_UNAVAILABLE"] as const),
  ...(["KEY_UNAVAILABLE", "KEY_DENIED", "KEY_DISABLED"] as const),
]);

export function isOutage(error: unknown): boolean {
  return error instanceof StepbackError && OUTAGES.has(error.code);
}

/** What a call of AWS ends with whose answer says nothing certain: if it changes something, it may have taken effect. */
const UNCLEAR: ReadonlySet<ErrorCode> = new Set(["AWS_UNAVAILABLE", "AWS_ANSWER_TOO_LARGE", "AWS_ANSWER_UNREADABLE"]);

export function isUnclear({ code }: Pick<Problem, "code">): boolean {
  return UNCLEAR.has(code);
}

const LEFT_TO_OTHERS: ReadonlySet<ErrorCode> = new Set(["LEASE_LOST", "SHUTTING_DOWN", "FENCED"]);

/** Another worker, another service or the next start goes on with the job, so nothing may be written about it now. */
export function isLeftToOthers(error: unknown): boolean {
  return error instanceof StepbackError && LEFT_TO_OTHERS.has(error.code);
}

/** Any thrown value as a problem. All but a StepbackError becomes INTERNAL without its message. */
export function problemOf(error: unknown): Problem {
  if (!(error instanceof StepbackError)) {
    return { code: "INTERNAL", title: ERROR_TABLE.INTERNAL.title, detail: ERROR_TABLE.INTERNAL.advice };
  }
  const problem = { code: error.code, title: error.row.title, detail: error.detail };
  return error.faults.length > 0 ? { ...problem, errors: error.faults } : problem;
}

/** A reason from the table, with a sentence about this case. */
export interface Reason {
  readonly code: ErrorCode;
  readonly detail: string;
}
