import type { Readable } from "node:stream";
import { StepbackError } from "../../domain/errors.ts";
import { type CallContext, observed } from "../call.ts";
import type { LambdaService } from "../clients.ts";

/** Where Lambda keeps code. Anything else in an answer is not AWS's, and is not fetched. */
const AWS_HOST = /^[a-z0-9.-]+\.amazonaws\.com(\.cn)?$/;

/** Not an operation of the API: the name under which the download stands in logs, without the bearer URL. */
const CALL = { service: "lambda", operation: "GetCode" } as const;

/** Pure. Whether code may be fetched from there: AWS over TLS, or exactly the host and port of the configured endpoint. */
export function isTrustedCodeUrl(url: URL, endpoint: URL | null): boolean {
  if (url.username !== "" || url.password !== "") return false;
  if (endpoint !== null && url.protocol === endpoint.protocol && url.host === endpoint.host) return true;
  return url.protocol === "https:" && url.port === "" && AWS_HOST.test(url.hostname);
}

/** Streams the code of a function. Null for every failure, which the observer is told; never throws, never redirects. */
export async function openCode(
  service: LambdaService,
  context: CallContext,
  location: string,
): Promise<Readable | null> {
  try {
    const { body } = await observed(CALL, context, () => fetchCode(service, context.signal, location));
    return body;
  } catch {
    // Availability to the observer; the caller has another source, or marks the component as incomplete.
    return null;
  }
}

async function fetchCode(service: LambdaService, signal: AbortSignal, location: string) {
  const { client } = await service.open();
  const url = parseUrl(location);
  if (!url || !isTrustedCodeUrl(url, await service.endpoint()))
    throw new StepbackError("AWS_REJECTED", "The code lies on a host that is not AWS's.");
  const handler = client.config.requestHandler as DownloadHandler;
  const { response } = await handler.handle(toRequest(url), { abortSignal: signal });
  const requestId = response.headers["x-amz-request-id"];
  const $metadata = { httpStatusCode: response.statusCode, ...(requestId ? { requestId } : {}) };
  if (response.statusCode === 200) return { $metadata, body: response.body };
  response.body.destroy();
  throw Object.assign(new Error("The code could not be fetched."), { $metadata });
}

/** The SDK's transport as a plain fetcher: its types ask for classes that a GET without a signature does not need. */
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
