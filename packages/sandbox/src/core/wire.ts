/**
 * What a transport (a socket, or the SDK's request handler) exchanges with the router: HTTP reduced to what the protocols need.
 */

export interface WireRequest {
  readonly method: string;
  /** The host as the client addressed it, with its port. */
  readonly host: string;
  /** As sent, percent-encoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** Aborts when the client goes away before it got its answer. */
  readonly closed: AbortSignal;
}

export interface WireResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** The connection ends here without an answer: a transport closes the socket, or fails as if it had. */
export class ConnectionReset extends Error {
  readonly code = "ECONNRESET";

  constructor() {
    super("the sandbox closed the connection");
    this.name = "ConnectionReset";
  }
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function bytesOf(text: string): Uint8Array {
  return encoder.encode(text);
}

export function textOf(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}
