import t from "tap";
import { StepbackError } from "#src/domain/errors";
import type { Store } from "#src/store/store";
import { endedDeployment, OPENING } from "./seeds.ts";
import { idOf, startTestService, type TestService } from "./test-service.ts";

const READS = /^(find|list|read|count|ping|close|isCancelRequested|actAs)/;

/** Lets every write of the store fail, and returns what repairs it. */
function breakWrites(store: Store, error: StepbackError): () => void {
  const names = (Object.keys(store) as (keyof Store)[]).filter((name) => !READS.test(name));
  const whole = Object.fromEntries(names.map((name) => [name, store[name]]));
  for (const name of names) Object.assign(store, { [name]: () => Promise.reject(error) });
  return () => Object.assign(store, whole);
}

/** One request for each noun that can be written. */
async function writingRequests(service: TestService) {
  const ended = await endedDeployment(service);
  const open = idOf(await service.post("/v1/deployments", opening("open")));
  const rollback = { deployment: ended, components: [], run: false };
  const draft = idOf(await service.post("/v1/rollbacks", rollback));
  return [
    () => service.post("/v1/deployments", opening("another")),
    () => service.post("/v1/deployments", opening("keyed"), keyed("opening")),
    () => service.post("/v1/rollbacks", rollback),
    () => service.post(`/v1/rollbacks/${draft}/cancel`),
    () => service.post(`/v1/deployments/${open}/cancel`),
    () => service.send("PUT", "/v1/applications/shop/stages/prod/policy", { body: { requireReason: true } }),
  ];
}

const opening = (stack: string) => ({ ...OPENING, scope: { stacks: [stack] } });
const keyed = (key: string) => ({ headers: { "idempotency-key": key } });

for (const [code, status] of [
  ["DISK_FULL", 507],
  ["STORE_UNAVAILABLE", 503],
] as const) {
  t.test(`in an outage of the store every writing request gets ${status}, and succeeds afterwards`, async (t) => {
    const service = await startTestService(t);
    const requests = await writingRequests(service);
    const repair = breakWrites(service.store, new StepbackError(code, "The database refused."));
    for (const send of requests) {
      const refused = await send();
      t.match(refused, { status, body: { code, status, retryable: true } }, refused.text);
      t.match(refused.headers, { "content-type": "application/problem+json", "retry-after": /^\d+$/ });
    }
    // The use of the token would be noted again by now.
    service.clock.advance(120_000);
    t.equal((await service.get("/v1/deployments")).status, 200, "reading goes on");
    repair();
    for (const send of requests) {
      const answer = await send();
      t.ok(answer.status < 300, answer.text);
    }
  });
}

t.test("readiness names why jobs are not delivered, until they are again", async (t) => {
  const service = await startTestService(t);
  const { dispatcher } = service;
  t.match(await service.get("/readyz", { token: null }), { status: 200, body: { status: "ready" } });
  dispatcher.fault = { code: "DISK_FULL", title: "The disk of the service is full", detail: "SQLITE_FULL" };
  t.match(await service.get("/readyz", { token: null }), {
    status: 503,
    body: { status: "unavailable", reason: "DISK_FULL: The disk of the service is full" },
  });
  dispatcher.fault = null;
  t.equal((await service.get("/readyz", { token: null })).status, 200);
});
