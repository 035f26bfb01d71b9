import t from "tap";
import type { ComponentId } from "#src/domain/component/component";
import {
  AFTER,
  ALTERED_IDS,
  BEFORE,
  endedDeployment,
  givePlan,
  openDeployment,
  rollback,
  runToEnd,
  state,
} from "./seeds.ts";
import { faultsOf, idOf, itemsOf, startTestService, subjectOf, type TestService } from "./test-service.ts";

const PAY = "lambda-code:shop-prod-pay";
const NEW = "lambda-code:shop-prod-new";
const OLD = "lambda-code:shop-prod-old";
const KEEP = "lambda-code:shop-prod-keep";
const STACK = "stack:shop-api";

const at = (id: string, component: ComponentId) => `/v1/rollbacks/${id}/components/${encodeURIComponent(component)}`;

t.test("picked components are planned and run, and the rollback reports each of them", async (t) => {
  const service = await startTestService(t);
  const deployment = await endedDeployment(service, { opening: { commit: "3f2c", build: "1841" } });
  const opened = await rollback(service, {
    deployment,
    components: [PAY, OLD],
    reason: "pay is down",
    ticket: "INC-7",
  });
  t.equal(opened.status, 202);
  const id = idOf(opened);
  t.equal(opened.headers["location"], `/v1/rollbacks/${id}`);
  t.match(opened.body, {
    id: /^rbk_/,
    type: "rollback",
    status: "Queued",
    application: "shop",
    stage: "prod",
    branch: "main",
    commit: "3f2c",
    build: "1841",
    target: { name: "default", account: "000000000000", region: "eu-central-1" },
    deployment,
    deployments: [deployment],
    undoes: null,
    components: [OLD, PAY],
    requestedBy: subjectOf("admin"),
    reason: "pay is down",
    ticket: "INC-7",
    strategy: "auto",
    onConflict: "fail",
    onError: "stop",
    allowDestructive: false,
    includeFailed: false,
    result: null,
    snapshot: null,
    error: null,
  });
  t.same(service.jobs.at(-1), { type: "plan-rollback", subject: id });
  t.match(await service.get(`/v1/rollbacks/${id}/plan`), { status: 409, body: { code: "PLAN_MISSING" } });

  const plan = await givePlan(service, id, true);
  const shown = await service.get(`/v1/rollbacks/${id}/plan`);
  t.match(shown.body, { digest: plan.digest, plannedAt: /Z$/, refusals: 0, conflicts: 0, destructive: 0 });
  t.match(shown.body["steps"], [
    {
      order: 1,
      wave: 1,
      component: OLD,
      action: "restore",
      strategy: "direct",
      via: null,
      conflict: false,
      destructive: false,
      reasons: ["LEAVES_STACK_BEHIND"],
      details: [{ code: "LEAVES_STACK_BEHIND", detail: "in words" }],
      diff: [{ path: "/CodeSha256", before: "one", deployed: "two", live: "two" }],
    },
    { order: 2, component: PAY },
  ]);
  t.notMatch(shown.text, /in clear|goal|actions/, "states and actions are not shown");

  const [waited] = await Promise.all([
    service.get(`/v1/rollbacks/${id}?wait=60`),
    runToEnd(service, id, { backup: AFTER, record: BEFORE }),
  ]);
  t.match(waited.body, { status: "Completed", result: { restored: 2, failed: 0 }, snapshot: /^snp_/ });
  t.match(itemsOf(await service.get(`/v1/rollbacks/${id}/components`)), [
    { component: OLD, action: "restore", status: "Restored", verified: true, warnings: ["LEAVES_STACK_BEHIND"] },
    { component: PAY, status: "Restored", error: null },
  ]);
  t.equal((await rollback(service, { deployment, components: "all" })).status, 202, "it can be rolled back again");
});

t.test("all faults of a selection are reported together", async (t) => {
  const service = await startTestService(t);
  const deployment = await endedDeployment(service);
  const refused = await rollback(service, { deployment, components: [PAY, KEEP, "nonsense", PAY, "stack:elsewhere"] });
  t.match(refused, { status: 422, body: { code: "UNKNOWN_COMPONENT" } });
  t.match(faultsOf(refused), [
    { pointer: "/components/1", code: "UNKNOWN_COMPONENT" },
    { pointer: "/components/2", code: "UNKNOWN_COMPONENT" },
    { pointer: "/components/3", code: "DUPLICATE_COMPONENT" },
    { pointer: "/components/4", code: "UNKNOWN_COMPONENT" },
  ]);
  const cases: [string, object, number, string][] = [
    ["only duplicates", { deployment, components: [PAY, PAY] }, 422, "DUPLICATE_COMPONENT"],
    ["an empty list that is to run", { deployment, components: [] }, 422, "NOTHING_PICKED"],
    ["no list that is to run", { deployment }, 422, "NOTHING_PICKED"],
    [
      "a component that no stack owns, with the strategy stack",
      { deployment, components: [OLD], strategy: "stack" },
      422,
      "STRATEGY_UNSUPPORTED",
    ],
    ["an unknown deployment", { deployment: `dep_${"0".repeat(20)}`, components: "all" }, 404, "NOT_FOUND"],
    ["a malformed deployment", { deployment: "../../etc", components: "all" }, 404, "NOT_FOUND"],
    ["an id of another kind", { rollback: deployment, components: "all" }, 404, "NOT_FOUND"],
    ["an unknown one among known ones", { deployment: [deployment, "dep_x"], components: "all" }, 404, "NOT_FOUND"],
    ["neither deployment nor rollback", { components: "all" }, 400, "VALIDATION_FAILED"],
    ["both of them", { deployment, rollback: "rbk_x", components: "all" }, 400, "VALIDATION_FAILED"],
    ["an unknown field", { deployment, components: "all", force: true }, 400, "VALIDATION_FAILED"],
    ["a word that is not all", { deployment, components: "some" }, 400, "VALIDATION_FAILED"],
    ["an unknown strategy", { deployment, components: "all", strategy: "magic" }, 400, "VALIDATION_FAILED"],
    ["a text for a flag", { deployment, components: "all", run: "false" }, 400, "VALIDATION_FAILED"],
  ];
  for (const [what, body, status, code] of cases) {
    t.match(await rollback(service, body), { status, body: { code } }, what);
  }
  t.same(itemsOf(await service.get("/v1/rollbacks")), [], "and nothing was opened");
  const whole = { deployment, components: [STACK, PAY], strategy: "stack" };
  t.equal((await rollback(service, whole)).status, 202, "a part can be picked with its whole stack");
});

t.test("only Completed deployments are rolled back, and failed ones on request", async (t) => {
  const service = await startTestService(t);
  const open = await openDeployment(service, { scope: { stacks: ["open"] } });
  const notCompleted = { status: 409, body: { code: "DEPLOYMENT_NOT_COMPLETED" } };
  t.match(await rollback(service, { deployment: open, components: "all" }), notCompleted);
  t.match(await rollback(service, { deployment: open, components: "all", includeFailed: true }), notCompleted);
  await service.claim();

  const failed = await endedDeployment(service, { outcome: "failed" });
  t.match(await rollback(service, { deployment: failed, components: "all" }), notCompleted);
  const taken = await rollback(service, { deployment: failed, components: "all", includeFailed: true });
  t.match(taken, { status: 202, body: { includeFailed: true, components: ALTERED_IDS } });
  await service.post(`/v1/rollbacks/${idOf(taken)}/cancel`);
  await service.claim();

  const unaltered = await endedDeployment(service, { before: [], after: [], opening: { scope: { stacks: ["none"] } } });
  t.match(await rollback(service, { deployment: unaltered, components: "all" }), {
    status: 409,
    body: { code: "NOTHING_ALTERED" },
  });
});

t.test("rollbacks and deployments that lock the same components refuse each other by name", async (t) => {
  const service = await startTestService(t);
  const deployment = await endedDeployment(service);
  const lockedBy = idOf(await rollback(service, { deployment, components: [PAY] }));
  const refused = await rollback(service, { deployment, components: [PAY, NEW] });
  t.match(refused, { status: 409, body: { code: "ROLLBACK_IN_PROGRESS", detail: lockedBy } });
  const blocked = await service.post("/v1/deployments", {
    application: "shop",
    stage: "prod",
    scope: { functions: ["shop-prod-p*"] },
  });
  t.match(blocked, { status: 409, body: { code: "ROLLBACK_IN_PROGRESS", detail: lockedBy } });
  const rush = await Promise.all([1, 2, 3].map(() => rollback(service, { deployment, components: [NEW] })));
  t.same(
    rush.map(({ status }) => status).sort(),
    [202, 409, 409],
    "other functions are free, for one rollback at a time",
  );
  t.equal((await rollback(service, { deployment, components: [PAY], run: false })).status, 202, "drafts lock nothing");

  const open = await openDeployment(service, { scope: { functions: ["shop-prod-old"] } });
  t.match(await rollback(service, { deployment, components: [OLD] }), {
    status: 409,
    body: { code: "DEPLOYMENT_IN_PROGRESS", detail: open },
  });
});

t.test("several deployments are reversed by one rollback, from before the first to after the last", async (t) => {
  const service = await startTestService(t);
  const third = [...AFTER.filter(({ id }) => id !== PAY), state(PAY, { CodeSha256: "three" })];
  const first = await endedDeployment(service);
  const second = await endedDeployment(service, { before: AFTER, after: third });
  const both = await rollback(service, { deployment: [second, first], components: "all", run: false });
  t.match(both.body, { deployment: second, deployments: [first, second], components: ALTERED_IDS });
  const one = await rollback(service, { deployment: [second, second], components: "all" });
  t.equal(one.status, 400, "naming one twice is a fault");
  const elsewhere = await endedDeployment(service, { opening: { target: "other" } });
  const mixed = await rollback(service, { deployment: [first, elsewhere], components: "all" });
  t.match(mixed, { status: 409, body: { code: "SEVERAL_TARGETS" } });
  const listed = await service.get(`/v1/rollbacks?deployment=${first}`);
  t.same(
    itemsOf(listed).map((item) => item["id"]),
    [idOf(both)],
  );
});

async function endedRollback(service: TestService): Promise<string> {
  const deployment = await endedDeployment(service);
  const id = idOf(await rollback(service, { deployment, components: [PAY, OLD] }));
  await givePlan(service, id, true);
  const picked = (states: typeof BEFORE) => states.filter((one) => one.id === PAY || one.id === OLD);
  await runToEnd(service, id, { backup: picked(AFTER), record: picked(BEFORE) });
  return id;
}

t.test("a rollback is undone from its own backup, completely or in part", async (t) => {
  const service = await startTestService(t);
  const undone = await endedRollback(service);
  const undo = await rollback(service, { rollback: undone, components: "all", run: false });
  t.match(undo, { status: 202, body: { undoes: undone, deployment: null, deployments: [], components: [OLD, PAY] } });
  t.match(await rollback(service, { rollback: undone, components: [NEW] }), {
    status: 422,
    body: { code: "UNKNOWN_COMPONENT" },
  });
  const draft = idOf(undo);
  t.match(await service.send("DELETE", at(draft, OLD)), { body: { components: [PAY] } });
  t.match(await service.post(`/v1/rollbacks/${draft}/components`, { add: "all" }), {
    body: { components: [OLD, PAY] },
  });
  t.match(await rollback(service, { rollback: draft, components: "all" }), {
    status: 409,
    body: { code: "ROLLBACK_NOT_FINISHED" },
  });
  await service.post(`/v1/rollbacks/${draft}/cancel`);
  t.match(await rollback(service, { rollback: draft, components: "all" }), {
    status: 409,
    body: { code: "NOTHING_ALTERED" },
  });
  t.match(await rollback(service, { rollback: undone, components: [PAY] }), { status: 202, body: { undoes: undone } });
});

t.test("cancel ends a draft at once, and asks a job to stop", async (t) => {
  const service = await startTestService(t);
  const deployment = await endedDeployment(service);
  const draft = idOf(await rollback(service, { deployment, components: [PAY], run: false }));
  t.match(await service.post(`/v1/rollbacks/${draft}/cancel`), {
    status: 202,
    body: { status: "Exception", error: { code: "CANCELLED" } },
  });
  t.match(await service.post(`/v1/rollbacks/${draft}/cancel`), { status: 409, body: { code: "ALREADY_FINISHED" } });
  t.match(await service.post(`/v1/rollbacks/${draft}/plan`), { status: 409, body: { code: "NOT_A_DRAFT" } });
  const job = idOf(await rollback(service, { deployment, components: [PAY] }));
  t.match(await service.post(`/v1/rollbacks/${job}/cancel`), { status: 202, body: { status: "Queued" } });
  t.equal(await service.store.isCancelRequested(job), true);
});
