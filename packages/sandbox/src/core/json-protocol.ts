import { AwsError, type Shape } from "./contract.ts";
import type { Protocol } from "./protocol.ts";
import { isShape } from "./shape.ts";
import { bytesOf, textOf, type WireRequest, type WireResponse } from "./wire.ts";

const MS_PER_SECOND = 1000;
/** Ends in a point and a space, as AWS's words do. */
export const WRONG_SCOPE = "Credential should be scoped to a valid region. ";

/** How the protocol of one service differs from that of another. */
interface JsonDialect {
  readonly version?: "1.0" | "1.1";
  /** Stands in front of the names of errors. */
  readonly namespace?: string;
  /** Of a service that had the query protocol before: the codes of its errors there, where they differ. */
  readonly queryCodes?: Readonly<Record<string, string>>;
}

/**
 * AWS's JSON protocol: the header `X-Amz-Target` names the operation, and the body is its input or output. Dates are
 * seconds since the epoch. `target` is the part of the header in front of the operation.
 */
export function createJsonProtocol(target: string, dialect: JsonDialect = {}): Protocol {
  const { version = "1.1", namespace = "", queryCodes } = dialect;
  const contentType = `application/x-amz-json-${version}`;
  return {
    decode: (request) => ({ operation: operationOf(request, target), input: inputOf(request) }),
    encode: (_call, output, requestId) =>
      jsonResponse(200, output, { "content-type": contentType, "x-amzn-requestid": requestId }),
    encodeError: ({ status, code, message, details }, requestId) => {
      const body = { __type: `${namespace}${code}`, ...(message === "" ? {} : { message }), ...details };
      const query = queryCodes ? { "x-amzn-query-error": `${queryCodes[code] ?? code};Sender` } : {};
      return jsonResponse(status, body, { "content-type": contentType, "x-amzn-requestid": requestId, ...query });
    },
    unknownRegion: () => new AwsError("InvalidSignatureException", WRONG_SCOPE, 400),
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

function jsonResponse(status: number, shape: Shape, headers: WireResponse["headers"]): WireResponse {
  return { status, headers, body: bytesOf(JSON.stringify(withSeconds(shape))) };
}

/** Dates as numbers, at every depth: `JSON.stringify` alone would write them as text. */
function withSeconds(value: unknown): unknown {
  if (value instanceof Date) return value.getTime() / MS_PER_SECOND;
  if (Array.isArray(value)) return value.map(withSeconds);
  if (!isShape(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, withSeconds(item)]));
}
