import { createServer, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import t, { type Test } from "tap";
import { boundBody } from "#src/aws/bounded-answers";
import { createAwsConnector } from "#src/aws/connect";
import type { CallObserver } from "#src/aws/gateways/access";
import { HOME, testDigests, useEnvironment } from "./aws-stage.ts";
import { VirtualClock } from "./virtual-clock.ts";

const MB = 1_000_000;

t.test(
  "an answer of 300 MB to a read of a function ends early, is not asked for again, and names host and bound",
  async (t) => {
    const server = await serve(t, (_, response) => void flood(response, 300 * MB));
    await t.rejects(server.aws.lambda.getFunction("pay"), {
      code: "AWS_ANSWER_TOO_LARGE",
      detail: new RegExp(`${server.host} answered with .* bytes`),
    });
    t.equal(server.requests(), 1);
    t.ok(server.sent() < 100 * MB, `${server.sent()} bytes were sent`);
    t.match(server.notes, [{ operation: "GetFunction", error: /AWS_ANSWER_TOO_LARGE/ }]);
  },
);

t.test("so does an answer whose length is announced, before any of it is read", async (t) => {
  const server = await serve(t, (_, response) => {
    response.writeHead(200, { "content-length": 300 * MB });
    response.flushHeaders();
  });
  const reads: (() => Promise<unknown>)[] = [
    () => server.aws.cloudFormation.getStack("shop"),
    () => server.aws.lambda.getConfiguration("pay"),
    () => server.aws.identity.whoAmI(),
  ];
  for (const read of reads) await t.rejects(read(), { code: "AWS_ANSWER_TOO_LARGE", detail: /300000000 bytes/ });
});

t.test("code with more bytes than AWS says is cut off, announced or not, and the log says by whom", async (t) => {
  const server = await serve(t, ({ url }, response) => {
    if (url === "/announced") response.writeHead(200, { "content-length": 1_000 * MB });
    flood(response, 1_000 * MB);
  });
  const at = (path: string) => ({ location: `http://${server.host}${path}`, sizeBytes: 200 });
  t.equal(await server.aws.lambda.openCode(at("/announced")), null);
  const streamed = await server.aws.lambda.openCode(at("/streamed"));
  await t.rejects(buffer(streamed ?? Readable.from([])), { code: "AWS_ANSWER_TOO_LARGE" });
  t.ok(server.sent() < 20 * MB, `${server.sent()} bytes were sent`);
  t.match(
    server.notes.filter(({ error }) => error !== null),
    [1, 2].map(() => ({ operation: "GetCode", error: new RegExp(`AWS_ANSWER_TOO_LARGE: .*${server.host}`) })),
  );
});

t.test("a body that drips ends; one whose reader pauses does not", async (t) => {
  const open = setInterval(() => {}, 1_000);
  t.teardown(() => clearInterval(open));
  const bounds = { mostBytes: MB, host: "drip.example", windowMs: 20 };
  const drip = new Readable({ read() {} });
  drip.push("1");
  await t.rejects(buffer(boundBody(drip, bounds)), {
    code: "AWS_UNAVAILABLE",
    detail: /drip\.example sent 1 bytes in 0\.02 s/,
  });
  t.equal(drip.destroyed, true, "and its connection is closed");

  const paused = boundBody(Readable.from([Buffer.alloc(1_000)]), bounds);
  await new Promise((resolve) => setTimeout(resolve, 100));
  t.equal((await buffer(paused)).length, 1_000);
});

interface Server {
  readonly aws: ReturnType<ReturnType<typeof createAwsConnector>["access"]>;
  readonly host: string;
  readonly notes: Parameters<CallObserver>[0][];
  requests(): number;
  sent(): number;
}

/** A server in the place of AWS, which answers whatever it likes. */
async function serve(t: Test, listener: RequestListener): Promise<Server> {
  let requests = 0;
  let sent = 0;
  const server = createServer((request, response) => {
    requests += 1;
    response.on("close", () => {
      sent += response.socket?.bytesWritten ?? request.socket.bytesWritten;
    });
    listener(request, response);
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  useEnvironment(`http://${host}`);
  const connector = createAwsConnector({ rates: null, clock: new VirtualClock(), keyedFor: testDigests });
  const notes: Parameters<CallObserver>[0][] = [];
  t.teardown(() => {
    connector.close();
    server.closeAllConnections();
    server.close();
  });
  return {
    aws: connector.access(HOME, (note) => notes.push(note)),
    host,
    notes,
    requests: () => requests,
    sent: () => sent,
  };
}

/** Writes as fast as the reader takes it, until that hangs up. */
function flood(response: ServerResponse, bytes: number): void {
  const piece = Buffer.alloc(MB, " ");
  Readable.from(
    (function* () {
      for (let written = 0; written < bytes; written += MB) yield piece;
    })(),
  )
    .on("error", () => {})
    .pipe(response);
}
