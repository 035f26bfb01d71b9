import type { Test } from "tap";
import type { CapturedComponent, ComponentId } from "#src/domain/component/component";
import type { Store } from "#src/store/store";
import {
  beginRollback,
  component,
  deploy,
  deployment,
  IDENTITY,
  NOW,
  openDeployment,
  rollback,
  snapshot,
  step,
} from "./builders.ts";
import type { OpenStore } from "./open-store.ts";

export async function testSnapshots(t: Test, open: OpenStore): Promise<void> {
  await testStates(t, open);
  await testLastRecords(t, open);
}

async function testStates(t: Test, open: OpenStore): Promise<void> {
  await t.test("returns every component as it was captured", async (t) => {
    const store = await open(t);
    const whole = component("lambda-config:shop-pay", {
      Environment: { ключ: "é\u0000", list: [3, 1, 2], none: null },
    });
    const partial: CapturedComponent = {
      ...component("stack:shop-api"),
      parent: "stack:root",
      incomplete: "AccessDenied",
      physicalId: null,
    };
    const given = deployment("dep_1");
    await deploy(store, given, { before: [partial, whole] });
    const found = await store.findComponents(given.backup.id);
    t.same([...found.values()], [whole, partial]);
    t.same(await store.findComponent(given.backup.id, "stack:shop-api"), {
      ...partial,
      displayName: null,
      verdict: null,
    });
    t.equal(await store.findComponent(given.backup.id, "stack:none"), null);
    const row = await store.findSnapshot(given.backup.id);
    t.match(row, { purpose: "backup", activity: "dep_1", status: "Ready", takenAt: NOW + 500, components: 2 });
    t.ok((row?.sizeBytes ?? 0) > 2_000, "states and distinct artifacts count");
    t.equal(await store.findSnapshot("snp_none"), null);
    t.same(await store.findComponents("snp_none"), new Map());
  });

  await t.test("a snapshot that has not been taken yet is Pending and empty", async (t) => {
    const store = await open(t);
    const given = deployment("dep_1");
    await openDeployment(store, given);
    t.same(await store.findSnapshot(given.backup.id), {
      id: given.backup.id,
      purpose: "backup",
      activity: "dep_1",
      status: "Pending",
      takenAt: null,
      components: 0,
      incomplete: 0,
      sizeBytes: 0,
    });
  });

  await t.test("pages through the components of a snapshot in a stable order", async (t) => {
    const store = await open(t);
    const all = Array.from({ length: 7 }, (_, n) => component(`lambda-code:shop-${n}`));
    const given = deployment("dep_1");
    await deploy(store, given, { before: all.toReversed() });
    const found: ComponentId[] = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<Store["listComponents"]>> = await store.listComponents(given.backup.id, {
        limit: 3,
        cursor,
      });
      found.push(...page.items.map(({ id }) => id));
      cursor = page.next;
    } while (cursor);
    t.same(
      found,
      all.map(({ id }) => id),
    );
  });
}

async function testLastRecords(t: Test, open: OpenStore): Promise<void> {
  await t.test("finds what was last recorded of a component, including its absence", async (t) => {
    const store = await open(t);
    const [one, two] = [component("lambda-code:shop-1", { v: 1 }), component("lambda-code:shop-1", { v: 2 })];
    const gone = component("lambda-code:shop-2");
    await deploy(store, deployment("dep_1"), { before: [], deployed: [one, gone], recordedAt: NOW + 100 });
    await deploy(store, deployment("dep_2"), { before: [one, gone], deployed: [two], recordedAt: NOW + 200 });
    const last = (since: number, identity = IDENTITY) =>
      store.findLastRecorded(identity, [one.id, gone.id, "lambda-code:shop-never"], since);
    t.same(
      await last(NOW),
      new Map([
        [one.id, two.digest],
        [gone.id, null],
      ]),
    );
    t.same(await last(NOW + 201), new Map(), "older records are ignored");
    t.equal((await last(NOW + 200)).size, 2, "`since` itself counts");
    t.same(await last(NOW, { ...IDENTITY, region: "us-east-1" }), new Map(), "another region is another target");
    t.same(await last(NOW, { ...IDENTITY, account: "1" }), new Map(), "another account is another target");
    t.same(await store.findLastRecorded(IDENTITY, [], NOW), new Map());
  });

  await t.test("counts the record of a rollback for exactly the components that it restored or changed", async (t) => {
    const store = await open(t);
    const [kept, back] = [component("lambda-code:shop-9"), component("lambda-code:shop-1", { v: 0 })];
    const deployed = [kept, component("lambda-code:shop-1", { v: 1 }), component("lambda-code:shop-2")];
    await deploy(store, deployment("dep_1"), { before: [], deployed, recordedAt: NOW + 100 });
    // `foreign` is as in the rollback's own backup; `half` was made by a step that failed afterwards.
    const [foreign, half] = [component("lambda-code:shop-pay"), component("lambda-code:shop-4")];
    const steps = [
      step(1, { status: "Restored" }),
      step(2, { status: "Removed" }),
      step(3, { status: "Skipped", component: foreign.id }),
      step(4, { status: "Failed" }),
      step(5, { status: "Failed" }),
    ];
    const job = await beginRollback(store, rollback("rbk_1", ["dep_1"]), steps);
    const result = { restored: 1, removed: 1, recreated: 0, unchanged: 1, skipped: 0, failed: 0 };
    const record = snapshot("snp_record_rbk_1", [back, foreign, half], NOW + 300);
    const end = { status: "Completed", result, problem: null, record, rows: steps } as const;
    await store.endRollback(job, "rbk_1", { ...end, at: NOW, lines: [], follow: null });
    const asked: ComponentId[] = [kept.id, back.id, "lambda-code:shop-2", foreign.id, half.id, "lambda-code:shop-5"];
    t.same(
      await store.findLastRecorded(IDENTITY, asked, NOW),
      new Map([
        [kept.id, kept.digest],
        [back.id, back.digest],
        ["lambda-code:shop-2", null],
        [half.id, half.digest],
      ]),
    );
  });
}
