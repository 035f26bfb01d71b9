import { decodeAwsChunked, isAwsChunked } from "./aws-chunked.ts";
import type { RecordedCalls } from "./call-log.ts";
import {
  type AccountRegion,
  AwsError,
  type AwsService,
  type CallRecord,
  type Principal,
  type SandboxClock,
  type Shape,
} from "./contract.ts";
import type { Downloads } from "./downloads.ts";
import { ForeignResponse, type InjectedFaults } from "./faults.ts";
import { identifyService } from "./identify-service.ts";
import type { Principals } from "./principals.ts";
import type { DecodedCall, Protocol } from "./protocol.ts";
import type { Quotas } from "./quotas.ts";
import { isRegion } from "./regions.ts";
import { readSignature, type SignatureScope } from "./signature.ts";
import type { WireRequest, WireResponse } from "./wire.ts";

/** A service together with the wire protocol that clients reach it by. */
export interface Endpoint {
  readonly service: AwsService;
  readonly protocol: Protocol;
}

/** What one account has in one region. */
export interface RegionalServices {
  readonly endpoints: ReadonlyMap<string, Endpoint>;
  readonly quotas: Quotas;
}

interface RouterParts {
  /** Makes the services of an account and region at their first call. */
  servicesOf(place: AccountRegion): RegionalServices;
  readonly principals: Principals;
  /** The region of requests that are not signed. */
  readonly defaultRegion: string;
  /** Download URLs of code and layers; no service of an account owns them. */
  readonly downloads: Downloads;
  readonly calls: RecordedCalls;
  readonly faults: InjectedFaults;
  readonly clock: SandboxClock;
  uuid(): string;
}

/** A request for a service, with where it acts and who signed it. */
interface Addressed {
  readonly endpoint: Endpoint;
  readonly quotas: Quotas;
  readonly region: string;
  readonly principal: Principal;
  readonly request: WireRequest;
  /** Null for a request without a signature. */
  readonly signed: SignatureScope | null;
}

/** Routes a request from any transport to its service: decode, log, throttle, inject faults, call, encode. */
export class Router {
  constructor(private readonly parts: RouterParts) {}

  /** Throws only ConnectionReset and Silence, which tell the transport to close the connection, or to leave it without a response. */
  async respond(request: WireRequest): Promise<WireResponse> {
    const download = this.parts.downloads.serve(request);
    if (download) return download;
    const requestId = this.parts.uuid();
    const addressed = this.#address(request);
    if ("unknown" in addressed) return unknownService(addressed.unknown);
    const { protocol } = addressed.endpoint;
    try {
      requireRegion(addressed);
      const output = await this.#perform(addressed, decode(protocol, request));
      return output(requestId);
    } catch (error) {
      if (error instanceof AwsError) return protocol.encodeError(error, requestId);
      if (error instanceof ForeignResponse) return error.response;
      throw error;
    }
  }

  /** The signature says who calls, in which region, and which service. */
  #address(request: WireRequest): Addressed | { readonly unknown: string } {
    const signed = readSignature(request);
    const principal = this.parts.principals.ofKey(signed?.accessKeyId ?? "");
    const region = signed?.region ?? this.parts.defaultRegion;
    const { endpoints, quotas } = this.parts.servicesOf({ accountId: principal.accountId, region });
    const name = signed?.service ?? identifyService(request);
    const endpoint = endpoints.get(name);
    return endpoint ? { endpoint, quotas, region, principal, request, signed } : { unknown: name };
  }

  /** Performs a call and returns the function that encodes its response. */
  async #perform(addressed: Addressed, call: DecodedCall): Promise<(requestId: string) => WireResponse> {
    const { calls, faults, clock } = this.parts;
    const { endpoint, quotas, region, principal, request } = addressed;
    const service = endpoint.service.name;
    const record = calls.open({ accountId: principal.accountId, region, service, ...call, at: clock.now() });
    try {
      quotas.take(service, call.operation);
      const leave = await faults.enter(record, request.closed);
      const outcome = await attempt(addressed, call, (output) => faults.altered(record, output));
      record.performed = !(outcome instanceof AwsError);
      await leave();
      if (outcome instanceof AwsError) throw outcome;
      record.outcome = "ok";
      return (requestId) => faults.shortened(record, outcome(requestId));
    } catch (error) {
      failRecord(record, error);
      throw error;
    }
  }
}

/** The services of a region that does not exist were never called, so nothing has been made there. */
function requireRegion({ signed, endpoint }: Addressed): void {
  if (signed && !isRegion(signed.region)) throw endpoint.protocol.unknownRegion(signed);
}

function decode(protocol: Protocol, request: WireRequest): DecodedCall {
  try {
    return protocol.decode(unframed(request));
  } catch (error) {
    if (error instanceof URIError) throw new AwsError("InvalidURI", "Couldn't parse the specified URI.", 400);
    throw error;
  }
}

function unframed(request: WireRequest): WireRequest {
  if (!isAwsChunked(request.headers)) return request;
  const { body, trailers } = decodeAwsChunked(request.body);
  return { ...request, headers: { ...request.headers, ...trailers }, body };
}

/** Returns an error of the service instead of throwing it, so that a hold with `when: "after"` delays it too. */
async function attempt(
  { endpoint, principal }: Addressed,
  call: DecodedCall,
  altered: (output: Shape) => Shape,
): Promise<AwsError | ((requestId: string) => WireResponse)> {
  try {
    const output = altered(await endpoint.service.call(call.operation, call.input, "wire", principal));
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
  record.errorCode = error instanceof AwsError ? error.code : error instanceof Error ? error.name : "Error";
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
