import { ERROR_ADVICE } from "#client/error-advice";
import { CliError, EXIT, type ExitCode } from "./exit-codes.ts";
import type { Paint } from "./paint.ts";

/** The part of a problem document (RFC 9457) that is shown. */
export interface ProblemDocument {
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly errors: readonly ProblemFault[];
}

export interface ProblemFault {
  readonly pointer: string | null;
  readonly code: string | null;
  readonly detail: string;
}

/** The service answered with an error. */
export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(
    readonly status: number,
    readonly problem: ProblemDocument,
    /** For whoever reads the service's own log; null where the answer did not come from it. */
    readonly requestId: string | null,
  ) {
    super(`${problem.code}: ${problem.detail}`);
  }

  /** A refused token is a matter of credentials; everything else is an answer. */
  get exitCode(): ExitCode {
    return this.problem.code === "UNAUTHENTICATED" ? EXIT.configuration : EXIT.service;
  }
}

/** An error answer in whatever form it came: a problem document, or the page of something that stands in between. */
export function problemOf(body: unknown, status: number): ProblemDocument {
  const document = typeof body === "string" ? parsed(body) : body;
  const text = typeof body === "string" ? body.slice(0, 200).trim() : "";
  return {
    code: textOf(document, "code") ?? `HTTP_${status}`,
    title: textOf(document, "title") ?? "The address did not answer as a Stepback service does",
    detail: textOf(document, "detail") ?? text,
    errors: faultsOf(document),
  };
}

/** Code and title, detail, every fault, and what to do about it. */
export function problemLines(problem: ProblemDocument, paint: Paint): string[] {
  const advice = adviceFor(problem.code);
  return [
    `${paint("red", problem.code)} ${problem.title}`,
    ...(problem.detail && problem.detail !== problem.title ? [`  ${problem.detail}`] : []),
    ...problem.errors.map((fault) => `  - ${faultText(fault)}`),
    ...(advice ? [`  ${paint("dim", "→")} ${advice}`] : []),
  ];
}

/** Anything thrown, for people. */
export function errorLines(error: unknown, paint: Paint): string[] {
  if (error instanceof ApiError) {
    const requestId = error.requestId && error.status >= 500 ? [`  Request id: ${error.requestId}`] : [];
    return [...problemLines(error.problem, paint), ...requestId];
  }
  if (error instanceof CliError) {
    const advice = error.advice ? [`  ${paint("dim", "→")} ${error.advice}`] : [];
    return [`${paint("red", "error:")} ${error.message}`, ...advice];
  }
  return [`${paint("red", "error:")} ${error instanceof Error ? error.message : String(error)}`];
}

/** What the error table says to do; null for a code that is not in it. */
export function adviceFor(code: string): string | null {
  return ERROR_ADVICE.get(code) ?? null;
}

function faultText({ pointer, code, detail }: ProblemFault): string {
  return [pointer && `${pointer}:`, code, detail].filter(Boolean).join(" ");
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

function textOf(value: unknown, name: string): string | null {
  const member = memberOf(value, name);
  return typeof member === "string" ? member : null;
}

function faultsOf(document: unknown): ProblemFault[] {
  const errors = memberOf(document, "errors");
  if (!Array.isArray(errors)) return [];
  return errors.map((fault: unknown) => ({
    pointer: textOf(fault, "pointer"),
    code: textOf(fault, "code"),
    detail: textOf(fault, "detail") ?? textOf(fault, "message") ?? "",
  }));
}
