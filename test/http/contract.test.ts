import { readFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { Validator } from "@seriousme/openapi-schema-validator";
import t from "tap";
import { problemOf } from "#src/domain/errors";
import { describeApi } from "../../scripts/describe-api.ts";
import { ROOT } from "../support/root.ts";
import { endedDeployment, OPENING, openDeployment } from "./seeds.ts";
import { faultsOf, idOf, startTestService, subjectOf, tokenOf } from "./test-service.ts";

const UNKNOWN = "0".repeat(20);

t.test("the OpenAPI document is valid and up to date, and names the role of every operation", async (t) => {
  const described = await describeApi();
  const text = await readFile(join(ROOT, "openapi/openapi.json"), "utf8");
  t.equal(text, `${JSON.stringify(described, null, 2)}\n`, "run `npm run openapi` when it is out of date");
  const validator = new Validator();
  t.match(await validator.validate(text), { valid: true });
  t.equal(validator.version, "3.1");
  const { paths } = JSON.parse(text) as { paths: Record<string, Record<string, Record<string, unknown>>> };
  for (const [path, operations] of Object.entries(paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      const isOpen = Array.isArray(operation["security"]) && operation["security"].length === 0;
      t.equal(Array.isArray(operation["x-required-role"]), !isOpen, `${method} ${path}`);
      t.type(operation["operationId"], "string");
    }
  }
});

t.test("health checks, the OpenAPI document and its page need no token; everything else does", async (t) => {
  const service = await startTestService(t);
  const open = { token: null };
  t.match(await service.get("/livez", open), { status: 200, body: { status: "alive" } });
  t.match(await service.get("/readyz", open), { status: 200, body: { status: "ready" } });
  t.match(await service.get("/openapi.json", open), { status: 200, body: { openapi: "3.1.0" } });
  const page = await service.get("/docs", open);
  t.match(page, { status: 200, text: /swagger-ui/ });
  t.match(page.headers["content-security-policy"], "default-src 'self'");
  t.equal((await service.get("/docs/static/swagger-initializer.js", open)).status, 200);
  for (const url of ["/v1/deployments", "/v1/rollbacks", "/v1/activities", `/v1/snapshots/snp_${UNKNOWN}`]) {
    for (const headers of [
      {},
      { authorization: "Bearer wrong" },
      { authorization: "Basic YTpi" },
      { authorization: "" },
    ]) {
      const refused = await service.get(url, { token: null, headers });
      t.match(refused, { status: 401, body: { code: "UNAUTHENTICATED" } }, url);
      t.equal(refused.headers["www-authenticate"], 'Bearer realm="stepback"');
    }
  }
  const blind = await service.post("/v1/deployments", "{broken", { token: null });
  t.equal(blind.status, 401, "without a token no body is read");
  await service.store.close();
  t.match(await service.get("/readyz", open), { status: 503, body: { status: "unavailable" } });
  t.equal((await service.get("/livez", open)).status, 200);
});

t.test("each role may do what it is meant for, and no more", async (t) => {
  const service = await startTestService(t);
  const deployment = await endedDeployment(service);
  const scopes = ["a", "b", "c", "d", "e"].map((name) => ({ ...OPENING, scope: { stacks: [name] } }));
  const may: Record<string, [boolean, boolean, boolean]> = {
    admin: [true, true, true],
    operator: [true, true, true],
    ci: [true, true, false],
    approver: [true, false, false],
    auditor: [true, false, false],
  };
  for (const [index, role] of (["admin", "operator", "ci", "approver", "auditor"] as const).entries()) {
    const call = { token: tokenOf(role) };
    const answers = [
      await service.get("/v1/activities", call),
      await service.post("/v1/deployments", scopes[index], call),
      await service.post("/v1/rollbacks", { deployment, components: [], run: false }, call),
    ];
    t.same(
      answers.map(({ status }) => status !== 403),
      may[role],
      `${role}: read, deploy, roll back`,
    );
    t.notOk(answers.some(({ status }) => status === 401 || status >= 500));
  }
  const opened = await service.post(
    "/v1/deployments",
    { ...OPENING, scope: { stacks: ["z"] } },
    { token: tokenOf("ci") },
  );
  t.match(opened.body, { requestedBy: subjectOf("ci") }, "a job remembers who asked for it");
});

t.test("malformed, foreign and unknown ids are NOT_FOUND, and so are unknown routes", async (t) => {
  const service = await startTestService(t);
  const deployment = await openDeployment(service);
  const snapshot = (await service.services.deployments.find(deployment)).backup.id;
  for (const url of [
    `/v1/deployments/dep_${UNKNOWN}`,
    "/v1/deployments/dep_short",
    "/v1/deployments/%00",
    "/v1/deployments/..%2f..%2fetc",
    `/v1/deployments/${"x".repeat(3000)}`,
    `/v1/rollbacks/${deployment}`,
    `/v1/rollbacks/rbk_${UNKNOWN}`,
    `/v1/rollbacks/rbk_${UNKNOWN}/plan`,
    `/v1/rollbacks/rbk_${UNKNOWN}/components`,
    `/v1/rollbacks/rbk_${UNKNOWN}/logs`,
    `/v1/rollbacks/rbk_${UNKNOWN}/logs/stream`,
    `/v1/deployments/dep_${UNKNOWN}/logs/stream`,
    `/v1/snapshots/snp_${UNKNOWN}/components`,
    `/v1/snapshots/${snapshot}/components/stack%3Aabsent`,
    `/v1/snapshots/${snapshot}/components/nonsense`,
    `/v1/snapshots/${snapshot}/components/stack%3Aabsent/artifact`,
    "/v1/deployments/%ZZ",
    "/v1/nothing",
    "/v2/deployments",
    "/",
  ]) {
    const answer = await service.get(url);
    t.match(answer, { status: 404, body: { code: "NOT_FOUND", status: 404 } }, url.slice(0, 80));
    t.match(answer.headers["content-type"], "application/problem+json");
    t.match(answer.headers["x-request-id"], /^req_/);
  }
  t.equal((await service.send("PUT", "/v1/deployments")).status, 404);
  t.equal((await service.send("DELETE", `/v1/deployments/${deployment}`)).status, 404);
  t.equal((await service.post(`/v1/deployments/dep_${UNKNOWN}/finish`, { outcome: "failed" })).status, 404);
  t.equal((await service.post(`/v1/deployments/dep_${UNKNOWN}/cancel`)).status, 404);
  t.equal((await service.post(`/v1/rollbacks/rbk_${UNKNOWN}/components`, { add: "all" })).status, 404);
  t.equal((await service.post(`/v1/rollbacks/rbk_${UNKNOWN}/plan`)).status, 404);
  t.equal((await service.post(`/v1/rollbacks/rbk_${UNKNOWN}/run`, { planDigest: "f".repeat(64) })).status, 404);
  t.equal((await service.send("DELETE", `/v1/rollbacks/rbk_${UNKNOWN}/components/stack%3Aa`)).status, 404);
});

t.test("unreadable bodies are refused with a status of their own", async (t) => {
  const service = await startTestService(t);
  const post = (body: unknown, type = "application/json") =>
    service.post("/v1/deployments", body, { headers: { "content-type": type } });
  t.match(await post("{broken"), { status: 400, body: { code: "VALIDATION_FAILED" } });
  t.match(await post(""), { status: 400, body: { code: "VALIDATION_FAILED" } });
  const id = await openDeployment(service);
  const cancel = (body: string) =>
    service.post(`/v1/deployments/${id}/cancel`, body, { headers: { "content-type": "application/json" } });
  t.equal((await cancel("")).status, 202, "an operation without a body accepts an empty one");
  t.equal((await cancel("{}")).status, 202);
  t.equal((await cancel('{"force":true}')).status, 400);
  t.match(await post("null"), { status: 400 });
  t.match(await post("[]"), { status: 400 });
  t.match(await post('{"__proto__": {"application": "x"}}'), { status: 400 });
  t.match(await post("<a/>", "application/xml"), { status: 415, body: { code: "UNSUPPORTED_MEDIA_TYPE" } });
  t.match(await post("application=shop", "application/x-www-form-urlencoded"), { status: 415 });
  t.match(await post(`{"reason":"${"x".repeat(1_100_000)}"}`), { status: 413, body: { code: "PAYLOAD_TOO_LARGE" } });
  const deep = await post(`{"application":${"[".repeat(50_000)}${"]".repeat(50_000)}}`);
  t.equal(deep.status, 400, "deep nesting is just a wrong type");
  const many = await service.post("/v1/rollbacks", { deployment: "dep_x", components: Array(5001).fill("stack:a") });
  t.match(faultsOf(many)[0], { pointer: "/components" });
});

t.test("an internal error reveals nothing, and is logged once with the request's id", async (t) => {
  const service = await startTestService(t);
  service.store.listActivities = async () => {
    throw new Error("SQLITE_CORRUPT in /data/stepback.db");
  };
  const failed = await service.get("/v1/activities");
  t.match(failed, { status: 500, body: { code: "INTERNAL", detail: /request id/ } });
  t.notMatch(failed.text, /sqlite|database|stack|\.ts/i);
  t.equal(service.errorLog.length, 1);
  t.match(service.errorLog[0], { reqId: failed.headers["x-request-id"], err: { type: /Error/ } });
});

t.test("responses carry the service's own request id and protective headers for browsers", async (t) => {
  const service = await startTestService(t);
  const answer = await service.get("/v1/activities", { headers: { "x-request-id": "forged" } });
  t.match(answer.headers, {
    "x-request-id": /^req_[0-9a-f-]{36}$/,
    "content-security-policy": "default-src 'none';base-uri 'none';frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
  });
  const refused = await service.get("/v1/activities", { token: null });
  t.match(refused, { status: 401, headers: { "cache-control": "no-store" } }, "refusals are not kept, either");
  const other = await service.get("/v1/activities");
  t.not(answer.headers["x-request-id"], other.headers["x-request-id"]);
});

t.test("the same key with the same body gets the same response, and the work is done once", async (t) => {
  const service = await startTestService(t);
  const post = (body: unknown, more: { key?: string; token?: string } = {}) =>
    service.post("/v1/deployments", body, {
      headers: { "idempotency-key": more.key ?? "first" },
      token: more.token ?? tokenOf("admin"),
    });
  const [one, two] = await Promise.all([post(OPENING), post(OPENING)]);
  const statuses = [one.status, two.status].sort();
  t.ok(
    statuses[0] === 202 && [202, 409].includes(statuses[1] ?? 0),
    "at the same time: one wins, the other is refused or replayed",
  );
  const first = one.status === 202 ? one : two;
  const again = await post({ scope: OPENING.scope, branch: "main", stage: "prod", application: "shop" });
  t.match(again, { status: 202, text: first.text });
  t.equal(again.headers["idempotency-replayed"], "true");
  t.equal(again.headers["location"], `/v1/deployments/${idOf(first)}`);
  t.equal(again.headers["content-type"], first.headers["content-type"]);
  t.not(again.headers["x-request-id"], first.headers["x-request-id"]);
  t.equal(service.jobs.length, 1, "only one was opened");

  t.match(await post({ ...OPENING, stage: "test" }), { status: 422, body: { code: "IDEMPOTENCY_KEY_REUSED" } });
  const elsewhere = await service.post(`/v1/deployments/${idOf(first)}/cancel`, undefined, {
    headers: { "idempotency-key": "first" },
  });
  t.match(elsewhere, { status: 422, body: { code: "IDEMPOTENCY_KEY_REUSED" } });
  const stranger = await post({ ...OPENING, scope: { stacks: ["other"] } }, { token: tokenOf("ci") });
  t.equal(stranger.status, 202, "another caller has keys of its own");

  const refused = await post(OPENING, { key: "second" });
  t.equal(refused.status, 409);
  await service.post(`/v1/deployments/${idOf(first)}/cancel`);
  await service.store.endActivity(idOf(first), problemOf(new Error("over")), 1);
  t.equal((await post(OPENING, { key: "second" })).status, 202, "a refusal that may pass is not repeated for a day");
  const wide = { ...OPENING, scope: { functions: ["*"] } };
  const final = await post(wide, { key: "wide" });
  t.equal(final.status, 422);
  t.same((await post(wide, { key: "wide" })).text, final.text, "any other refusal is replayed");
  t.equal((await post({ ...OPENING, surprise: 1 }, { key: "third" })).status, 400);
  t.equal(
    (await post({ ...OPENING, scope: { stacks: ["third"] } }, { key: "third" })).status,
    202,
    "a corrected request",
  );
  t.equal((await post(OPENING, { key: "x".repeat(256) })).status, 400);
  service.clock.advance(25 * 3_600_000);
  t.match(await post(OPENING), { status: 409, headers: { "idempotency-replayed": undefined } }, "kept for a day");
});

t.test("a key is released when its request fails with 5xx, and busy while the request runs", async (t) => {
  const service = await startTestService(t);
  const post = () => service.post("/v1/deployments", OPENING, { headers: { "idempotency-key": "k" } });
  const { openDeployment: open } = service.store;
  service.store.openDeployment = async () => {
    t.match(await post(), { status: 409, body: { code: "IDEMPOTENCY_IN_PROGRESS", retryable: true } });
    throw new Error("the disk is full");
  };
  t.equal((await post()).status, 500);
  service.store.openDeployment = open;
  const retried = await post();
  t.match(retried, { status: 202, headers: { "idempotency-replayed": undefined } });
});

t.test("the service's log has no query, whatever somebody puts into it", async (t) => {
  const service = await startTestService(t);
  Object.assign(service.store, { listActivities: () => Promise.reject(new TypeError("no list")) });
  t.equal((await service.get("/v1/activities?branch=secret-in-a-query")).status, 500);
  t.match(service.errorLog, [{ err: { type: "TypeError" } }]);
  t.notMatch(JSON.stringify(service.errorLog), "secret-in-a-query");
  await service.get("/readyz?token=secret-in-a-query", { token: null });
  t.notMatch(JSON.stringify(service.errorLog), "secret-in-a-query");
});

t.test("no path leads out of the folder of the documentation's page", async (t) => {
  const service = await startTestService(t);
  for (const path of [
    "%2e%2e/package.json",
    "%2e%2e%2fpackage.json",
    "..%5cpackage.json",
    "%00",
    "none.js",
    "%2e%2e/%2e%2e/x",
  ]) {
    const answer = await service.get(`/docs/static/${path}`, { token: null });
    t.equal(answer.status, 404, path);
    t.match(answer.body, { code: "NOT_FOUND" }, path);
  }
  t.same(service.errorLog, []);
});

t.test("the body of a request without a token is not read", async (t) => {
  const service = await startTestService(t);
  const url = new URL(await service.app.listen({ port: 0, host: "127.0.0.1" }));
  const socket = connect(Number(url.port), url.hostname);
  const answer = text(socket);
  // Much more is announced than ever comes: only the service can end this.
  socket.write(
    "POST /v1/deployments HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 900000\r\n\r\n{",
  );
  const received = await answer;
  for (const part of [/^HTTP\/1\.1 401 /, /connection: close/i, /UNAUTHENTICATED/]) t.match(received, part);
});
