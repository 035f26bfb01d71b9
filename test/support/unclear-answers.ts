import { AwsError, type CallRecord } from "#sandbox/core/contract";
import type { FailOptions, Faults } from "#sandbox/core/faults";

type Answer = FailOptions["error"];

const foreign = (body: string, headers: Record<string, string> = {}): Answer => ({
  status: 200,
  headers,
  body: new TextEncoder().encode(body),
});

/** The attempts of the SDK at one call whose failure may pass. */
const SDK_ATTEMPTS = 8;

/** An answer after the effect of a call, of which nobody can tell whether there was an effect. */
interface UnclearAnswer {
  /** Null cuts the real answer in half. */
  readonly answer: Answer | null;
  /** Whether the SDK sends the call again by itself. */
  readonly isRepeated: boolean;
}

export const UNCLEAR_ANSWERS: Readonly<Record<string, UnclearAnswer>> = {
  "a body that is no text": { answer: foreign("\u0000\u0001{"), isRepeated: false },
  "a page in HTML": {
    answer: foreign("<html><p>Hello<br></html>", { "content-type": "text/html" }),
    isRepeated: false,
  },
  "no body": { answer: foreign(""), isRepeated: false },
  "half a body": { answer: null, isRepeated: false },
  "more than the bound": { answer: foreign("{}", { "content-length": "300000000" }), isRepeated: false },
  "a reset": { answer: "reset", isRepeated: true },
  "a timeout": { answer: "silence", isRepeated: true },
  "a status 500": { answer: new AwsError("InternalFailure", "", 500), isRepeated: true },
};

/**
 * Spoils the answers of every mutation: all of them, or only the first to each call. Returns the calls whose answers were
 * spoiled, as `service operation`.
 */
export function spoilAnswers(
  faults: Faults,
  { answer, isRepeated }: UnclearAnswer,
  always: boolean,
): ReadonlySet<string> {
  const spoiled = new Set<string>();
  const times = new Map<string, number>();
  const most = always ? Number.POSITIVE_INFINITY : isRepeated ? SDK_ATTEMPTS : 1;
  const match = ({ mutation, service, operation, input }: CallRecord) => {
    if (!mutation) return false;
    const key = `${service}:${operation} ${JSON.stringify(input)}`;
    const nth = (times.get(key) ?? 0) + 1;
    times.set(key, nth);
    if (nth <= most) spoiled.add(`${service} ${operation}`);
    return nth <= most;
  };
  if (answer === null) faults.cut({ match });
  else faults.fail({ match, error: answer, when: "after" });
  return spoiled;
}
