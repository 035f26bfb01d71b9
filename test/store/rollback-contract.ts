import type { Test } from "tap";
import type { RollbackEnd } from "#src/store/port/rollbacks";
import type { Store } from "#src/store/store";
import {
  allow,
  beginRollback,
  claim,
  component,
  deploy,
  deployment,
  enqueue,
  FIRST_PAGE,
  line,
  NOW,
  PROBLEM,
  plan,
  refuseWith,
  rollback,
  snapshot,
  step,
} from "./builders.ts";
import type { OpenStore } from "./open-store.ts";

const NOTHING = { restored: 0, removed: 0, recreated: 0, unchanged: 0, skipped: 0, failed: 0 };

/** A store with two ended deployments. */
async function openDeployed(t: Test, open: OpenStore): Promise<Store> {
  const store = await open(t);
  const states = { before: [component("lambda-code:shop-pay")], deployed: [component("lambda-code:shop-pay")] };
  await deploy(store, deployment("dep_1"), states);
  await deploy(store, deployment("dep_2", { lock: { stacks: ["other"], functions: [], within: [] } }), states);
  return store;
}

async function openDraft(t: Test, open: OpenStore): Promise<Store> {
  const store = await openDeployed(t, open);
  await store.openRollback(rollback("rbk_1", ["dep_1"], { status: "Draft", picked: [] }), allow, null);
  return store;
}

export async function testRollbacks(t: Test, open: OpenStore): Promise<void> {
  await testOpening(t, open);
  await testDrafts(t, open);
  await testRun(t, open);
  await testEndings(t, open);
  await testLostLease(t, open);
}

async function testOpening(t: Test, open: OpenStore): Promise<void> {
  await t.test("keeps every fact of a rollback of several deployments, and of an undo", async (t) => {
    const store = await openDeployed(t, open);
    const several = rollback("rbk_1", ["dep_2", "dep_1"], { picked: ["stack:shop-api", "lambda-code:shop-pay"] });
    await store.openRollback(several, allow, enqueue(store, "plan-rollback", "rbk_1"));
    t.same(await store.findRollback("rbk_1"), several);
    const undo = rollback("rbk_2", [], {
      undoes: "rbk_1",
      status: "Draft",
      allowDestructive: true,
      includeFailed: true,
    });
    await store.openRollback(undo, allow, null);
    t.same(await store.findRollback("rbk_2"), undo);
    t.equal(await store.findRollback("dep_1"), null);
    t.equal(await store.findDeployment("rbk_1"), null);
    t.match(await claim(store), { type: "plan-rollback", subject: "rbk_1" });
    t.equal(await store.claimJob(NOW, 1), null, "a draft has no job");
  });

  await t.test("a refused rollback changes nothing, and a draft skips the guard", async (t) => {
    const store = await openDeployed(t, open);
    const refuse = refuseWith("DEPLOYMENT_IN_PROGRESS");
    const opening = store.openRollback(rollback("rbk_1", ["dep_1"]), refuse, enqueue(store, "plan-rollback", "rbk_1"));
    await t.rejects(opening, { code: "DEPLOYMENT_IN_PROGRESS" });
    t.equal(await store.findRollback("rbk_1"), null);
    await store.openRollback(rollback("rbk_1", ["dep_1"], { status: "Draft" }), refuse, null);
    t.match(await store.findRollback("rbk_1"), { status: "Draft" });
  });
}

async function testDrafts(t: Test, open: OpenStore): Promise<void> {
  const claimed = { stacks: ["shop-api"], functions: [], within: [] };
  await t.test("editing a draft deletes its plan, and cancels the planning of what was picked before", async (t) => {
    const store = await openDraft(t, open);
    await store.requestPlan("rbk_1", "token:tok_3:editor", allow, enqueue(store, "plan-rollback", "rbk_1"));
    await store.savePlan(await claim(store), "rbk_1", { plan: plan("stack:shop-api"), lines: [], next: null });
    await store.requestPlan("rbk_1", "token:tok_3:editor", allow, enqueue(store, "plan-rollback", "rbk_1"));
    t.equal(await store.findPlan("rbk_1"), null, "a new request deletes the plan");
    const running = await claim(store);
    const edited = await store.editDraft("rbk_1", "token:tok_3:editor", ({ picked }) => ({
      picked: [...picked, "stack:shop-api"],
      lock: claimed,
    }));
    t.match(edited, { picked: ["stack:shop-api"], lock: claimed, editors: ["token:tok_3:editor"] });
    t.same(await store.findRollback("rbk_1"), edited);
    const late = store.savePlan(running, "rbk_1", { plan: plan(), lines: [], next: null });
    await t.rejects(late, { code: "LEASE_LOST" });
    await store.requestPlan("rbk_1", "token:tok_3:editor", allow, enqueue(store, "plan-rollback", "rbk_1"));
    const planned = plan("stack:shop-api");
    await store.savePlan(await claim(store), "rbk_1", { plan: planned, lines: [line("Planned.")], next: null });
    t.same(await store.findPlan("rbk_1"), planned);
    await t.rejects(
      store.editDraft("rbk_1", "token:tok_3:editor", () => {
        throw new Error("not like this");
      }),
      { message: "not like this" },
    );
    t.same(await store.findPlan("rbk_1"), planned, "a refused edit changes nothing");
  });

  await t.test("a draft whose planning failed stays a draft that says why", async (t) => {
    const store = await openDraft(t, open);
    await store.requestPlan("rbk_1", "token:tok_3:editor", allow, enqueue(store, "plan-rollback", "rbk_1"));
    await store.failActivity(await claim(store), "rbk_1", { problem: PROBLEM, at: NOW, lines: [line("No.")] });
    t.match(await store.findRollback("rbk_1"), { status: "Draft", error: PROBLEM, finishedAt: null, result: null });
    await store.requestPlan("rbk_1", "token:tok_3:editor", allow, enqueue(store, "plan-rollback", "rbk_1"));
    t.match(await store.findRollback("rbk_1"), { error: null }, "a new attempt clears the problem");
    await store.savePlan(await claim(store), "rbk_1", { plan: plan(), lines: [], next: null });
    t.match(await store.findRollback("rbk_1"), { status: "Draft", error: null });
  });

  await t.test("runs a draft only with its latest plan, and only while its components are not locked", async (t) => {
    const store = await openDraft(t, open);
    const run = (planDigest: string, guards: { guard?: typeof allow; busy?: typeof allow } = {}) =>
      store.requestRun("rbk_1", {
        planDigest,
        lock: claimed,
        guard: allow,
        busy: allow,
        approved: allow,
        waiver: null,
        enqueue: enqueue(store, "run-rollback", "rbk_1"),
        ...guards,
      });
    const planned = plan("stack:shop-api");
    await t.rejects(run(planned.digest), { code: "PLAN_MISSING" });
    await store.requestPlan("rbk_1", "token:tok_3:editor", allow, enqueue(store, "plan-rollback", "rbk_1"));
    await store.savePlan(await claim(store), "rbk_1", { plan: planned, lines: [], next: null });
    await t.rejects(run(plan().digest), { code: "PLAN_STALE" });
    const no = refuseWith("DEPLOYMENT_IN_PROGRESS");
    await t.rejects(run(planned.digest, { guard: no }), { code: "DEPLOYMENT_IN_PROGRESS" });
    await t.rejects(run(planned.digest, { busy: no }), { code: "DEPLOYMENT_IN_PROGRESS" });
    t.match(await store.findRollback("rbk_1"), { status: "Draft", approvedDigest: null });
    await run(planned.digest);
    t.match(await store.findRollback("rbk_1"), { status: "Queued", approvedDigest: planned.digest, lock: claimed });
    t.match(await claim(store), { type: "run-rollback", subject: "rbk_1" });
    await t.rejects(run(planned.digest), { code: "NOT_A_DRAFT" });
    await t.rejects(
      store.editDraft("rbk_1", "token:tok_3:editor", () => ({ picked: [], lock: claimed })),
      { code: "NOT_A_DRAFT" },
    );
    await t.rejects(
      store.requestPlan("rbk_1", "token:tok_3:editor", allow, async () => {}),
      { code: "NOT_A_DRAFT" },
    );
    await t.rejects(
      store.editDraft("rbk_none", "token:tok_3:editor", () => ({ picked: [], lock: claimed })),
      { code: "NOT_FOUND" },
    );
  });

  await t.test("enqueues the run in the transaction that saves the plan", async (t) => {
    const store = await openDeployed(t, open);
    await store.openRollback(rollback("rbk_1", ["dep_1"]), allow, enqueue(store, "plan-rollback", "rbk_1"));
    const next = enqueue(store, "run-rollback", "rbk_1");
    await store.savePlan(await claim(store), "rbk_1", { plan: plan("stack:shop-api"), lines: [], next });
    t.match(await store.findRollback("rbk_1"), { status: "Queued" });
    t.match(await claim(store), { type: "run-rollback", subject: "rbk_1" });
  });
}

async function testRun(t: Test, open: OpenStore): Promise<void> {
  await t.test("keeps the backup, the steps and the journal of a run", async (t) => {
    const store = await openDeployed(t, open);
    const steps = [step(1), step(2)];
    const job = await beginRollback(store, rollback("rbk_1", ["dep_1"]), steps);
    const begun = await store.findRollback("rbk_1");
    t.match(begun, { status: "In Progress", startedAt: NOW + 2_000, backup: { status: "Ready", components: 1 } });
    t.same(await store.findSteps("rbk_1"), steps);

    await store.startStep(job, "rbk_1", 1, NOW + 3_000);
    await store.startStep(job, "rbk_1", 1, NOW + 9_000);
    t.match((await store.findSteps("rbk_1"))[0], { status: "Running", startedAt: NOW + 3_000 });
    const action = { do: "update-code" as const, name: "shop-1" };
    const intent = { step: 1, index: 0, action, token: "first" };
    t.same(await store.intend(job, "rbk_1", intent), { ...intent, status: "intent", result: null });
    const again = await store.intend(job, "rbk_1", { ...intent, token: "second" });
    t.equal(again.token, "first", "a resumed action keeps its token");
    const result = { revision: "r1" };
    await store.finishAction(job, "rbk_1", { step: 1, index: 0, result, lines: [line("Done.", { step: 1 })] });
    t.same(await store.intend(job, "rbk_1", intent), { ...intent, status: "done", result });
    t.same(await store.findJournal("rbk_1"), [{ ...intent, status: "done", result }]);

    const done = step(1, {
      status: "Restored",
      verified: true,
      warnings: ["LEAVES_STACK_BEHIND"],
      startedAt: NOW + 3_000,
      finishedAt: NOW + 4_000,
    });
    await store.finishStep(job, "rbk_1", { row: done, lines: [line("Verified.", { step: 1 })] });
    t.same(await store.findSteps("rbk_1"), [done, steps[1]]);
    const first = await store.listSteps("rbk_1", { limit: 1, cursor: null });
    const second = await store.listSteps("rbk_1", { limit: 1, cursor: first.next });
    t.same([...first.items, ...second.items], [done, steps[1]]);
    t.equal(second.next, null);
    await t.rejects(store.startStep(job, "rbk_1", 9, NOW), { code: "NOT_FOUND" });
    const unknown = { step: 9, index: 0, result: null, lines: [line("never")] };
    await t.rejects(store.finishAction(job, "rbk_1", unknown), { code: "NOT_FOUND" });
    t.same(
      (await store.listLines("rbk_1", { after: 0, limit: 10 })).map(({ message }) => message),
      ["Running.", "Done.", "Verified."],
    );
  });
}

async function testEndings(t: Test, open: OpenStore): Promise<void> {
  await t.test("ends a rollback with its result, its record and the corrected rows", async (t) => {
    const store = await openDeployed(t, open);
    const job = await beginRollback(store, rollback("rbk_1", ["dep_1"]), [step(1), step(2)]);
    const rows = [step(1, { status: "Failed", verified: false, error: PROBLEM }), step(2, { status: "Skipped" })];
    const end: RollbackEnd = {
      status: "Exception",
      result: { ...NOTHING, failed: 1, skipped: 1 },
      problem: PROBLEM,
      record: snapshot("snp_record_rbk_1", [component("lambda-code:shop-1")]),
      rows,
      at: NOW + 5_000,
      lines: [line("Ended.")],
      follow: null,
    };
    await store.endRollback(job, "rbk_1", end);
    const ended = await store.findRollback("rbk_1");
    t.match(ended, { status: "Exception", error: PROBLEM, finishedAt: NOW + 5_000, result: end.result });
    t.match(ended?.record, { id: "snp_record_rbk_1", status: "Ready", components: 1 });
    t.same(await store.findSteps("rbk_1"), rows);
    await t.rejects(store.endRollback(job, "rbk_1", end), { code: "LEASE_LOST" });
  });

  await t.test("keeps a row for each component of a rollback that was refused before it began", async (t) => {
    const store = await openDeployed(t, open);
    await store.openRollback(rollback("rbk_1", ["dep_1"]), allow, enqueue(store, "run-rollback", "rbk_1"));
    const skipped = [step(1, { status: "Skipped" })];
    const end = { status: "Exception", result: { ...NOTHING, skipped: 1 }, problem: PROBLEM, record: null } as const;
    await store.endRollback(await claim(store), "rbk_1", { ...end, rows: skipped, at: NOW, lines: [], follow: null });
    t.match(await store.findRollback("rbk_1"), { status: "Exception", backup: null, record: null, startedAt: null });
    t.same(await store.findSteps("rbk_1"), skipped);
  });

  await t.test("a rollback that fails half-way accounts for every step", async (t) => {
    const store = await openDeployed(t, open);
    const job = await beginRollback(store, rollback("rbk_1", ["dep_1"]), [step(1), step(2), step(3), step(4)]);
    await store.finishStep(job, "rbk_1", { row: step(1, { status: "Removed", verified: true }), lines: [] });
    await store.startStep(job, "rbk_1", 2, NOW + 10);
    await store.failActivity(job, "rbk_1", { problem: PROBLEM, at: NOW + 20, lines: [] });
    const ended = await store.findRollback("rbk_1");
    t.match(ended, { status: "Exception", result: { ...NOTHING, removed: 1, failed: 1, skipped: 2 } });
    t.match(await store.findSteps("rbk_1"), [
      { status: "Removed", error: null },
      { status: "Failed", error: PROBLEM, finishedAt: NOW + 20 },
      { status: "Skipped", error: null },
      { status: "Skipped", error: null },
    ]);
  });
}

async function testLostLease(t: Test, open: OpenStore): Promise<void> {
  await t.test("refuses every write of a run that lost its lease, and changes nothing", async (t) => {
    const store = await openDeployed(t, open);
    const stale = await beginRollback(store, rollback("rbk_1", ["dep_1"]), [step(1)]);
    await store.requeueJobs(NOW, true);
    const row = step(1, { status: "Restored" });
    const end = { status: "Completed", result: NOTHING, problem: null, record: snapshot("snp_r", []) } as const;
    const writes: readonly (() => Promise<unknown>)[] = [
      () => store.startStep(stale, "rbk_1", 1, NOW),
      () => store.intend(stale, "rbk_1", { step: 1, index: 0, action: { do: "update-code", name: "x" }, token: "t" }),
      () => store.finishAction(stale, "rbk_1", { step: 1, index: 0, result: null, lines: [] }),
      () => store.finishStep(stale, "rbk_1", { row, lines: [] }),
      () => store.savePlan(stale, "rbk_1", { plan: plan(), lines: [], next: null }),
      () => store.endRollback(stale, "rbk_1", { ...end, rows: [row], at: NOW, lines: [], follow: null }),
    ];
    for (const write of writes) await t.rejects(Promise.resolve(write()), { code: "LEASE_LOST" });
    t.same(await store.findSteps("rbk_1"), [step(1)]);
    t.same(await store.findJournal("rbk_1"), []);
    t.match(await store.findRollback("rbk_1"), { status: "In Progress", record: null });
    t.same((await store.listRollbacks({ status: "In Progress" }, FIRST_PAGE)).items.length, 1);
  });
}
