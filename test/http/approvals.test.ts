import t from "tap";
import { EVERYWHERE } from "#src/domain/access/grants";
import { BEFORE, endedDeployment, givePlan, runToEnd } from "./seeds.ts";
import {
  type Answer,
  idOf,
  insertLogin,
  itemsOf,
  startTestService,
  subjectOf,
  type TestService,
  tokenOf,
} from "./test-service.ts";

const POLICY = "/v1/applications/shop/stages/prod/policy";
const APPROVER = { token: tokenOf("approver") };
const OPERATOR = { token: tokenOf("operator") };

async function stage(t: Parameters<typeof startTestService>[0], policy: object): Promise<TestService> {
  const service = await startTestService(t);
  const set = await service.send("PUT", POLICY, { body: policy });
  if (set.status !== 200) throw new Error(set.text);
  return service;
}

/** A person with a token that somebody made. */
async function person(service: TestService, name: string, createdBy = "token:tok_0:boss"): Promise<{ token: string }> {
  const token = `token-of-${name}-0123456789`;
  await insertLogin(service.store, service.clock, token, {
    name,
    grants: [{ role: "approver", ...EVERYWHERE }],
    createdBy,
  });
  return { token };
}

/** A planned draft of everything that a deployment altered, asked for by the operator. */
async function planned(service: TestService, more: object = {}) {
  const deployment = await endedDeployment(service);
  const opened = await service.post("/v1/rollbacks", { deployment, components: "all", ...more }, OPERATOR);
  const id = idOf(opened);
  return { opened, id, digest: (await givePlan(service, id)).digest };
}

function decide(
  service: TestService,
  id: string,
  planDigest: string,
  who: object,
  decision = "approve",
): Promise<Answer> {
  return service.post(`/v1/rollbacks/${id}/approvals`, { planDigest, decision, comment: "read" }, who);
}

function run(service: TestService, id: string, planDigest: string, more: object = {}): Promise<Answer> {
  return service.post(`/v1/rollbacks/${id}/run`, { planDigest, ...more }, OPERATOR);
}

const NEEDED = { status: 409, body: { code: "APPROVAL_NEEDED" } };

t.test("a rollback that needs approvals is a draft until enough people have read its plan", async (t) => {
  const service = await stage(t, { approvals: { required: 2 } });
  const { opened, id, digest } = await planned(service);
  const none = { required: 2, given: 0, missing: 2, refusedBy: [] };
  t.match(opened, { status: 202, body: { status: "Draft", approvals: none } });
  t.match(await run(service, id, digest), NEEDED);
  const [ann, bob] = [await person(service, "ann"), await person(service, "bob")];
  t.match((await decide(service, id, digest, ann)).body, { given: 1, missing: 1 });
  t.match((await decide(service, id, digest, ann)).body, { given: 1, missing: 1 }, "one person counts once");
  t.match(await run(service, id, digest), { ...NEEDED, body: { detail: /1 of the 2/ } });
  t.match((await decide(service, id, digest, bob)).body, { given: 2, missing: 0 });
  t.match((await service.get(`/v1/rollbacks/${id}`)).body, { approvals: { given: 2, missing: 0 } });
  t.match(await run(service, id, digest), { status: 202, body: { status: "Queued", waiver: null } });
  t.match(itemsOf(await service.get(`/v1/rollbacks/${id}/approvals`)), [
    { by: /:ann$/ },
    { by: /:ann$/ },
    { by: /:bob$/ },
  ]);
});

t.test("whoever asked for it, edited it, deployed it, or has a token of theirs, does not count", async (t) => {
  const service = await stage(t, { approvals: { required: 1 } });
  const deployment = await endedDeployment(service);
  const body = { deployment, components: ["lambda-code:shop-prod-pay"] };
  const id = idOf(await service.post("/v1/rollbacks", body, OPERATOR));
  const editor = "token-of-editor-0123456789";
  await insertLogin(service.store, service.clock, editor, {
    name: "editor",
    grants: [
      { role: "operator", ...EVERYWHERE },
      { role: "approver", ...EVERYWHERE },
    ],
  });
  await service.post(`/v1/rollbacks/${id}/components`, { add: ["lambda-code:shop-prod-old"] }, { token: editor });
  await service.post(`/v1/rollbacks/${id}/plan`, undefined, OPERATOR);
  const { digest } = await givePlan(service, id);
  const minted = await person(service, "minted", subjectOf("operator"));
  const [grandchild, maker] = ["token-of-grandchild-01234567", "token-of-maker-0123456789"];
  const grants = [{ role: "approver" as const, ...EVERYWHERE }];
  await insertLogin(service.store, service.clock, maker, { name: "maker", grants, createdBy: subjectOf("operator") });
  const { subject } = (await service.get("/v1/me", { token: maker })).body;
  await insertLogin(service.store, service.clock, grandchild, {
    name: "grandchild",
    grants,
    createdBy: String(subject),
  });
  for (const [what, who] of [
    ["the editor", { token: editor }],
    ["who deployed it", {}],
    ["a token of the requester's making", minted],
    ["a token of such a token's making", { token: grandchild }],
  ] as const)
    t.match(await decide(service, id, digest, who), { status: 403, body: { code: "NOT_BY_REQUESTER" } }, what);
  t.match(await decide(service, id, digest, OPERATOR), { status: 403, body: { code: "FORBIDDEN" } });
  t.match(await run(service, id, digest), NEEDED);
  t.match(await decide(service, id, digest, APPROVER), { status: 200, body: { missing: 0 } });
  t.equal((await run(service, id, digest)).status, 202);
});

t.test("a refusal holds the plan back until the same person approves it", async (t) => {
  const service = await stage(t, { approvals: { required: 1 } });
  const { id, digest } = await planned(service);
  const ann = await person(service, "ann");
  await decide(service, id, digest, ann, "refuse");
  await decide(service, id, digest, APPROVER);
  t.match(await run(service, id, digest), { ...NEEDED, body: { detail: /refused by token:.*:ann/ } });
  await decide(service, id, digest, ann);
  t.equal((await run(service, id, digest)).status, 202);
});

t.test("an approval holds for one plan, for a time, and for the consent that the plan names", async (t) => {
  const service = await stage(t, { approvals: { required: 1, validForMinutes: 30 } });
  const { id, digest } = await planned(service);
  t.match(await decide(service, id, "0".repeat(64), APPROVER), { status: 409, body: { code: "PLAN_STALE" } });
  await decide(service, id, digest, APPROVER);
  service.clock.advance(30 * 60_000);
  t.match(await run(service, id, digest), NEEDED, "it has run out");
  await decide(service, id, digest, APPROVER);
  const more = { allowDestructive: ["stack:shop-api"] };
  t.match(await run(service, id, digest, more), NEEDED, "consent to more than the approved plan names");
  await service.send(
    "DELETE",
    `/v1/rollbacks/${id}/components/${encodeURIComponent("lambda-code:shop-prod-new")}`,
    OPERATOR,
  );
  await service.post(`/v1/rollbacks/${id}/plan`, undefined, OPERATOR);
  const other = await givePlan(service, id);
  t.not(other.digest, digest);
  t.match(await run(service, id, other.digest), NEEDED, "another plan");
  await decide(service, id, other.digest, APPROVER);
  t.equal(
    (await run(service, id, other.digest, { allowDestructive: true })).status,
    202,
    "true covers what the plan names",
  );
});

t.test(
  "an emergency runs without approvals, for the roles that the policy names, and waits for its review",
  async (t) => {
    const service = await stage(t, { approvals: { required: 2 }, emergency: { roles: ["operator"] } });
    const deployment = await endedDeployment(service);
    const open = (more: object, who: object = OPERATOR) =>
      service.post("/v1/rollbacks", { deployment, components: "all", emergency: true, ...more }, who);
    t.match(await open({}), { status: 422, body: { code: "REASON_REQUIRED" } });
    t.match(
      await open({ reason: "down" }, {}),
      { status: 403, body: { code: "EMERGENCY_NOT_ALLOWED" } },
      "an admin is not named",
    );
    const opened = await open({ reason: "The checkout is down." });
    t.match(opened, { status: 202, body: { status: "Queued", waiver: "emergency", review: { by: null } } });
    t.notOk("approvals" in opened.body);
    const { createdAt, review } = opened.body as { createdAt: string; review: { dueAt: string } };
    t.equal(Date.parse(review.dueAt) - Date.parse(createdAt), 48 * 3_600_000);
    const id = idOf(opened);
    await givePlan(service, id, true);
    await runToEnd(service, id, { backup: [...BEFORE], record: [...BEFORE] });
    const close = (who: object) => service.post(`/v1/rollbacks/${id}/review`, { comment: "It was." }, who);
    t.match(await close({}), { status: 403, body: { code: "NOT_BY_REQUESTER" } }, "the admin has deployed it");
    t.match(await close(APPROVER), {
      status: 200,
      body: { review: { by: subjectOf("approver"), comment: "It was." } },
    });
    t.match(await close(APPROVER), { status: 409, body: { code: "NOT_ACTIVE" } });

    const { id: draft, digest } = await planned(service);
    t.match(await run(service, draft, digest, { emergency: true }), { status: 422, body: { code: "REASON_REQUIRED" } });
    const reasoned = await planned(service, { reason: "Still down." });
    t.match(await run(service, reasoned.id, reasoned.digest, { emergency: true }), {
      status: 202,
      body: { waiver: "emergency" },
    });
    t.match(await service.post(`/v1/rollbacks/${draft}/review`, { comment: "no" }, APPROVER), {
      status: 409,
      body: { code: "NOT_AN_EMERGENCY" },
    });
  },
);

t.test("a draft that was opened as an emergency is run as one by the roles that the policy names only", async (t) => {
  const service = await stage(t, { approvals: { required: 1 }, emergency: { roles: ["admin"] } });
  const deployment = await endedDeployment(service);
  const body = { deployment, components: "all", run: false, emergency: true, reason: "The checkout is down." };
  const id = idOf(await service.post("/v1/rollbacks", body));
  await service.post(`/v1/rollbacks/${id}/plan`);
  const { digest } = await givePlan(service, id);
  t.match(await run(service, id, digest), { status: 403, body: { code: "EMERGENCY_NOT_ALLOWED" } });
  const byAdmin = await service.post(`/v1/rollbacks/${id}/run`, { planDigest: digest });
  t.match(byAdmin, { status: 202, body: { waiver: "emergency" } });
});

t.test("loosening a policy needs as many approvals as it removes; tightening it needs none", async (t) => {
  const service = await stage(t, { approvals: { required: 2 } });
  const put = (policy: object) => service.send("PUT", POLICY, { body: policy });
  const agree = (policy: object, who: object, decision = "approve") =>
    service.post(`${POLICY}/approvals`, { policy, decision }, who);
  const [ann, bob] = [await person(service, "ann"), await person(service, "bob")];
  for (const looser of [
    {},
    { approvals: { required: 1 } },
    { approvals: { required: 2, notByRequester: false } },
    { approvals: { required: 2, validForMinutes: 61 } },
    { approvals: { required: 2 }, emergency: { roles: ["operator"] } },
    { approvals: { required: 2 }, autoRollback: true },
  ])
    t.match(await put(looser), NEEDED, JSON.stringify(looser));
  t.equal((await put({ approvals: { required: 3, validForMinutes: 10 } })).status, 200);
  const one = { approvals: { required: 2, validForMinutes: 10 } };
  t.match((await agree(one, ann)).body, { required: 1, given: 1, missing: 0 });
  t.equal((await put(one)).status, 200);
  t.match((await agree({}, ann)).body, { required: 2, given: 1, missing: 1 });
  t.match((await agree({}, {})).body, { given: 2 }, "whoever sets it is not known yet");
  t.match(await put({}), NEEDED, "and does not count");
  await agree({}, bob, "refuse");
  t.match(await put({}), { ...NEEDED, body: { detail: /refused by/ } });
  await agree({}, bob);
  t.equal((await put({})).status, 200);
});
