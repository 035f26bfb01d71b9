/** The sandbox in a process of its own, for `soak`: performs the driver's calls past the wire, and faults those of the service. */
import { AwsError, type CallRecord } from "#sandbox/core/contract";
import { createSandbox } from "#sandbox/sandbox";
import { Dice } from "../../test/corpus/dice.ts";
import type { Answered, Asked, Question, Weather, WeatherReport } from "./sandbox-messages.ts";

/** Long enough for several calls of other jobs, and far below the SDK's own limit of silence. */
const SLOW_MS = 1_500;

const sandbox = createSandbox({ updateMs: 30 });
const dice = new Dice(Number(process.argv[2] ?? 1));
const met: Record<string, number> = {};
const drawn = new WeakMap<CallRecord, Weather>();
const cut = new WeakSet<CallRecord>();
let sky: { readonly weather: Weather; readonly share: number } = { weather: "calm", share: 0 };

/** Draws once for each call, however many faults ask. */
function isMetBy(weather: Weather): (record: CallRecord) => boolean {
  return (record) => {
    const known = drawn.get(record);
    if (known !== undefined) return known === weather;
    const own = dice.chance(sky.share) ? sky.weather : "calm";
    drawn.set(record, own);
    if (own !== "calm") met[own] = (met[own] ?? 0) + 1;
    if (own === "cut answers") cut.add(record);
    return own === weather;
  };
}

const OF: Record<string, Record<string, AwsError>> = {
  lambda: {
    throttled: new AwsError("TooManyRequestsException", "Rate exceeded", 429),
    failing: new AwsError("ServiceException", "The service failed.", 500),
    "expired credentials": new AwsError("ExpiredTokenException", "The security token is expired", 403),
    denied: new AwsError("AccessDeniedException", "User is not authorized to perform this action", 403),
  },
  s3: {
    throttled: new AwsError("SlowDown", "Please reduce your request rate.", 503),
    failing: new AwsError("InternalError", "We encountered an internal error.", 500),
    "expired credentials": new AwsError("ExpiredToken", "The provided token has expired.", 400),
    denied: new AwsError("AccessDenied", "Access Denied", 403),
  },
  others: {
    throttled: new AwsError("Throttling", "Rate exceeded", 400),
    failing: new AwsError("InternalFailure", "The service failed.", 500),
    "expired credentials": new AwsError("ExpiredToken", "The security token is expired", 403),
    denied: new AwsError("AccessDenied", "User is not authorized to perform this action", 403),
  },
};

function failAs(weather: Weather, error: string, when: "before" | "after"): void {
  const isMet = isMetBy(weather);
  for (const [service, errors] of Object.entries(OF)) {
    const serves = (record: CallRecord) => (record.service in OF ? record.service : "others") === service;
    const failure = errors[error];
    if (failure) sandbox.faults.fail({ match: (record) => serves(record) && isMet(record), error: failure, when });
  }
}

/** Holds the next call that is met, drops it after a while, and waits for another one. */
function holdNext(weather: Weather, when: "before" | "after"): void {
  const hold = sandbox.faults.hold({ when, match: isMetBy(weather) });
  void hold.reached.then(() => {
    holdNext(weather, when);
    setTimeout(hold.drop, SLOW_MS);
  });
}

function arm(): void {
  failAs("throttled", "throttled", "before");
  failAs("failing", "failing", "before");
  failAs("failing after the effect", "failing", "after");
  failAs("expired credentials", "expired credentials", "before");
  failAs("denied", "denied", "before");
  sandbox.faults.fail({ match: isMetBy("reset before the effect"), error: "reset", when: "before" });
  sandbox.faults.fail({ match: isMetBy("reset after the effect"), error: "reset", when: "after" });
  holdNext("slow, then reset before the effect", "before");
  holdNext("slow, then reset after the effect", "after");
  sandbox.faults.cut({ match: isMetBy("cut answers") });
}

function report(): WeatherReport {
  const mutations = sandbox.calls.mutations().map((record) => {
    const { n, at, operation, input, performed } = record;
    return { n, at, operation, input, performed, readable: record.outcome === "ok" && !cut.has(record) };
  });
  return { met, mutations };
}

async function answer(question: Question): Promise<unknown> {
  switch (question.ask) {
    case "call":
      return sandbox.service(question.service).call(question.operation, question.input, "wire");
    case "weather":
      sky = question;
      return null;
    case "mutations":
      return report();
  }
}

process.on("message", ({ number, question }: Asked) => {
  const send = (answered: Answered) => process.send?.(answered);
  answer(question).then(
    (value) => send({ number, value }),
    (error: unknown) => {
      const { name, message } = error instanceof Error ? error : new Error(String(error));
      send({ number, error: { name, message } });
    },
  );
});
process.on("disconnect", () => process.exit(0));
arm();
process.send?.({ number: 0, value: await sandbox.listen() } satisfies Answered);
