import { AwsError, type CallRecord } from "#sandbox/core/contract";
import type { FailOptions, Faults } from "#sandbox/core/faults";
import { isAt, type Place, repetitions } from "./places.ts";

type Answer = FailOptions["error"];

/**
 * What fails from the chosen call on: one attempt at it; the call, with all that the SDK sends in its place; or until the
 * fault is lifted every call of the operation, of the service, or of all services.
 */
type Reach = "attempt" | "call" | "operation" | "service" | "everything";

/** Which jobs complete in spite of the fault: all; those whose call is a mutation, which is looked for and sent again; none for sure. */
type Endured = "always" | "mutations" | "perhaps";

export interface WalkFault {
  readonly name: string;
  /** Null sends half of the real answer. */
  readonly answer: Answer | null;
  readonly when: "before" | "after";
  readonly reach: Reach;
  readonly endured: Endured;
}

const foreign = (status: number, body: string, type: string): Answer => ({
  status,
  headers: { "content-type": type },
  body: new TextEncoder().encode(body),
});

const BROKEN = new AwsError("InternalFailure", "We encountered an internal error. Please try again.", 500);
const UNAVAILABLE = new AwsError("ServiceUnavailable", "Service is unavailable.", 503);
const THROTTLED = new AwsError("Throttling", "Rate exceeded", 400);
const EXPIRED = new AwsError("ExpiredToken", "The security token included in the request is expired", 403);
const DENIED = new AwsError("AccessDenied", "User: stepback is not authorized to perform this action", 403);

const GARBAGE = foreign(200, "\u0000\u0001{", "application/octet-stream");
const EMPTY = foreign(200, "", "text/xml");
const PAGE = foreign(200, "<html><p>Hello<br></html>", "text/html");

/** Faults that pass: one call meets them, and the next one does not. */
export const PASSING: readonly WalkFault[] = [
  { name: "a 500 before the effect", answer: BROKEN, when: "before", reach: "attempt", endured: "always" },
  { name: "a 500 after the effect", answer: BROKEN, when: "after", reach: "call", endured: "mutations" },
  { name: "a timeout after the effect", answer: "silence", when: "after", reach: "call", endured: "mutations" },
  { name: "a reset before the effect", answer: "reset", when: "before", reach: "attempt", endured: "always" },
  { name: "a reset after the effect", answer: "reset", when: "after", reach: "call", endured: "mutations" },
  { name: "throttling", answer: THROTTLED, when: "before", reach: "attempt", endured: "always" },
  { name: "half a body", answer: null, when: "after", reach: "attempt", endured: "always" },
  { name: "a body that is no text", answer: GARBAGE, when: "after", reach: "attempt", endured: "always" },
  { name: "no body", answer: EMPTY, when: "after", reach: "attempt", endured: "always" },
  { name: "a page in HTML", answer: PAGE, when: "after", reach: "attempt", endured: "always" },
  { name: "expired credentials", answer: EXPIRED, when: "before", reach: "attempt", endured: "perhaps" },
  { name: "a denied call", answer: DENIED, when: "before", reach: "attempt", endured: "perhaps" },
  { name: "a 503", answer: UNAVAILABLE, when: "before", reach: "call", endured: "mutations" },
];

/** Faults that stay until somebody lifts them. */
export const STAYING: readonly WalkFault[] = [
  { name: "denied for good", answer: DENIED, when: "before", reach: "operation", endured: "perhaps" },
  { name: "expired for good", answer: EXPIRED, when: "before", reach: "everything", endured: "perhaps" },
  { name: "throttled for good", answer: THROTTLED, when: "before", reach: "service", endured: "perhaps" },
  { name: "500 for good", answer: BROKEN, when: "before", reach: "service", endured: "perhaps" },
  { name: "reset for good", answer: "reset", when: "before", reach: "everything", endured: "perhaps" },
];

export const WALK_FAULTS: readonly WalkFault[] = [...PASSING, ...STAYING];

/** The attempts of the SDK at one call whose failure may pass. */
const SDK_ATTEMPTS = 8;

/** A fault that waits for its call. */
export interface Strike {
  /** Calls that met the fault. */
  readonly struck: readonly CallRecord[];
}

/** Lets a fault strike at a place, until `faults.off()`. Calls are counted from now on. */
export function strike(faults: Faults, { answer, when, reach }: WalkFault, place: Place): Strike {
  const struck: CallRecord[] = [];
  const isRepetition = repetitions();
  let arrived = 0;
  const hasBegun = () => arrived >= place.nth;
  const isReached: Readonly<Record<Reach, (record: CallRecord) => boolean>> = {
    attempt: () => struck.length === 0,
    call: (record) => struck.length < SDK_ATTEMPTS && isSameCall(struck[0] ?? record, record),
    operation: (record) => isAt(place, record),
    service: ({ service }) => service === place.service,
    everything: () => true,
  };
  // Judged on arrival, and never a failure of its own: answers that are cut are asked about only where they succeed.
  const arrive = (record: CallRecord) => {
    if (!isRepetition(record) && isAt(place, record)) arrived += 1;
    const isFirst = struck.length === 0 && isAt(place, record);
    if (hasBegun() && (isFirst || struck.length > 0) && isReached[reach](record)) struck.push(record);
    return false;
  };
  faults.fail({ match: arrive, error: "reset", when: "before" });
  const match = (record: CallRecord) => struck.includes(record);
  if (answer === null) faults.cut({ match });
  else faults.fail({ match, error: answer, when });
  return { struck };
}

function isSameCall(one: CallRecord, other: CallRecord): boolean {
  return one.operation === other.operation && JSON.stringify(one.input) === JSON.stringify(other.input);
}
