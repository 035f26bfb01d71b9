import type { CallRecord } from "#sandbox/core/contract";

/** The parts of a visit in which the service calls AWS. */
export const PHASES = ["backup", "record", "rollback"] as const;
export type Phase = (typeof PHASES)[number];

/** One call of a visit: the first, second … of its operation within a phase. */
export interface Place {
  readonly phase: Phase;
  readonly service: string;
  readonly operation: string;
  /** From 1. What only repeats the call before it, such as a poll, has no number of its own: how many there are is chance. */
  readonly nth: number;
}

/** Lambda's calls have a walk of their own: `test/support/unclear-rollbacks.ts`. */
const WALKED: ReadonlySet<string> = new Set(["cloudformation", "s3", "sts"]);

export function isAt(place: Pick<Place, "service" | "operation">, record: CallRecord): boolean {
  return record.service === place.service && record.operation === place.operation;
}

/**
 * Tells of each call whether it only repeats the one before it that is about the same stack or object: stacks are polled side by side,
 * and how the polls of one come between those of another is chance.
 */
export function repetitions(): (record: CallRecord) => boolean {
  const last = new Map<string, string>();
  return ({ service, operation, input }) => {
    const subject = [stackNameIn(`${input["StackName"]}`), input["Bucket"], input["Key"]].join(" ");
    const call = `${service} ${operation} ${JSON.stringify(input)}`;
    const before = last.get(subject);
    last.set(subject, call);
    return before === call;
  };
}

/** Calls name a stack by its name or by its ARN. */
function stackNameIn(nameOrArn: string): string {
  return /:stack\/([^/]+)\//.exec(nameOrArn)?.[1] ?? nameOrArn;
}

/** The places of a phase, in the order of its calls. */
export function placesOf(phase: Phase, calls: readonly CallRecord[]): Place[] {
  const times = new Map<string, number>();
  const isRepetition = repetitions();
  return calls
    .filter((call) => !isRepetition(call) && WALKED.has(call.service))
    .map(({ service, operation }) => {
      const nth = (times.get(`${service} ${operation}`) ?? 0) + 1;
      times.set(`${service} ${operation}`, nth);
      return { phase, service, operation, nth };
    });
}

export function nameOf({ phase, service, operation, nth }: Place): string {
  return `${phase}: ${service} ${operation} ${nth}`;
}
