import { decodeAwsChunked, isAwsChunked } from "./aws-chunked.ts";
import type { RecordedCalls } from "./call-log.ts";
import { AwsError, type AwsService, type CallRecord, type SandboxClock, type Shape } from "./contract.ts";
import type { Downloads } from "./downloads.ts";
import { ForeignResponse, type InjectedFaults } from "./faults.ts";
import { identifyService } from "./identify-service.ts";
import type { DecodedCall, Protocol } from "./protocol.ts";
import type { Quotas } from "./quotas.ts";
import type { WireRequest, WireResponse } from "./wire.ts";

/** A service together with the wire protocol that clients reach it by. */
export interface Endpoint {
  readonly service: AwsService;
  readonly protocol: Protocol;
}

interface RouterParts {
  readonly endpoints: ReadonlyMap<string, Endpoint>;
  /** Download URLs of code and layers; no service of the account owns them. */
  readonly downloads: Downloads;
  readonly calls: RecordedCalls;
  readonly faults: InjectedFaults;
  readonly quotas: Quotas;
  readonly clock: SandboxClock;
  uuid(): string;
}

/** Routes a request from any transport to its service: decode, log, throttle, inject faults, call, encode. */
export class Router {
  constructor(private readonly parts: RouterParts) {}

  /** Throws only ConnectionReset, which tells the transport to close the connection without a response. */
  async respond(request: WireRequest): Promise<WireResponse> {
    const download = this.parts.downloads.serve(request);
    if (download) return download;
    const requestId = this.parts.uuid();
    const name = identifyService(request);
    const endpoint = this.parts.endpoints.get(name);
    if (!endpoint) return unknownService(name);
    try {
      const call = decode(endpoint, request);
      const output = await this.#perform(endpoint, call, request);
      return output(requestId);
    } catch (error) {
      if (error instanceof AwsError) return endpoint.protocol.encodeError(error, requestId);
      if (error instanceof ForeignResponse) return error.response;
      throw error;
    }
  }

  /** Performs a call and returns the function that encodes its response. */
  async #perform(
    endpoint: Endpoint,
    call: DecodedCall,
    request: WireRequest,
  ): Promise<(requestId: string) => WireResponse> {
    const { calls, faults, quotas, clock } = this.parts;
    const record = calls.open({ service: endpoint.service.name, ...call, at: clock.now() });
    try {
      quotas.take(endpoint.service.name, call.operation);
      const leave = await faults.enter(record, request.closed);
      const outcome = await attempt(endpoint, call, (output) => faults.altered(record, output));
      record.performed = !(outcome instanceof AwsError);
      await leave();
      if (outcome instanceof AwsError) throw outcome;
      record.outcome = "ok";
      return outcome;
    } catch (error) {
      failRecord(record, error);
      throw error;
    }
  }
}

function decode(endpoint: Endpoint, request: WireRequest): DecodedCall {
  try {
    return endpoint.protocol.decode(unframed(request));
  } catch (error) {
    if (error instanceof URIError) throw new AwsError("InvalidURI", "Couldn't parse the specified URI.", 400);
    throw error;
  }
}

function unframed(request: WireRequest): WireRequest {
  return isAwsChunked(request.headers) ? { ...request, body: decodeAwsChunked(request.body) } : request;
}

/** Returns an error of the service instead of throwing it, so that a hold with `when: "after"` delays it too. */
async function attempt(
  endpoint: Endpoint,
  call: DecodedCall,
  altered: (output: Shape) => Shape,
): Promise<AwsError | ((requestId: string) => WireResponse)> {
  try {
    const output = altered(await endpoint.service.call(call.operation, call.input, "wire"));
    return (requestId) => endpoint.protocol.encode(call, output, requestId);
  } catch (error) {
    if (error instanceof AwsError) return error;
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return new AwsError(
      "InternalFailure",
      `the sandbox failed in ${endpoint.service.name}:${call.operation}: ${reason}`,
      500,
    );
  }
}

function failRecord(record: CallRecord, error: unknown): void {
  record.outcome = "error";
  record.errorCode = error instanceof AwsError ? error.code : "ConnectionReset";
}

/** Access denied rather than not found: clients treat the service as one that they may not use and continue without it. */
function unknownService(name: string): WireResponse {
  const message = `the sandbox has no service ${name}`;
  return {
    status: 403,
    headers: { "content-type": "application/json", "x-amzn-errortype": "AccessDeniedException" },
    body: new TextEncoder().encode(JSON.stringify({ __type: "AccessDeniedException", message })),
  };
}
