import t from "tap";
import type { ComponentId } from "#src/domain/component/component";
import { ALTERED_IDS, endedDeployment, givePlan, rollback } from "./seeds.ts";
import { faultsOf, idOf, startTestService } from "./test-service.ts";

const PAY = "lambda-code:shop-prod-pay";
const NEW = "lambda-code:shop-prod-new";
const OLD = "lambda-code:shop-prod-old";
const KEEP = "lambda-code:shop-prod-keep";
const STACK = "stack:shop-api";

const at = (id: string, component: ComponentId) => `/v1/rollbacks/${id}/components/${encodeURIComponent(component)}`;

t.test("a draft is filled, planned, read, and run with the plan that was read", async (t) => {
  const service = await startTestService(t);
  const deployment = await endedDeployment(service);
  const opened = await rollback(service, { deployment, components: [], run: false });
  t.match(opened, { status: 202, body: { status: "Draft", components: [] } });
  const id = idOf(opened);
  const add = (wanted: unknown) => service.post(`/v1/rollbacks/${id}/components`, { add: wanted });
  t.match(await service.post(`/v1/rollbacks/${id}/plan`), { status: 422, body: { code: "NOTHING_PICKED" } });
  t.match(await add([PAY]), { status: 200, body: { components: [PAY] } });
  t.match(
    await add([OLD, PAY]),
    { status: 200, body: { components: [OLD, PAY] } },
    "adding a picked component is no error",
  );
  t.match(await add([KEEP, OLD, OLD]), { status: 422, body: { code: "UNKNOWN_COMPONENT" } });
  t.match(await add([OLD, OLD]), { status: 422, body: { code: "DUPLICATE_COMPONENT" } });
  t.match(await add("everything"), { status: 400 });
  t.match(await add("all"), { status: 200, body: { components: ALTERED_IDS } });
  t.match(await service.send("DELETE", at(id, NEW)), { status: 200, body: { components: [STACK, OLD, PAY] } });
  t.match(
    await service.send("DELETE", at(id, NEW)),
    { status: 404 },
    "a component that is not picked cannot be removed",
  );
  t.equal(service.jobs.filter(({ subject }) => subject === id).length, 0, "a draft has no job");

  t.match(await service.get(`/v1/rollbacks/${id}/plan`), { status: 409, body: { code: "PLAN_MISSING" } });
  const run = (planDigest: string) => service.post(`/v1/rollbacks/${id}/run`, { planDigest });
  t.match(await run("f".repeat(64)), { status: 409, body: { code: "PLAN_MISSING" } });
  t.match(await service.post(`/v1/rollbacks/${id}/plan`), { status: 202, body: { status: "Draft" } });
  const [shown] = await Promise.all([service.get(`/v1/rollbacks/${id}/plan?wait=60`), givePlan(service, id)]);
  t.equal(shown.status, 200, "the plan can be waited for");
  t.match(await run("f".repeat(64)), { status: 409, body: { code: "PLAN_STALE" } });

  await add([NEW]);
  t.match(
    await run(String(shown.body["digest"])),
    { status: 409, body: { code: "PLAN_MISSING" } },
    "an edit deletes the plan",
  );
  await service.post(`/v1/rollbacks/${id}/plan`);
  const { digest } = await givePlan(service, id);
  t.match(await run(digest), { status: 202, body: { status: "Queued", planDigest: digest } });
  t.same(service.jobs.at(-1), { type: "run-rollback", subject: id });
  for (const answer of [
    await add([PAY]),
    await service.send("DELETE", at(id, PAY)),
    await service.post(`/v1/rollbacks/${id}/plan`),
    await run(digest),
  ]) {
    t.match(answer, { status: 409, body: { code: "NOT_A_DRAFT" } }, "a running rollback is no longer a draft");
  }
});

t.test("running a draft is refused while other work locks its components", async (t) => {
  const service = await startTestService(t);
  const deployment = await endedDeployment(service);
  const draft = idOf(await rollback(service, { deployment, components: [PAY], run: false }));
  await service.post(`/v1/rollbacks/${draft}/plan`);
  const { digest } = await givePlan(service, draft);
  const lockedBy = idOf(await rollback(service, { deployment, components: [PAY] }));
  t.match(await service.post(`/v1/rollbacks/${draft}/run`, { planDigest: digest }), {
    status: 409,
    body: { code: "ROLLBACK_IN_PROGRESS", detail: lockedBy },
  });
  t.match((await service.get(`/v1/rollbacks/${draft}`)).body, { status: "Draft" });
});

t.test("a failed planning is reported with the missing plan, until the draft is planned again", async (t) => {
  const service = await startTestService(t);
  const deployment = await endedDeployment(service);
  const id = idOf(await rollback(service, { deployment, components: [PAY], run: false }));
  await service.post(`/v1/rollbacks/${id}/plan`);
  const fence = await service.claim();
  const problem = { code: "AWS_DENIED", title: "AWS denied the call", detail: "lambda:GetFunction" } as const;
  await service.store.failActivity(fence, id, { problem, at: service.clock.now(), lines: [] });
  t.match((await service.get(`/v1/rollbacks/${id}`)).body, { status: "Draft", error: { code: "AWS_DENIED" } });
  const missing = await service.get(`/v1/rollbacks/${id}/plan?wait=60`);
  t.match(missing, { status: 409, body: { code: "PLAN_MISSING", detail: /lambda:GetFunction/ } });
  t.match(faultsOf(missing), [{ code: "AWS_DENIED" }]);
  await service.post(`/v1/rollbacks/${id}/plan`);
  const [planned] = await Promise.all([service.get(`/v1/rollbacks/${id}/plan?wait=60`), givePlan(service, id)]);
  t.equal(planned.status, 200);
});
