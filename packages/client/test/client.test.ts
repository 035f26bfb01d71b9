import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t, { type Test } from "tap";
import { connect, type ServiceAccess, unwrap, unwrapEmpty } from "#client/connect";
import {
  ApiError,
  DamagedPackageError,
  UnknownJobTypeError,
  UnreachableError,
  UnreadableAnswerError,
} from "#client/errors";
import { readAllRows, readJob, waitForPlan, waitForRollback } from "#client/jobs";
import { followLog } from "#client/log";
import { createTransfer } from "#client/transfer";
import { tryAgainAfter } from "#client/try-again";
import {
  type FakeAnswer,
  type FakeService,
  hangUp,
  refuse,
  startFakeService,
  TOKEN,
} from "../../../test/support/fake-service.ts";

const PLACE = { application: "shop", stage: "prod", build: "7", service: "api" };
const PACKAGE = "/v1/applications/shop/stages/prod/builds/7/packages/api";

async function withService(t: Test): Promise<{ service: FakeService; access: ServiceAccess }> {
  const service = await startFakeService();
  t.teardown(() => service.close());
  return { service, access: { url: service.url, token: TOKEN } };
}

t.test(
  "an error answer is an ApiError with its problem document, an answer that is not JSON is unreadable",
  async (t) => {
    const { service, access } = await withService(t);
    const api = connect(access);
    service.on("GET /v1/activities", refuse(409, "PLAN_STALE", "Live has moved."));
    await t.rejects(unwrap(api.GET("/v1/activities")), {
      name: "ApiError",
      status: 409,
      problem: { code: "PLAN_STALE" },
    });
    await t.rejects(
      unwrapEmpty(api.POST("/v1/rollbacks/{id}/output", { params: { path: { id: "rbk_1" } }, body: { lines: ["a"] } })),
      ApiError,
    );
    service.on("GET /v1/activities", (response) => response.writeHead(200).end("<html>"));
    await t.rejects(unwrap(api.GET("/v1/activities")), UnreadableAnswerError);
    await service.close();
    await t.rejects(unwrap(connect(access).GET("/v1/activities")), UnreachableError);
  },
);

t.test("an aborted call rejects with its signal's reason", async (t) => {
  const { service, access } = await withService(t);
  const controller = new AbortController();
  service.on("GET /v1/activities", () => controller.abort(new Error("enough")));
  await t.rejects(unwrap(connect(access, controller.signal).GET("/v1/activities")), { message: "enough" });
  const log = followLog(connect(access, controller.signal), "rbk_1", { after: 0 }, controller.signal);
  await t.rejects(log.next(), { message: "enough" });
});

t.test("waits outlive the longest wait of one request, and lists are read to their last page", async (t) => {
  const { service, access } = await withService(t);
  const api = connect(access);
  service.on("GET /v1/rollbacks/rbk_1", { status: "In Progress" }, { status: "In Progress" }, { status: "Exception" });
  t.match(await waitForRollback(api, "rbk_1"), { status: "Exception" });
  t.match(await waitForRollback(api, "rbk_1", () => t.fail("it has ended")), { status: "Exception" });
  service.on("GET /v1/rollbacks/rbk_1/plan", refuse(409, "PLAN_MISSING", "Not yet."), { digest: "d1" });
  t.match(await waitForPlan(api, "rbk_1"), { digest: "d1" });
  service.on("GET /v1/rollbacks/rbk_1/plan", refuse(409, "PLAN_MISSING", "Failed.", [{ code: "AWS_DENIED" }]));
  const failure = await waitForPlan(api, "rbk_1").catch((error: unknown) => error);
  t.match(failure, { problem: { errors: [{ code: "AWS_DENIED" }] } });
  service.on("GET /v1/rollbacks/rbk_1/components", { items: [1, 2], next: "abc" }, { items: [3], next: null });
  t.same(await readAllRows(api, "rbk_1"), [1, 2, 3]);
  t.match(service.calls().at(-1), "cursor=abc");
  await t.rejects(readJob(api, "snp_1"), UnknownJobTypeError);
});

t.test("a package is uploaded with its digest, and a download with another digest is damaged", async (t) => {
  const { service, access } = await withService(t);
  const folder = t.testdir({ package: '{"bytes":1}' });
  const transfer = createTransfer(access, new AbortController().signal);
  service.on(`PUT ${PACKAGE}`, hangUp, { service: "api" });
  const source = { file: join(folder, "package"), digest: "d1" };
  t.same(await transfer.upload({ ...PLACE, commit: "c1" }, source), { service: "api" });
  const [, again] = service.seen;
  t.match(again, { path: /\?commit=c1$/, headers: { "x-content-sha256": "d1" }, body: { bytes: 1 } });

  service.on(`GET ${PACKAGE}`, (response) => response.writeHead(200).end("bytes"));
  const file = join(folder, "downloaded");
  const digest = createHash("sha256").update("bytes").digest("hex");
  await transfer.download(PLACE, { file, digest });
  t.equal(readFileSync(file, "utf8"), "bytes");
  writeFileSync(file, "");
  await t.rejects(transfer.download(PLACE, { file, digest: "d1" }), DamagedPackageError);
});

t.test("a refusal that may pass is waited for, with the same key, and any other one is final", async (t) => {
  const { service, access } = await withService(t);
  const wait =
    (code: string, status: number): FakeAnswer =>
    (response, request) => {
      response.setHeader("retry-after", "0.1");
      Reflect.apply(refuse(status, code, "Later.") as (...given: unknown[]) => void, null, [response, request]);
    };
  service.on(
    "POST /v1/deployments/dep_1/cancel",
    wait("TOO_MANY_REQUESTS", 429),
    wait("OVERLOADED", 503),
    wait("TOO_MANY_OPEN_REQUESTS", 429),
    { id: "dep_1" },
  );
  const api = connect(access);
  t.match(await unwrap(api.POST("/v1/deployments/{id}/cancel", { params: { path: { id: "dep_1" } } })), {
    id: "dep_1",
  });
  t.equal(service.seen.length, 4);
  t.equal(new Set(service.seen.map(({ headers }) => headers["idempotency-key"])).size, 1);
  service.on("GET /v1/activities", wait("TOO_MANY_FAILED_LOGINS", 429), { items: [] });
  const login = await unwrap(api.GET("/v1/activities")).catch((error: unknown) => error);
  t.match(login, { status: 429 }, "the same token would fail again");
  const source = { file: join(t.testdir({ package: "1" }), "package"), digest: "d1" };
  service.on(`PUT ${PACKAGE}`, wait("TOO_MANY_OPEN_REQUESTS", 429), { service: "api" });
  const transfer = createTransfer(access, new AbortController().signal);
  t.match(await transfer.upload({ ...PLACE, commit: "3f2c" }, source), { service: "api" });
});

t.test("the service says when to come back, within reason", (t) => {
  const body = JSON.stringify({ code: "TOO_MANY_REQUESTS" });
  const after = (retryAfter: string) => new Response(body, { status: 429, headers: { "retry-after": retryAfter } });
  for (const [said, ms] of [
    ["30", 30_000],
    ["0", 250],
    ["86400", 60_000],
    ["-5", 250],
    ["Wed, 21 Oct 2026 07:28:00 GMT", 250],
  ] as const)
    t.equal(tryAgainAfter(after(said), body, 250), ms, said);
  t.equal(tryAgainAfter(new Response("<html>", { status: 429 }), "<html>", 250), null, "of a proxy in between");
  t.equal(tryAgainAfter(new Response(body, { status: 200 }), body, 250), null);
  t.end();
});
