import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface SeenRequest {
  readonly method: string;
  /** Includes the query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

/** A body to send with status 200, or a function that writes the response. */
export type FakeAnswer = object | ((response: ServerResponse, request: SeenRequest) => void);

export interface FakeService {
  readonly url: string;
  readonly seen: SeenRequest[];
  /** Sets the responses to a call such as `GET /v1/deployments` (without its query), in order; the last one repeats. */
  on(call: string, ...answers: FakeAnswer[]): void;
  /** `METHOD /path` of every request so far. */
  calls(): string[];
  close(): Promise<void>;
}

export const TOKEN = "token-that-nobody-may-see";

/** A server on loopback that imitates the API, for responses that the real service gives rarely or never. */
export async function startFakeService(): Promise<FakeService> {
  const answers = new Map<string, FakeAnswer[]>();
  const seen: SeenRequest[] = [];
  const server = createServer(async (message, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of message) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const { method = "", url: path = "", headers } = message;
    const request = { method, path, headers, body: text ? (JSON.parse(text) as unknown) : null };
    seen.push(request);
    const queue = answers.get(`${method} ${path.split("?")[0]}`) ?? [];
    const answer = queue.length > 1 ? queue.shift() : queue[0];
    if (typeof answer === "function") answer(response, request);
    else if (answer) sendJson(response, 200, answer);
    else sendJson(response, 404, problem(404, "NOT_FOUND", `There is no ${path}.`));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    on: (call, ...given) => answers.set(call, given),
    calls: () => seen.map(({ method, path }) => `${method} ${path}`),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export function problem(status: number, code: string, detail: string, errors: readonly object[] = []) {
  return { type: `urn:stepback:error:${code}`, title: `Title of ${code}`, status, code, detail, errors };
}

export function refuse(status: number, code: string, detail: string, errors: readonly object[] = []): FakeAnswer {
  return (response) => sendJson(response, status, problem(status, code, detail, errors));
}

/** Closes the connection without a response. */
export const hangUp: FakeAnswer = (response) => response.destroy();

function sendJson(response: ServerResponse, status: number, body: object): void {
  const type = status < 400 ? "application/json" : "application/problem+json";
  response.writeHead(status, { "content-type": type, "x-request-id": "req-1" }).end(JSON.stringify(body));
}

/** Log lines as server-sent events. With `end` the stream ends properly; without it the connection breaks. */
export function eventStream(lines: readonly object[], end: boolean): FakeAnswer {
  return (response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    for (const line of lines) response.write(`id: ${Reflect.get(line, "seq")}\ndata: ${JSON.stringify(line)}\n\n`);
    if (end) response.end('event: end\ndata: {"status":"Completed"}\n\n');
    else setImmediate(() => response.destroy());
  };
}

export function logLine(seq: number, message: string) {
  return { seq, at: "2026-11-21T10:00:00.000Z", level: "info", component: null, step: null, message, aws: null };
}

export const DEPLOYMENT = {
  id: "dep_01",
  type: "deploy",
  status: "In Progress",
  application: "shop",
  stage: "prod",
  branch: "main",
  commit: null,
  build: "1841",
  target: { name: "default", account: "000000000000", region: "us-east-1" },
  requestedBy: "admin",
  reason: null,
  ticket: null,
  createdAt: "2026-11-21T10:00:00.000Z",
  startedAt: "2026-11-21T10:00:01.000Z",
  finishedAt: null,
  cancelRequestedAt: null,
  error: null,
  scope: { stacks: ["shop-api"], functions: [] },
  onFailure: "none",
  allowDestructive: false,
  snapshot: { id: "snp_01", status: "Ready", components: 3, bytes: 4200 },
  record: null,
  outcome: null,
  message: null,
  altered: null,
  readiness: { reversible: 3, "reversible-with-loss": 0, irreversible: 0 },
  warnings: [],
  pinned: [],
  needsRevalidation: false,
  rollbackable: false,
  notRollbackableReason: "DEPLOYMENT_NOT_COMPLETED",
  rollback: null,
};

export const COMPLETED = {
  ...DEPLOYMENT,
  status: "Completed",
  outcome: "succeeded",
  altered: { added: 1, modified: 2, deleted: 0 },
  rollbackable: true,
  notRollbackableReason: null,
};
