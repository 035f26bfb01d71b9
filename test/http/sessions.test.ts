import t, { type Test } from "tap";
import { hashOf } from "#src/services/token-text";
import { idOf, itemsOf, startTestService, type TestService, tokenOf } from "./test-service.ts";

const MINUTE_MS = 60_000;
const PAGE = { "x-stepback-page": "1", "sec-fetch-site": "same-origin" };

interface Browser {
  readonly cookie: string;
  send(
    method: "GET" | "POST" | "DELETE" | "PUT",
    url: string,
    headers?: Record<string, string>,
    payload?: object,
  ): Promise<{ status: number; headers: Record<string, unknown>; body: Record<string, unknown> }>;
}

function browserOf({ app }: TestService, cookie: string): Browser {
  return {
    cookie,
    send: async (method, url, headers = PAGE, payload) => {
      const response = await app.inject({
        method,
        url,
        headers: { cookie, ...headers },
        ...(payload ? { payload } : {}),
      });
      const body = response.body ? response.json<Record<string, unknown>>() : {};
      return { status: response.statusCode, headers: response.headers, body };
    },
  };
}

async function signIn(service: TestService, token: string, cookie = "", headers: object = PAGE) {
  const response = await service.app.inject({
    ...{ method: "POST", url: "/session", payload: { token } },
    headers: { ...headers, ...(cookie ? { cookie } : {}) },
  });
  const set = String(response.headers["set-cookie"] ?? "");
  return {
    status: response.statusCode,
    set,
    text: response.body,
    browser: browserOf(service, set.split(";")[0] ?? ""),
  };
}

/** What the audit says of these operations, newest first. */
async function recordsOf(service: TestService, ...actions: readonly string[]): Promise<readonly object[]> {
  const { items } = (await service.get("/v1/audit")).body as { items: readonly { record: { action: string } }[] };
  return items.map(({ record }) => record).filter((record) => actions.includes(record.action));
}

async function signedIn(t: Test, role: Parameters<typeof tokenOf>[0] = "operator") {
  const service = await startTestService(t);
  const { browser } = await signIn(service, tokenOf(role));
  return { service, browser };
}

t.test("a token signs a browser in, by a cookie that scripts cannot read and other sites cannot send", async (t) => {
  const service = await startTestService(t);
  const { status, set, text, browser } = await signIn(service, tokenOf("operator"));
  t.equal(status, 204, text);
  t.match(set, /^stepback_80=ses_[0-9a-z]{20}\.[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; SameSite=Strict$/);
  const me = await browser.send("GET", "/v1/me");
  t.match(me.body, { name: "operator", method: "token" });
  t.equal(me.body["expiresAt"], new Date(service.clock.now() + 12 * 60 * MINUTE_MS).toISOString());
  const session = await service.store.findSession(browser.cookie.slice("stepback_80=".length).split(".")[0] ?? "");
  t.equal(session?.hash, hashOf(browser.cookie.slice("stepback_80=".length)), "the rows hold its hash alone");
});

t.test("under HTTPS the cookie is bound to the host and sent over HTTPS alone", async (t) => {
  const service = await startTestService(t, [], { trustedProxies: { hops: 1 } });
  const { set } = await signIn(service, tokenOf("operator"), "", { ...PAGE, "x-forwarded-proto": "https" });
  t.match(set, /^__Host-stepback=ses_.*; Path=\/; HttpOnly; Secure; SameSite=Strict$/);
});

t.test("two services on one machine keep each other's sessions", async (t) => {
  const service = await startTestService(t);
  const { set } = await signIn(service, tokenOf("operator"), "", { ...PAGE, host: "localhost:8087" });
  t.match(set, /^stepback_8087=/);
});

t.test("a wrong token signs nobody in, nor does a cookie stand in for it", async (t) => {
  const { service, browser } = await signedIn(t);
  const wrong = await signIn(service, "not-a-token", browser.cookie);
  t.equal(wrong.status, 401);
  t.equal(wrong.set, "");
  t.equal((await browser.send("GET", "/v1/me")).status, 200, "whoever was signed in stays so");
  t.equal((await signIn(service, "")).status, 400);
});

t.test("failed sign-ins are limited as other failed log-ins are, and hold no good token back", async (t) => {
  const service = await startTestService(t);
  for (let failed = 0; failed < 20; failed += 1) await signIn(service, `wrong-${failed}`);
  t.equal((await signIn(service, "wrong-again")).status, 429);
  t.equal((await signIn(service, tokenOf("ci"))).status, 204);
});

t.test("a session ends after half an hour without a request, and after twelve hours in any case", async (t) => {
  const { service, browser } = await signedIn(t);
  const me = () => browser.send("GET", "/v1/me");
  for (let minutes = 0; minutes < 12 * 60; minutes += 29) {
    t.equal((await me()).status, 200, `after ${minutes} minutes`);
    await new Promise(setImmediate);
    service.clock.advance(29 * MINUTE_MS);
  }
  t.match(await me(), { status: 401, body: { detail: /after 12 hours/ } });
  const { browser: other } = await signIn(service, tokenOf("ci"));
  service.clock.advance(30 * MINUTE_MS);
  t.match(await other.send("GET", "/v1/me"), { status: 401, body: { detail: /after 30 minutes without a request/ } });
});

t.test("signing in again ends the session that the browser had", async (t) => {
  const { service, browser } = await signedIn(t);
  const { browser: next } = await signIn(service, tokenOf("admin"), browser.cookie);
  t.not(next.cookie, browser.cookie);
  t.equal((await browser.send("GET", "/v1/me")).status, 401);
  t.match((await next.send("GET", "/v1/me")).body, { name: "admin" });
});

t.test("a session dies with its token", async (t) => {
  const service = await startTestService(t);
  const made = await service.post("/v1/tokens", { name: "night", role: "operator" });
  const { browser } = await signIn(service, String(made.body["token"]));
  t.equal((await browser.send("GET", "/v1/me")).status, 200);
  await service.send("DELETE", `/v1/tokens/${idOf(made)}`);
  t.match(await browser.send("GET", "/v1/me"), { status: 401, body: { detail: /revoked/ } });
});

t.test("signing out ends the session at once, and may be said twice", async (t) => {
  const { service, browser } = await signedIn(t);
  const out = await browser.send("DELETE", "/session");
  t.equal(out.status, 204);
  t.match(String(out.headers["set-cookie"]), /^stepback_80=; .*Expires=Thu, 01 Jan 1970/);
  t.equal((await browser.send("GET", "/v1/me")).status, 401);
  t.equal((await browser.send("DELETE", "/session")).status, 204);
  const actor = { subject: /^token:tok_/, method: "token" };
  t.match(await recordsOf(service, "openSession", "endSession"), [
    { action: "endSession", actor },
    { action: "openSession", actor },
  ]);
});

t.test("an open stream of a session ends within seconds of its end", async (t) => {
  const { service, browser } = await signedIn(t);
  const principal = await service.services.sessions.identify(browser.cookie.slice("stepback_80=".length));
  let isOver = false;
  const controller = new AbortController();
  t.teardown(() => controller.abort());
  service.services.access.watch(principal, controller.signal, () => {
    isOver = true;
    controller.abort();
  });
  await browser.send("DELETE", "/session");
  const since = service.clock.now();
  while (!isOver) await new Promise(setImmediate);
  t.ok(service.clock.now() - since <= 5_000);
});

/** What another site, another service of the same host, or a form can make a browser send. */
const FORGED: Record<string, Record<string, string>> = {
  "from another site": { "x-stepback-page": "1", "sec-fetch-site": "cross-site" },
  "from another port of the same host": { "x-stepback-page": "1", "sec-fetch-site": "same-site" },
  "from the address line": { "x-stepback-page": "1", "sec-fetch-site": "none" },
  "without the page's header field": { "sec-fetch-site": "same-origin" },
  "by an old browser from another origin": { "x-stepback-page": "1", origin: "http://evil.example" },
  "by an old browser that names no origin": { "x-stepback-page": "1" },
  "from a sandboxed frame": { "x-stepback-page": "1", origin: "null" },
};

for (const [how, headers] of Object.entries(FORGED))
  t.test(`a request with the cookie ${how} changes nothing`, async (t) => {
    const { service, browser } = await signedIn(t, "admin");
    const refused = { status: 403, body: { code: "REQUEST_NOT_OF_PAGE" } };
    t.match(await browser.send("POST", "/v1/tokens", headers, { name: "x", role: "ci" }), refused);
    t.match(await browser.send("DELETE", "/session", headers), refused);
    t.equal((await signIn(service, tokenOf("ci"), browser.cookie, headers)).status, 403, "nor signs somebody else in");
    t.equal(
      itemsOf(await service.get("/v1/tokens")).some(({ name }) => name === "x"),
      false,
    );
    t.equal((await browser.send("GET", "/v1/me")).status, 200);
  });

t.test("the page's own requests change things, also from a browser that names the origin only", async (t) => {
  const { browser } = await signedIn(t, "admin");
  const own = { "x-stepback-page": "1", origin: "http://localhost:80" };
  for (const headers of [PAGE, own])
    t.equal((await browser.send("POST", "/v1/tokens", headers, { name: "x", role: "ci" })).status, 201);
});

t.test("what another site makes a browser read is refused", async (t) => {
  const { browser } = await signedIn(t);
  t.match(await browser.send("GET", "/v1/me", { "sec-fetch-site": "cross-site" }), { status: 403 });
  t.match(await browser.send("GET", "/v1/me", {}), { status: 200 });
});

t.test("a token in the header counts more than a cookie", async (t) => {
  const { browser } = await signedIn(t, "operator");
  const headers = { authorization: `Bearer ${tokenOf("ci")}` };
  t.match((await browser.send("GET", "/v1/me", headers)).body, { name: "ci" });
  t.equal((await browser.send("GET", "/v1/me", { authorization: "Bearer wrong" })).status, 401);
});

t.test("a guessed, a cut and an altered cookie are nobody's", async (t) => {
  const { service, browser } = await signedIn(t);
  const altered = browser.cookie.slice(0, -1) + (browser.cookie.endsWith("A") ? "B" : "A");
  for (const cookie of [
    altered,
    browser.cookie.slice(0, -1),
    "stepback_80=",
    "stepback_80=ses_1.2",
    `${browser.cookie}x`,
  ])
    t.equal((await browserOf(service, cookie).send("GET", "/v1/me")).status, 401, cookie);
});

t.test("what a session does stands in the audit as its token's", async (t) => {
  const { service, browser } = await signedIn(t, "admin");
  await browser.send("POST", "/v1/tokens", PAGE, { name: "x", role: "ci" });
  const [made] = await recordsOf(service, "createToken");
  t.match(made, { actor: { subject: /^token:tok_/, method: "token", role: "admin" } });
});
