import type { AwsError, Shape } from "./contract.ts";
import type { WireRequest, WireResponse } from "./wire.ts";

/** A request that a protocol has understood: which operation, with which input. */
export interface DecodedCall {
  readonly operation: string;
  readonly input: Shape;
}

/** One of AWS's wire protocols, bound to one service. */
export interface Protocol {
  /** Throws AwsError where the request is none of the service's operations or cannot be read. */
  decode(request: WireRequest): DecodedCall;
  encode(call: DecodedCall, output: Shape, requestId: string): WireResponse;
  encodeError(error: AwsError, requestId: string): WireResponse;
}
