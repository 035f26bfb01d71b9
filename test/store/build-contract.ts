import type { Test } from "tap";
import type { Package } from "#src/domain/activity/package";
import {
  allow,
  beginRollback,
  claim,
  deploy,
  deployment,
  enqueue,
  FIRST_PAGE,
  line,
  NOW,
  PROBLEM,
  refuseWith,
  rollback,
  snapshot,
  step,
} from "./builders.ts";
import type { OpenStore } from "./open-store.ts";

const STAGE = { application: "shop", stage: "prod" };

function stored(build: string, facts: Partial<Package> = {}): Package {
  return {
    ...STAGE,
    build,
    service: "api",
    commit: "3f2c",
    format: "tar.gz",
    digest: "a".repeat(64),
    sizeBytes: 1_000,
    storedBy: "ci",
    storedAt: NOW + 10,
    ...facts,
  };
}

const RETURN = {
  build: "1838",
  deployment: "dep_1",
  since: ["dep_2", "rbk_0"],
  package: { service: "api", digest: "a".repeat(64) },
  outcome: null,
};

export async function testBuilds(t: Test, open: OpenStore): Promise<void> {
  await testPackages(t, open);
  await testBuildLists(t, open);
  await testReturnsToBuilds(t, open);
}

async function testPackages(t: Test, open: OpenStore): Promise<void> {
  await t.test("keeps the first package of a service, whatever is stored later", async (t) => {
    const store = await open(t);
    const first = stored("1838");
    t.same(await store.putPackage(first), first);
    t.same(await store.putPackage(stored("1838", { digest: "b".repeat(64), commit: "other" })), first);
    t.same(await store.findPackage(first), first);
    for (const elsewhere of [{ stage: "dev" }, { application: "other" }, { build: "1839" }, { service: "jobs" }]) {
      t.equal(
        await store.findPackage({ ...first, ...elsewhere }),
        null,
        "a package belongs to one service, build and stage",
      );
    }
  });
}

async function testBuildLists(t: Test, open: OpenStore): Promise<void> {
  await t.test("knows a build from its deployments, its packages or both", async (t) => {
    const store = await open(t);
    await deploy(store, deployment("dep_1", { build: "1838", createdAt: NOW + 100 }), { before: [], deployed: [] });
    await deploy(store, deployment("dep_2", { build: "1838", createdAt: NOW + 200 }), { before: [] });
    await deploy(store, deployment("dep_3", { build: null }), { before: [] });
    await deploy(store, deployment("dep_4", { build: "1838", stage: "dev" }), { before: [] });
    for (const service of ["web", "api"]) await store.putPackage(stored("1838", { service }));
    await store.putPackage(stored("1839"));
    const build = await store.findBuild(STAGE, "1838");
    t.match(build, { ...STAGE, build: "1838", createdAt: NOW + 10 });
    t.match(build?.deployments, [
      { id: "dep_2", status: "In Progress", outcome: null },
      { id: "dep_1", status: "Completed", outcome: "succeeded", target: "default", commit: "3f2c" },
    ]);
    t.same(
      build?.packages.map(({ service }) => service),
      ["api", "web"],
    );
    t.match(await store.findBuild(STAGE, "1839"), { deployments: [], packages: [{ service: "api" }] });
    t.match(await store.findBuild({ ...STAGE, stage: "dev" }, "1838"), {
      packages: [],
      deployments: [{ id: "dep_4" }],
    });
    t.equal(await store.findBuild(STAGE, "none"), null);
  });

  await t.test("lists builds by their first mention, newest first, page by page", async (t) => {
    const store = await open(t);
    await deploy(store, deployment("dep_1", { build: "a", createdAt: NOW + 1 }), { before: [], deployed: [] });
    for (const [build, storedAt] of [
      ["b", NOW + 3],
      ["c", NOW + 3],
      ["d", NOW + 2],
      ["a", NOW + 9],
    ] as const) {
      await store.putPackage(stored(build, { storedAt }));
    }
    const names = ({ items }: { items: readonly { build: string }[] }) => items.map(({ build }) => build);
    t.same(names(await store.listBuilds(STAGE, FIRST_PAGE)), ["c", "b", "d", "a"]);
    const first = await store.listBuilds(STAGE, { limit: 2, cursor: null });
    const rest = await store.listBuilds(STAGE, { limit: 2, cursor: first.next });
    t.same([...names(first), ...names(rest)], ["c", "b", "d", "a"]);
    t.equal(rest.next, null);
    t.match(rest.items[1], { build: "a", createdAt: NOW + 1, packages: [{ build: "a" }] });
    t.same((await store.listBuilds({ ...STAGE, stage: "none" }, FIRST_PAGE)).items, []);
    await t.rejects(store.listBuilds(STAGE, { limit: 2, cursor: "nonsense" }), { code: "VALIDATION_FAILED" });
  });
}

async function testReturnsToBuilds(t: Test, open: OpenStore): Promise<void> {
  await t.test("keeps every fact of a return to a build", async (t) => {
    const store = await open(t);
    await deploy(store, deployment("dep_1"), { before: [], deployed: [] });
    for (const [id, toBuild] of [
      ["rbk_1", RETURN],
      ["rbk_2", { ...RETURN, package: null }],
      ["rbk_3", null],
    ] as const) {
      await store.openRollback(rollback(id, [], { status: "Draft", toBuild }), allow, null);
      t.same((await store.findRollback(id))?.toBuild, toBuild);
    }
  });

  await t.test("a run that waits for a command has no job until the command is reported", async (t) => {
    const store = await open(t);
    await deploy(store, deployment("dep_1"), { before: [], deployed: [] });
    await store.openRollback(
      rollback("rbk_1", [], { toBuild: RETURN }),
      allow,
      enqueue(store, "run-rollback", "rbk_1"),
    );
    const begun = { snapshot: snapshot("snp_1", []), steps: [step(1)], at: NOW + 2, lines: [], waits: true };
    await store.beginRun(await claim(store), "rbk_1", begun);
    t.match(await store.findRollback("rbk_1"), { status: "In Progress", backup: { status: "Ready" } });
    t.equal(await store.claimJob(NOW, 1), null, "the job ended when the wait began");

    const refused = refuseWith("BACKUP_NOT_READY");
    await t.rejects(store.appendOutput("rbk_1", [line("no")], refused), { code: "BACKUP_NOT_READY" });
    await store.appendOutput("rbk_1", [line("one"), line("two")], allow);
    t.match(await store.listLines("rbk_1", { after: 0, limit: 9 }), [{ message: "one" }, { seq: 2, message: "two" }]);
    t.same(await store.listAwaitingSince(NOW + 1_001), ["rbk_1"]);
    t.same(await store.listAwaitingSince(NOW + 1_000), []);

    const report = (guard = allow) =>
      store.reportCommand(
        "rbk_1",
        { outcome: "failed", problem: PROBLEM },
        guard,
        enqueue(store, "run-rollback", "rbk_1"),
      );
    await t.rejects(report(refused), { code: "BACKUP_NOT_READY" });
    t.equal(await store.claimJob(NOW, 1), null);
    await report();
    t.match(await store.findRollback("rbk_1"), { error: PROBLEM, toBuild: { ...RETURN, outcome: "failed" } });
    await claim(store);
    await report();
    t.equal(await store.claimJob(NOW, 1), null, "the repetition enqueued nothing");
    t.same(await store.listAwaitingSince(NOW + 9_000), [], "and it no longer waits");
    await t.rejects(store.appendOutput("rbk_none", [], allow), { code: "NOT_FOUND" });
  });

  await t.test("an ordinary run waits for no command", async (t) => {
    const store = await open(t);
    await deploy(store, deployment("dep_1"), { before: [], deployed: [] });
    await beginRollback(store, rollback("rbk_1", ["dep_1"]), [step(1)]);
    t.same(await store.listAwaitingSince(NOW + 9_000), []);
  });
}
