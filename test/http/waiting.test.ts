import t from "tap";
import {
  AFTER,
  BEFORE,
  endedDeployment,
  giveBackup,
  givePlan,
  giveRecord,
  openDeployment,
  rollback,
  runToEnd,
} from "./seeds.ts";
import { type Answer, idOf, startTestService, type TestService } from "./test-service.ts";

/** Sends a request that waits, and resolves once its row was read for the first time and the request sleeps. */
async function sleeping(service: TestService, url: string): Promise<{ answer: Promise<Answer>; reads: () => number }> {
  const { store } = service;
  const whole = { findDeployment: store.findDeployment, findRollback: store.findRollback };
  let reads = 0;
  const counted = <Read extends (...args: never[]) => Promise<unknown>>(read: Read) =>
    ((...args) =>
      read(...args).finally(() => {
        reads += 1;
      })) as Read;
  Object.assign(store, {
    findDeployment: counted(whole.findDeployment),
    findRollback: counted(whole.findRollback),
  });
  const answer = service.get(url).finally(() => Object.assign(store, whole));
  while (reads === 0) await new Promise(setImmediate);
  for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
  return { answer, reads: () => reads };
}

/** What a request waits for, and the work that settles it. The clock stands still, so that only a commit can end the wait. */
const WAITS: Record<string, (service: TestService) => Promise<{ url: string; settle: () => Promise<unknown> }>> = {
  "a backup": async (service) => {
    const id = await openDeployment(service);
    return { url: `/v1/deployments/${id}?wait=60`, settle: () => giveBackup(service, id) };
  },
  "the end of a deployment": async (service) => {
    const id = await openDeployment(service);
    await giveBackup(service, id);
    await service.post(`/v1/deployments/${id}/finish`, { outcome: "succeeded" });
    return { url: `/v1/deployments/${id}?wait=60`, settle: () => giveRecord(service, id) };
  },
  "the end of a deployment whose backup fails": async (service) => {
    const id = await openDeployment(service);
    const problem = { code: "AWS_DENIED", title: "AWS denied the call", detail: "lambda:GetFunction" } as const;
    const fail = async () =>
      service.store.failActivity(await service.claim(), id, { problem, at: service.clock.now(), lines: [] });
    return { url: `/v1/deployments/${id}?wait=60`, settle: fail };
  },
  "a plan": async (service) => {
    const deployment = await endedDeployment(service);
    const id = idOf(await rollback(service, { deployment, components: "all", run: false }));
    await service.post(`/v1/rollbacks/${id}/plan`);
    return { url: `/v1/rollbacks/${id}/plan?wait=60`, settle: () => givePlan(service, id) };
  },
  "the end of a rollback": async (service) => {
    const deployment = await endedDeployment(service);
    const id = idOf(await rollback(service, { deployment, components: "all" }));
    await givePlan(service, id, true);
    return {
      url: `/v1/rollbacks/${id}?wait=60`,
      settle: () => runToEnd(service, id, { backup: AFTER, record: BEFORE }),
    };
  },
};

for (const [what, arrange] of Object.entries(WAITS)) {
  t.test(`a request that waits for ${what} reads nothing until a commit, and is answered by it`, async (t) => {
    const service = await startTestService(t);
    const { url, settle } = await arrange(service);
    service.clock.freeze();
    const { answer, reads } = await sleeping(service, url);
    t.equal(reads(), 1, "it has read once");
    await settle();
    t.equal((await answer).status, 200);
  });
}

t.test("a request waits on after a commit that settles nothing", async (t) => {
  const service = await startTestService(t);
  const id = await openDeployment(service);
  service.clock.freeze();
  const { answer, reads } = await sleeping(service, `/v1/deployments/${id}?wait=60`);
  await service.store.appendLines(null, id, [
    { at: 0, level: "info", component: null, step: null, message: "on the way", aws: null },
  ]);
  while (reads() === 1) await new Promise(setImmediate);
  await giveBackup(service, id);
  t.match(await answer, { status: 200, body: { snapshot: { status: "Ready" } } });
});

t.test("a change that no commit announces ends a wait at the next fallback", async (t) => {
  const service = await startTestService(t);
  Object.assign(service.store, { watchActivity: () => () => {} });
  const id = await openDeployment(service);
  const [waited] = await Promise.all([service.get(`/v1/deployments/${id}?wait=60`), giveBackup(service, id)]);
  t.match(waited, { status: 200, body: { snapshot: { status: "Ready" } } });
});
