import "@fastify/under-pressure";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import fastify from "fastify";
import t, { type Test } from "tap";
import type { TrustedProxies } from "#src/domain/access/addresses";
import { measureLoad } from "#src/plugins/overload";
import { endedDeployment, giveBackup, OPENING, openDeployment, rollback } from "./seeds.ts";
import { type Answer, idOf, LIMITS, startTestService, type TestService, tokenOf } from "./test-service.ts";

const REFUSED = { status: 429, body: { code: "TOO_MANY_REQUESTS", retryable: true } };

t.test("a login that sends too many requests is told how long to wait, and all others go on", async (t) => {
  const service = await startTestService(t, [], { limits: { ...LIMITS, requestsPerMinute: 60 } });
  for (let left = 59; left >= 0; left -= 1) {
    const { status, headers } = await service.get("/v1/me");
    if (status !== 200) t.fail(`${left} are left`);
    if (left % 20 === 0)
      t.match(headers, { "ratelimit-limit": "60", "ratelimit-remaining": String(left), "ratelimit-reset": "60" });
  }
  service.clock.advance(20_000);
  for (const url of ["/v1/me", "/v1/deployments", `/v1/deployments/dep_${"0".repeat(20)}`]) {
    const refused = await service.get(url);
    t.match(refused, REFUSED, refused.text);
    t.match(refused.body["detail"], /^token:tok_\w+:admin sent more than 60 requests/);
    t.match(refused.headers, { "retry-after": "40", "ratelimit-remaining": "0", "ratelimit-reset": "40" });
    t.match(refused.headers["content-type"], "application/problem+json");
  }
  t.equal((await service.get("/v1/me", { token: tokenOf("ci") })).status, 200, "another login has a limit of its own");
  for (let n = 0; n < 100; n += 1) if ((await service.get("/livez")).status !== 200) t.fail("health is never limited");
  t.equal((await service.get("/readyz")).status, 200);
  service.clock.advance(40_000);
  t.equal((await service.get("/v1/me")).status, 200);
});

t.test("a request that was refused for its number may be sent again with the same key", async (t) => {
  const service = await startTestService(t, [], { limits: { ...LIMITS, requestsPerMinute: 60 } });
  for (let n = 0; n < 60; n += 1) await service.get("/v1/me");
  const open = () => service.post("/v1/deployments", OPENING, { headers: { "idempotency-key": "one" } });
  t.match(await open(), REFUSED);
  service.clock.advance(60_000);
  const opened = await open();
  t.match(opened, { status: 202 });
  t.equal(opened.headers["idempotency-replayed"], undefined);
  t.equal(idOf(await open()), idOf(opened));
});

t.test("strangers use up nothing of a good login from the same address", async (t) => {
  const service = await startTestService(t, [], { limits: { ...LIMITS, requestsPerMinute: 60 } });
  const { findToken } = service.store;
  let reads = 0;
  service.store.findToken = (id) => {
    reads += 1;
    return findToken(id);
  };
  for (let n = 0; n < 500; n += 1) {
    const { status, headers } = await service.get("/v1/deployments", { token: n % 2 ? "guessed" : "sbk_cut" });
    const isRefused = status === (n < 20 ? 401 : 429) && headers["ratelimit-limit"] === undefined;
    if (!isRefused || headers["retry-after"] !== (n < 20 ? undefined : "60")) t.fail(`request ${n} got ${status}`);
  }
  t.ok(reads <= 250, "what has not the form of a token is not even looked for");
  t.match((await service.get("/v1/me")).headers, { "ratelimit-remaining": "59" });
});

t.test("pages that need no login are limited by source", async (t) => {
  const service = await startTestService(t);
  const read = (method: "GET" | "HEAD") => service.send(method, "/openapi.json", { token: null });
  for (let n = 0; n < 600; n += 1) if ((await read("HEAD")).status !== 200) t.fail(`request ${n}`);
  t.match(await read("GET"), { status: 429, body: { code: "TOO_MANY_REQUESTS", detail: /^127\.0\.0\.1 sent/ } });
  t.equal((await service.get("/v1/me")).status, 200, "those with a login are counted apart");
});

t.test("one login has so many waiting requests at a time, and other requests as well", async (t) => {
  const service = await startTestService(t, [], { limits: { ...LIMITS, waits: 2 } });
  const id = await openDeployment(service);
  service.clock.freeze();
  const url = `/v1/deployments/${id}?wait=60`;
  const waiting = [service.get(url), service.get(url), service.get(url)];
  const refused = await Promise.race(waiting);
  t.match(refused, {
    status: 429,
    body: { code: "TOO_MANY_OPEN_REQUESTS", detail: /2 waiting requests; 2 are allowed/ },
  });
  t.match(refused.headers["retry-after"], /^\d+$/);
  t.equal((await service.get(`/v1/deployments/${id}?wait=0`)).status, 200, "who does not wait takes no such place");
  const another = service.get(url, { token: tokenOf("auditor") });
  await giveBackup(service, id);
  t.same((await Promise.all(waiting)).map(({ status }) => status).sort(), [200, 200, 429]);
  t.equal((await another).status, 200, "another login has places of its own");
  t.equal((await service.get(url)).status, 200, "places are free again");
});

t.test("one login has so many bodies on their way at a time, and who hangs up leaves a place", async (t) => {
  const service = await startTestService(t, [], { limits: { ...LIMITS, openRequests: 2 } });
  const port = await listenOn(service);
  const sending = () => upload(t, port);
  const [first] = [await sending(), await sending()];
  const refused = await untilRefused(() => service.get("/v1/me"));
  t.match(refused, { status: 429, body: { code: "TOO_MANY_OPEN_REQUESTS", detail: /2 requests under way/ } });
  const third = await sending();
  third.setEncoding("utf8");
  const [text] = (await once(third, "data")) as [string];
  t.match(text, /^HTTP\/1\.1 429 [\s\S]*connection: close[\s\S]*TOO_MANY_OPEN_REQUESTS/i);
  t.equal((await service.get("/v1/me", { token: tokenOf("ci") })).status, 200);
  first?.destroy();
  while ((await service.get("/v1/me")).status !== 200) await new Promise(setImmediate);
  t.pass("a place is free again");
});

async function listenOn({ app }: TestService): Promise<number> {
  return Number(new URL(await app.listen({ port: 0, host: "127.0.0.1" })).port);
}

/** A package whose bytes do not come. */
async function upload(t: Test, port: number): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  t.teardown(() => socket.destroy());
  socket.on("error", () => {});
  await once(socket, "connect");
  const path = "/v1/applications/shop/stages/prod/builds/7/packages/api?commit=3f2c";
  const headers = ["host: x", `authorization: Bearer ${tokenOf("admin")}`, "content-length: 9000"];
  socket.write([`PUT ${path} HTTP/1.1`, ...headers, "content-type: application/zip", "", "PK"].join("\r\n"));
  return socket;
}

/** Sends until earlier requests have arrived: a request that is injected waits for no line by itself. */
async function untilRefused(send: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    await new Promise(setImmediate);
    const answer = await send();
    if (answer.status === 429) return answer;
  }
}

t.test("an overloaded service takes no work that can wait, and everything that people need", async (t) => {
  let isOverloaded = false;
  const service = await startTestService(t, [], { isOverloaded: () => isOverloaded });
  const ended = await endedDeployment(service);
  const open = await openDeployment(service, { scope: { stacks: ["shop-open"] } });
  const draft = idOf(await rollback(service, { deployment: ended, components: "all", run: false }));
  isOverloaded = true;
  const packages = "/v1/applications/shop/stages/prod/builds/7/packages/api?commit=3f2c";
  const zip = { body: "PK", headers: { "content-type": "application/zip" } };
  const keyed = { headers: { "idempotency-key": "one" } };
  const opening = { ...OPENING, scope: { stacks: ["shop-other"] } };
  for (const refused of [
    await service.post("/v1/deployments", opening, keyed),
    await service.post(`/v1/deployments/${ended}/drill`),
    await service.send("PUT", packages, zip),
    await service.post("/v1/deployments", opening, { token: null }),
  ]) {
    t.match(refused, { status: 503, body: { code: "OVERLOADED", retryable: true } }, refused.text);
    t.match(refused.headers, { "retry-after": "5", "content-type": "application/problem+json" });
  }
  for (const taken of [
    await service.get("/livez"),
    await service.get("/readyz"),
    await service.get("/v1/activities"),
    await service.get(`/v1/deployments/${ended}/components`),
    await service.get(`/v1/deployments/${ended}/logs`),
    await service.get(`/v1/rollbacks/${draft}`),
    await service.post("/v1/rollbacks", { deployment: ended, components: "all", run: true }),
    await service.post(`/v1/rollbacks/${draft}/cancel`),
    await service.post(`/v1/deployments/${open}/cancel`),
  ])
    t.ok(taken.status < 300, taken.text);
  isOverloaded = false;
  t.equal((await service.post("/v1/deployments", opening, keyed)).status, 202, "the same request succeeds later");
});

t.test("a process whose event loop is late is overloaded, until it is on time again", async (t) => {
  const app = fastify();
  const isOverloaded = await measureLoad(app, 100);
  await app.ready();
  t.teardown(() => app.close());
  t.equal(isOverloaded(), false);
  while (!isOverloaded()) {
    const until = performance.now() + 400;
    while (performance.now() < until);
    await new Promise(setImmediate);
  }
  t.pass("busy");
  while (isOverloaded()) await new Promise((resolve) => setTimeout(resolve, 50));
  t.pass("on time");
});

t.test("a second in which nothing was measured is no overload", async (t) => {
  const app = fastify();
  const isOverloaded = await measureLoad(app, 100);
  await app.ready();
  t.teardown(() => app.close());
  const measured = app.memoryUsage();
  app.memoryUsage = () => ({ ...measured, eventLoopDelay: Number.POSITIVE_INFINITY });
  t.equal(isOverloaded(), false);
  app.memoryUsage = () => ({ ...measured, eventLoopDelay: 101 });
  t.equal(isOverloaded(), true);
  app.memoryUsage = () => ({ ...measured, heapUsed: Number.MAX_SAFE_INTEGER });
  t.equal(isOverloaded(), true);
});

/** How many failures it takes until a guess from somewhere is refused for their number. */
async function guesses(service: TestService, forwarded: (n: number) => string): Promise<number> {
  for (let n = 1; ; n += 1) {
    const headers = { "x-forwarded-for": forwarded(n) };
    const { status } = await service.get("/v1/me", { token: "guessed", headers });
    if (status === 429 || n === 30) return n;
  }
}

t.test("what callers say of their address counts only where a proxy of ours says it", async (t) => {
  const cases: readonly (readonly [string, TrustedProxies, (n: number) => string, number])[] = [
    ["nobody is trusted", null, (n) => `192.0.2.${n}`, 21],
    ["another proxy is trusted", { addresses: ["10.0.0.0/8"] }, (n) => `192.0.2.${n}`, 21],
    ["the proxy tells the callers apart", { addresses: ["127.0.0.1"] }, (n) => `192.0.2.${n}`, 30],
    ["what the caller wrote before it", { addresses: ["127.0.0.1"] }, (n) => `192.0.2.${n}, 198.51.100.1`, 21],
    [
      "a trusted address that the caller wrote",
      { addresses: ["127.0.0.0/8"] },
      (n) => `192.0.2.${n}, 198.51.100.1, 127.0.0.2`,
      21,
    ],
    ["one proxy, by number", { hops: 1 }, (n) => `192.0.2.${n}, 198.51.100.1`, 21],
    ["two proxies, by number", { hops: 2 }, (n) => `192.0.2.${n}, 198.51.100.1`, 30],
    ["no address at all", { addresses: ["127.0.0.1"] }, (n) => `unknown-${n}`, 21],
    ["an empty one", { addresses: ["127.0.0.1"] }, () => ",,,", 21],
    ["an endless one", { addresses: ["127.0.0.1"] }, (n) => `${"x".repeat(9_000)}${n}`, 21],
    ["ports of one address", { addresses: ["127.0.0.1"] }, (n) => `198.51.100.1:${1_000 + n}`, 21],
    ["addresses of one network of IPv6", { addresses: ["127.0.0.1"] }, (n) => `2001:db8::${n}`, 21],
    [
      "one address, mapped and plain",
      { addresses: ["127.0.0.1"] },
      (n) => (n % 2 ? "::ffff:198.51.100.1" : "198.51.100.1"),
      21,
    ],
  ];
  for (const [what, trustedProxies, forwarded, expected] of cases) {
    const service = await startTestService(t, [], { trustedProxies });
    t.equal(await guesses(service, forwarded), expected, what);
    t.equal((await service.get("/v1/me")).status, 200, "a good login is let in");
  }
});
