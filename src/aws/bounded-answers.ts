import { pipeline, type Readable, Transform } from "node:stream";
import { StepbackError } from "../domain/errors.ts";

/** The largest answers that are no files, templates of 1 MB in JSON within XML, take less than half of this. */
const ANSWER_BYTES = 16_777_216;
/** The largest object that one PutObject could put back. */
const OBJECT_BYTES = 5_368_709_120;
/** The largest zip of a function or a layer: Lambda takes 250 MB unpacked. */
export const CODE_BYTES = 262_144_000;

/** A body that brings less than this in a window has stopped for any purpose: 1 KiB/s is a modem of 1984. */
const LEAST_BYTES = 30_720;
const WINDOW_MS = 30_000;

export interface Bounds {
  readonly mostBytes: number;
  /** Who answers, for the error. */
  readonly host: string;
  readonly windowMs?: number;
}

/** What an SDK's transport returns, as far as it is used here. */
interface RawResponse {
  readonly headers: Readonly<Record<string, string>>;
  body?: unknown;
}

/**
 * A response whose body ends with an error as soon as it is too large or too slow: AWS_ANSWER_TOO_LARGE, at once where its
 * length is announced, and AWS_UNAVAILABLE. A body whose reader pauses is not slow.
 */
export function boundResponse<Response extends RawResponse>(response: Response, bounds: Bounds): Response {
  if (!isStream(response.body)) return response;
  const announced = Number(response.headers["content-length"] ?? 0);
  if (announced > bounds.mostBytes) {
    response.body.destroy();
    throw tooLarge(announced, bounds);
  }
  response.body = boundBody(response.body, bounds);
  return response;
}

export function boundBody(body: Readable, bounds: Bounds): Readable {
  const { mostBytes, windowMs = WINDOW_MS } = bounds;
  let received = 0;
  let seen = 0;
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      received += chunk.length;
      done(received > mostBytes ? tooLarge(received, bounds) : null, chunk);
    },
  });
  const timer = setInterval(() => {
    const isReaderSlow = counter.readableLength > 0;
    if (!isReaderSlow && received - seen < LEAST_BYTES) counter.destroy(tooSlow(received - seen, bounds));
    seen = received;
  }, windowMs);
  timer.unref();
  pipeline(body, counter, () => clearInterval(timer));
  return counter;
}

function isStream(body: unknown): body is Readable {
  return typeof body === "object" && body !== null && "pipe" in body && "destroy" in body;
}

function tooLarge(bytes: number, { mostBytes, host }: Bounds): StepbackError {
  const detail = `${host} answered with ${bytes} bytes or more, where ${mostBytes} are the most. It was cut off.`;
  return new StepbackError("AWS_ANSWER_TOO_LARGE", detail);
}

function tooSlow(bytes: number, { host, windowMs = WINDOW_MS }: Bounds): StepbackError {
  const detail = `${host} sent ${bytes} bytes in ${windowMs / 1000} s, where ${LEAST_BYTES} are the least. The answer was cut off.`;
  return new StepbackError("AWS_UNAVAILABLE", detail);
}

/** Next to the transport, so that whatever reads a body reads a bounded one. */
export const BOUNDING = { step: "deserialize", priority: "low", name: "boundResponses" } as const;

/** A middleware of any client of the SDK. What it throws is not retried: the same answer would come again. */
export function boundResponses<
  Args extends { readonly request?: unknown },
  Result extends { readonly response: unknown },
>(
  next: (args: Args) => Promise<Result>,
  { commandName = "" }: { readonly commandName?: string },
): (args: Args) => Promise<Result> {
  const mostBytes = commandName === "GetObjectCommand" ? OBJECT_BYTES : ANSWER_BYTES;
  return async (args) => {
    const result = await next(args);
    boundResponse(result.response as RawResponse, { mostBytes, host: hostIn(args.request) });
    return result;
  };
}

/** The host of a request of the SDK, with its port. */
export function hostIn(request: unknown): string {
  const { hostname = "", port } = (request ?? {}) as { readonly hostname?: string; readonly port?: number };
  return port === undefined ? hostname : `${hostname}:${port}`;
}
