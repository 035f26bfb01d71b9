import type { Test } from "tap";
import type { Store } from "#src/store/store";
import {
  beginRollback,
  component,
  deploy,
  deployment,
  FIRST_PAGE,
  NOW,
  openDeployment,
  rollback,
  snapshot,
} from "./builders.ts";
import type { OpenStore } from "./open-store.ts";

const PAY = "lambda-code:shop-pay";

const [one, two] = [component(PAY, { v: 1 }), component(PAY, { v: 2 })];

/** The snapshots of a history, each with the number of the state that it saw. */
async function ids(store: Store, filter: object = {}): Promise<string[]> {
  const { items } = await store.listHistory(PAY, { target: "default", ...filter }, FIRST_PAGE);
  return items.map(({ snapshot, digest }) => `${snapshot} ${digest === null ? "gone" : digest === one.digest ? 1 : 2}`);
}

export async function testHistory(t: Test, open: OpenStore): Promise<void> {
  await testLists(t, open);
  await testRecordedStates(t, open);
  await testLaterDeployments(t, open);
  await testVerdicts(t, open);
}

async function testLists(t: Test, open: OpenStore): Promise<void> {
  await t.test("lists every state once, newest first, with the snapshot that saw it first", async (t) => {
    const store = await open(t);
    await deploy(store, deployment("dep_1"), { before: [one], deployed: [two] });
    await deploy(store, deployment("dep_2", { createdAt: NOW + 10 }), { before: [two], deployed: [two] });
    await deploy(store, deployment("dep_3", { createdAt: NOW + 20 }), { before: [one], deployed: [] });
    await deploy(store, deployment("dep_4", { createdAt: NOW + 30 }), { before: [], deployed: [] });
    await deploy(store, deployment("dep_5", { createdAt: NOW + 40 }), { before: [], deployed: [one] });
    t.same(await ids(store), [
      "snp_record_dep_5 1",
      "snp_record_dep_3 gone",
      "snp_backup_dep_3 1",
      "snp_record_dep_1 2",
      "snp_backup_dep_1 1",
    ]);
    const { items } = await store.listHistory(PAY, { target: "default" }, { limit: 1, cursor: null });
    t.match(items, [
      { component: PAY, purpose: "record", takenAt: NOW + 800, activity: { id: "dep_5", build: "1841" } },
    ]);
    t.same((await store.listHistory("stack:none", { target: "default" }, FIRST_PAGE)).items, []);
  });

  await t.test("notes what a rollback removed without a step of its own", async (t) => {
    const store = await open(t);
    await deploy(store, deployment("dep_1"), { before: [], deployed: [two] });
    const job = await beginRollback(store, rollback("rbk_1", ["dep_1"]), []);
    const result = { restored: 0, removed: 0, recreated: 0, unchanged: 0, skipped: 0, failed: 0 };
    const record = snapshot("snp_record_rbk_1", [], NOW + 3_000);
    const end = { status: "Completed", result, problem: null, record, rows: [] } as const;
    await store.endRollback(job, "rbk_1", { ...end, at: NOW + 3_000, lines: [], follow: null });
    t.equal((await ids(store))[0], "snp_record_rbk_1 gone");
  });

  await t.test("keeps targets apart, and filters by application and stage", async (t) => {
    const store = await open(t);
    await deploy(store, deployment("dep_1"), { before: [one], deployed: [one] });
    await deploy(store, deployment("dep_2", { target: "other" }), { before: [one], deployed: [one] });
    await deploy(store, deployment("dep_3", { stage: "test", createdAt: NOW + 9 }), { before: [two], deployed: [two] });
    t.same(await ids(store), ["snp_backup_dep_3 2", "snp_backup_dep_1 1"]);
    t.same(await ids(store, { target: "other" }), ["snp_backup_dep_2 1"]);
    t.same(await ids(store, { stage: "test" }), ["snp_backup_dep_3 2"]);
    t.same(await ids(store, { application: "none" }), []);
  });

  await t.test("lists a state again when it became readable, and pages by key", async (t) => {
    const store = await open(t);
    const blind = { ...one, incomplete: "AccessDenied" };
    await deploy(store, deployment("dep_1"), { before: [blind], deployed: [one] });
    const first = await store.listHistory(PAY, { target: "default" }, { limit: 1, cursor: null });
    const rest = await store.listHistory(PAY, { target: "default" }, { limit: 1, cursor: first.next });
    t.match([...first.items, ...rest.items], [{ incomplete: null }, { incomplete: "AccessDenied" }]);
    t.equal(rest.next, null);
  });
}

async function testRecordedStates(t: Test, open: OpenStore): Promise<void> {
  await t.test("finds the states that were last recorded, however long ago", async (t) => {
    const store = await open(t);
    const gone = component("lambda-code:shop-gone");
    await deploy(store, deployment("dep_1"), { before: [], deployed: [one, gone], recordedAt: NOW + 100 });
    await deploy(store, deployment("dep_2"), { before: [one, gone], deployed: [two], recordedAt: NOW + 200 });
    await deploy(store, deployment("dep_3"), { before: [one] });
    const identity = { account: "000000000000", region: "eu-central-1" };
    const found = await store.findRecorded(identity, [PAY, gone.id, "lambda-code:shop-never"]);
    t.same(
      found,
      new Map([[PAY, two]]),
      "a component that was recorded as absent has no state, and a backup is no record",
    );
  });
}

async function testLaterDeployments(t: Test, open: OpenStore): Promise<void> {
  await t.test("finds the other deployments that altered a component after a record, newest first", async (t) => {
    const store = await open(t);
    const three = component(PAY, { v: 3 });
    await deploy(store, deployment("dep_1"), { before: [one], deployed: [two], recordedAt: NOW + 100 });
    await deploy(store, deployment("dep_2", { build: "b2" }), {
      before: [two],
      deployed: [three],
      recordedAt: NOW + 200,
    });
    await deploy(store, deployment("dep_3"), { before: [three], deployed: [three], recordedAt: NOW + 300 });
    await deploy(store, deployment("dep_4", { build: null }), { before: [three], deployed: [], recordedAt: NOW + 400 });
    const identity = { account: "000000000000", region: "eu-central-1" };
    const later = async (asked: object = {}, since = NOW + 100) =>
      (
        await store.findLaterDeployments(
          { target: "default", identity, picked: [PAY, "stack:none"], deployments: ["dep_1"], ...asked },
          since,
        )
      ).get(PAY) ?? [];
    t.same(await later(), [
      { id: "dep_4", build: null, recordedAt: NOW + 400, digest: null },
      { id: "dep_2", build: "b2", recordedAt: NOW + 200, digest: three.digest },
    ]);
    t.match(
      await later({ deployments: ["dep_1", "dep_4"] }),
      [{ id: "dep_2" }],
      "those rolled back along are not named",
    );
    t.match(await later({}, NOW + 200), [{ id: "dep_4" }]);
    t.same(await later({ target: "other" }), []);
    t.same(await later({ identity: { ...identity, region: "us-east-1" } }), []);
    t.same(await later({ identity: null }), []);
  });
}

async function testVerdicts(t: Test, open: OpenStore): Promise<void> {
  await t.test("keeps the verdicts of a backup with its components", async (t) => {
    const store = await open(t);
    const job = await openDeployment(store, deployment("dep_1"));
    const verdict = { readiness: "irreversible", reasons: [{ code: "INCOMPLETE_BACKUP", detail: "denied" }] } as const;
    const other = component("stack:shop");
    const taken = { ...snapshot("snp_backup_dep_1", [one, other]), verdicts: new Map([[PAY, verdict]] as const) };
    const readiness = { reversible: 0, "reversible-with-loss": 0, irreversible: 1 };
    await store.saveBackup(job, "dep_1", taken, { lock: null, readiness, lines: [] });
    t.same((await store.findComponent("snp_backup_dep_1", PAY))?.verdict, verdict);
    const { items } = await store.listComponents("snp_backup_dep_1", FIRST_PAGE);
    t.same(
      items.map((judged) => judged.verdict),
      [verdict, null],
    );
    t.same((await store.findDeployment("dep_1"))?.readiness, readiness);
  });
}
