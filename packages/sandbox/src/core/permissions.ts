import { AwsError, type PermissionQuestion } from "./contract.ts";

export interface DenyOptions {
  /** The resource that the denial is for; all by default. */
  readonly logicalId?: string;
  /** Which matching call is denied first, counted from now on; 1, the next one, by default. */
  readonly nth?: number;
  /** How many calls are denied; if left out, every one until `off()`. */
  readonly times?: number;
}

/** What a test can forbid CloudFormation, as if the role that it acts with lacked the permission. */
export interface Permissions {
  /**
   * From now on CloudFormation may not call the action (`lambda:UpdateFunctionCode`, `lambda:*`). A type of a service that the sandbox does not have is created, updated and deleted by actions
   * named after it: `sns:CreateTopic`, `iam:UpdateRole`, `dynamodb:DeleteTable`.
   */
  deny(action: string, options?: DenyOptions): void;
  /** Allows everything again. */
  off(): void;
}

interface Denial {
  readonly action: string;
  readonly options: DenyOptions;
  /** Matching calls so far. */
  calls: number;
}

const FORBIDDEN = 403;

export class DeniedActions implements Permissions {
  #denials: Denial[] = [];

  deny(action: string, options: DenyOptions = {}): void {
    this.#denials.push({ action, options, calls: 0 });
  }

  off(): void {
    this.#denials = [];
  }

  /** Throws AccessDeniedException if the call is denied. */
  check({ action, logicalId, principalArn, resource }: PermissionQuestion): void {
    const matching = this.#denials.filter(
      ({ action: pattern, options }) => matches(pattern, action) && (options.logicalId ?? logicalId) === logicalId,
    );
    if (!matching.map(isDue).includes(true)) return;
    const why = `because no identity-based policy allows the ${action} action`;
    const message = `User: ${principalArn} is not authorized to perform: ${action} on resource: ${resource} ${why}`;
    throw new AwsError("AccessDeniedException", message, FORBIDDEN);
  }
}

/** Counts the call. */
function isDue(denial: Denial): boolean {
  const { nth = 1, times = Number.POSITIVE_INFINITY } = denial.options;
  denial.calls += 1;
  return denial.calls >= nth && denial.calls < nth + times;
}

/** `*` at the end stands for any rest. */
function matches(pattern: string, action: string): boolean {
  return pattern.endsWith("*") ? action.startsWith(pattern.slice(0, -1)) : pattern === action;
}
