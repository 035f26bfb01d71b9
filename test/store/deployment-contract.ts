import type { Test } from "tap";
import { countAltered } from "#src/domain/activity/altered";
import {
  allow,
  alteredRow,
  claim,
  component,
  deploy,
  deployment,
  enqueue,
  FIRST_PAGE,
  IDENTITY,
  line,
  NOW,
  openDeployment,
  PROBLEM,
  refuseWith,
  report,
  rollback,
  snapshot,
} from "./builders.ts";
import type { OpenStore } from "./open-store.ts";

export async function testDeployments(t: Test, open: OpenStore): Promise<void> {
  await testOpening(t, open);
  await testOutcomes(t, open);
  await testAlteredRows(t, open);
  await testOwnership(t, open);
  await testEndings(t, open);
  await testLatestTime(t, open);
}

async function testLatestTime(t: Test, open: OpenStore): Promise<void> {
  await t.test("knows the latest time of each of its nouns, so that the clock goes on behind it", async (t) => {
    const store = await open(t);
    t.equal(await store.latestTime(), 0);
    const given = deployment("dep_1");
    const job = await openDeployment(store, given);
    t.equal(await store.latestTime(), NOW);
    await store.appendLines(job, "dep_1", [{ ...line("on the way"), at: NOW + 100 }]);
    t.equal(await store.latestTime(), NOW + 100, "a line of a job that has not ended");
    await store.saveBackup(job, "dep_1", snapshot(given.backup.id, []), { lock: null, lines: [line("Ready.")] });
    t.equal(await store.latestTime(), NOW + 500, "a snapshot");
    await store.endActivity("dep_1", PROBLEM, NOW + 700);
    t.equal(await store.latestTime(), NOW + 700, "an end");
    const stored = { application: "shop", stage: "prod", build: "1", service: "api" };
    const facts = {
      commit: "3f2c",
      format: "tar",
      digest: "d",
      sizeBytes: 1,
      storedBy: "ci",
      storedAt: NOW + 900,
    } as const;
    await store.putPackage({ ...stored, ...facts });
    t.equal(await store.latestTime(), NOW + 900, "a package");
  });
}

async function testOpening(t: Test, open: OpenStore): Promise<void> {
  await t.test("keeps every fact of a deployment from its opening to its record", async (t) => {
    const store = await open(t);
    const given = deployment("dep_1");
    const job = await openDeployment(store, given);
    t.match(job, { type: "take-snapshot", subject: "dep_1" });
    t.same(await store.findDeployment("dep_1"), given);

    await store.identify(job, "dep_1", IDENTITY, allow);
    const before = [component("lambda-code:shop-pay"), component("stack:shop-api")];
    await store.saveBackup(job, "dep_1", snapshot(given.backup.id, before), {
      lock: null,
      lines: [line("The backup is ready.")],
    });
    const ready = await store.findDeployment("dep_1");
    t.match(ready, { status: "In Progress", startedAt: NOW + 500, identity: IDENTITY, record: null });
    t.match(ready?.backup, { id: given.backup.id, status: "Ready", components: 2 });
    t.equal(await store.claimJob(NOW, 1), null, "the job has ended");

    await report(store, "dep_1");
    const altered = [
      alteredRow("stack:shop-api"),
      alteredRow("lambda-code:shop-new", { change: "added", before: null }),
    ];
    const end = { snapshot: snapshot("snp_record", before), altered, at: NOW + 900, lines: [line("Recorded.")] };
    await store.saveRecord(await claim(store), "dep_1", { ...end, status: "Completed", problem: null, follow: null });
    const ended = await store.findDeployment("dep_1");
    t.match(ended, { status: "Completed", finishedAt: NOW + 900, outcome: "succeeded", error: null, rollback: null });
    t.same(ended?.altered, countAltered(altered));
    t.match(ended?.record, { id: "snp_record", status: "Ready", components: 2 });
    t.same(await store.findAltered("dep_1"), altered);
    t.same(
      (await store.listLines("dep_1", { after: 0, limit: 10 })).map(({ seq, message }) => [seq, message]),
      [
        [1, "The backup is ready."],
        [2, "Recorded."],
      ],
    );
    t.equal(await store.claimJob(NOW, 1), null);
  });

  await t.test("shows the guard all unfinished work of the same target, and a refusal changes nothing", async (t) => {
    const store = await open(t);
    await openDeployment(store, deployment("dep_open"));
    await openDeployment(store, deployment("dep_elsewhere", { target: "other" }));
    await deploy(store, deployment("dep_done"), { before: [], deployed: [] });
    await store.openRollback(
      rollback("rbk_draft", ["dep_done"], { status: "Draft" }),
      refuseWith("BACKUP_NOT_READY"),
      null,
    );
    await store.openRollback(
      rollback("rbk_queued", ["dep_done"]),
      allow,
      enqueue(store, "plan-rollback", "rbk_queued"),
    );
    const seen: string[] = [];
    const opening = store.openDeployment(
      deployment("dep_new"),
      (unfinished) => {
        seen.push(...unfinished.map(({ id }) => id));
        return refuseWith("DEPLOYMENT_IN_PROGRESS")();
      },
      enqueue(store, "take-snapshot", "dep_new"),
    );
    await t.rejects(opening, { code: "DEPLOYMENT_IN_PROGRESS" });
    t.same(seen, ["dep_open", "rbk_queued"]);
    t.equal(await store.findDeployment("dep_new"), null);
  });

  await t.test("leaves nothing of a deployment whose job cannot be enqueued", async (t) => {
    const store = await open(t);
    const opening = store.openDeployment(deployment("dep_1"), allow, async () => {
      throw new Error("no queue");
    });
    await t.rejects(opening, { message: "no queue" });
    t.equal(await store.findDeployment("dep_1"), null);
  });
}

async function testOutcomes(t: Test, open: OpenStore): Promise<void> {
  await t.test("accepts one outcome, and its repetitions", async (t) => {
    const store = await open(t);
    await deploy(store, deployment("dep_1"), { before: [] });
    const failed = { outcome: "failed" as const, message: "exit 1" };
    const again = (guard = allow) =>
      store.reportOutcome("dep_1", failed, guard, enqueue(store, "record-deployment", "dep_1"));
    await t.rejects(again(refuseWith("BACKUP_NOT_READY")), { code: "BACKUP_NOT_READY" });
    t.match(await store.findDeployment("dep_1"), { outcome: null });
    await again();
    const job = await claim(store);
    await again();
    t.equal(await store.claimJob(NOW, 1), null, "the repetition enqueued nothing");
    t.match(await store.findDeployment("dep_1"), { outcome: "failed", message: "exit 1", status: "In Progress" });
    await t.rejects(report(store, "dep_1"), { code: "OUTCOME_DIFFERS" });
    await store.endJob(job);
    await store.endActivity("dep_1", PROBLEM, NOW);
    await again();
    t.equal(await store.claimJob(NOW, 1), null);
    await t.rejects(report(store, "dep_none"), { code: "NOT_FOUND" });
  });

  await t.test("accepts no outcome for a deployment that ended without one", async (t) => {
    const store = await open(t);
    await deploy(store, deployment("dep_1"), { before: [] });
    t.equal(await store.endActivity("dep_1", PROBLEM, NOW), true);
    await t.rejects(report(store, "dep_1"), { code: "ALREADY_FINISHED" });
  });

  await t.test("opens the rollback that a failed deployment asked for in the transaction that ends it", async (t) => {
    const store = await open(t);
    await deploy(store, deployment("dep_1", { onFailure: "rollback" }), { before: [] });
    await report(store, "dep_1");
    const follow = { rollback: rollback("rbk_1", ["dep_1"]), enqueue: enqueue(store, "plan-rollback", "rbk_1") };
    const end = {
      altered: [alteredRow("stack:shop-api")],
      at: NOW,
      lines: [],
      status: "Exception",
      problem: PROBLEM,
    } as const;
    await store.saveRecord(await claim(store), "dep_1", { ...end, snapshot: snapshot("snp_r", []), follow });
    t.match(await store.findDeployment("dep_1"), { status: "Exception", error: PROBLEM, rollback: "rbk_1" });
    t.match(await store.findRollback("rbk_1"), { status: "Queued", deployments: ["dep_1"] });
    t.match(await claim(store), { type: "plan-rollback", subject: "rbk_1" });
  });
}

async function testAlteredRows(t: Test, open: OpenStore): Promise<void> {
  await t.test("lists altered rows with parents before children, page by page", async (t) => {
    const store = await open(t);
    await deploy(store, deployment("dep_1"), { before: [] });
    await report(store, "dep_1");
    const altered = [
      alteredRow("lambda-code:shop-pay", { parent: "stack:nested" }),
      alteredRow("stack:nested", { parent: "stack:root" }),
      alteredRow("lambda-alias:shop-pay:live", { parent: "stack:unaltered" }),
      alteredRow("stack:root"),
    ];
    const end = { altered, at: NOW, lines: [], status: "Completed", problem: null, follow: null } as const;
    await store.saveRecord(await claim(store), "dep_1", { ...end, snapshot: snapshot("snp_r", []) });
    const wanted = ["stack:root", "stack:nested", "lambda-alias:shop-pay:live", "lambda-code:shop-pay"];
    const ids = (await store.findAltered("dep_1")).map((row) => row.component);
    t.ok(ids.indexOf("stack:root") < ids.indexOf("stack:nested"));
    t.ok(ids.indexOf("stack:nested") < ids.indexOf("lambda-code:shop-pay"));
    t.same(ids.toSorted(), wanted.toSorted());
    const first = await store.listAltered("dep_1", { limit: 3, cursor: null });
    const rest = await store.listAltered("dep_1", { limit: 3, cursor: first.next });
    t.same([...first.items, ...rest.items], await store.findAltered("dep_1"));
    t.equal(rest.next, null);
    t.same((await store.listAltered("dep_none", FIRST_PAGE)).items, []);
  });
}

async function testOwnership(t: Test, open: OpenStore): Promise<void> {
  await t.test("refuses every write of a job that lost its lease, and changes nothing", async (t) => {
    const store = await open(t);
    const stale = await openDeployment(store, deployment("dep_1"));
    await store.requeueJobs(NOW, true);
    const current = await claim(store);
    const taken = snapshot("snp_backup_dep_1", [component("stack:shop-api")]);
    const before = await store.findDeployment("dep_1");
    const failure = { problem: PROBLEM, at: NOW, lines: [line("late")] };
    for (const late of [
      () => store.saveBackup(stale, "dep_1", taken, { lock: null, lines: [line("late")] }),
      () => store.identify(stale, "dep_1", IDENTITY, allow),
      () => store.failActivity(stale, "dep_1", failure),
      () => store.appendLines(stale, "dep_1", [line("late")]),
      () => store.endJob(stale),
    ]) {
      await t.rejects(late(), { code: "LEASE_LOST" });
    }
    t.same(await store.findDeployment("dep_1"), before);
    t.same(await store.findComponents(taken.id), new Map());
    t.same(await store.listLines("dep_1", { after: 0, limit: 10 }), []);
    await store.saveBackup(current, "dep_1", taken, { lock: null, lines: [] });
    await t.rejects(
      store.saveBackup(current, "dep_1", taken, { lock: null, lines: [] }),
      { code: "LEASE_LOST" },
      "an ended job writes nothing",
    );
  });

  await t.test("a deployment belongs to one account and region", async (t) => {
    const store = await open(t);
    const job = await openDeployment(store, deployment("dep_1"));
    await store.identify(job, "dep_1", IDENTITY, allow);
    await store.identify(job, "dep_1", IDENTITY, allow);
    await t.rejects(store.identify(job, "dep_1", { ...IDENTITY, region: "us-east-1" }, allow), {
      code: "WRONG_TARGET",
    });
    await t.rejects(store.identify(job, "dep_1", { ...IDENTITY, account: "111111111111" }, allow), {
      code: "WRONG_TARGET",
    });
    t.match(await store.findDeployment("dep_1"), { identity: IDENTITY });
    await t.rejects(store.identify(job, "dep_none", IDENTITY, allow), { code: "NOT_FOUND" });
  });
}

async function testEndings(t: Test, open: OpenStore): Promise<void> {
  await t.test("ends a failed deployment completely: status, job, backup and log", async (t) => {
    const store = await open(t);
    const job = await openDeployment(store, deployment("dep_1"));
    await store.failActivity(job, "dep_1", { problem: PROBLEM, at: NOW + 7, lines: [line("Ended.")] });
    const ended = await store.findDeployment("dep_1");
    t.match(ended, { status: "Exception", error: PROBLEM, finishedAt: NOW + 7, backup: { status: "Failed" } });
    t.same((await store.listLines("dep_1", { after: 0, limit: 10 })).length, 1);
    await t.rejects(store.endJob(job), { code: "LEASE_LOST" });
    t.equal(await store.endActivity("dep_1", PROBLEM, NOW), false);
    t.equal(await store.cancelDeployment("dep_1", cancelling("ann", NOW)), false);
  });

  await t.test(
    "ends a deployment from outside once, and a worker that still runs its job can no longer write",
    async (t) => {
      const store = await open(t);
      const job = await openDeployment(store, deployment("dep_1"));
      t.equal(await store.endActivity("dep_1", PROBLEM, NOW + 7), true);
      t.equal(await store.endActivity("dep_1", PROBLEM, NOW + 8), false);
      t.match(await store.findDeployment("dep_1"), { status: "Exception", finishedAt: NOW + 7 });
      await t.rejects(store.saveBackup(job, "dep_1", snapshot("snp_backup_dep_1", []), { lock: null, lines: [] }), {
        code: "LEASE_LOST",
      });
      t.equal(await store.requeueJobs(NOW, true), 0);
      await t.rejects(store.endActivity("dep_none", PROBLEM, NOW), { code: "NOT_FOUND" });
    },
  );

  await t.test("keeps the time of the first request to cancel", async (t) => {
    const store = await open(t);
    await openDeployment(store, deployment("dep_1"));
    t.equal(await store.isCancelRequested("dep_1"), false);
    t.equal(await store.cancelDeployment("dep_1", cancelling("ann", NOW + 1)), true);
    t.equal(await store.cancelDeployment("dep_1", cancelling("bob", NOW + 2)), true);
    t.match(await store.listLines("dep_1", { after: 0, limit: 9 }), [
      { at: NOW + 1, message: "ann asked to cancel it." },
    ]);
    t.equal(await store.isCancelRequested("dep_1"), true);
    t.match(await store.findDeployment("dep_1"), { cancelRequestedAt: NOW + 1, status: "Queued" });
    await t.rejects(store.cancelDeployment("dep_none", cancelling("ann", NOW)), { code: "NOT_FOUND" });
  });

  await t.test("ends what is cancelled in the transaction that notes the request", async (t) => {
    const store = await open(t);
    await openDeployment(store, deployment("dep_1"));
    const ends = { ...cancelling("ann", NOW + 1), endsWith: () => PROBLEM };
    t.equal(await store.cancelDeployment("dep_1", ends), true);
    const ended = { cancelRequestedAt: NOW + 1, finishedAt: NOW + 1, status: "Exception", error: PROBLEM };
    t.match(await store.findDeployment("dep_1"), ended);
    t.equal(await store.cancelDeployment("dep_1", ends), false);
  });

  await t.test("finds deployments that were opened before a given time", async (t) => {
    const store = await open(t);
    await openDeployment(store, deployment("dep_young", { createdAt: NOW }));
    await openDeployment(store, deployment("dep_old", { createdAt: NOW - 10 }));
    await deploy(store, deployment("dep_older", { createdAt: NOW - 20 }), { before: [] });
    await deploy(store, deployment("dep_done", { createdAt: NOW - 30 }), { before: [], deployed: [] });
    t.same(await store.listOpenSince(NOW), ["dep_older", "dep_old"]);
  });
}

/** A request to cancel that leaves the end to a job. */
function cancelling(by: string, at: number) {
  return { by, at, endsWith: () => null };
}
