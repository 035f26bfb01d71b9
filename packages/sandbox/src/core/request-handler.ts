import { Readable } from "node:stream";
import type { Router } from "./router.ts";
import { bytesOf, type WireRequest } from "./wire.ts";

/** An HTTP request as the AWS SDK v3 passes it to its transport. */
export interface SdkHttpRequest {
  readonly method: string;
  readonly protocol?: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface SdkHttpResponse {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: Readable;
}

/** Only the platform's AbortSignal has an effect; the SDK's older kind of signal is ignored. */
export interface SdkHandlerOptions {
  readonly abortSignal?: { readonly aborted: boolean } | undefined;
}

/** A `requestHandler` for the AWS SDK v3: the sandbox without a socket. */
export interface SandboxRequestHandler {
  readonly metadata: { readonly handlerProtocol: string };
  handle(request: SdkHttpRequest, options?: SdkHandlerOptions): Promise<{ response: SdkHttpResponse }>;
  destroy(): void;
  updateHttpClientConfig(key: never, value: never): void;
  httpHandlerConfigs(): Record<string, never>;
}

/** A call whose `abortSignal` fires is treated like one whose connection closed. */
export function createRequestHandler(router: Router): SandboxRequestHandler {
  return {
    metadata: { handlerProtocol: "http/1.1" },
    handle: async (request, { abortSignal } = {}) => {
      const closed = abortSignal instanceof AbortSignal ? abortSignal : new AbortController().signal;
      return { response: await handle(router, request, closed) };
    },
    destroy: () => {},
    updateHttpClientConfig: () => {},
    httpHandlerConfigs: () => ({}),
  };
}

async function handle(router: Router, request: SdkHttpRequest, closed: AbortSignal): Promise<SdkHttpResponse> {
  throwIfAborted(closed);
  const response = await router.respond(await toWireRequest(request, closed)).finally(() => throwIfAborted(closed));
  return {
    statusCode: response.status,
    headers: { ...response.headers },
    body: Readable.from(request.method === "HEAD" ? [] : [Buffer.from(response.body)], { objectMode: false }),
  };
}

async function toWireRequest(request: SdkHttpRequest, closed: AbortSignal): Promise<WireRequest> {
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const port = request.port === undefined ? "" : `:${request.port}`;
  return {
    method: request.method,
    host: headers["host"] ?? `${request.hostname}${port}`,
    path: request.path,
    query: toSearchParams(request.query ?? {}),
    headers,
    body: await readBody(request.body),
    closed,
  };
}

function toSearchParams(query: NonNullable<SdkHttpRequest["query"]>): URLSearchParams {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const item of Array.isArray(value) ? value : [value ?? ""]) parameters.append(name, item);
  }
  return parameters;
}

async function readBody(body: unknown): Promise<Uint8Array> {
  if (body === undefined || body === null) return new Uint8Array();
  if (typeof body === "string") return bytesOf(body);
  if (body instanceof Uint8Array) return body;
  if (body instanceof ArrayBuffer) return new Uint8Array(body);
  if (body instanceof Readable) return Buffer.concat((await body.toArray()).map((chunk) => Buffer.from(chunk)));
  if (body instanceof Blob) return new Uint8Array(await body.arrayBuffer());
  throw new TypeError("the sandbox's request handler cannot read this kind of body");
}

function throwIfAborted(signal: AbortSignal): void {
  if (!signal.aborted) return;
  const error = new Error("Request aborted");
  error.name = "AbortError";
  throw error;
}
