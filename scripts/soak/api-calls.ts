import { randomUUID } from "node:crypto";
import { type Api, apiOf } from "../../test/support/answers.ts";
import { type Ledger, pause } from "./ledger.ts";
import type { SoakService } from "./service.ts";

export interface Received {
  readonly status: number;
  readonly bytes: Buffer;
}

/** Requests as a client with patience sends them. */
export interface ApiCalls {
  /**
   * Sends until there is an answer that does not say to try again; a POST keeps its `Idempotency-Key`. Returns the body, which
   * is the problem where the answer is a refusal.
   */
  readonly send: Api;
  /** One attempt; null when the connection broke. */
  once(path: string): Promise<Received | null>;
  /** As `send`, for bytes. */
  put(path: string, bytes: Buffer): Promise<number>;
}

const AGAIN_MS = 150;
/** Longer than any outage that the run makes, on a slow machine. */
const PATIENCE_MS = 300_000;

/** What the service refuses with while it cannot do its work; everything else from 500 on is a fault of its own. */
const DESIGNED = new Set([503, 507]);

/** All requests are for what exists, with a token that is valid. */
const LOST = new Set([401, 403, 404]);

interface Attempt {
  readonly method: string;
  readonly path: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
}

export function createApiCalls(service: SoakService, ledger: Ledger): ApiCalls {
  const attempt = async ({ method, path, headers, body }: Attempt): Promise<Received | null> => {
    const url = await service.url();
    try {
      const sent = { method, headers: { authorization: `Bearer ${service.token}`, ...headers } };
      const answer = await fetch(
        url + path,
        body === undefined ? sent : { ...sent, body: new Uint8Array(Buffer.from(body)) },
      );
      const bytes = Buffer.from(await answer.arrayBuffer());
      noteStatus(ledger, { method, path, status: answer.status, bytes });
      return { status: answer.status, bytes };
    } catch {
      ledger.count("requests", "without an answer");
      return null;
    }
  };
  const untilAnswered = async (what: Attempt): Promise<Received> => {
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      const received = await attempt(what);
      if (received && !saysTryAgain(received)) return received;
      if (performance.now() > deadline)
        throw new Error(`${what.method} ${what.path} got no answer: ${received?.bytes}`);
      await pause(AGAIN_MS);
    }
  };
  return {
    once: (path) => attempt({ method: "GET", path }),
    put: async (path, bytes) =>
      (await untilAnswered({ method: "PUT", path, headers: { "content-type": "application/x-tar" }, body: bytes }))
        .status,
    send: apiOf(async (method, path, body) => {
      const keyed: Record<string, string> = method === "POST" ? { "idempotency-key": randomUUID() } : {};
      const content = body === undefined ? {} : { "content-type": "application/json" };
      const json = body === undefined ? {} : { body: JSON.stringify(body) };
      const { bytes } = await untilAnswered({ method, path, headers: { ...keyed, ...content }, ...json });
      return bytes.length > 0 ? JSON.parse(bytes.toString()) : {};
    }),
  };
}

function noteStatus(
  ledger: Ledger,
  { method, path, status, bytes }: Received & { method: string; path: string },
): void {
  ledger.count("requests", String(status));
  if (LOST.has(status)) ledger.breakRule("what was answered once is found again", `${method} ${path}: ${status}`);
  if (status < 500 || DESIGNED.has(status)) return;
  ledger.breakRule("no 5xx but 503 and 507", `${method} ${path}: ${status} ${bytes.toString().slice(0, 500)}`);
}

/** An outage, a limit of rates, or the same request that is still being handled. */
function saysTryAgain({ status, bytes }: Received): boolean {
  return status === 429 || status >= 500 || (status === 409 && bytes.includes("IDEMPOTENCY_IN_PROGRESS"));
}
