import t from "tap";
import { EVERYWHERE, type Grant } from "#src/domain/access/grants";
import { ROLES, type Role } from "#src/domain/access/roles";
import { chainFaults } from "#src/domain/audit/chain";
import { asObject } from "#src/domain/json";
import { describeApi } from "../../scripts/describe-api.ts";
import { BEFORE, endedDeployment, givePlan, OPENING, openDeployment, rollback, runToEnd } from "./seeds.ts";
import {
  type Answer,
  idOf,
  insertLogin,
  itemsOf,
  startTestService,
  type TestService,
  tokenOf,
} from "./test-service.ts";

interface Operation {
  readonly id: string;
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly path: string;
  readonly roles: readonly Role[];
}

/** Every operation of the document that needs a login. */
const OPERATIONS: readonly Operation[] = Object.entries(
  ((await describeApi()) as { paths: Record<string, Record<string, Any>> }).paths,
).flatMap(([path, methods]) =>
  Object.entries(methods).flatMap(([method, operation]) => {
    const roles = operation["x-required-role"];
    if (!roles) return [];
    return { id: operation.operationId, method: method.toUpperCase() as Operation["method"], path, roles };
  }),
);

/** Bodies that get past validation, so that access decides; operations without one take none. */
function bodiesOf(deployment: string): Readonly<Record<string, object>> {
  return {
    verifyData: { readData: false },
    createToken: { name: "made", role: "ci", applications: ["shop"] },
    openDeployment: { ...OPENING, scope: { stacks: ["shop-other"] } },
    finishDeployment: { outcome: "succeeded" },
    openRollback: { deployment, components: "all", run: false },
    addComponents: { add: "all" },
    runRollback: { planDigest: "0".repeat(64) },
    appendRollbackOutput: { lines: ["one"] },
    finishRollbackCommand: { outcome: "succeeded" },
    rollBackToBuild: { toBuild: "1841" },
    decideRollback: { planDigest: "0".repeat(64), decision: "approve" },
    reviewRollback: { comment: "read" },
    decideStagePolicy: { policy: {}, decision: "approve" },
    clearPin: { reason: "It was the network." },
    putStagePolicy: { pins: "warn" },
    clearRevalidation: { reason: "It was the network." },
  };
}

interface Seeded {
  readonly service: TestService;
  readonly deployment: string;
  /** What stands for each parameter of a path. */
  readonly parameters: (operation: Operation) => Readonly<Record<string, string>>;
}

/** A stage with everything that an operation can be about. */
async function seed(t: Parameters<typeof startTestService>[0]): Promise<Seeded> {
  const service = await startTestService(t);
  const deployment = await endedDeployment(service, { opening: { build: "1841" } });
  const open = await openDeployment(service, { scope: { stacks: ["shop-open"] } });
  const draft = idOf(await rollback(service, { deployment, components: "all", run: false }));
  const snapshot = (await service.services.deployments.find(deployment)).backup.id;
  const ids: Readonly<Record<string, string>> = {
    deployments: deployment,
    rollbacks: draft,
    snapshots: snapshot,
    pins: `pin_${"0".repeat(20)}`,
    tokens: `tok_${"0".repeat(20)}`,
    verifications: `ver_${"0".repeat(20)}`,
    keys: `rot_${"0".repeat(20)}`,
    applications: `rvl_${"0".repeat(20)}`,
  };
  return {
    service,
    deployment,
    parameters: ({ id, path }) => ({
      ...{ application: "shop", stage: "prod", build: "1841", service: "api", componentId: BEFORE[0]?.id ?? "" },
      id: id === "finishDeployment" || id === "cancelDeployment" ? open : (ids[path.split("/")[2] ?? ""] ?? ""),
    }),
  };
}

async function call({ service, deployment, parameters }: Seeded, operation: Operation, token: string | null) {
  const known = parameters(operation);
  const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(known[name] ?? ""));
  const url = operation.id === "storePackage" ? `${path}?commit=3f2c` : path;
  const body = bodiesOf(deployment)[operation.id];
  return service.send(operation.method, url, { token, ...(body ? { body } : {}) });
}

async function endEverything({ services, post }: TestService): Promise<void> {
  const all = await services.activities.list({ grants: [EVERYWHERE] }, { limit: 200, cursor: null });
  for (const { id, type, finishedAt } of all.items)
    if (finishedAt === null) await post(`/v1/${type === "deploy" ? "deployments" : "rollbacks"}/${id}/cancel`);
}

t.test(
  `each of the ${OPERATIONS.length} operations takes the roles that the document names, and no other`,
  async (t) => {
    t.ok(OPERATIONS.length >= 46);
    let cells = 0;
    for (const operation of OPERATIONS) {
      const seeded = await seed(t);
      // A followed log of an unfinished job never ends.
      if (operation.path.endsWith("/stream")) await endEverything(seeded.service);
      for (const role of ROLES) {
        const answer = await call(seeded, operation, tokenOf(role));
        const may = operation.roles.includes(role);
        t.equal(isForbidden(answer), !may, `${role} ${operation.id}: ${answer.status} ${answer.text.slice(0, 200)}`);
        t.ok(answer.status !== 401 && answer.status < 500, `${role} ${operation.id}: ${answer.status}`);
        cells += 1;
      }
    }
    t.equal(cells, OPERATIONS.length * ROLES.length);
  },
);

t.test(
  "each operation that may change something leaves a record, done, refused by role or refused by state",
  async (t) => {
    const changing = OPERATIONS.filter(({ method }) => method !== "GET");
    t.ok(changing.length >= 20);
    for (const operation of changing) {
      const seeded = await seed(t);
      const outcomes = new Map<string, string>();
      for (const role of ["auditor", "admin", "admin"] as const) {
        const answer = await call(seeded, operation, tokenOf(role));
        const records = await recordsOf(seeded.service, answer);
        t.not(records.length, 0, `${operation.id} ${answer.status}`);
        const wanted = { action: operation.id, actor: { role, method: "token" } };
        for (const record of records) t.match(record, wanted, `${operation.id} ${answer.status}`);
        const outcome = answer.status < 400 ? "done" : String(answer.body["code"]);
        const found = records.map((record) => record.outcome);
        t.ok(found.includes(outcome), `${operation.id} ${outcome}`);
        outcomes.set(role, outcome);
      }
      t.equal(outcomes.get("auditor"), "FORBIDDEN");
      t.same(chainFaults((await allRecords(seeded.service)).map(({ record }) => record)), []);
    }
  },
);

async function allRecords({ services, store }: TestService) {
  await services.audit.sequence();
  return store.readRecords({}, { after: 0, upTo: 1_000_000, limit: 1_000_000 });
}

/** The records of the request that was answered. */
async function recordsOf(service: TestService, { headers }: Answer) {
  const records = (await allRecords(service)).map(({ record }) => record);
  return records.filter(({ source }) => asObject(source)["requestId"] === headers["x-request-id"]);
}

/** The role `ci` may not end what somebody else opened, which is another rule with a test of its own. */
function isForbidden({ status, body }: Answer): boolean {
  return status === 403 && !/its own jobs only/.test(String(body["detail"]));
}

const FOREIGN: Grant = { role: "admin", ...EVERYWHERE, applications: ["crm"] };
const LOGINS = {
  foreign: "foreign-token-0123456789",
  expired: "expired-token-0123456789",
  revoked: "revoked-token-012345",
};

t.test("no login, an expired one and a revoked one are let in nowhere", async (t) => {
  const seeded = await seed(t);
  const { store, clock } = seeded.service;
  const everything = { grants: [{ role: "admin", ...EVERYWHERE }] } as const;
  await insertLogin(store, clock, LOGINS.expired, { name: "expired", ...everything, expiresAt: clock.now() - 1 });
  await insertLogin(store, clock, LOGINS.revoked, { name: "revoked", ...everything });
  const id = await idOfToken(seeded, "revoked");
  t.equal((await seeded.service.send("DELETE", `/v1/tokens/${id}`)).status, 200);
  for (const operation of OPERATIONS) {
    for (const [what, token, why] of [
      ["none", null, /no known bearer token/],
      ["expired", LOGINS.expired, /expired at/],
      ["revoked", LOGINS.revoked, /was revoked at/],
    ] as const) {
      // A window of failed log-ins each, so that all of them are told why.
      clock.advance(60_000);
      const answer = await call(seeded, operation, token);
      t.match(answer, { status: 401, body: { code: "UNAUTHENTICATED", detail: why } }, `${what} ${operation.id}`);
    }
  }
});

async function idOfToken({ service }: Seeded, wanted: string): Promise<string> {
  const found = itemsOf(await service.get("/v1/tokens")).find(({ name }) => name === wanted);
  return String(found?.["id"]);
}

t.test("a foreign grant sees nothing of an application, and changes nothing in it", async (t) => {
  const seeded = await seed(t);
  const { service } = seeded;
  await insertLogin(service.store, service.clock, LOGINS.foreign, { name: "foreign", grants: [FOREIGN] });
  const before = await whole(service);
  for (const operation of OPERATIONS) {
    const answer = await call(seeded, operation, LOGINS.foreign);
    const isAddressed = /\{(id|application)\}/.test(operation.path);
    const about = `${operation.id}: ${answer.status} ${answer.text.slice(0, 200)}`;
    if (/^\/v1\/(keys|verifications)/.test(operation.path))
      t.match(answer, { status: 403, body: { code: "OUTSIDE_GRANT" } }, about);
    else if (isAddressed) t.match(answer, { status: 404, body: { code: "NOT_FOUND" } }, about);
    else if (operation.id === "openDeployment")
      t.match(answer, { status: 403, body: { code: "OUTSIDE_GRANT" } }, about);
    else if (operation.id === "createToken") t.match(answer, { status: 403, body: { code: "OUTSIDE_GRANT" } }, about);
    else if (operation.id === "openRollback") t.match(answer, { status: 404 }, about);
    else if (operation.id === "getMe") t.match(answer, { status: 200, body: { name: "foreign" } }, about);
    else if (operation.id === "listTokens")
      t.same(
        itemsOf(answer).map(({ name }) => name),
        ["foreign"],
        about,
      );
    // How many records there are is for every auditor: that is what checkpoints are compared by.
    else if (["getAuditCheckpoint", "exportAudit"].includes(operation.id)) t.equal(answer.status, 200, about);
    else t.same(itemsOf(answer), [], about);
    if (operation.id !== "getMe" && operation.id !== "listTokens")
      t.notMatch(answer.text, /shop-api|shop-prod|token:|1841/, `${operation.id} gives nothing away`);
  }
  t.same(await whole(service), before);
});

/** Everything that lists show to somebody who may see all. */
async function whole(service: TestService) {
  const urls = [
    "/v1/activities",
    "/v1/pins",
    "/v1/applications/shop/stages/prod/policy",
    "/v1/applications/shop/stages/prod/builds",
  ];
  const answers: unknown[] = [];
  for (const url of urls) answers.push((await service.get(url)).body);
  return answers;
}

t.test("a grant for some stacks and functions bounds scopes, picks, and what is seen", async (t) => {
  const service = await startTestService(t);
  const narrow: Grant = {
    role: "operator",
    ...EVERYWHERE,
    applications: ["shop"],
    stacks: ["shop-jobs"],
    functions: ["jobs-*"],
  };
  const wide: Grant = { ...narrow, role: "auditor", stacks: ["*"], functions: ["*"] };
  const token = "narrow-token-0123456789";
  const reader = "reader-token-0123456789";
  await insertLogin(service.store, service.clock, token, { name: "narrow", grants: [narrow] });
  await insertLogin(service.store, service.clock, reader, { name: "reader", grants: [narrow, wide] });
  const open = (scope: object) => service.post("/v1/deployments", { ...OPENING, scope }, { token });

  const refused = await open({ stacks: ["shop-jobs", "shop-api"], functions: ["jobs-a*", "*-b"] });
  t.match(refused, { status: 403, body: { code: "OUTSIDE_GRANT" } });
  t.same(
    (refused.body["errors"] as { detail: string }[]).map(({ detail }) => detail),
    ["No grant of yours contains the stack shop-api.", "No grant of yours contains the function *-b."],
    "all of it at once",
  );
  t.equal((await open({ stacks: ["shop-jobs"], functions: ["jobs-a*"] })).status, 202);

  const deployment = await endedDeployment(service);
  t.equal((await service.get(`/v1/deployments/${deployment}`, { token })).status, 404, "it is about another stack");
  t.equal(itemsOf(await service.get("/v1/deployments", { token })).length, 1);
  t.equal(itemsOf(await service.get("/v1/deployments", { token: reader })).length, 2);
  const body = { deployment, components: "all", run: false };
  t.match(await service.post("/v1/rollbacks", body, { token }), { status: 404 }, "what one may not see");
  const seen = await service.post("/v1/rollbacks", body, { token: reader });
  t.match(seen, { status: 403, body: { code: "OUTSIDE_GRANT", detail: /stack shop-api/ } }, "what one may see only");
  const empty = idOf(await service.post("/v1/rollbacks", { ...body, components: [] }, { token: reader }));
  const add = (wanted: unknown) =>
    service.post(`/v1/rollbacks/${empty}/components`, { add: wanted }, { token: reader });
  t.match(await add(["lambda-code:shop-prod-pay"]), { status: 403, body: { code: "OUTSIDE_GRANT" } });
  t.same((await service.services.rollbacks.find(empty)).picked, [], "nothing was picked");
  t.match(
    itemsOf(await service.get("/v1/components/lambda-code%3Ashop-prod-pay/history", { token })),
    [],
    "no row of its history",
  );
});

t.test("a 409 names its holder to those who may see it only", async (t) => {
  const service = await startTestService(t);
  const token = "partial-token-0123456789";
  const crm: Grant = { role: "ci", ...EVERYWHERE, applications: ["crm"] };
  await insertLogin(service.store, service.clock, token, { name: "crm", grants: [crm] });
  const holder = await openDeployment(service);
  const taken = { ...OPENING, application: "crm" };
  const hidden = await service.post("/v1/deployments", taken, { token });
  t.match(hidden, { status: 409, body: { code: "DEPLOYMENT_IN_PROGRESS" } });
  t.notMatch(hidden.text, new RegExp(`${holder}|shop`));
  t.match((await service.post("/v1/deployments", taken)).body["detail"], new RegExp(holder));
});

t.test("a pipeline ends its own deployments only; an operator ends any", async (t) => {
  const service = await startTestService(t);
  const ci = { token: tokenOf("ci") };
  const foreign = await openDeployment(service);
  const own = idOf(await service.post("/v1/deployments", { ...OPENING, scope: { stacks: ["own"] } }, ci));
  for (const end of ["cancel", "finish"]) {
    const body = end === "finish" ? { outcome: "failed" } : undefined;
    const refused = await service.post(`/v1/deployments/${foreign}/${end}`, body, ci);
    t.match(refused, { status: 403, body: { code: "FORBIDDEN", detail: /its own jobs only/ } });
  }
  t.equal((await service.post(`/v1/deployments/${own}/cancel`, undefined, ci)).status, 202);
  t.equal(
    (await service.post(`/v1/deployments/${foreign}/cancel`, undefined, { token: tokenOf("operator") })).status,
    202,
  );
});

t.test("a login of one deployment ends that one, and sees and does nothing else", async (t) => {
  const service = await startTestService(t);
  const [own, other] = [await openDeployment(service), await openDeployment(service, { scope: { stacks: ["other"] } })];
  const token = "bound-token-0123456789";
  const grants: readonly Grant[] = [{ role: "ci", ...EVERYWHERE }];
  await insertLogin(service.store, service.clock, token, { name: "bound", grants, deployment: own });
  t.match((await service.get("/v1/me", { token })).body, { deployment: own });
  t.equal((await service.get(`/v1/deployments/${own}/logs`, { token })).status, 200);
  t.equal((await service.get(`/v1/deployments/${other}`, { token })).status, 404);
  for (const url of ["/v1/deployments", "/v1/activities", "/v1/applications/shop/stages/prod/builds"])
    t.match(await service.get(url, { token }), { status: 403, body: { code: "FORBIDDEN" } }, url);
  t.equal((await service.post("/v1/deployments", OPENING, { token })).status, 403);
  t.equal((await service.post(`/v1/deployments/${other}/cancel`, undefined, { token })).status, 404);
  t.equal((await service.post(`/v1/deployments/${own}/cancel`, undefined, { token })).status, 202);
});

t.test("a binding of a stage holds for everybody, admins included", async (t) => {
  const service = await startTestService(t);
  const policy = "/v1/applications/shop/stages/prod/policy";
  const binding = { target: "default", stacks: ["shop-api"], functions: ["shop-prod-*"] };
  t.match(await service.send("PUT", policy, { body: { binding } }), { status: 200, body: { binding } });
  t.match((await service.get(policy)).body, { binding });
  const open = (more: object) => service.post("/v1/deployments", { ...OPENING, ...more });
  t.match(await open({ target: "other" }), { status: 403, body: { code: "OUTSIDE_BINDING", detail: /target other/ } });
  t.match(await open({ scope: { stacks: ["shop-x"] } }), { status: 403, body: { code: "OUTSIDE_BINDING" } });
  t.equal((await open({})).status, 202);
  t.equal((await open({ stage: "dev", target: "other" })).status, 202, "another stage is not bound");
});

t.test("me says who one is, what one may do, and where", async (t) => {
  const service = await startTestService(t);
  const me = async (role: Role) => (await service.get("/v1/me", { token: tokenOf(role) })).body;
  t.match(await me("auditor"), {
    subject: /^token:tok_[0-9a-z]{20}:auditor$/,
    ...{ name: "auditor", method: "token", deployment: null, expiresAt: null, run: null, actor: null },
    grants: [{ role: "auditor", ...EVERYWHERE }],
  });
  for (const role of ROLES) {
    const may = OPERATIONS.filter(({ roles }) => roles.includes(role)).map(({ id }) => id);
    t.same([...((await me(role))["operations"] as string[])].sort(), may.sort(), role);
  }
});

t.test("who opened, cancelled and cleared is named by subject", async (t) => {
  const service = await startTestService(t);
  const deployment = await endedDeployment(service);
  const operator = { token: tokenOf("operator") };
  const opened = await service.post("/v1/rollbacks", { deployment, components: "all", run: true }, operator);
  const id = idOf(opened);
  await givePlan(service, id, true);
  await runToEnd(service, id, { backup: [...BEFORE], record: [...BEFORE] });
  const { requestedBy } = (await service.get(`/v1/rollbacks/${id}`)).body;
  t.match(requestedBy, /^token:tok_[0-9a-z]{20}:operator$/);
  const open = await openDeployment(service);
  await service.post(`/v1/deployments/${open}/cancel`, undefined, operator);
  t.match(
    JSON.stringify((await service.get(`/v1/deployments/${open}/logs`)).body),
    new RegExp(`${requestedBy} asked to cancel`),
  );
});

// biome-ignore lint/suspicious/noExplicitAny: the document is read as data
type Any = any;
