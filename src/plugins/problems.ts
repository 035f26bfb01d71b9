import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { ERROR_TABLE, type Fault, type Problem, problemOf, StepbackError } from "../domain/errors.ts";
import { presentProblem } from "./problem-document.ts";

/** Every refusal leaves as a problem document (RFC 9457), wherever it was thrown. One place logs what failed inside. */
export function addProblemDocuments(app: FastifyInstance): void {
  app.setErrorHandler<FastifyError>((error, request, reply) => sendProblem(error, request, reply));
  app.setNotFoundHandler((request, reply) => sendProblem(notFound(request), request, reply));
}

export function sendProblem(error: FastifyError | Error, request: FastifyRequest, reply: FastifyReply) {
  const problem = problemOf(asStepbackError(error));
  const { status } = ERROR_TABLE[problem.code];
  if (status >= 500) request.log.error({ err: error }, "a request failed inside");
  if (status === 401) reply.header("www-authenticate", 'Bearer realm="stepback"');
  return reply
    .code(status)
    .header("content-type", "application/problem+json")
    .send(JSON.stringify(presentProblem(status >= 500 ? withoutInside(problem) : problem)));
}

/** 5xx say nothing about the inside; the log has it, under the request's id. */
function withoutInside({ code, title }: Problem): Problem {
  return { code, title, detail: ERROR_TABLE[code].advice };
}

function notFound(request: FastifyRequest): StepbackError {
  return new StepbackError("NOT_FOUND", `There is no ${request.method} ${request.url.split("?", 1)[0]}.`);
}

/** What fastify refuses before a handler runs, in our words. Anything else that is not ours stays as it is: INTERNAL. */
function asStepbackError(error: FastifyError | Error): Error {
  if (error instanceof StepbackError || !("code" in error)) return error;
  if (error.validation) return invalid(error);
  switch (error.code) {
    case "FST_ERR_CTP_BODY_TOO_LARGE":
      return new StepbackError("PAYLOAD_TOO_LARGE", error.message);
    case "FST_ERR_CTP_INVALID_MEDIA_TYPE":
      return new StepbackError("UNSUPPORTED_MEDIA_TYPE", error.message);
    case "FST_ERR_BAD_URL":
    case "FST_ERR_MAX_PARAM_LENGTH":
      return new StepbackError("NOT_FOUND", "The address is malformed.");
    default:
      return isClientError(error) ? new StepbackError("VALIDATION_FAILED", error.message) : error;
  }
}

/** Broken JSON, an empty body, a wrong content length, `__proto__` in a body. */
function isClientError({ statusCode = 500 }: FastifyError): boolean {
  return statusCode >= 400 && statusCode < 500;
}

/** Malformed ids are not found, like unknown ones; everything else lists all of its faults. */
function invalid({ validation = [], validationContext }: FastifyError): StepbackError {
  if (validationContext === "params") return new StepbackError("NOT_FOUND", "There is nothing under this id.");
  const faults = validation.map(({ instancePath, params, message = "is not valid" }): Fault => {
    const member = params["additionalProperty"] ?? params["missingProperty"];
    const pointer = typeof member === "string" ? `${instancePath}/${escapeMember(member)}` : instancePath;
    return { pointer, detail: describe(message, params) };
  });
  return new StepbackError(
    "VALIDATION_FAILED",
    `The ${validationContext === "querystring" ? "query" : validationContext} has ${countOf(faults)}.`,
    faults,
  );
}

function describe(message: string, params: Record<string, unknown>): string {
  if ("additionalProperty" in params) return "is not known here";
  if ("missingProperty" in params) return "is missing";
  const { allowedValues } = params;
  return Array.isArray(allowedValues) ? `${message}: ${allowedValues.join(", ")}` : message;
}

/** As JSON pointers write it (RFC 6901). */
function escapeMember(member: string): string {
  return member.replaceAll("~", "~0").replaceAll("/", "~1");
}

function countOf({ length }: readonly Fault[]): string {
  return length === 1 ? "one fault" : `${length} faults`;
}
