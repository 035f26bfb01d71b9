import t from "tap";
import { EVERYWHERE } from "#src/domain/access/grants";
import { filesIn } from "#src/domain/audit/bundle-archive";
import { planText } from "#src/domain/audit/evidence-files";
import { verifyBundle } from "#src/domain/audit/verify-bundle";
import { asObject, type JsonObject } from "#src/domain/json";
import {
  AFTER,
  BEFORE,
  endedDeployment,
  givePlan,
  line as logLine,
  openDeployment,
  planStep,
  rollback,
  runToEnd,
  state,
} from "./seeds.ts";
import { idOf, insertLogin, startTestService, type TestService, tokenOf } from "./test-service.ts";

const NOTHING_KEPT = { key: null, checkpoint: null };
const AUDITOR = { token: tokenOf("auditor") };

async function endedRollback(service: TestService, deployment: string): Promise<string> {
  const opened = await rollback(service, { deployment, components: "all", reason: "It broke.", ticket: "OPS-7" });
  await givePlan(service, idOf(opened), true);
  await runToEnd(service, idOf(opened), { backup: AFTER, record: BEFORE });
  return idOf(opened);
}

async function bundleOf({ app }: TestService, noun: string, id: string) {
  const headers = { authorization: `Bearer ${tokenOf("auditor")}` };
  const response = await app.inject({ url: `/v1/${noun}/${id}/evidence`, headers });
  const bytes = response.rawPayload;
  const files = filesIn(bytes) ?? new Map<string, Uint8Array>();
  const textOf = (name: string) => Buffer.from(files.get(name) ?? []).toString();
  const records = textOf("records.ndjson")
    .trim()
    .split("\n")
    .map((line) => asObject(asObject(JSON.parse(line))["record"]));
  return { response, bytes, textOf, records };
}

const actionsOf = (records: readonly JsonObject[]) => [...new Set(records.map(({ action }) => action))];

t.test("the evidence of a rollback is whole, and says who did what, also after the job has ended", async (t) => {
  const service = await startTestService(t);
  const deployment = await endedDeployment(service);
  const id = await endedRollback(service, deployment);
  const { response, bytes, textOf, records } = await bundleOf(service, "rollbacks", id);
  t.equal(response.statusCode, 200);
  t.match(response.headers, {
    "content-type": "application/zip",
    "content-disposition": `attachment; filename="${id}-evidence.zip"`,
    "cache-control": "no-store",
  });
  t.match(verifyBundle(bytes, NOTHING_KEPT), { about: id, faults: [], records: records.length });
  t.same(actionsOf(records), ["openRollback", "plan.save", "backup.save", "step.end", "job.end"]);
  t.match(JSON.parse(textOf("result.json")), { id, status: "Completed", result: { restored: 4 } });
  t.match(JSON.parse(textOf("plan.json")), { digest: /^[0-9a-f]{64}$/, steps: [{ action: "restore" }] });
  const lines = textOf("log.ndjson").trim().split("\n");
  const listed = await service.get(`/v1/rollbacks/${id}/logs`);
  t.same(
    lines.map((line) => asObject(JSON.parse(line))["message"]),
    (listed.body["items"] as JsonObject[]).map(({ message }) => message),
  );
  t.match(textOf("records.ndjson"), /"value":"It broke\."/, "texts stand beside the records");

  await rollback(service, { rollback: id, components: "all", run: false });
  await service.store.appendLines(null, id, [logLine(service, "a line that came later")]);
  const again = await bundleOf(service, "rollbacks", id);
  t.match(verifyBundle(again.bytes, NOTHING_KEPT), { faults: [] });
  t.ok(actionsOf(again.records).includes("getRollbackEvidence"), "who took evidence stands in the next one");
  t.match(again.records.at(-1), { action: "getRollbackEvidence", actor: { role: "auditor" }, outcome: "done" });
});

t.test("the evidence of a deployment has the reads of its backup, and no plan", async (t) => {
  const service = await startTestService(t);
  const id = await endedDeployment(service);
  const { backup } = await service.services.deployments.find(id);
  const read = await service.get(
    `/v1/snapshots/${backup.id}/components/${encodeURIComponent("lambda-code:shop-prod-pay")}/artifact`,
  );
  const { bytes, textOf, records } = await bundleOf(service, "deployments", id);
  t.match(verifyBundle(bytes, NOTHING_KEPT), { about: id, faults: [] });
  t.equal(textOf("plan.json"), "null\n");
  t.ok(actionsOf(records).includes("getSnapshotArtifact"), `${read.status} ${actionsOf(records)}`);
  await endedRollback(service, id);
  t.match(
    verifyBundle((await bundleOf(service, "deployments", id)).bytes, NOTHING_KEPT),
    { faults: [] },
    "rolled back",
  );
});

t.test("there is no evidence of what has not ended, nor for whoever may not export the audit of it", async (t) => {
  const service = await startTestService(t);
  const running = await openDeployment(service);
  const url = `/v1/deployments/${running}/evidence`;
  t.match(await service.get(url, AUDITOR), { status: 409, body: { code: "DEPLOYMENT_NOT_FINISHED" } });
  const ended = await endedDeployment(service, { opening: { scope: { stacks: ["shop-other"] } } });
  const draft = idOf(await rollback(service, { deployment: ended, components: [], run: false }));
  t.match(await service.get(`/v1/rollbacks/${draft}/evidence`, AUDITOR), {
    status: 409,
    body: { code: "ROLLBACK_NOT_FINISHED" },
  });
  await service.post(`/v1/rollbacks/${draft}/cancel`);
  t.match(verifyBundle((await bundleOf(service, "rollbacks", draft)).bytes, NOTHING_KEPT), {
    about: draft,
    faults: [],
  });
  t.equal((await service.get(`/v1/rollbacks/${ended}/evidence`, AUDITOR)).status, 404, "of another noun");
  for (const role of ["ci", "operator", "approver"] as const)
    t.equal((await service.get(`/v1/deployments/${ended}/evidence`, { token: tokenOf(role) })).status, 403, role);
  const foreign = "foreign-auditor-0123456789";
  const grants = [{ role: "auditor", ...EVERYWHERE, applications: ["crm"] }] as const;
  await insertLogin(service.store, service.clock, foreign, { name: "foreign", grants });
  t.equal((await service.get(`/v1/deployments/${ended}/evidence`, { token: foreign })).status, 404);
  const { records } = await bundleOf(service, "deployments", ended);
  t.notOk(
    records.some(({ outcome }) => outcome === "NOT_FOUND" || outcome === "FORBIDDEN"),
    "and who asked in vain is not told to those of the job",
  );
});

t.test("no setting's value is in a bundle", async (t) => {
  const service = await startTestService(t);
  const secret = "hunter2-0123456789";
  const config = (value: string) => [state("lambda-config:shop-prod-pay", { Environment: { KEY: value } })];
  const id = await endedDeployment(service, { before: config(secret), after: config("changed") });
  const undone = await endedRollback(service, id);
  for (const [noun, job] of [
    ["deployments", id],
    ["rollbacks", undone],
  ] as const)
    t.notMatch((await bundleOf(service, noun, job)).bytes.toString("latin1"), secret);
  const [goal] = config(secret);
  const diff = [{ path: "/Environment/KEY", before: secret, deployed: secret, live: secret }];
  const step = planStep("lambda-config:shop-prod-pay", 1, {
    ...{ goal: goal?.state ?? null, diff },
    bridges: [{ goal: goal?.state ?? null }] as never,
    actions: [{ do: "lambda-config", name: "UpdateFunctionConfiguration", goal: secret }] as never,
  });
  const text = planText({ digest: "d", plannedAt: 1, steps: [step] });
  t.notMatch(text, secret, "nor in a plan");
  t.match(text, /"name":"UpdateFunctionConfiguration"/, "but what it does");
});
