/**
 * What it costs to search 10,000 lines of a log for the secrets of a stage: for 20,000 values as a ratio against 10, in the same run,
 * the least of several rounds. Exits 1 above 4: the cost of a text must not grow with the number of values.
 */
import { randomBytes } from "node:crypto";
import { secretValues } from "#src/domain/secrets/secret-values";
import { writeResult } from "./results.ts";

const LINES = 10_000;
const ROUNDS = 5;
const MOST_RATIO = 4;

/** A line as jobs write them. */
const lines = Array.from(
  { length: LINES },
  (_, at) =>
    `lambda:UpdateFunctionConfiguration of shop-prod-${at} answered ${randomBytes(16).toString("hex")}, as read back.`,
);

/** The least time, in milliseconds, in which all lines are searched for that many values. */
function measure(values: number): number {
  const known = secretValues(Array.from({ length: values }, () => randomBytes(18).toString("base64")));
  const times = Array.from({ length: ROUNDS }, () => {
    const startedAt = performance.now();
    for (const line of lines) known.without(line);
    return performance.now() - startedAt;
  });
  return Math.min(...times);
}

const few = measure(10);
const many = measure(20_000);
const ratio = many / few;
await writeResult("searching", [
  `${LINES} lines of about ${lines[0]?.length} characters, searched for 10 and for 20,000 values`,
  `${few.toFixed(0)} ms and ${many.toFixed(0)} ms: ratio ${ratio.toFixed(2)} (at most ${MOST_RATIO})`,
]);
if (ratio > MOST_RATIO) process.exitCode = 1;
