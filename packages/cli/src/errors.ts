import {
  ApiError,
  ClientError,
  DamagedPackageError,
  UnknownJobTypeError,
  UnreachableError,
  UnreadableAnswerError,
} from "#client/errors";
import { adviceFor, type ProblemDocument, type ProblemFault } from "#client/problem";
import { CliError, EXIT, type ExitCode } from "./exit-codes.ts";
import type { Paint } from "./paint.ts";
import { asOptions, optionAt } from "./wording.ts";

/** The one place that gives the client's errors an exit code. Anything else that was thrown is a plain failure. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof CliError) return error.exitCode;
  // A refused token is a matter of credentials.
  if (error instanceof ApiError && error.problem.code === "UNAUTHENTICATED") return EXIT.configuration;
  if (error instanceof UnknownJobTypeError) return EXIT.usage;
  return error instanceof ClientError ? EXIT.service : EXIT.failed;
}

/** Anything that was thrown, for people. */
export function errorLines(error: unknown, paint: Paint): string[] {
  if (error instanceof ApiError) {
    const requestId = error.requestId && error.status >= 500 ? [`  Request id: ${error.requestId}`] : [];
    return [...problemLines(error.problem, paint), ...requestId];
  }
  const advice = adviceOn(error);
  const message = error instanceof Error ? error.message : String(error);
  const [first, ...more] = error instanceof CliError ? error.lines : [message];
  return [`${paint("red", "error:")} ${first}`, ...more, ...(advice ? [adviceLine(advice, paint)] : [])];
}

/** Code and title, detail, every fault, and what to do about it. */
export function problemLines(problem: ProblemDocument, paint: Paint): string[] {
  const advice = adviceFor(problem.code);
  return [
    `${paint("red", problem.code)} ${problem.title}`,
    ...(problem.detail && problem.detail !== problem.title ? [`  ${asOptions(problem.detail)}`] : []),
    ...problem.errors.map((fault) => `  - ${faultText(fault)}`),
    ...(advice ? [adviceLine(advice, paint)] : []),
    ...adviceByCode(
      problem.errors.flatMap(({ code }) => (code && code !== problem.code ? code : [])),
      paint,
    ),
  ];
}

/** What the error table advises about each of the codes, once. */
export function adviceByCode(codes: readonly string[], paint: Paint): string[] {
  return [...new Set(codes)].flatMap((code) => {
    const advice = adviceFor(code);
    return advice ? [adviceLine(`${code}: ${advice}`, paint)] : [];
  });
}

/** Advice in the words of the command line; the client knows neither its commands nor its environment. */
function adviceOn(error: unknown): string | null {
  if (error instanceof CliError) return error.advice;
  if (error instanceof UnreachableError) return "Start it with `stepback serve`, or set STEPBACK_URL to its address.";
  if (error instanceof UnreadableAnswerError)
    return "Is STEPBACK_URL the address of a Stepback service, or of something in front of it?";
  return error instanceof DamagedPackageError ? "Try again." : null;
}

function adviceLine(advice: string, paint: Paint): string {
  return `  ${paint("dim", "→")} ${asOptions(advice)}`;
}

function faultText({ pointer, code, detail }: ProblemFault): string {
  return [pointer && `${optionAt(pointer)}:`, code, asOptions(detail)].filter(Boolean).join(" ");
}
