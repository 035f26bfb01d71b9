import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { ERROR_TABLE, type ErrorCode, type Fault, type Problem, problemOf, StepbackError } from "../domain/errors.ts";
import { hasBody } from "./body-pace.ts";
import { CONTROL_CHARACTERS, escapeMember } from "./control-characters.ts";
import { presentProblem } from "./problem-document.ts";

/** Sends every error as a problem document (RFC 9457), wherever it was thrown, and logs 5xx errors in this one place. */
export function addProblemDocuments(app: FastifyInstance): void {
  app.setErrorHandler<FastifyError>((error, request, reply) => sendProblem(error, request, reply));
  app.setNotFoundHandler((request, reply) => sendProblem(notFound(request), request, reply));
  // Before the body is read: whoever sends it to no operation gets the same answer whatever it is.
  app.addHook("onRequest", async (request) => {
    if (request.is404) throw notFound(request);
  });
}

export function sendProblem(error: FastifyError | Error, request: FastifyRequest, reply: FastifyReply) {
  const problem = problemOf(asStepbackError(error, request));
  const { status } = ERROR_TABLE[problem.code];
  // What a caller without a login is not told; the log has it with the request's id.
  if (status < 500 && typeof error.cause === "string")
    request.log.warn({ reason: error.cause }, "a log-in was refused");
  if (status >= 500) request.log.error({ err: error }, "a request failed with an internal error");
  const retryAfter = RETRY_AFTER_S[status];
  if (retryAfter && !reply.hasHeader("retry-after")) reply.header("retry-after", waitAfter(problem.code, retryAfter));
  if (status === 401) reply.header("www-authenticate", 'Bearer realm="stepback"');
  // Ends the connection after the answer, so that a body which nobody wants is not read: of somebody without a token, or without the role.
  if (hasBody(request) && !request.raw.readableDidRead) reply.header("connection", "close");
  return reply
    .code(status)
    .header("content-type", "application/problem+json")
    .send(JSON.stringify(presentProblem(status >= 500 ? withoutDetail(problem) : problem, request.id)));
}

/** By status. Outages, a stop of the service, and requests that are under way take seconds. */
const RETRY_AFTER_S: Readonly<Record<number, number>> = { 429: 5, 503: 5, 507: 5 };

/** Failed log-ins are counted by the minute. */
function waitAfter(code: ErrorCode, seconds: number): number {
  return code === "TOO_MANY_FAILED_LOGINS" ? 60 : seconds;
}

/** A 5xx response reveals nothing about the cause; the log has it, under the request's id. */
function withoutDetail({ code, title }: Problem): Problem {
  return { code, title, detail: ERROR_TABLE[code].advice };
}

function notFound(request: FastifyRequest): StepbackError {
  return new StepbackError("NOT_FOUND", `There is no ${request.method} ${request.url.split("?", 1)[0]}.`);
}

const malformedAddress = () => new StepbackError("NOT_FOUND", "The address is malformed.");

/** Errors of fastify that have a code of ours. */
const FASTIFY_ERRORS: Readonly<Record<string, (message: string) => StepbackError>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: (message) => new StepbackError("PAYLOAD_TOO_LARGE", message),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: (message) => new StepbackError("UNSUPPORTED_MEDIA_TYPE", message),
  FST_ERR_BAD_URL: malformedAddress,
  FST_ERR_MAX_PARAM_LENGTH: malformedAddress,
};

/** Translates what fastify refuses before a handler runs. Any other foreign error stays as it is and becomes INTERNAL. */
function asStepbackError(error: FastifyError | Error, request: FastifyRequest): Error {
  if (error instanceof StepbackError) return error;
  // The files of the documentation's page refuse paths that lead out of their folder or name none.
  if (!("code" in error)) return isClientError(error) ? malformedAddress() : error;
  if (error.validation) return invalid(error, request);
  const translate = FASTIFY_ERRORS[error.code];
  if (translate) return translate(error.message);
  return isClientError(error) ? new StepbackError("VALIDATION_FAILED", error.message) : error;
}

/** Broken JSON, an empty body, a wrong content length, or `__proto__` in a body. */
function isClientError({ statusCode = 500 }: Partial<FastifyError>): boolean {
  return statusCode >= 400 && statusCode < 500;
}

/** A malformed id or name in the address is NOT_FOUND, like an unknown one. Everything else lists all of its faults. */
function invalid({ validation = [], validationContext }: FastifyError, { method }: FastifyRequest): StepbackError {
  // Only a PUT gives new names in its address.
  const isOfNewName = method === "PUT" && validation.some(({ keyword }) => keyword === CONTROL_CHARACTERS);
  if (validationContext === "params" && !isOfNewName)
    return new StepbackError("NOT_FOUND", "There is nothing with this id.");
  const faults = validation.map(({ instancePath, params, message = "is not valid" }): Fault => {
    const member = params["additionalProperty"] ?? params["missingProperty"];
    const pointer = typeof member === "string" ? `${instancePath}/${escapeMember(member)}` : instancePath;
    return { pointer, detail: describe(message, params) };
  });
  return new StepbackError(
    "VALIDATION_FAILED",
    `The ${PARTS[validationContext ?? ""] ?? validationContext} has ${countOf(faults)}.`,
    faults,
  );
}

/** Parts of a request whose name among developers of servers is another one. */
const PARTS: Readonly<Record<string, string>> = { querystring: "query", params: "address" };

function describe(message: string, params: Record<string, unknown>): string {
  if ("additionalProperty" in params) return "is not known here";
  if ("missingProperty" in params) return "is missing";
  const { allowedValues } = params;
  return Array.isArray(allowedValues) ? `${message}: ${allowedValues.join(", ")}` : message;
}

function countOf({ length }: readonly Fault[]): string {
  return length === 1 ? "one fault" : `${length} faults`;
}
