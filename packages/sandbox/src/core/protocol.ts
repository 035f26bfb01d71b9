import type { AwsError, Shape } from "./contract.ts";
import type { SignatureScope } from "./signature.ts";
import type { WireRequest, WireResponse } from "./wire.ts";

/** A decoded request: the operation and its input. */
export interface DecodedCall {
  readonly operation: string;
  readonly input: Shape;
}

/** One of AWS's wire protocols for one service. */
export interface Protocol {
  /** Throws AwsError if the request matches none of the service's operations or cannot be read. */
  decode(request: WireRequest): DecodedCall;
  encode(call: DecodedCall, output: Shape, requestId: string): WireResponse;
  encodeError(error: AwsError, requestId: string): WireResponse;
  /** How services of this protocol refuse a signature for a region that does not exist. */
  unknownRegion(scope: SignatureScope): AwsError;
}
