import Database from "better-sqlite3";
import t from "tap";
import { EVERYWHERE } from "#src/domain/access/grants";
import { chainFaults, textFaults } from "#src/domain/audit/chain";
import { isSigned, publicKeyIn, signerOf } from "#src/domain/audit/checkpoint";
import { leafOf, rootFromProof } from "#src/domain/audit/merkle";
import { verifyExport } from "#src/domain/audit/verify-export";
import { asObject } from "#src/domain/json";
import { AFTER, BEFORE, endedDeployment, givePlan, OPENING, openDeployment, rollback, runToEnd } from "./seeds.ts";
import { idOf, insertLogin, startTestService, type TestService, tokenOf } from "./test-service.ts";

const NOTHING_KEPT = { key: null, checkpoint: null };

async function* piecesOf(text: string): AsyncGenerator<Buffer> {
  yield Buffer.from(text);
}

async function allRows({ services, store }: TestService) {
  await services.audit.sequence();
  return store.readRecords({}, { after: 0, upTo: 1_000_000, limit: 1_000_000 });
}

async function allRecords(service: TestService) {
  return (await allRows(service)).map(({ record }) => record);
}

t.test(
  "the whole way of a rollback is recorded, in one chain, and its last record has the digests of its files",
  async (t) => {
    const service = await startTestService(t);
    const deployment = await endedDeployment(service);
    const opened = await rollback(service, { deployment, components: "all", reason: "It broke.", ticket: "OPS-7" });
    await givePlan(service, idOf(opened), true);
    await runToEnd(service, idOf(opened), { backup: AFTER, record: BEFORE });
    const rows = await allRows(service);
    const records = rows.map(({ record }) => record);
    t.same(chainFaults(records), []);
    t.same(
      rows.flatMap(({ record, texts }) => textFaults(record, texts)),
      [],
    );
    const own = records.filter(({ subject }) => asObject(subject)["id"] === idOf(opened));
    t.same(
      [...new Set(own.map(({ action }) => action))],
      ["openRollback", "plan.save", "backup.save", "step.end", "job.end"],
    );
    const first = own[0];
    t.match(first, {
      subject: { type: "rollback", application: "shop", stage: "prod" },
      actor: { method: "token", role: "admin" },
    });
    t.match(String(first?.["reason"]), /^salted-sha256:[0-9a-f]{64}$/);
    t.match(rows.find(({ record }) => record === first)?.texts, [
      { pointer: "/actor/name", value: "admin" },
      { pointer: "/reason", value: "It broke." },
      { pointer: "/source/ip", value: "127.0.0.1" },
      { pointer: "/source/userAgent" },
      { pointer: "/ticket", value: "OPS-7" },
    ]);
    const end = own.at(-1);
    t.match(end, {
      action: "job.end",
      actor: { subject: `job:${idOf(opened)}`, method: "job" },
      after: { plan: /^[0-9a-f]{64}$/, result: /^[0-9a-f]{64}$/, log: { sha256: /^[0-9a-f]{64}$/ } },
    });
    t.notMatch(JSON.stringify(records), /It broke|OPS-7|127\.0\.0\.1/, "no text of a person stands in a record");
  },
);

t.test("what cannot be recorded is not done: no row, no success, no byte", async (t) => {
  const service = await startTestService(t);
  const before = await openDeployment(service);
  const database = new Database(service.file);
  database.exec("CREATE TRIGGER denied BEFORE INSERT ON audit_inbox BEGIN SELECT RAISE(ABORT, 'denied'); END");
  const count = () =>
    ["activities", "jobs", "approvals", "access_tokens", "stage_policies"].map((table) =>
      database.prepare(`SELECT count(*) FROM ${table}`).pluck().get(),
    );
  const rows = count();
  const attempts = [
    await service.post("/v1/deployments", { ...OPENING, scope: { stacks: ["shop-other"] } }),
    await service.post(`/v1/deployments/${before}/cancel`),
    await service.post("/v1/tokens", { name: "made", role: "ci" }),
    await service.send("PUT", "/v1/applications/shop/stages/prod/policy", { body: { pins: "refuse" } }),
  ];
  for (const { status, text } of attempts) t.ok(status >= 500, `${status} ${text}`);
  t.same(count(), rows);
  t.equal((await service.services.deployments.find(before)).cancelRequestedAt, null);
  const refused = await service.post("/v1/deployments", {}, { token: tokenOf("auditor") });
  t.equal(refused.status, 403, "a refusal changes nothing, so it stands");
  database.exec("DROP TRIGGER denied").close();
  t.equal((await service.post(`/v1/deployments/${before}/cancel`)).status, 202);
});

t.test("refusals without a login count by source and minute", async (t) => {
  const service = await startTestService(t);
  for (let n = 0; n < 30; n += 1) await service.get("/v1/me", { token: null });
  t.same(
    (await allRecords(service)).filter(({ action }) => action === "login.refused"),
    [],
    "the minute is not over",
  );
  service.clock.advance(60_000);
  await service.get("/v1/me", { token: null });
  const refused = (await allRecords(service)).filter(({ action }) => action === "login.refused");
  t.match(refused, [{ actor: { subject: "anonymous" }, outcome: "UNAUTHENTICATED", after: { count: 30 } }]);
  t.equal(refused.length, 1);
  await service.services.audit.sequence(true);
  t.match((await allRecords(service)).at(-1), { action: "login.refused", after: { count: 1 } });
});

t.test("a token's first use of the day is a log-in, and a repeated request is recorded as such", async (t) => {
  const service = await startTestService(t);
  const headers = { "idempotency-key": "once" };
  const [first, again] = [
    await service.post("/v1/deployments", OPENING, { headers }),
    await service.post("/v1/deployments", OPENING, { headers }),
  ];
  t.equal(idOf(again), idOf(first));
  const records = await allRecords(service);
  t.equal(records.filter(({ action }) => action === "login").length, 1);
  t.same(
    records.filter(({ action }) => action === "openDeployment").map(({ outcome }) => outcome),
    ["done", "repeated"],
  );
});

t.test("auditors read and export what their grants contain, and an export is whole", async (t) => {
  const service = await startTestService(t);
  for (const application of ["shop", "crm"])
    await service.post("/v1/deployments", { ...OPENING, application, scope: { stacks: [application] } });
  const foreign = "foreign-auditor-0123456789";
  const grants = [{ role: "auditor", ...EVERYWHERE, applications: ["crm"] }] as const;
  await insertLogin(service.store, service.clock, foreign, { name: "foreign", grants });
  const token = tokenOf("auditor");
  const listed = await service.get("/v1/audit?action=openDeployment&limit=1", { token });
  t.match(listed, { status: 200, body: { items: [{ record: { action: "openDeployment" }, texts: [{}] }] } });
  t.equal((await service.get("/v1/audit", { token: tokenOf("operator") })).status, 403);
  const textOf = async (url: string, by: string) => (await service.get(url, { token: by })).text;
  const whole = await textOf("/v1/audit/export", token);
  const report = await verifyExport(piecesOf(whole), NOTHING_KEPT);
  t.same(report.faults, []);
  t.equal(report.records, whole.trim().split("\n").length - 1);
  for (const proofs of ["", "?proofs=1"]) {
    const own = await textOf(`/v1/audit/export${proofs}`, foreign);
    t.match(await verifyExport(piecesOf(own), NOTHING_KEPT), { faults: [], records: 1 });
    t.match(own, /"proof":/, "who does not get the chain gets proofs without asking");
    t.notMatch(own, /"shop"/);
  }
  const found = await service.get("/v1/audit/checkpoint", { token });
  t.match(found.body, { note: /^stepback\//, publicKeyPem: /BEGIN PUBLIC KEY/ });
  t.equal((await textOf("/v1/audit/export?format=csv", token)).startsWith("seq,at,actor"), true);
  t.match((await allRecords(service)).at(-1), { action: "exportAudit", actor: { role: "auditor" }, outcome: "done" });
});

t.test("records can neither be changed nor deleted, and each is proven by the signed checkpoint", async (t) => {
  const service = await startTestService(t);
  for (let n = 0; n < 20; n += 1) await openDeployment(service, { scope: { stacks: [`shop-${n}`] } });
  const { checkpoint } = (await service.store.checkpoint()) ?? {};
  if (!checkpoint) throw new Error("there is no checkpoint");
  t.same((await service.store.checkpoint())?.checkpoint, checkpoint, "nothing has changed, so it is signed once");
  const records = await allRecords(service);
  t.equal(checkpoint.size, records.length);
  t.equal(checkpoint.hash, records.at(-1)?.hash);
  for (const { seq, hash } of records) {
    const proof = await service.store.proveInclusion(seq, checkpoint.size);
    const found = rootFromProof(leafOf(hash), { index: seq - 1, size: checkpoint.size, proof });
    t.equal(found, checkpoint.merkleRoot);
  }
  const other = signerOf(Buffer.alloc(32, 1));
  t.notOk(isSigned("checkpoint", checkpoint, publicKeyIn(other.publicKeyPem)));
  const database = new Database(service.file);
  t.teardown(() => database.close());
  for (const sql of [
    "UPDATE audit_records SET action = 'nothing' WHERE seq = 3",
    "DELETE FROM audit_records WHERE seq = 3",
    "DELETE FROM audit_checkpoints",
    "UPDATE audit_nodes SET hash = ''",
    "UPDATE audit_texts SET salt = ''",
  ])
    t.throws(() => database.exec(sql), /append-only/, sql);
  await openDeployment(service, { scope: { stacks: ["shop-last"] } });
  t.throws(() => database.exec("DELETE FROM audit_inbox"), /append-only/);
});
