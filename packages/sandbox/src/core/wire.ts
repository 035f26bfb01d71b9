/**
 * What a transport (a socket, or the SDK's request handler) exchanges with the router: HTTP reduced to what the protocols need.
 */

export interface WireRequest {
  readonly method: string;
  /** The host and port that the client addressed. */
  readonly host: string;
  /** As sent: percent-encoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** Aborts when the client disconnects before it got its response. */
  readonly closed: AbortSignal;
}

export interface WireResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** The connection ends without a response: a transport closes the socket, or fails as if the socket had been closed. */
export class ConnectionReset extends Error {
  readonly code = "ECONNRESET";

  constructor() {
    super("the sandbox closed the connection");
    this.name = "ConnectionReset";
  }
}

/** No response ever comes: a socket stays open until the client closes it, and the SDK's transport has run into its timeout. */
export class Silence extends Error {
  constructor() {
    super("the sandbox does not respond");
    this.name = "TimeoutError";
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
