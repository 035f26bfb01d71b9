import type { FastifyInstance } from "fastify";
import { type ErrorCode, StepbackError } from "../domain/errors.ts";
import type { ProblemDocument } from "./problem-document.ts";

/** The `error` of RFC 6749, 5.2, and RFC 8693, 2.2.2; any other code makes the request invalid. */
const ERRORS: Readonly<Partial<Record<ErrorCode, string>>> = {
  UNSUPPORTED_GRANT_TYPE: "unsupported_grant_type",
  EXCHANGE_TARGET_REFUSED: "invalid_target",
};

/** A token of 16 kB, and its other members. */
const MAX_FORM_BYTES = 32_768;

/**
 * Takes forms alone, and answers as RFC 6749 asks: nothing is kept by caches, and a refusal is a problem document with the
 * members `error` and `error_description`, as `application/json`.
 */
export function addOAuthAnswers(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  const options = { parseAs: "string", bodyLimit: MAX_FORM_BYTES } as const;
  app.addContentTypeParser("application/x-www-form-urlencoded", options, async (_request: unknown, body: string) =>
    formOf(body),
  );
  app.addHook("onSend", async (_request, reply, payload) => {
    reply.header("cache-control", "no-store");
    if (reply.statusCode < 400 || typeof payload !== "string") return payload;
    const problem = JSON.parse(payload) as ProblemDocument;
    const error = ERRORS[problem.code] ?? "invalid_request";
    reply.header("content-type", "application/json; charset=utf-8");
    return JSON.stringify({ ...problem, error, error_description: plainText(problem.detail) });
  });
}

/** RFC 6749, 3.2: a parameter without a value counts as left out, and none may come twice. VALIDATION_FAILED. */
function formOf(body: string): Record<string, string> {
  const form = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(body)) {
    if (form.has(name)) {
      const fault = { pointer: `/${name.slice(0, 100)}`, detail: "is sent more than once" };
      throw new StepbackError("VALIDATION_FAILED", "The body has one fault.", [fault]);
    }
    if (value !== "") form.set(name, value);
  }
  return Object.fromEntries(form);
}

/** The characters that RFC 6749 allows in a description. */
function plainText(detail: string): string {
  return detail.replace(/[^\x20-\x7e]|["\\]/g, "'");
}
