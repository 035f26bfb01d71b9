import { AwsError, type Shape } from "./contract.ts";
import type { Protocol } from "./protocol.ts";
import { isShape } from "./shape.ts";
import { bytesOf, textOf, type WireRequest, type WireResponse } from "./wire.ts";

const CONTENT_TYPE = "application/x-amz-json-1.1";
const MS_PER_SECOND = 1000;

/**
 * AWS's JSON protocol 1.1, used by SSM and ECR: the header `X-Amz-Target` names the operation, and the body is its input
 * or output. Dates are seconds since the epoch. `target` is the part of the header in front of the operation.
 */
export function createJsonProtocol(target: string): Protocol {
  return {
    decode: (request) => ({ operation: operationOf(request, target), input: inputOf(request) }),
    encode: (_call, output, requestId) => jsonResponse(200, output, requestId),
    encodeError: ({ status, code, message, details }, requestId) =>
      jsonResponse(status, { __type: code, ...(message === "" ? {} : { message }), ...details }, requestId),
  };
}

function operationOf({ headers }: WireRequest, target: string): string {
  const [service, operation] = (headers["x-amz-target"] ?? "").split(".");
  if (service === target && operation) return operation;
  throw unknownOperation();
}

/** What a service throws for an operation that it does not have. */
export function unknownOperation(): AwsError {
  return new AwsError("UnknownOperationException", "", 400);
}

function inputOf({ body }: WireRequest): Shape {
  const input = parsed(textOf(body) || "{}");
  if (isShape(input)) return input;
  throw new AwsError("SerializationException", "", 400);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function jsonResponse(status: number, shape: Shape, requestId: string): WireResponse {
  const headers = { "content-type": CONTENT_TYPE, "x-amzn-requestid": requestId };
  return { status, headers, body: bytesOf(JSON.stringify(withSeconds(shape))) };
}

/** Dates as numbers, at every depth: `JSON.stringify` alone would write them as text. */
function withSeconds(value: unknown): unknown {
  if (value instanceof Date) return value.getTime() / MS_PER_SECOND;
  if (Array.isArray(value)) return value.map(withSeconds);
  if (!isShape(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, withSeconds(item)]));
}
