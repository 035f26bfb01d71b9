import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Router } from "./router.ts";
import { ConnectionReset, Silence, type WireRequest, type WireResponse } from "./wire.ts";

/** The sandbox accepts any credentials, so it never listens on another address. */
const LOOPBACK = "127.0.0.1";
/** Above every limit of the services: a zip of 50 MB is 70 MB as base64, and S3 parts may be larger. */
const MAX_BODY_BYTES = 100 * 1024 * 1024;
/** Longer than clients keep idle connections, so that a connection is not closed while a client reuses it. */
const KEEP_ALIVE_MS = 120_000;

/** The socket transport in front of the router. */
export class HttpServer {
  readonly #server: Server;

  constructor(private readonly router: Router) {
    this.#server = createServer((incoming, outgoing) => {
      this.#serve(incoming, outgoing).catch(() => outgoing.destroy());
    });
    this.#server.keepAliveTimeout = KEEP_ALIVE_MS;
  }

  /** Resolves to the URL, without a trailing slash. Port 0 takes a free one. */
  listen(port: number): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(port, LOOPBACK, () => {
        const address = this.#server.address();
        const bound = typeof address === "object" && address !== null ? address.port : port;
        resolve(`http://${LOOPBACK}:${bound}`);
      });
    });
  }

  /** Closes every connection, including those that wait for a response. */
  close(): Promise<void> {
    if (!this.#server.listening) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#server.close((error) => (error ? reject(error) : resolve()));
      this.#server.closeAllConnections();
    });
  }

  async #serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const closed = new AbortController();
    outgoing.once("close", () => closed.abort());
    const body = await readBody(incoming);
    if (body === "too large") {
      outgoing.writeHead(413, { connection: "close" }).end();
      return;
    }
    try {
      write(outgoing, await this.router.respond(toWireRequest(incoming, body, closed.signal)));
    } catch (error) {
      if (error instanceof Silence) return;
      if (!(error instanceof ConnectionReset)) throw error;
      incoming.socket.destroy();
    }
  }
}

async function readBody(incoming: IncomingMessage): Promise<Uint8Array | "too large"> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of incoming) {
    if (!(chunk instanceof Uint8Array)) continue;
    sizeBytes += chunk.byteLength;
    // A body that is too large is still read to its end: a client reads the response only after it has sent everything.
    if (sizeBytes <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  return sizeBytes > MAX_BODY_BYTES ? "too large" : Buffer.concat(chunks);
}

function toWireRequest(incoming: IncomingMessage, body: Uint8Array, closed: AbortSignal): WireRequest {
  const headers = Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(",") : (value ?? ""),
    ]),
  );
  const [path = "/", query = ""] = splitOnce(incoming.url ?? "/", "?");
  return {
    method: incoming.method ?? "GET",
    host: headers["host"] ?? "",
    path,
    query: new URLSearchParams(query),
    headers,
    body,
    closed,
  };
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}

function write(outgoing: ServerResponse, response: WireResponse): void {
  outgoing.writeHead(response.status, { "content-length": response.body.byteLength, ...response.headers });
  outgoing.end(outgoing.req.method === "HEAD" ? undefined : response.body);
}
