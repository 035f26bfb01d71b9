/**
 * What it costs to search 10,000 lines of a log for the secrets of a stage: for 20,000 values as a ratio against 10, in the same run,
 * the least of several rounds. Exits 1 above 4: the cost of a text must not grow with the number of values. And how much longer a
 * text of twice the length takes that is made of what the forms of secrets begin with; exits 1 above 3.
 */
import { randomBytes } from "node:crypto";
import { hasSecretForm } from "#src/domain/secrets/forms";
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

const PIECES = ["x", "-", "x-", "x+", "--a", "=", "a:", "://", "password ", "eyJ-", "SG.", "sbk_"];
const LENGTH = 200_000;
const MOST_GROWTH = 3;

/** The least time, in milliseconds, in which a text of this length is looked at for forms of secrets. */
function timed(piece: string, length: number): number {
  const text = piece.repeat(length / piece.length);
  const times = Array.from({ length: ROUNDS }, () => {
    const startedAt = performance.now();
    hasSecretForm(text);
    return performance.now() - startedAt;
  });
  return Math.min(...times);
}

/** Less than that is noise. */
const LEAST_MS = 2;

const growths = PIECES.map((piece) => {
  const [once, twice] = [timed(piece, LENGTH), timed(piece, 2 * LENGTH)];
  return { piece, growth: twice < LEAST_MS ? 0 : twice / once };
});
const steepest = growths.reduce((one, other) => (other.growth > one.growth ? other : one));
const few = measure(10);
const many = measure(20_000);
const ratio = many / few;
await writeResult("searching", [
  `${LINES} lines of about ${lines[0]?.length} characters, searched for 10 and for 20,000 values`,
  `twice the length of "${steepest.piece}" again and again takes ${steepest.growth.toFixed(2)} times as long (at most ${MOST_GROWTH})`,
  `${few.toFixed(0)} ms and ${many.toFixed(0)} ms: ratio ${ratio.toFixed(2)} (at most ${MOST_RATIO})`,
]);
if (ratio > MOST_RATIO || steepest.growth > MOST_GROWTH) process.exitCode = 1;
