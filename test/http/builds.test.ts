import t from "tap";
import { tarOf } from "../support/archives.ts";
import { awaiting, begin, FILES, put, rollBack, STAGE } from "./build-calls.ts";
import { AFTER, BEFORE, endedDeployment, givePlan, openDeployment, runToEnd, state } from "./seeds.ts";
import { faultsOf, idOf, itemsOf, startTestService, type TestService, tokenOf } from "./test-service.ts";

const PAY = "lambda-code:shop-prod-pay";

t.test("builds are listed with their deployments and packages, for every role", async (t) => {
  const service = await startTestService(t);
  const first = await endedDeployment(service, { opening: { build: "1838", commit: "3f2c" } });
  const failed = await endedDeployment(service, { outcome: "failed", opening: { build: "1839" } });
  service.clock.advance(1000);
  await put(service, "1840/api", await tarOf(FILES), { token: tokenOf("ci") });
  const listed = await service.get(`${STAGE}/builds`, { token: tokenOf("auditor") });
  t.match(itemsOf(listed), [
    { build: "1840", commit: "3f2c", deployments: [], packages: [{ service: "api", storedBy: "ci" }] },
    {
      build: "1839",
      commit: null,
      deployments: [{ id: failed, status: "Exception", outcome: "failed" }],
      packages: [],
    },
    { build: "1838", commit: "3f2c", deployments: [{ id: first, status: "Completed", outcome: "succeeded" }] },
  ]);
  const page = await service.get(`${STAGE}/builds?limit=1`);
  t.match(page.headers["link"], "cursor=");
  t.match(itemsOf(await service.get(`${STAGE}/builds?limit=1&cursor=${page.body["next"]}`)), [{ build: "1839" }]);
  t.match(await service.get(`${STAGE}/builds/1838`), { status: 200, body: { build: "1838", application: "shop" } });
  t.match(await service.get(`${STAGE}/builds/none`), { status: 404, body: { code: "NOT_FOUND" } });
  for (const [status, answer] of [
    [403, await put(service, "1/api", await tarOf(FILES), { token: tokenOf("auditor") })],
    [403, await service.get(`${STAGE}/builds/1840/packages/api`, { token: tokenOf("ci") })],
    [403, await service.post(`${STAGE}/rollback`, { toBuild: "1838" }, { token: tokenOf("ci") })],
    [404, await put(service, "1/..%2fetc", await tarOf(FILES))],
    [400, await service.send("PUT", `${STAGE}/builds/1/packages/api`, { body: await tarOf(FILES) })],
  ] as const) {
    t.equal(answer.status, status);
  }
});

/** Build 1 with pay in state one, build 2 with two deployments, and build 3, which failed. */
async function threeBuilds(service: TestService) {
  const jobs = (text: string) => state("lambda-code:jobs-prod-run", { CodeSha256: text });
  const first = await endedDeployment(service, { before: [], after: BEFORE, opening: { build: "1" } });
  const second = await endedDeployment(service, { before: BEFORE, after: AFTER, opening: { build: "2" } });
  const other = await endedDeployment(service, {
    before: [jobs("old")],
    after: [jobs("new")],
    opening: { build: "2", scope: { functions: ["jobs-*"] } },
  });
  const third = await endedDeployment(service, {
    before: AFTER,
    after: [...AFTER.filter(({ id }) => id !== PAY), state(PAY, { CodeSha256: "three" })],
    outcome: "failed",
    opening: { build: "3" },
  });
  return { first, second, other, third };
}

t.test("a stage returns to a build across all later deployments, including failed ones", async (t) => {
  const service = await startTestService(t);
  const { second, other, third } = await threeBuilds(service);
  const answer = await rollBack(service, { toBuild: "1", reason: "Pay fails." });
  const changed = ["stack:shop-api", "lambda-code:shop-prod-new", "lambda-code:shop-prod-old", PAY];
  t.match(answer, {
    status: 202,
    body: { status: "Queued", toBuild: "1", package: null, deployments: [second, other, third], reason: "Pay fails." },
  });
  t.same(
    new Set(answer.body["components"] as string[]),
    new Set([...changed, "lambda-code:jobs-prod-run"]),
    "what differs from the build's record, and what the backup of the other stack held",
  );
  t.equal(answer.headers["location"], `/v1/rollbacks/${idOf(answer)}`);
  t.same(service.jobs.at(-1), { type: "plan-rollback", subject: idOf(answer) });
  t.match(await service.get(`/v1/rollbacks/${idOf(answer)}`), { body: { toBuild: "1" } });
  t.match(itemsOf(await service.get("/v1/activities?limit=1")), [{ type: "rollback" }], "a new entry of the list");
});

t.test("a part of it can be picked, also in a draft, and nothing else", async (t) => {
  const service = await startTestService(t);
  await threeBuilds(service);
  const draft = await rollBack(service, { toBuild: "2", components: [], run: false });
  t.match(draft, { status: 202, body: { status: "Draft", toBuild: "2", components: [] } });
  const added = await service.post(`/v1/rollbacks/${idOf(draft)}/components`, { add: "all" });
  t.same(added.body["components"], [PAY], "build 2 and build 3 differ in one component");
  const refused = await rollBack(service, { toBuild: "1", components: [PAY, "lambda-code:shop-prod-keep"] });
  t.match(refused, { status: 422, body: { code: "UNKNOWN_COMPONENT" } });
  t.match(faultsOf(refused), [{ pointer: "/components/1" }]);
});

t.test(
  "a rollback of a later build counts with the state that it left, so the stage can return forward again",
  async (t) => {
    const service = await startTestService(t);
    await endedDeployment(service, { before: [], after: BEFORE, opening: { build: "1" } });
    const second = await endedDeployment(service, { before: BEFORE, after: AFTER, opening: { build: "2" } });
    t.match(await rollBack(service, { toBuild: "2" }), { status: 409, body: { code: "NOTHING_ALTERED" } });
    const back = idOf(await service.post("/v1/rollbacks", { deployment: second, components: "all" }));
    await givePlan(service, back, true);
    await runToEnd(service, back, { backup: AFTER, record: BEFORE });
    const rows = await rollBack(service, { toBuild: "1", run: false });
    t.match(rows, { status: 409, body: { code: "NOTHING_ALTERED" } }, "the stage is at build 1 again");
    const forward = await rollBack(service, { toBuild: "2" });
    t.match(forward, { status: 202, body: { toBuild: "2", deployments: [], components: { length: 4 } } });
  },
);

t.test("an impossible rollback to a build is refused with the reason", async (t) => {
  const service = await startTestService(t);
  await threeBuilds(service);
  const cases: [string, object, number, string][] = [
    ["an unknown build", { toBuild: "none" }, 404, "NOT_FOUND"],
    ["a build that only failed", { toBuild: "3" }, 409, "BUILD_NOT_SUCCESSFUL"],
    ["a target that it never went to", { toBuild: "1", target: "other" }, 409, "BUILD_NOT_SUCCESSFUL"],
    ["no build", {}, 400, "VALIDATION_FAILED"],
    ["an unknown field", { toBuild: "1", force: true }, 400, "VALIDATION_FAILED"],
    ["a package that is not stored", { toBuild: "1", package: "api" }, 404, "NOT_FOUND"],
    ["a draft by package", { toBuild: "1", package: "api", run: false }, 400, "VALIDATION_FAILED"],
    ["a strategy for a package", { toBuild: "1", package: "api", strategy: "direct" }, 400, "VALIDATION_FAILED"],
    ["a part of a package", { toBuild: "1", package: "api", onConflict: "keep-live" }, 400, "VALIDATION_FAILED"],
  ];
  for (const [what, body, status, code] of cases) {
    t.match(await rollBack(service, body), { status, body: { code } }, what);
  }
  t.match(await rollBack(service, { toBuild: "1" }, "/v1/applications/shop/stages/none"), { status: 404 });

  await endedDeployment(service, { opening: { build: "2", target: "other" } });
  const several = await rollBack(service, { toBuild: "2" });
  t.match(several, { status: 409, body: { code: "SEVERAL_TARGETS", detail: /default, other/ } });
  t.match(await rollBack(service, { toBuild: "2", target: "default" }), {
    status: 202,
    body: { target: { name: "default" } },
  });

  await openDeployment(service, { scope: { functions: ["shop-prod-n*"] } });
  t.match(await rollBack(service, { toBuild: "1" }), { status: 409, body: { code: /_IN_PROGRESS$/ } });
});

t.test("a rollback by package covers all that its build's deployment captured, and locks its scope", async (t) => {
  const service = await startTestService(t);
  const { opened } = await awaiting(service);
  t.match(opened.body, { toBuild: "1", package: { service: "api", digest: /^[0-9a-f]{64}$/ }, outcome: null });
  const all = [...BEFORE, ...AFTER].map(({ id }) => id);
  t.same(new Set(opened.body["components"] as string[]), new Set(all), "including what both builds have in common");
  const blocked = await service.post("/v1/deployments", {
    application: "x",
    stage: "y",
    scope: { functions: ["shop-prod-*"] },
  });
  t.match(blocked, { status: 409, body: { code: "ROLLBACK_IN_PROGRESS" } });
});

t.test("a package of a build with several scopes needs the deployment to be named", async (t) => {
  const service = await startTestService(t);
  const { second, other } = await threeBuilds(service);
  await put(service, "2/api", await tarOf(FILES));
  const refused = await rollBack(service, { toBuild: "2", package: "api" });
  t.match(refused, { status: 409, body: { code: "SEVERAL_DEPLOYMENTS" } });
  t.match(String(refused.body["detail"]), `${other} (jobs-*); ${second} (shop-api, shop-prod-*)`);
  const wrong = await rollBack(service, { toBuild: "2", package: "api", deployment: "dep_x" });
  t.match(wrong, { status: 409, body: { code: "BUILD_NOT_SUCCESSFUL" } });
  const named = await rollBack(service, { toBuild: "2", package: "api", deployment: second });
  t.equal(named.status, 202);
  t.ok((named.body["components"] as string[]).includes(PAY));
  t.notOk(
    (named.body["components"] as string[]).includes("lambda-code:jobs-prod-run"),
    "the other service is not part of it",
  );
});

t.test("the command's output and outcome are accepted only while the command may run", async (t) => {
  const service = await startTestService(t);
  const { id, finish } = await awaiting(service);
  const output = (lines: unknown) => service.post(`/v1/rollbacks/${id}/output`, { lines });
  t.match(await output(["early"]), { status: 409, body: { code: "NO_COMMAND_AWAITED" } });
  t.match(await finish("succeeded"), { status: 409, body: { code: "BACKUP_NOT_READY" } });
  const [waited] = await Promise.all([service.get(`/v1/rollbacks/${id}?wait=60`), begin(service, id)]);
  t.match(waited.body, { status: "In Progress", outcome: null }, "a waiting request learns that the command may run");

  t.equal((await output(["Deploying", "Done"])).status, 204);
  t.equal((await output(["\u001b[32mDone\u202e\tat once"])).status, 204, "what a program prints is no text of people");
  t.match(itemsOf(await service.get(`/v1/rollbacks/${id}/logs`)).slice(-3), [
    { message: "Deploying" },
    { message: "Done" },
    { message: "<U+001B>[32mDone<U+202E>\tat once" },
  ]);
  for (const lines of [[], "text", ["x".repeat(4001)], Array(201).fill("line")])
    t.equal((await output(lines)).status, 400);

  t.match(await finish("maybe"), { status: 400 });
  t.match(await finish("failed", "exit 1"), { status: 202, body: { status: "In Progress", outcome: "failed" } });
  t.match(await service.get(`/v1/rollbacks/${id}`), { body: { error: { code: "COMMAND_FAILED", detail: "exit 1" } } });
  t.same(service.jobs.at(-1), { type: "run-rollback", subject: id });
  const enqueued = service.jobs.length;
  t.equal((await finish("failed")).status, 202, "the same report again");
  t.equal(service.jobs.length, enqueued);
  t.match(await finish("succeeded"), { status: 409, body: { code: "OUTCOME_DIFFERS" } });
  t.match(await output(["late"]), { status: 409, body: { code: "NO_COMMAND_AWAITED" } });

  const ordinary = idOf(
    await service.post("/v1/rollbacks", { deployment: await unrelated(service), components: "all" }),
  );
  t.match(await service.post(`/v1/rollbacks/${ordinary}/finish`, { outcome: "succeeded" }), {
    status: 409,
    body: { code: "NO_COMMAND_AWAITED" },
  });
  t.match(await service.post(`/v1/rollbacks/rbk_${"0".repeat(20)}/finish`, { outcome: "failed" }), { status: 404 });
});

async function unrelated(service: TestService): Promise<string> {
  await service.claim();
  const [before, after] = ["one", "two"].map((text) => [state("lambda-code:other", { CodeSha256: text })]);
  return endedDeployment(service, {
    before: before ?? [],
    after: after ?? [],
    opening: { scope: { functions: ["other"] } },
  });
}

t.test("a cancelled or abandoned rollback by package is read back, so that it can be undone", async (t) => {
  for (const [code, end] of [
    ["CANCELLED", (service: TestService, id: string) => service.post(`/v1/rollbacks/${id}/cancel`)],
    ["ABANDONED", (service: TestService) => service.services.packageCommands.abandonExpired(60_000)],
  ] as const) {
    const service = await startTestService(t);
    const { id } = await awaiting(service);
    await begin(service, id);
    t.same(await service.services.packageCommands.abandonExpired(60_000), [], "the time is not up yet");
    service.clock.advance(120_000);
    await end(service, id);
    t.match(await service.get(`/v1/rollbacks/${id}`), {
      body: { status: "In Progress", outcome: "failed", error: { code } },
    });
    t.same(service.jobs.at(-1), { type: "run-rollback", subject: id });
  }
});
