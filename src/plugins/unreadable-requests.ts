import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import type { FastifyBaseLogger } from "fastify";
import { ERROR_TABLE, problemOf, StepbackError } from "../domain/errors.ts";
import { presentProblem } from "./problem-document.ts";

/** What Node's parser of HTTP reports, by its own codes; anything else is MALFORMED_REQUEST. */
const PARSER_ERRORS: Readonly<Record<string, StepbackError>> = {
  HPE_HEADER_OVERFLOW: new StepbackError("HEADERS_TOO_LARGE", "The headers have more bytes than the service takes."),
  HPE_CHUNK_EXTENSIONS_OVERFLOW: new StepbackError("PAYLOAD_TOO_LARGE", "The extensions of a chunk are too long."),
  ERR_HTTP_REQUEST_TIMEOUT: new StepbackError("REQUEST_TOO_SLOW", "The headers did not arrive in time."),
};

/** The client is gone: nobody reads an answer, and nothing is wrong with the service. */
const GONE: ReadonlySet<string | undefined> = new Set(["ECONNRESET", "EPIPE"]);

/**
 * Sends a problem document for what never became a request, and ends its connection. Logs it once, without the bytes: people
 * paste tokens into addresses.
 */
export function answerUnreadable(newRequestId: () => string) {
  return (
    error: Error & { readonly code?: string; readonly reason?: string },
    socket: Socket,
    log: FastifyBaseLogger,
  ) => {
    if (GONE.has(error.code) || socket.destroyed) return void socket.destroy();
    const why = error.reason ?? error.code ?? "";
    const known = PARSER_ERRORS[error.code ?? ""];
    const refusal = known ?? new StepbackError("MALFORMED_REQUEST", `The request cannot be read: ${why}.`);
    refuseOnSocket(socket, refusal, { id: newRequestId(), log });
  };
}

/** Sends the refusal on the connection itself, for a request that no handler can answer any more, and ends it. */
export function refuseOnSocket(
  socket: Socket,
  refusal: StepbackError,
  { id, log }: { readonly id: string; readonly log: FastifyBaseLogger },
): void {
  log.info({ reqId: id, code: refusal.code, ip: socket.remoteAddress }, "a request could not be read");
  // Where an answer has begun, another one would be taken for a part of it.
  if (!socket.writable || hasBegun(socket)) return void socket.destroy();
  socket.end(responseOf(refusal, id), () => socket.destroy());
}

/** Node keeps the response under way there; its own default for these errors looks there, too. */
function hasBegun(socket: Socket): boolean {
  const message: unknown = Reflect.get(socket, "_httpMessage");
  return typeof message === "object" && message !== null && Reflect.get(message, "headersSent") === true;
}

function responseOf(refusal: StepbackError, id: string): string {
  const { status } = ERROR_TABLE[refusal.code];
  const body = JSON.stringify(presentProblem(problemOf(refusal), id));
  const headers = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    "content-type: application/problem+json",
    `content-length: ${Buffer.byteLength(body)}`,
    `x-request-id: ${id}`,
    "connection: close",
  ];
  return `${headers.join("\r\n")}\r\n\r\n${body}`;
}
