import type { Readable } from "node:stream";
import { StepbackError } from "../../domain/errors.ts";
import { boundResponse, CODE_BYTES } from "../bounded-answers.ts";
import { type CallContext, observed } from "../call.ts";
import type { LambdaService } from "../clients.ts";
import { isCode } from "../error-mapping.ts";
import type { CodeLocation } from "../gateways/code.ts";

/** Hosts from which Lambda serves code. A location on any other host is not fetched. */
const AWS_HOST = /^[a-z0-9.-]+\.amazonaws\.com(\.cn)?$/;

/** The download's name in logs, instead of its bearer URL. Not an operation of the API. */
const CALL = { service: "lambda", operation: "GetCode" } as const;

/** Whether code may be fetched from there: AWS over TLS, or exactly the host and port of the configured endpoint. Pure. */
export function isTrustedCodeUrl(url: URL, endpoint: URL | null): boolean {
  if (url.username !== "" || url.password !== "") return false;
  if (endpoint !== null && url.protocol === endpoint.protocol && url.host === endpoint.host) return true;
  return url.protocol === "https:" && url.port === "" && AWS_HOST.test(url.hostname);
}

/**
 * Streams the code of a function, which may have no more bytes than AWS says of it; null where AWS does not say. Null for
 * every failure, which goes to the observer, as does one of the stream. Throws only SHUTTING_DOWN and CANCELLED, follows no
 * redirect.
 */
export async function openCode(
  service: LambdaService,
  context: CallContext,
  { location, sizeBytes }: CodeLocation,
): Promise<Readable | null> {
  const mostBytes = sizeBytes || CODE_BYTES;
  try {
    const { body } = await observed(CALL, context, (signal) => fetchCode(service, signal, { location, mostBytes }));
    body.once("error", (error) => void observed(CALL, context, () => Promise.reject(error)).catch(() => {}));
    return body;
  } catch (error) {
    if (isCode(error, "SHUTTING_DOWN", "CANCELLED")) throw error;
    // The observer has it; the caller tries another source or marks the component as incomplete.
    return null;
  }
}

async function fetchCode(
  service: LambdaService,
  signal: AbortSignal,
  { location, mostBytes }: { readonly location: string; readonly mostBytes: number },
) {
  const { client } = await service.open();
  const url = parseUrl(location);
  if (!url || !isTrustedCodeUrl(url, await service.endpoint()))
    throw new StepbackError("AWS_REJECTED", "The code is on a host that is not AWS's.");
  const handler = client.config.requestHandler as DownloadHandler;
  const { response } = await handler.handle(toRequest(url), { abortSignal: signal });
  const requestId = response.headers["x-amz-request-id"];
  const $metadata = { httpStatusCode: response.statusCode, ...(requestId ? { requestId } : {}) };
  if (response.statusCode === 200) {
    return { $metadata, body: boundResponse(response, { mostBytes, host: url.host }).body };
  }
  response.body.destroy();
  throw Object.assign(new Error("The code could not be fetched."), { $metadata });
}

/** The SDK's transport, typed for a plain GET: its own types demand classes that an unsigned request does not need. */
interface DownloadHandler {
  handle(
    request: ReturnType<typeof toRequest>,
    options: { abortSignal: AbortSignal },
  ): Promise<{ response: { statusCode: number; headers: Record<string, string>; body: Readable } }>;
}

function toRequest(url: URL) {
  const query: Record<string, string> = {};
  for (const [name, value] of url.searchParams) query[name] = value;
  return {
    method: "GET",
    protocol: url.protocol,
    hostname: url.hostname,
    ...(url.port ? { port: Number(url.port) } : {}),
    path: url.pathname,
    query,
    headers: { host: url.host },
  };
}

function parseUrl(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null;
}
