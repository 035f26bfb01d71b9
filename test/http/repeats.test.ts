/** Kills the service before and after each of its writes while it handles a request, and sends the request again. */
import { setImmediate } from "node:timers/promises";
import t from "tap";
import { EVERYWHERE } from "#src/domain/access/grants";
import type { PinChanges } from "#src/domain/activity/pins";
import type { Store } from "#src/store/store";
import { describeApi } from "../../scripts/describe-api.ts";
import { awaiting, begin, STAGE } from "./build-calls.ts";
import { AFTER, BEFORE, endedDeployment, giveBackup, givePlan, OPENING, openDeployment, runToEnd } from "./seeds.ts";
import { type Answer, type Call, idOf, startTestService, type TestService, tokenOf } from "./test-service.ts";

interface Request {
  readonly url: string;
  readonly body?: object;
  readonly call?: Call;
}

const POLICY = `${STAGE}/policy`;
const APPROVER = { token: tokenOf("approver") };
const OPERATOR = { token: tokenOf("operator") };

/** Makes what the request of each operation needs, and returns a request that succeeds. */
const REQUESTS: Readonly<Record<string, (service: TestService) => Promise<Request>>> = {
  verifyData: async () => ({ url: "/v1/verifications", body: { readData: true } }),
  rotateKeys: async () => ({ url: "/v1/keys/rotations" }),
  createToken: async () => ({ url: "/v1/tokens", body: { name: "made", role: "ci", applications: ["shop"] } }),
  openDeployment: async () => ({ url: "/v1/deployments", body: OPENING }),
  finishDeployment: async (service) => {
    const id = await openDeployment(service);
    await giveBackup(service, id);
    return { url: `/v1/deployments/${id}/finish`, body: { outcome: "succeeded" } };
  },
  cancelDeployment: async (service) => {
    const id = await openDeployment(service);
    await giveBackup(service, id);
    return { url: `/v1/deployments/${id}/cancel` };
  },
  drillDeployment: async (service) => ({ url: `/v1/deployments/${await endedDeployment(service)}/drill` }),
  openRollback: async (service) => ({
    url: "/v1/rollbacks",
    body: { deployment: await endedDeployment(service), components: "all" },
  }),
  addComponents: async (service) => ({
    url: `/v1/rollbacks/${await draft(service, [])}/components`,
    body: { add: "all" },
  }),
  planRollback: async (service) => ({ url: `/v1/rollbacks/${await draft(service)}/plan` }),
  runRollback: async (service) => {
    const { id, planDigest } = await planned(service);
    return { url: `/v1/rollbacks/${id}/run`, body: { planDigest } };
  },
  cancelRollback: async (service) => ({ url: `/v1/rollbacks/${await draft(service)}/cancel` }),
  decideRollback: async (service) => {
    const { id, planDigest } = await planned(service);
    return { url: `/v1/rollbacks/${id}/approvals`, body: { planDigest, decision: "approve" }, call: APPROVER };
  },
  reviewRollback: async (service) => {
    await service.send("PUT", POLICY, { body: { emergency: { roles: ["operator"] } } });
    const opening = { deployment: await endedDeployment(service), components: "all", emergency: true, reason: "down" };
    const id = idOf(await service.post("/v1/rollbacks", opening, OPERATOR));
    return { url: `/v1/rollbacks/${id}/review`, body: { comment: "read" }, call: APPROVER };
  },
  appendRollbackOutput: async (service) => ({
    url: `/v1/rollbacks/${await begun(service)}/output`,
    body: { lines: ["Deploying"] },
  }),
  finishRollbackCommand: async (service) => ({
    url: `/v1/rollbacks/${await begun(service)}/finish`,
    body: { outcome: "succeeded" },
  }),
  rollBackToBuild: async (service) => {
    await endedDeployment(service, { before: [], after: BEFORE, opening: { build: "1" } });
    await endedDeployment(service, { before: BEFORE, after: AFTER, opening: { build: "2" } });
    return { url: `${STAGE}/rollback`, body: { toBuild: "1" } };
  },
  clearPin: async (service) => {
    await rolledBack(service);
    return { url: `/v1/pins/${PIN}/clear`, body: { reason: "It was the network." } };
  },
  clearRevalidation: async (service) => {
    await rolledBack(service);
    return { url: `${STAGE}/revalidations/${MARK}/clear`, body: { reason: "It was the network." } };
  },
  decideStagePolicy: async (service) => {
    await service.send("PUT", POLICY, { body: { approvals: { required: 2 } } });
    return { url: `${POLICY}/approvals`, body: { policy: {}, decision: "approve" }, call: APPROVER };
  },
};

const PIN = `pin_${"1".repeat(20)}`;
const MARK = `rvl_${"1".repeat(20)}`;

async function draft(service: TestService, components: readonly string[] | "all" = "all"): Promise<string> {
  const deployment = await endedDeployment(service);
  return idOf(await service.post("/v1/rollbacks", { deployment, components, run: false }));
}

async function planned(service: TestService): Promise<{ id: string; planDigest: string }> {
  const id = await draft(service);
  await service.post(`/v1/rollbacks/${id}/plan`);
  return { id, planDigest: (await givePlan(service, id)).digest };
}

/** A rollback by package whose command runs. */
async function begun(service: TestService): Promise<string> {
  const { id } = await awaiting(service);
  await begin(service, id);
  return id;
}

/** A rollback that has left a pin and a mark. */
async function rolledBack(service: TestService): Promise<void> {
  const deployment = await endedDeployment(service);
  const rollback = idOf(await service.post("/v1/rollbacks", { deployment, components: "all" }));
  await givePlan(service, rollback, true);
  const place = { application: "shop", stage: "prod", createdAt: service.clock.now() };
  const component = "lambda-code:shop-prod-pay" as const;
  const states = [{ component, digest: "d".repeat(64), codeSha256: null, supersededBy: null }];
  const pin = { ...place, id: PIN, rollback, target: "default", builds: [], commits: [], states, cleared: null };
  const pinChanges: PinChanges = {
    ...{ pin, restoredStates: [], undone: null },
    revalidate: [{ id: MARK, subject: "branch", name: "main" }],
  };
  await runToEnd(service, rollback, { backup: [...BEFORE], record: [...BEFORE], pinChanges });
}

/** Outside of the API's access control: a repeated exchange makes another token, a repeated sign-in another session. */
const WITHOUT_KEY: ReadonlySet<string> = new Set(["exchangeToken", "openSession"]);

/** Every operation that takes a key. */
const KEYED: readonly { id: string; status: number }[] = Object.values(
  ((await describeApi()) as { paths: Record<string, Record<string, Any>> }).paths,
).flatMap(({ post }) => {
  const status = Object.keys(post?.responses ?? {}).find((code) => code.startsWith("2"));
  return post && !WITHOUT_KEY.has(post.operationId) ? [{ id: post.operationId, status: Number(status) }] : [];
});

/** Runs inside the transaction of another method, which must not stay open for ever, or only begins something. */
const UNSTOPPED = ["insertJob", "underKey", "watchActivity"];

/** Between two writes it makes no difference when the service dies. */
const IS_READING = /^(find|list|is)[A-Z]/;

/** From its write number `last` on, the store returns nothing to anybody any more. Returns how to revive it. */
function dieAfter(store: Store, last: number): { readonly died: Promise<void>; readonly revive: () => void } {
  const living = { ...store };
  let writes = 0;
  let die = () => {};
  const died = new Promise<void>((resolve) => {
    die = resolve;
  });
  const mortal = Object.entries(living).flatMap(([name, method]) => {
    if (typeof method !== "function" || UNSTOPPED.includes(name)) return [];
    const called = async (...values: unknown[]) => {
      if (writes >= last) return never();
      const result: unknown = await Reflect.apply(method, living, values);
      if (!IS_READING.test(name)) writes += 1;
      if (writes < last) return result;
      die();
      return never();
    };
    return [[name, called]];
  });
  Object.assign(store, Object.fromEntries(mortal));
  return { died, revive: () => Object.assign(store, living) };
}

function never(tell: () => void = () => {}): Promise<never> {
  tell();
  return new Promise(() => {});
}

/** Everything that a request may have made or changed, without ids and times. */
async function traces(service: TestService): Promise<string> {
  const page = { limit: 200, cursor: null };
  const { store } = service;
  const { items: activities } = await store.listActivities({ grants: [EVERYWHERE] }, page);
  const places = { application: "shop", stage: "prod", grants: [EVERYWHERE] };
  const facts = await Promise.all(
    [
      activities.map(async ({ id, type, status, error, cancelRequestedAt }) => {
        const lines = (await store.listLines(id, { after: 0, limit: 200 })).map(({ message }) => message);
        const approvals = (await store.findApprovals(id)).map(({ by, decision }) => [by, decision]);
        const rollback = await store.findRollback(id);
        const own = rollback && [rollback.picked, rollback.editors, rollback.review?.by, rollback.toBuild?.outcome];
        const isPlanned = (await store.findPlan(id)) !== null;
        return [type, status, error?.code, cancelRequestedAt !== null, lines, approvals, own, isPlanned];
      }),
      [store.listTokens(page).then(({ items }) => items.map(({ name, createdBy }) => [name, createdBy]))],
      [store.listPins(places, page).then(({ items }) => items.map(({ cleared }) => cleared?.by))],
      [store.listRevalidations(places, page).then(({ items }) => items.map(({ cleared }) => cleared?.by))],
      [store.findApprovals('policy:["shop","prod"]').then((all) => all.map(({ by, decision }) => [by, decision]))],
      [Promise.resolve(service.jobs.map(({ type }) => type))],
    ].map((some) => Promise.all(some as Promise<unknown>[])),
  );
  return JSON.stringify(facts, null, 1);
}

function send(service: TestService, { url, body, call }: Request): Promise<Answer> {
  return service.post(url, body, { ...call, headers: { "idempotency-key": "once" } });
}

/** More than any request has. */
const MAX_WRITES = 20;

for (const { id, status } of KEYED) {
  t.test(`${id} is done once, wherever the service is killed before it has answered`, async (t) => {
    const prepare = REQUESTS[id];
    t.ok(prepare, `a request shows what a repeat of ${id} comes to`);
    if (!prepare) return;
    const undisturbed = await startTestService(t);
    t.equal((await send(undisturbed, await prepare(undisturbed))).status, status);
    const expected = await traces(undisturbed);
    let kills = 0;
    for (; kills < MAX_WRITES; kills += 1) {
      const service = await startTestService(t);
      const request = await prepare(service);
      const { died, revive } = dieAfter(service.store, kills + 1);
      const answered = await Promise.race([send(service, request), died]);
      // The transaction that was open then has ended.
      for (let turn = 0; turn < 5; turn += 1) await setImmediate();
      revive();
      await service.store.releaseKey(null);
      const again = await send(service, request);
      const about = `killed after ${kills + 1} writes: ${again.status} ${again.text.slice(0, 300)}`;
      const isShownOnce = id === "createToken" && again.body["code"] === "SECRET_SHOWN_ONCE";
      t.ok(again.status === status || isShownOnce, about);
      t.equal(await traces(service), expected, about);
      if (answered) break;
    }
    t.ok(kills > 1 && kills < MAX_WRITES, `${kills} kills`);
  });
}

t.test("a repeat says that it is one, and where the job is", async (t) => {
  const service = await startTestService(t);
  const request = { url: "/v1/deployments", body: OPENING };
  Object.assign(service.store, { completeKey: never });
  void send(service, request);
  while (service.jobs.length === 0) await setImmediate();
  // Writes wait for each other, so the transaction that made the job has been committed then.
  await service.store.ping();
  const made = service.jobs[0]?.subject;
  await service.store.releaseKey(null);
  const again = await send(service, request);
  t.match(again, { status: 202, body: { id: made } }, again.text);
  t.match(again.headers, { location: `/v1/deployments/${made}`, "idempotency-replayed": "true" });
  t.equal((await send(service, { ...request, body: { ...OPENING, reason: "other" } })).status, 422);
});

t.test("what a refused request would have changed is not noted under its key", async (t) => {
  const service = await startTestService(t);
  await rolledBack(service);
  const request = { url: `/v1/pins/${PIN}/clear`, body: { reason: "It was the network." } };
  t.equal((await service.post(request.url, request.body)).status, 200);
  const { completeKey } = service.store;
  const stored = new Promise<void>((resolve) => {
    Object.assign(service.store, { completeKey: () => never(resolve) });
  });
  void send(service, request);
  await stored;
  Object.assign(service.store, { completeKey });
  await service.store.releaseKey(null);
  t.match(await send(service, request), { status: 409, body: { code: "NOT_ACTIVE" } });
});

// biome-ignore lint/suspicious/noExplicitAny: the document is read as data
type Any = any;
