import { decodeAwsChunked, isAwsChunked } from "./aws-chunked.ts";
import type { RecordedCalls } from "./call-log.ts";
import { AwsError, type AwsService, type CallRecord, type SandboxClock } from "./contract.ts";
import type { Downloads } from "./downloads.ts";
import type { InjectedFaults } from "./faults.ts";
import { identifyService } from "./identify-service.ts";
import type { DecodedCall, Protocol } from "./protocol.ts";
import type { Quotas } from "./quotas.ts";
import type { WireAnswer, WireRequest } from "./wire.ts";

/** A service as it is reached over the wire. */
export interface Door {
  readonly service: AwsService;
  readonly protocol: Protocol;
}

export interface FrontDoorParts {
  readonly doors: ReadonlyMap<string, Door>;
  /** Locations of code and layers, which belong to no service of the account. */
  readonly downloads: Downloads;
  readonly calls: RecordedCalls;
  readonly faults: InjectedFaults;
  readonly quotas: Quotas;
  readonly clock: SandboxClock;
  uuid(): string;
}

/** Takes a request from any transport to its service and back: decode, log, throttle, faults, call, encode. */
export class Router {
  constructor(private readonly parts: FrontDoorParts) {}

  /** Never throws but ConnectionReset, which means: close the connection without an answer. */
  async answer(request: WireRequest): Promise<WireAnswer> {
    const download = this.parts.downloads.serve(request);
    if (download) return download;
    const requestId = this.parts.uuid();
    const name = identifyService(request);
    const door = this.parts.doors.get(name);
    if (!door) return unknownService(name);
    try {
      const call = decode(door, request);
      const output = await this.#perform(door, call, request);
      return output(requestId);
    } catch (error) {
      if (error instanceof AwsError) return door.protocol.encodeError(error, requestId);
      throw error;
    }
  }

  /** Performs a call and returns how to answer it. */
  async #perform(door: Door, call: DecodedCall, request: WireRequest): Promise<(requestId: string) => WireAnswer> {
    const { calls, faults, quotas, clock } = this.parts;
    const record = calls.open({ service: door.service.name, ...call, at: clock.now() });
    try {
      quotas.take(door.service.name, call.operation);
      const leave = await faults.enter(record, request.closed);
      const answer = await attempt(door, call);
      record.performed = !(answer instanceof AwsError);
      await leave();
      if (answer instanceof AwsError) throw answer;
      record.outcome = "ok";
      return answer;
    } catch (error) {
      failRecord(record, error);
      throw error;
    }
  }
}

function decode(door: Door, request: WireRequest): DecodedCall {
  try {
    return door.protocol.decode(unframed(request));
  } catch (error) {
    if (error instanceof URIError) throw new AwsError("InvalidURI", "Couldn't parse the specified URI.", 400);
    throw error;
  }
}

function unframed(request: WireRequest): WireRequest {
  return isAwsChunked(request.headers) ? { ...request, body: decodeAwsChunked(request.body) } : request;
}

/** An error that the service answers is an answer too: a hold "after" stands between it and the client. */
async function attempt(door: Door, call: DecodedCall): Promise<AwsError | ((requestId: string) => WireAnswer)> {
  try {
    const output = await door.service.call(call.operation, call.input, "wire");
    return (requestId) => door.protocol.encode(call, output, requestId);
  } catch (error) {
    if (error instanceof AwsError) return error;
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return new AwsError(
      "InternalFailure",
      `the sandbox failed in ${door.service.name}:${call.operation}: ${reason}`,
      500,
    );
  }
}

function failRecord(record: CallRecord, error: unknown): void {
  record.outcome = "error";
  record.errorCode = error instanceof AwsError ? error.code : "ConnectionReset";
}

/** Clients take a denied service for one that they may not use, and go on without it where they can. */
function unknownService(name: string): WireAnswer {
  const message = `the sandbox has no service ${name}`;
  return {
    status: 403,
    headers: { "content-type": "application/json", "x-amzn-errortype": "AccessDeniedException" },
    body: new TextEncoder().encode(JSON.stringify({ __type: "AccessDeniedException", message })),
  };
}
