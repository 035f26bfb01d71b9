import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import pino from "pino";
import t, { type Test } from "tap";
import { buildApp } from "#src/app";
import type { JsonObject } from "#src/domain/json";
import { tarOf } from "../support/archives.ts";
import { LIMITS, startTestService, tokenOf } from "./test-service.ts";

/* Bytes on a socket, as no well-behaved client sends them. */

const TOKEN = `authorization: Bearer ${tokenOf("admin")}\r\n`;

/** The service on a port, with a pace of bodies that a test judges when it wants. */
async function listening(t: Test, headersTimeout = 60_000) {
  const { services } = await startTestService(t);
  const log: JsonObject[] = [];
  const logger = pino({ level: "info" }, { write: (line: string) => void log.push(JSON.parse(line)) });
  let judge = null as (() => void) | null;
  const sleep = (_ms: number, signal?: AbortSignal) =>
    new Promise<void>((resolve) => {
      judge = resolve;
      signal?.addEventListener("abort", () => resolve(), { once: true });
    });
  const app = await buildApp({
    services,
    logger,
    newRequestId: () => "req_of_a_test",
    bodyPace: { windowMs: 30_000, leastBytes: 1_000, sleep },
    ...{ limits: LIMITS, now: () => 0 },
    headerTimes: { headersTimeout, connectionsCheckingInterval: 20 },
  });
  let received = null as Socket | null;
  app.server.on("connection", (socket) => {
    received = socket;
  });
  const { port } = new URL(await app.listen({ port: 0, host: "127.0.0.1" }));
  t.teardown(() => app.close());
  const open = async (bytes: string | Buffer = "") => {
    const socket = connect(Number(port), "127.0.0.1");
    await once(socket, "connect");
    const answer = text(socket);
    socket.on("error", () => {});
    socket.write(bytes);
    return { socket, answer };
  };
  const refusals = () => log.filter(({ msg }) => msg === "a request could not be read");
  /** Ends one window after the other until somebody has answered. */
  const judgedUntil = async (answer: Promise<string>) => {
    let isOver = false;
    void answer.then(() => {
      isOver = true;
    });
    while (!isOver) {
      judge?.();
      await new Promise(setImmediate);
    }
    return answer;
  };
  /** Ends the window of a body once its bytes have been received. */
  const judgedAt = async (bytes: number) => {
    while (judge === null || (received?.bytesRead ?? 0) < bytes) await new Promise(setImmediate);
    const now: () => void = judge;
    judge = null;
    now();
  };
  const isWatched = async () => {
    while (judge === null) await new Promise(setImmediate);
  };
  return { open, log, refusals, judgedUntil, judgedAt, isWatched };
}

function problemIn(answer: string) {
  const [head = "", body = "{}"] = answer.split("\r\n\r\n");
  return { head: head.toLowerCase(), body: JSON.parse(body) as JsonObject };
}

t.test("what is no HTTP request gets a problem document with an id, and the connection ends", async (t) => {
  const { open, log, refusals } = await listening(t);
  const cases: [string, number, string][] = [
    ["NONSENSE\r\n\r\n", 400, "MALFORMED_REQUEST"],
    ["GET /livez?token=secret HTTP/1.1\r\nbad header\r\n\r\n", 400, "MALFORMED_REQUEST"],
    [
      "GET /livez HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n",
      400,
      "MALFORMED_REQUEST",
    ],
    [`GET /livez HTTP/1.1\r\nhost: a\r\nx: ${"y".repeat(20_000)}\r\n\r\n`, 431, "HEADERS_TOO_LARGE"],
    [
      `POST /v1/deployments HTTP/1.1\r\nhost: a\r\n${TOKEN}content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n`,
      400,
      "MALFORMED_REQUEST",
    ],
  ];
  for (const [index, [bytes, status, code]] of cases.entries()) {
    const { head, body } = problemIn(await (await open(bytes)).answer);
    t.match(body, { code, status, type: `urn:stepback:error:${code}` }, bytes.slice(0, 40));
    t.match(head, `http/1.1 ${status} `);
    for (const part of ["content-type: application/problem+json", "x-request-id: req_of_a_test", "connection: close"])
      t.match(head, part, `${code}: ${part}`);
    t.equal(refusals().length, index + 1, "it is logged once");
  }
  t.notMatch(JSON.stringify(log), "secret");
});

t.test("headers that do not arrive in time get an answer, which is logged once", async (t) => {
  const { open, log, refusals } = await listening(t, 50);
  const { head, body } = problemIn(await (await open("GET /livez?token=secret HTTP/1.1\r\nhost:")).answer);
  t.match(body, { code: "REQUEST_TOO_SLOW", status: 408, retryable: true });
  t.match(head, "http/1.1 408 request timeout");
  t.match(head, "connection: close");
  t.equal(refusals().length, 1);
  t.notMatch(JSON.stringify(log), "secret");
});

t.test("a client that closes its half of the connection in the middle of a request gets an answer, too", async (t) => {
  const { open } = await listening(t);
  const { socket, answer } = await open("GET /livez HTTP/1.1\r\nhos");
  socket.end();
  t.match(problemIn(await answer), { body: { code: "MALFORMED_REQUEST" } });
});

t.test(
  "a body that is refused by its headers is not read: without a token, with a wrong one, or without the role",
  async (t) => {
    const { open } = await listening(t);
    const callers = {
      "": 401,
      "authorization: Bearer wrong\r\n": 401,
      [`authorization: Bearer ${tokenOf("auditor")}\r\n`]: 403,
    };
    for (const [caller, status] of Object.entries(callers)) {
      const announced = `content-type: application/json\r\ncontent-length: ${2 ** 30}\r\n`;
      // Only the first byte of a gigabyte ever comes: the service has to end this by itself.
      const { answer } = await open(`POST /v1/deployments HTTP/1.1\r\nhost: a\r\n${caller}${announced}\r\n{`);
      const { head } = problemIn(await answer);
      t.match(head, `http/1.1 ${status} `);
      t.match(head, "connection: close");
    }
  },
);

const UPLOAD = "/v1/applications/a/stages/p/builds/1/packages/api?commit=c";

function begin(path: string, method: string, length: number): string {
  return `${method} ${path} HTTP/1.1\r\nhost: a\r\n${TOKEN}content-type: ${method === "PUT" ? "application/x-tar" : "application/json"}\r\ncontent-length: ${length}\r\nconnection: close\r\n\r\n`;
}

t.test("a body that stops arriving is ended, of a package and of a request in JSON", async (t) => {
  for (const head of [begin("/v1/deployments", "POST", 90_000), begin(UPLOAD, "PUT", 90_000)]) {
    const { open, judgedUntil, refusals } = await listening(t);
    const { answer } = await open(`${head}{`);
    const { head: headers, body } = problemIn(await judgedUntil(answer));
    t.match(body, { code: "REQUEST_TOO_SLOW", status: 408, detail: /1000 bytes or more in 30 s/ });
    t.match(headers, "connection: close");
    t.equal(refusals().length, 1);
  }
});

t.test("a package that keeps the pace arrives, however many windows it takes", async (t) => {
  const { open, judgedAt, isWatched } = await listening(t);
  const tar = await tarOf({ "index.js": "x".repeat(10_000) });
  const head = begin(UPLOAD, "PUT", tar.length);
  const { socket, answer } = await open(head);
  await isWatched();
  for (let sent = 2_000; sent < tar.length; sent += 2_000) {
    socket.write(tar.subarray(sent - 2_000, sent));
    await judgedAt(head.length + sent);
  }
  socket.write(tar.subarray(tar.length - (tar.length % 2_000 || 2_000)));
  t.match(await answer, /^HTTP\/1\.1 201 /);
});
