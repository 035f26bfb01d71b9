import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import t, { type Test } from "tap";
import { EVERYWHERE } from "#src/domain/access/grants";
import { newRollback } from "#src/domain/activity/rollback";
import { problemOf, StepbackError } from "#src/domain/errors";
import { runInProcess } from "../cli/run-in-process.ts";
import { giveBackup, giveRecord, OPENING, openDeployment } from "./seeds.ts";
import { AUDIENCE, gitLabClaims, newKey, serveOn, sign, startProvider, type TestKey } from "./test-issuer.ts";
import { type Answer, idOf, itemsOf, startTestService, type TestService, tokenOf } from "./test-service.ts";

const MINUTE_MS = 60_000;

interface Scene {
  readonly service: TestService;
  readonly issuer: string;
  readonly key: TestKey;
  /** A token of five minutes, as the issuer gives it to a job. */
  issue(): Promise<string>;
}

/** A service with a rule for a real issuer, at the time of day. */
async function scene(t: Test): Promise<Scene> {
  const key = await newKey("RS256", "one");
  const { url, issue } = await startProvider(t, [key]);
  const grant = { role: "ci", ...EVERYWHERE, applications: ["shop"], stages: ["prod"] } as const;
  const rule = { issuer: url, audience: AUDIENCE, claims: { repository: "acme/shop" }, grant };
  const others = { issuer: url, audience: AUDIENCE, claims: { project_path: "my-group/*" }, grant };
  const service = await startTestService(t, [rule, others]);
  service.clock.advance(Date.now() - service.clock.now());
  return { service, issuer: url, key, issue };
}

const FORM = {
  grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
  subject_token_type: "urn:ietf:params:oauth:token-type:id_token",
};
const FORM_TYPE = { "content-type": "application/x-www-form-urlencoded" };

async function exchange({ app }: TestService, members: Record<string, string>): Promise<Answer> {
  return send(app, new URLSearchParams({ ...FORM, ...members }).toString());
}

async function send(app: TestService["app"], payload: string, headers: Record<string, string> = FORM_TYPE) {
  const response = await app.inject({ method: "POST", url: "/v1/tokens/exchange", payload, headers });
  return { status: response.statusCode, headers: response.headers, text: response.body, body: response.json() };
}

const addressOf = (deployment: string) => `${AUDIENCE}/v1/deployments/${deployment}`;

async function openBy({ service }: Scene, token: string, more: object = {}): Promise<string> {
  return idOf(await service.post("/v1/deployments", { ...OPENING, ...more }, { token }));
}

async function boundTo({ service }: Scene, subject_token: string, deployment: string): Promise<string> {
  const { status, body, text } = await exchange(service, { subject_token, resource: addressOf(deployment) });
  if (status !== 200) throw new Error(text);
  return String(body["access_token"]);
}

t.test("a job whose token lives five minutes reports a deploy of twenty", async (t) => {
  const all = await scene(t);
  const { service } = all;
  const idToken = await all.issue();
  const id = await openBy(all, idToken);
  const answer = await exchange(service, { subject_token: idToken, resource: addressOf(id) });
  t.match(answer, {
    status: 200,
    headers: { "cache-control": "no-store", "content-type": /^application\/json/ },
    body: {
      access_token: /^sbk_/,
      issued_token_type: "urn:ietf:params:oauth:token-type:access_token",
      token_type: "Bearer",
      expires_in: 43_200,
    },
  });
  const token = String(answer.body["access_token"]);
  await giveBackup(service, id);
  service.clock.advance(20 * MINUTE_MS);
  const finish = (login: string) =>
    service.post(`/v1/deployments/${id}/finish`, { outcome: "succeeded" }, { token: login });
  t.equal((await finish(idToken)).status, 401, "the pipeline's own token has ended");
  t.match(await finish(token), { status: 202, body: { id, outcome: "succeeded" } });
  const me = await service.get("/v1/me", { token });
  t.match(me.body, { deployment: id, method: "token", grants: [{ role: "ci", applications: ["shop"] }] });
  const listed = itemsOf(await service.get("/v1/tokens")).find(({ deployment }) => deployment === id);
  t.match(listed, { createdBy: `oidc:${all.issuer}|shop`, deployment: id });
});

t.test("the token of a deployment opens, exchanges and reads nothing else", async (t) => {
  const all = await scene(t);
  const { service } = all;
  const idToken = await all.issue();
  const [id, other] = [await openBy(all, idToken), await openBy(all, idToken, { scope: { stacks: ["other"] } })];
  const token = await boundTo(all, idToken, id);
  for (const [method, url, body] of [
    ["POST", "/v1/deployments", { ...OPENING, scope: { stacks: ["third"] } }],
    ["POST", "/v1/rollbacks", { deployment: id, components: "all" }],
    ["POST", "/v1/tokens", { name: "more", role: "ci" }],
    ["GET", "/v1/deployments", undefined],
    ["GET", "/v1/activities", undefined],
    ["GET", "/v1/tokens", undefined],
  ] as const)
    t.match(await service.send(method, url, { token, body }), { status: 403 }, `${method} ${url}`);
  t.equal((await service.get(`/v1/deployments/${other}`, { token })).status, 404);
  t.equal((await service.post(`/v1/deployments/${other}/cancel`, undefined, { token })).status, 404);
  for (const subject_token of [token, tokenOf("admin")])
    t.match(await exchange(service, { subject_token, resource: addressOf(id) }), {
      status: 400,
      body: { code: "TOKEN_NOT_EXCHANGEABLE", error: "invalid_request" },
    });
  t.equal((await service.get(`/v1/deployments/${id}`, { token })).status, 200);
});

t.test("it ends five minutes after its deployment and the rollback of that, and after twelve hours", async (t) => {
  const all = await scene(t);
  const { service } = all;
  const idToken = await all.issue();
  const [id, long] = [await openBy(all, idToken), await openBy(all, idToken, { scope: { stacks: ["other"] } })];
  const [token, lasting] = [await boundTo(all, idToken, id), await boundTo(all, idToken, long)];
  await giveBackup(service, id);
  await service.post(`/v1/deployments/${id}/finish`, { outcome: "failed" }, { token });
  await endWithRollback(all, id);
  const rollback = (await service.services.deployments.find(id)).rollback ?? "";
  service.clock.advance(30 * MINUTE_MS);
  for (const path of ["", "/components", "/logs"])
    t.equal((await service.get(`/v1/rollbacks/${rollback}${path}`, { token })).status, 200, "its rollback goes on");
  t.equal((await service.post(`/v1/rollbacks/${rollback}/cancel`, undefined, { token })).status, 403);
  const cancelled = problemOf(new StepbackError("CANCELLED", "Enough."));
  await service.store.endActivity(rollback, cancelled, service.clock.now());
  t.equal((await service.get(`/v1/rollbacks/${rollback}`, { token })).status, 200, "the end is read");
  service.clock.advance(5 * MINUTE_MS);
  t.match(await service.get("/v1/me", { token }), { status: 401, body: { detail: /was for dep_\w+, which ended at/ } });
  t.equal((await service.get("/v1/me", { token: lasting })).status, 200);
  service.clock.advance(11.5 * 60 * MINUTE_MS);
  t.match(await service.get("/v1/me", { token: lasting }), { status: 401, body: { detail: /expired at/ } });
});

/** Plays `record-deployment` of a failed deployment that asked for its rollback, which then goes on. */
async function endWithRollback({ service }: Scene, id: string): Promise<void> {
  const fence = await service.claim();
  const deployment = await service.services.deployments.find(id);
  const { requestedBy, grants, lock } = deployment;
  const rollback = newRollback(deployment, {
    ...{ id: `rbk_${"1".repeat(20)}`, status: "Queued", createdAt: service.clock.now(), requestedBy, grants, lock },
    ...{ deployments: [id], picked: [], includeFailed: true },
  });
  await service.store.saveRecord(fence, id, {
    snapshot: { id: `snp_${"1".repeat(20)}`, takenAt: service.clock.now(), components: [] },
    altered: [],
    status: "Exception",
    problem: problemOf(new StepbackError("DEPLOY_FAILED", "It broke.")),
    at: service.clock.now(),
    lines: [],
    follow: { rollback, enqueue: async () => {} },
  });
}

t.test("open streams end with the login of a pipeline, and with the token of a deployment", async (t) => {
  const all = await scene(t);
  const { service } = all;
  const idToken = await all.issue();
  const id = await openBy(all, idToken);
  const token = await boundTo(all, idToken, id);
  const { port } = new URL(await service.app.listen({ port: 0, host: "127.0.0.1" }));
  const follow = async (login: string): Promise<IncomingMessage> => {
    const headers = { authorization: `Bearer ${login}` };
    const request = get({ port, path: `/v1/deployments/${id}/logs/stream`, headers });
    const [response] = (await once(request, "response")) as [IncomingMessage];
    return response.resume();
  };
  // The test's clock rushes from one sleep to the next.
  await once(await follow(idToken), "close");
  t.equal((await service.get(`/v1/deployments/${id}`, { token: idToken })).status, 401);
  t.equal((await service.get(`/v1/deployments/${id}`, { token })).status, 200);
  await once(await follow(token), "close");
  t.match(await service.get("/v1/me", { token }), { status: 401, body: { detail: /expired at/ } });
});

t.test("what cannot be exchanged is refused as RFC 6749 and RFC 8693 say, and as a problem document", async (t) => {
  const all = await scene(t);
  const { service } = all;
  const idToken = await all.issue();
  const id = await openBy(all, idToken);
  const foreign = await openDeployment(service, { scope: { stacks: ["other"] } });
  const ended = await openBy(all, idToken, { scope: { stacks: ["ended"] } });
  await service.store.endActivity(ended, problemOf(new StepbackError("CANCELLED", "Enough.")), service.clock.now());
  const another = await sign(all.key, gitLabClaims(all.issuer, service));
  const [subject_token, resource] = [idToken, addressOf(id)];
  const cases: readonly (readonly [string, Record<string, string>, string, string])[] = [
    [
      "another grant type",
      { grant_type: "client_credentials", subject_token, resource },
      "unsupported_grant_type",
      "UNSUPPORTED_GRANT_TYPE",
    ],
    ["no resource", { subject_token }, "invalid_request", "VALIDATION_FAILED"],
    ["no token", { resource }, "invalid_request", "VALIDATION_FAILED"],
    ["an empty token", { subject_token: "", resource }, "invalid_request", "VALIDATION_FAILED"],
    [
      "another type of token",
      { subject_token, resource, subject_token_type: "urn:ietf:params:oauth:token-type:saml2" },
      "invalid_request",
      "VALIDATION_FAILED",
    ],
    [
      "another type is asked for",
      { subject_token, resource, requested_token_type: "urn:ietf:params:oauth:token-type:jwt" },
      "invalid_request",
      "VALIDATION_FAILED",
    ],
    ["a scope", { subject_token, resource, scope: "deploy" }, "invalid_request", "VALIDATION_FAILED"],
    ["an actor", { subject_token, resource, actor_token: subject_token }, "invalid_request", "VALIDATION_FAILED"],
    ["no JWT", { subject_token: "guessed", resource }, "invalid_request", "TOKEN_NOT_EXCHANGEABLE"],
    [
      "a spoilt signature",
      { subject_token: `${subject_token.slice(0, -8)}AAAAAAAA`, resource },
      "invalid_request",
      "TOKEN_NOT_EXCHANGEABLE",
    ],
    [
      "a deployment that nobody opened",
      { subject_token, resource: addressOf(`dep_${"0".repeat(20)}`) },
      "invalid_target",
      "EXCHANGE_TARGET_REFUSED",
    ],
    [
      "a deployment of somebody else",
      { subject_token, resource: addressOf(foreign) },
      "invalid_target",
      "EXCHANGE_TARGET_REFUSED",
    ],
    ["another pipeline", { subject_token: another, resource }, "invalid_target", "EXCHANGE_TARGET_REFUSED"],
    [
      "a deployment that has ended",
      { subject_token, resource: addressOf(ended) },
      "invalid_target",
      "EXCHANGE_TARGET_REFUSED",
    ],
    ["no address", { subject_token, resource: id }, "invalid_target", "EXCHANGE_TARGET_REFUSED"],
    [
      "an address with a fragment",
      { subject_token, resource: `${resource}#x` },
      "invalid_target",
      "EXCHANGE_TARGET_REFUSED",
    ],
    ["another address", { subject_token, resource: `${resource}/logs` }, "invalid_target", "EXCHANGE_TARGET_REFUSED"],
    [
      "another scheme",
      { subject_token, resource: resource.replace("https", "ftp") },
      "invalid_target",
      "EXCHANGE_TARGET_REFUSED",
    ],
  ];
  for (const [what, members, error, code] of cases) {
    const refused = await exchange(service, members);
    t.match(refused, { status: 400, body: { code, status: 400, error, error_description: /^[\x20-\x7e]+$/ } }, what);
    t.match(refused.headers, { "content-type": /^application\/json/, "cache-control": "no-store" }, what);
    t.notMatch(refused.text, idToken.slice(0, 40));
  }
  const form = new URLSearchParams({ ...FORM, subject_token, resource }).toString();
  const twice = await send(service.app, `${form}&resource=x`);
  t.match(twice, { status: 400, body: { error: "invalid_request", errors: [{ pointer: "/resource" }] } });
  const json = await send(service.app, JSON.stringify({ ...FORM, subject_token, resource }), {
    "content-type": "application/json",
  });
  t.match(json, { status: 415, body: { code: "UNSUPPORTED_MEDIA_TYPE", error: "invalid_request" } });
  t.equal((await send(service.app, `${form}&x=${"x".repeat(40_000)}`)).status, 413);
  t.equal((await send(service.app, `${form}&unknown=1`)).status, 200, "unknown members are ignored");
  t.equal((await send(service.app, form)).status, 200, "a repeat makes another token");
});

t.test("guesses at the exchange are failed log-ins, and a good token is exchanged all the same", async (t) => {
  const all = await scene(t);
  const idToken = await all.issue();
  const resource = addressOf(await openBy(all, idToken));
  for (let n = 0; n < 20; n += 1) await exchange(all.service, { subject_token: "guessed", resource });
  const refused = await exchange(all.service, { subject_token: "guessed", resource });
  t.match(refused, { status: 429, headers: { "retry-after": "60" }, body: { code: "TOO_MANY_FAILED_LOGINS" } });
  t.equal((await exchange(all.service, { subject_token: idToken, resource })).status, 200);
});

t.test("in GitLab, `stepback deploy` exchanges its token and reports a deploy that outlives it", async (t) => {
  const all = await scene(t);
  const { service } = all;
  service.clock.freeze();
  const url = await service.app.listen({ port: 0, host: "127.0.0.1" });
  const twentyMinutes = await serveOn(t, {
    listener: (_request, response) => {
      service.clock.advance(20 * MINUTE_MS);
      response.end("done");
    },
  });
  const idToken = await all.issue();
  const work = playJobs(service);
  const end = await runInProcess(
    ["deploy", "--application", "shop", "--stage", "prod", "--stack", "shop-api", "--"].concat(
      ...[process.execPath, "-e", `fetch(${JSON.stringify(twentyMinutes)})`],
    ),
    { env: { STEPBACK_URL: url, STEPBACK_ID_TOKEN: idToken } },
  );
  await work.stop();
  t.equal(end.code, 0, end.stderr);
  t.match(end.stderr, /Deployment dep_\w+: Completed/);
  t.notMatch(end.stderr + end.stdout, /sbk_/);
  t.notMatch(end.stderr, idToken.slice(0, 40));
  t.equal((await service.get("/v1/me", { token: idToken })).status, 401);
});

/** Plays the worker for one deployment. */
function playJobs(service: TestService) {
  let isOver = false;
  const play = async () => {
    const done = new Set<string>();
    for (; !isOver; await new Promise((resolve) => setTimeout(resolve, 20))) {
      const job = service.jobs.find(({ type }) => !done.has(type));
      if (!job || !(await isCommitted(service, job))) continue;
      done.add(job.type);
      if (job.type === "take-snapshot") await giveBackup(service, job.subject);
      if (job.type === "record-deployment") await giveRecord(service, job.subject);
    }
  };
  const playing = play();
  return {
    stop: () => {
      isOver = true;
      return playing;
    },
  };
}

/** A job is noted before its transaction ends. */
async function isCommitted({ store }: TestService, { type, subject }: TestService["jobs"][number]): Promise<boolean> {
  const deployment = await store.findDeployment(subject);
  return type === "take-snapshot" ? deployment !== null : deployment !== null && deployment.outcome !== null;
}
