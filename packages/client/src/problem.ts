import { ERROR_ADVICE } from "./error-advice.ts";

/** The part of a problem document (RFC 9457) that people need. */
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

/** As much of a page that is no problem document as is kept for its detail. */
const MAX_PAGE_CHARACTERS = 200;

/** An error answer in whatever form it came: a problem document, or the page of a proxy that stands in between. */
export function problemOf(body: unknown, status: number): ProblemDocument {
  const document = typeof body === "string" ? parsed(body) : body;
  const text = typeof body === "string" ? body.slice(0, MAX_PAGE_CHARACTERS).trim() : "";
  return {
    code: textOf(document, "code") ?? `HTTP_${status}`,
    title: textOf(document, "title") ?? "The address did not answer as a Stepback service does",
    detail: textOf(document, "detail") ?? text,
    errors: faultsOf(document),
  };
}

/** What the service's error table advises; null for a code that is not in it. */
export function adviceFor(code: string): string | null {
  return ERROR_ADVICE.get(code) ?? null;
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
