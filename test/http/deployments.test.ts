import t from "tap";
import { ALTERED_IDS, endedDeployment, giveBackup, giveRecord, OPENING, openDeployment } from "./seeds.ts";
import { faultsOf, idOf, itemsOf, startTestService, subjectOf } from "./test-service.ts";

const HOUR_MS = 3_600_000;

t.test("a deployment goes from Queued through its backup to Completed, and reports each state", async (t) => {
  const service = await startTestService(t);
  const opened = await service.post("/v1/deployments", { ...OPENING, commit: "3f2c", build: "1841", ticket: "CHG-1" });
  t.equal(opened.status, 202);
  const id = idOf(opened);
  t.equal(opened.headers["location"], `/v1/deployments/${id}`);
  t.match(opened.body, {
    id: /^dep_/,
    type: "deploy",
    status: "Queued",
    application: "shop",
    build: "1841",
    target: { name: "default", account: null, region: null },
    requestedBy: subjectOf("admin"),
    snapshot: { id: /^snp_/, status: "Pending", components: 0, bytes: 0 },
    outcome: null,
    altered: null,
    rollbackable: false,
    notRollbackableReason: "DEPLOYMENT_NOT_COMPLETED",
    error: null,
  });
  t.same(service.jobs, [{ type: "take-snapshot", subject: id }]);

  await giveBackup(service, id);
  t.match((await service.get(`/v1/deployments/${id}`)).body, {
    status: "In Progress",
    target: { name: "default", account: "000000000000", region: "eu-central-1" },
    snapshot: { status: "Ready", components: 4 },
  });

  const finished = await service.post(`/v1/deployments/${id}/finish`, { outcome: "succeeded", message: "all good" });
  t.equal(finished.status, 202);
  t.match(finished.body, { outcome: "succeeded", status: "In Progress", message: "all good" });
  t.same(service.jobs.at(-1), { type: "record-deployment", subject: id });
  await giveRecord(service, id);
  t.match((await service.get(`/v1/deployments/${id}`)).body, {
    status: "Completed",
    record: { status: "Ready" },
    altered: { added: 1, modified: 2, deleted: 1 },
    rollbackable: true,
    notRollbackableReason: null,
    finishedAt: /Z$/,
  });
});

t.test("all faults of a request are reported at once, and nothing is opened", async (t) => {
  const service = await startTestService(t);
  const refused = await service.post("/v1/deployments", {
    application: "",
    stage: 7,
    surprise: true,
    scope: { stacks: ["1-bad", "ok", "ok"], functions: "all", extra: [] },
    onFailure: "explode",
    allowDestructive: "yes",
  });
  t.equal(refused.status, 400);
  t.match(refused.headers["content-type"], "application/problem+json");
  t.match(refused.body, { code: "VALIDATION_FAILED", status: 400, type: "urn:stepback:error:VALIDATION_FAILED" });
  const pointers = new Set(faultsOf(refused).map((fault) => fault["pointer"]));
  for (const pointer of [
    "/application",
    "/stage",
    "/surprise",
    "/scope/stacks/0",
    "/scope/stacks",
    "/scope/functions",
    "/scope/extra",
    "/onFailure",
    "/allowDestructive",
  ]) {
    t.ok(pointers.has(pointer), `${pointer} is reported`);
  }

  const cases: [string, object, number, string][] = [
    ["a scope of nothing", { scope: {} }, 400, "VALIDATION_FAILED"],
    ["the bare wildcard", { scope: { functions: ["shop-*", "*"] } }, 422, "SCOPE_TOO_WIDE"],
    ["the bare wildcard in disguise", { scope: { functions: ["**"] } }, 422, "SCOPE_TOO_WIDE"],
    ["an unknown target", { target: "mars" }, 422, "UNKNOWN_TARGET"],
    ["a wildcard for an unknown target", { target: "mars", scope: { functions: ["*"] } }, 422, "SCOPE_TOO_WIDE"],
    ["a null scope", { scope: null }, 400, "VALIDATION_FAILED"],
    ["a name of two lines", { stage: "prod\nx" }, 400, "VALIDATION_FAILED"],
    ["a reason of more than 4,000 characters", { reason: "x".repeat(4001) }, 400, "VALIDATION_FAILED"],
  ];
  for (const [what, change, status, code] of cases) {
    const answer = await service.post("/v1/deployments", { ...OPENING, ...change });
    t.match(answer, { status, body: { code } }, what);
  }
  t.match(
    faultsOf(await service.post("/v1/deployments", { ...OPENING, target: "mars", scope: { functions: ["*"] } })),
    [
      { code: "SCOPE_TOO_WIDE", pointer: "/scope/functions/0" },
      { code: "UNKNOWN_TARGET", pointer: "/target" },
    ],
  );
  t.same(service.jobs, []);
  t.same(itemsOf(await service.get("/v1/deployments")), []);
});

t.test("two open deployments never lock the same component of one target", async (t) => {
  const service = await startTestService(t);
  const lockedBy = await openDeployment(service);
  for (const scope of [{ stacks: ["shop-api"] }, { functions: ["shop-prod-pay"] }, { functions: ["*-pay"] }]) {
    const refused = await service.post("/v1/deployments", { ...OPENING, scope });
    t.match(refused, { status: 409, body: { code: "DEPLOYMENT_IN_PROGRESS", retryable: true } }, JSON.stringify(scope));
    t.match(refused.body["detail"], lockedBy, "the work that holds the lock is named");
  }
  t.equal((await service.post("/v1/deployments", { ...OPENING, scope: { stacks: ["shop-jobs"] } })).status, 202);
  t.equal((await service.post("/v1/deployments", { ...OPENING, target: "other" })).status, 202);
  await service.post(`/v1/deployments/${lockedBy}/cancel`);
  await giveBackup(service, lockedBy);
  await service.post(`/v1/deployments/${lockedBy}/cancel`);
  t.equal((await service.post("/v1/deployments", OPENING)).status, 202, "an ended deployment locks nothing");
});

t.test("finish is accepted once the backup is ready, and the first report is kept", async (t) => {
  const service = await startTestService(t);
  const id = await openDeployment(service);
  const finish = (outcome: unknown) => service.post(`/v1/deployments/${id}/finish`, { outcome });
  t.match(await finish("succeeded"), { status: 409, body: { code: "BACKUP_NOT_READY" } });
  t.match(await service.get(`/v1/deployments/${id}/components`), {
    status: 409,
    body: { code: "DEPLOYMENT_NOT_FINISHED" },
  });
  await giveBackup(service, id);
  t.equal((await finish("perhaps")).status, 400);
  t.equal((await finish("failed")).status, 202);
  const again = await finish("failed");
  t.match(again, { status: 202, body: { outcome: "failed" } });
  t.equal(service.jobs.filter(({ type }) => type === "record-deployment").length, 1, "and it is recorded once");
  t.match(await finish("succeeded"), { status: 409, body: { code: "OUTCOME_DIFFERS" } });
  await giveRecord(service, id);
  t.match(await finish("failed"), { status: 202, body: { status: "Exception", error: { code: "DEPLOY_FAILED" } } });
  t.match(await finish("succeeded"), { status: 409, body: { code: "OUTCOME_DIFFERS" } });
  t.match((await service.get(`/v1/deployments/${id}`)).body, {
    rollbackable: false,
    notRollbackableReason: "DEPLOYMENT_NOT_COMPLETED",
  });
  t.equal(
    (await service.get(`/v1/deployments/${id}/components`)).status,
    200,
    "what it altered is listed nevertheless",
  );
});

t.test("cancel asks a running job to stop, and ends at once a deployment that waits for CI", async (t) => {
  const service = await startTestService(t);
  const queued = await openDeployment(service);
  const asked = await service.post(`/v1/deployments/${queued}/cancel`);
  t.match(asked, { status: 202, body: { status: "Queued", cancelRequestedAt: /Z$/ } });
  t.equal(await service.store.isCancelRequested(queued), true);

  const waiting = await openDeployment(service, { scope: { stacks: ["shop-jobs"] } });
  await service.claim();
  await giveBackup(service, waiting);
  t.match(await service.post(`/v1/deployments/${waiting}/cancel`), {
    status: 202,
    body: { status: "Exception", error: { code: "CANCELLED" }, finishedAt: /Z$/ },
  });
  t.match(await service.post(`/v1/deployments/${waiting}/cancel`), { status: 409, body: { code: "ALREADY_FINISHED" } });
  t.match(await service.post(`/v1/deployments/${waiting}/finish`, { outcome: "succeeded" }), {
    status: 409,
    body: { code: "ALREADY_FINISHED" },
  });
});

t.test("only deployments that are not finished in time are abandoned", async (t) => {
  const service = await startTestService(t);
  const forgotten = await openDeployment(service);
  await giveBackup(service, forgotten);
  const reported = await openDeployment(service, { scope: { stacks: ["reported"] } });
  await giveBackup(service, reported);
  await service.post(`/v1/deployments/${reported}/finish`, { outcome: "succeeded" });
  service.clock.advance(25 * HOUR_MS);
  const young = await openDeployment(service, { scope: { stacks: ["young"] } });
  t.same(await service.services.deployments.abandonExpired(24 * HOUR_MS), [forgotten]);
  t.match((await service.get(`/v1/deployments/${forgotten}`)).body, {
    status: "Exception",
    error: { code: "ABANDONED" },
  });
  t.match((await service.get(`/v1/deployments/${young}`)).body, { status: "Queued" });
  t.same(await service.services.deployments.abandonExpired(24 * HOUR_MS), []);
});

t.test("?wait returns when the backup is ready, the job has ended, or the time is up", async (t) => {
  const service = await startTestService(t);
  const id = await openDeployment(service);
  const before = service.clock.now();
  t.match((await service.get(`/v1/deployments/${id}?wait=10`)).body, { status: "Queued" });
  t.equal(service.clock.now() - before, 10_000, "it waited the whole time");

  const [waited] = await Promise.all([service.get(`/v1/deployments/${id}?wait=60`), giveBackup(service, id)]);
  t.match(waited.body, { snapshot: { status: "Ready" } });
  await service.post(`/v1/deployments/${id}/finish`, { outcome: "succeeded" });
  const [ended] = await Promise.all([service.get(`/v1/deployments/${id}?wait=60`), giveRecord(service, id)]);
  t.match(ended.body, { status: "Completed" });
  for (const wait of ["61", "-1", "1.5", "soon", ""]) {
    t.match(await service.get(`/v1/deployments/${id}?wait=${wait}`), { status: 400 }, `wait=${wait} is refused`);
  }
});

t.test("the altered components are listed with everything that a person needs to pick them", async (t) => {
  const service = await startTestService(t);
  const id = await endedDeployment(service);
  const listed = await service.get(`/v1/deployments/${id}/components`);
  t.same(
    itemsOf(listed).map((item) => item["id"]),
    ALTERED_IDS,
  );
  t.match(itemsOf(listed)[3], {
    id: "lambda-code:shop-prod-pay",
    kind: "lambda-code",
    name: "shop-prod-pay",
    change: "modified",
    parent: "stack:shop-api",
    before: /^[0-9a-f]{64}$/,
    deployed: /^[0-9a-f]{64}$/,
    diff: [{ path: "/CodeSha256", before: "one", deployed: "two" }],
    readiness: "reversible",
    reasons: ["LEAVES_STACK_BEHIND"],
    details: [{ code: "LEAVES_STACK_BEHIND", detail: "by the direct path" }],
  });
  t.match(itemsOf(listed)[1], { change: "added", before: null });
  t.match(itemsOf(listed)[2], { change: "deleted", deployed: null });

  const unchanged = await endedDeployment(service, { after: [], before: [] });
  t.match((await service.get(`/v1/deployments/${unchanged}`)).body, {
    status: "Completed",
    rollbackable: false,
    notRollbackableReason: "NOTHING_ALTERED",
  });
});

t.test("lists are filtered, newest first, and paged without gaps or duplicates", async (t) => {
  const service = await startTestService(t);
  const ids: string[] = [];
  for (let index = 0; index < 7; index += 1) {
    const branch = index % 2 ? "main" : "feature/a&b";
    ids.push(await openDeployment(service, { branch, scope: { stacks: [`stack-${index}`] } }));
  }
  const seen: unknown[] = [];
  let url: string | undefined = "/v1/deployments?limit=3&application=shop";
  while (url) {
    const page = await service.get(url);
    seen.push(...itemsOf(page).map((item) => item["id"]));
    const link = page.headers["link"];
    t.equal(link === undefined, page.body["next"] === null, "every cursor comes with a link");
    url = /^<(.+)>; rel="next"$/.exec(String(link))?.[1];
  }
  t.same(seen, [...ids].reverse());

  const branch = encodeURIComponent("feature/a&b");
  t.equal(itemsOf(await service.get(`/v1/deployments?branch=${branch}`)).length, 4);
  t.equal(itemsOf(await service.get("/v1/deployments?status=Queued&stage=prod&target=default")).length, 7);
  t.equal(itemsOf(await service.get("/v1/deployments?status=In%20Progress")).length, 0);
  for (const query of [
    "limit=0",
    "limit=201",
    "limit=many",
    "status=Done",
    "cursor=nonsense",
    "colour=red",
    "limit=1&limit=2",
  ]) {
    const refused = await service.get(`/v1/deployments?${query}`);
    t.match(refused, { status: 400, body: { code: "VALIDATION_FAILED" } }, query);
  }
});
