import { AwsError, type Shape } from "../core/contract.ts";
import { WRONG_SCOPE } from "../core/json-protocol.ts";
import type { DecodedCall, Protocol } from "../core/protocol.ts";
import { isShape } from "../core/shape.ts";
import { bytesOf, textOf, type WireRequest, type WireResponse } from "../core/wire.ts";
import { tooLarge } from "./errors.ts";
import { LAMBDA_ROUTES, type LambdaRoute } from "./routes.ts";

/** Lambda's protocol: members in path, query and JSON body; the payload of an invocation is the body itself. */
export const restJsonProtocol: Protocol = {
  decode,
  encode,
  encodeError,
  unknownRegion: () => new AwsError("InvalidSignatureException", WRONG_SCOPE, 403),
};

/** A zip of 50 MB in base64, with some room for the other members. */
const MAX_REQUEST_BYTES = 70_167_211;
/** AWS does not raise this limit: large environments and many layers need two calls. */
const MAX_CONFIGURATION_BYTES = 5_120;

/** Members that JSON carries as base64, wherever they occur. */
const BLOB_MEMBERS: ReadonlySet<string> = new Set(["ZipFile"]);

const INVOKE_HEADERS: Readonly<Record<string, string>> = {
  "x-amz-invocation-type": "InvocationType",
  "x-amz-log-type": "LogType",
  "x-amz-client-context": "ClientContext",
};

/** Lambda writes `Message` for these errors and `message` for the others. */
const CAPITAL_MESSAGE: ReadonlySet<string> = new Set([
  "ResourceNotFoundException",
  "CodeSigningConfigNotFoundException",
  "ServiceException",
]);

function decode(request: WireRequest): DecodedCall {
  const matched = matchRoute(request);
  if (!matched) {
    throw new AwsError("UnknownOperationException", `The sandbox has no ${request.method} ${request.path}`, 404);
  }
  const { route, labels } = matched;
  requireSize(route.operation, request.body.byteLength);
  const input = { ...bodyMembers(route, request), ...queryMembers(route, request.query), ...labels };
  return { operation: route.operation, input };
}

interface MatchedRoute {
  readonly route: LambdaRoute;
  readonly labels: Readonly<Record<string, string>>;
}

function matchRoute(request: WireRequest): MatchedRoute | undefined {
  const segments = segmentsOf(request.path);
  for (const route of LAMBDA_ROUTES) {
    if (route.method !== request.method) continue;
    if (route.when && request.query.get(route.when[0]) !== route.when[1]) continue;
    const labels = matchPath(segmentsOf(route.path), segments);
    if (labels) return { route, labels };
  }
  return undefined;
}

/** Some clients end a path with a slash. */
function segmentsOf(path: string): string[] {
  return path.replace(/\/$/, "").split("/");
}

function matchPath(pattern: readonly string[], segments: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== segments.length) return undefined;
  const labels: Record<string, string> = {};
  for (const [at, expected] of pattern.entries()) {
    const given = segments[at] ?? "";
    if (expected.startsWith("{")) labels[expected.slice(1, -1)] = decodeURIComponent(given);
    else if (expected !== given) return undefined;
  }
  return labels;
}

function requireSize(operation: string, sizeBytes: number): void {
  const limit = operation === "UpdateFunctionConfiguration" ? MAX_CONFIGURATION_BYTES : MAX_REQUEST_BYTES;
  if (sizeBytes <= limit) return;
  throw tooLarge(`Request must be smaller than ${limit} bytes for the ${operation} operation`);
}

function queryMembers(route: LambdaRoute, query: URLSearchParams): Shape {
  const members: Shape = {};
  for (const name of route.query) {
    const [parameter = name, member = name] = name.split("=");
    if (query.has(parameter)) members[member] = member === "TagKeys" ? query.getAll(parameter) : query.get(parameter);
  }
  return members;
}

function bodyMembers(route: LambdaRoute, request: WireRequest): Shape {
  if (route.operation === "Invoke") return invokeMembers(request);
  if (request.body.byteLength === 0) return {};
  return withBlobs(parseJson(textOf(request.body)));
}

function invokeMembers(request: WireRequest): Shape {
  const headers = Object.entries(INVOKE_HEADERS).flatMap(([header, member]) => {
    const value = request.headers[header];
    return value === undefined ? [] : [[member, value]];
  });
  return { ...Object.fromEntries(headers), Payload: request.body };
}

function parseJson(text: string): Shape {
  try {
    const parsed: unknown = JSON.parse(text);
    if (isShape(parsed)) return parsed;
  } catch {
    // Rejected below, like JSON that is not an object.
  }
  throw new AwsError("SerializationException", "Could not parse request body into json", 400);
}

function withBlobs(shape: Shape): Shape {
  return Object.fromEntries(
    Object.entries(shape).map(([name, value]) => {
      if (BLOB_MEMBERS.has(name) && typeof value === "string") return [name, Buffer.from(value, "base64")];
      return [name, isShape(value) ? withBlobs(value) : value];
    }),
  );
}

function encode(call: DecodedCall, output: Shape, requestId: string): WireResponse {
  if (call.operation === "Invoke") return encodeInvocation(output, requestId);
  const status = LAMBDA_ROUTES.find((route) => route.operation === call.operation)?.status ?? 200;
  return {
    status,
    headers: headersOf(requestId),
    body: status === 204 ? new Uint8Array() : bytesOf(JSON.stringify(output, withSeconds)),
  };
}

/**
 * Dates are seconds since the epoch. `JSON.stringify` has already turned the value into text, so the date is read from
 * its holder.
 */
function withSeconds(this: Shape, name: string, value: unknown): unknown {
  const original = this[name];
  return original instanceof Date ? original.getTime() / 1000 : value;
}

function encodeInvocation(output: Shape, requestId: string): WireResponse {
  const { Payload, StatusCode, FunctionError, LogResult, ExecutedVersion } = output;
  const headers: Record<string, string> = { ...headersOf(requestId) };
  if (typeof FunctionError === "string") headers["x-amz-function-error"] = FunctionError;
  if (typeof LogResult === "string") headers["x-amz-log-result"] = LogResult;
  if (typeof ExecutedVersion === "string") headers["x-amz-executed-version"] = ExecutedVersion;
  const body = Payload instanceof Uint8Array ? Payload : new Uint8Array();
  return { status: Number(StatusCode ?? 200), headers, body };
}

function encodeError(error: AwsError, requestId: string): WireResponse {
  const message = error.message === "" ? {} : { [messageName(error.code)]: error.message };
  return {
    status: error.status,
    headers: { ...headersOf(requestId), "x-amzn-errortype": error.code },
    body: bytesOf(JSON.stringify({ ...error.details, ...message })),
  };
}

function messageName(code: string): string {
  return CAPITAL_MESSAGE.has(code) ? "Message" : "message";
}

function headersOf(requestId: string): Record<string, string> {
  return { "content-type": "application/json", "x-amzn-requestid": requestId };
}
