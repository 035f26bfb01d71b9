import type { Test } from "tap";
import type { Pin, PinChanges, PinnedState } from "#src/domain/activity/pins";
import { DEFAULT_POLICY } from "#src/domain/activity/stage-policy";
import type { Store } from "#src/store/store";
import { beginRollback, component, deploy, deployment, FIRST_PAGE, NOW, rollback, step } from "./builders.ts";
import type { OpenStore } from "./open-store.ts";

const CODE = "lambda-code:shop-1";
const PLACE = { application: "shop", stage: "prod", target: "default" };
const CLEARED = { at: NOW + 9_000, by: "operator", reason: "It was the network." };
const RESULT = { restored: 1, removed: 0, recreated: 0, unchanged: 0, skipped: 0, failed: 0 };

function state(digest: string | null, facts: Partial<PinnedState> = {}): PinnedState {
  return { component: CODE, digest, codeSha256: null, supersededBy: null, ...facts };
}

function pin(id: string, rollbackId: string, facts: Partial<Pin> = {}): Pin {
  const made = { builds: ["1841"], commits: [], states: [state("bad")], createdAt: NOW, cleared: null };
  return { id, rollback: rollbackId, ...PLACE, ...made, ...facts };
}

/** A rollback from its opening to its end, with the pin changes of its end. */
async function end(store: Store, id: string, pinChanges: Partial<PinChanges>): Promise<void> {
  const job = await beginRollback(store, rollback(id, ["dep_1"], { lock: NO_LOCK }), [step(1)]);
  const all = { pin: null, restoredStates: [], undone: null, revalidate: [], ...pinChanges };
  const ended = { status: "Completed", result: RESULT, problem: null, record: null, rows: [], at: NOW } as const;
  await store.endRollback(job, id, { ...ended, lines: [], follow: null, pinChanges: all });
}

const NO_LOCK = { stacks: [], functions: [], within: [] };

async function withDeployment(t: Test, open: OpenStore): Promise<Store> {
  const store = await open(t);
  await deploy(store, deployment("dep_1"), { before: [], deployed: [component(CODE)] });
  return store;
}

export async function testPins(t: Test, open: OpenStore): Promise<void> {
  await testPinStates(t, open);
  await testRevalidations(t, open);
  await testPolicies(t, open);
}

async function testPinStates(t: Test, open: OpenStore): Promise<void> {
  await t.test("returns a pin as the end of its rollback made it, in its own place only", async (t) => {
    const store = await withDeployment(t, open);
    const made = pin("pin_1", "rbk_1", {
      states: [state("bad", { codeSha256: "c=" }), state(null, { component: "stack:a" })],
    });
    await end(store, "rbk_1", { pin: made });
    t.same(await store.findPin("pin_1"), made);
    t.same(await store.findActivePins(PLACE), [made]);
    for (const other of [{ application: "x" }, { stage: "x" }, { target: "x" }]) {
      t.same(await store.findActivePins({ ...PLACE, ...other }), []);
    }
    t.equal(await store.findPin("pin_none"), null);
    t.same(await store.findActivePins(PLACE), await store.findActivePins({ ...PLACE }), "reading changes nothing");
  });

  await t.test("lists pins newest first, page by page, and filters them by whether they are active", async (t) => {
    const store = await withDeployment(t, open);
    for (const n of [1, 2, 3])
      await end(store, `rbk_${n}`, { pin: pin(`pin_${n}`, `rbk_${n}`, { createdAt: NOW + n }) });
    t.equal(await store.clearPin("pin_2", CLEARED), true);
    t.equal(await store.clearPin("pin_2", { ...CLEARED, by: "late" }), false, "the first clearing is kept");
    t.equal(await store.clearPin("pin_none", CLEARED), false);
    t.same((await store.findPin("pin_2"))?.cleared, CLEARED);
    const list = async (active?: boolean) => {
      const filter = active === undefined ? {} : { active };
      return (await store.listPins(filter, FIRST_PAGE)).items.map(({ id }) => id);
    };
    t.same(await list(), ["pin_3", "pin_2", "pin_1"]);
    t.same(await list(true), ["pin_3", "pin_1"]);
    t.same(await list(false), ["pin_2"]);
    const first = await store.listPins({ application: "shop", stage: "prod" }, { limit: 2, cursor: null });
    const rest = await store.listPins({ application: "shop", stage: "prod" }, { limit: 2, cursor: first.next });
    t.same(
      [...first.items, ...rest.items].map(({ id }) => id),
      await list(),
    );
    t.equal(rest.next, null);
    t.same((await store.listPins({ stage: "test" }, FIRST_PAGE)).items, []);
  });

  await t.test("supersedes exactly the states that were restored, and those of an undone rollback", async (t) => {
    const store = await withDeployment(t, open);
    const two = [state("bad"), state("other", { component: "lambda-code:shop-2" })];
    await end(store, "rbk_1", { pin: pin("pin_1", "rbk_1", { states: two }) });
    const supersededBy = async () => (await store.findPin("pin_1"))?.states.map((pinned) => pinned.supersededBy);
    await end(store, "rbk_2", { restoredStates: [{ component: CODE, digest: "fine" }] });
    t.same(await supersededBy(), [null, null], "another state");
    await end(store, "rbk_3", { restoredStates: [{ component: CODE, digest: "bad" }] });
    t.same(await supersededBy(), ["rbk_3", null], "the same state");
    t.equal((await store.findActivePins(PLACE)).length, 1, "one of its states is still pinned");
    const restoredStates = [{ component: "lambda-code:shop-2" as const, digest: "by hand" }];
    await end(store, "rbk_4", { restoredStates, undone: "rbk_1" });
    t.same(await supersededBy(), ["rbk_3", "rbk_4"]);
    t.same(await store.findActivePins(PLACE), []);
    t.equal(await store.clearPin("pin_1", CLEARED), false, "no state is left to clear");
    t.same((await store.listPins({ active: false }, FIRST_PAGE)).items.length, 1);
  });
}

async function testRevalidations(t: Test, open: OpenStore): Promise<void> {
  await t.test(
    "marks a branch and a build until a deployment completes, an undo ends, or a person clears the mark",
    async (t) => {
      const store = await withDeployment(t, open);
      const marks = [
        { id: "rvl_1", subject: "branch", name: "main" },
        { id: "rvl_2", subject: "build", name: "1841" },
      ] as const;
      const needs = async (id: string) => (await store.findDeployment(id))?.needsRevalidation;
      const openMarks = async () => {
        const page = await store.listRevalidations({ application: "shop", stage: "prod", open: true }, FIRST_PAGE);
        return page.items.map(({ name }) => name).sort();
      };
      t.equal(await needs("dep_1"), false);
      await end(store, "rbk_1", { pin: pin("pin_1", "rbk_1"), revalidate: marks });
      await end(store, "rbk_2", { revalidate: [{ id: "rvl_3", subject: "branch", name: "main" }] });
      t.same(await openMarks(), ["1841", "main"], "one mark each");
      t.equal(await needs("dep_1"), true);
      const { items } = await store.listActivities({}, FIRST_PAGE);
      t.ok(items.every(({ needsRevalidation }) => needsRevalidation));

      const other = { branch: "main", build: "1842" };
      await deploy(store, deployment("dep_2", { ...other, createdAt: NOW + 10 }), { before: [], deployed: [] });
      t.same(await openMarks(), ["1841"]);
      t.equal(await needs("dep_2"), false);
      t.equal(await needs("dep_1"), true, "its build still needs revalidation");
      t.equal(await store.clearRevalidation("rvl_2", CLEARED), true);
      t.equal(await store.clearRevalidation("rvl_2", CLEARED), false);
      const place = { application: "shop", stage: "prod" };
      t.match(await store.findRevalidation(place, "rvl_2"), { closedAt: CLEARED.at, closedBy: null, cleared: CLEARED });
      t.match(await store.findRevalidation(place, "rvl_1"), { closedBy: "dep_2", cleared: null });
      t.equal(await store.findRevalidation({ ...place, stage: "test" }, "rvl_1"), null, "of another stage");

      await end(store, "rbk_3", {
        pin: pin("pin_3", "rbk_3"),
        revalidate: [{ id: "rvl_4", subject: "build", name: "9" }],
      });
      await end(store, "rbk_4", { restoredStates: [{ component: CODE, digest: "bad" }], undone: "rbk_3" });
      t.match(await store.findRevalidation(place, "rvl_4"), { closedBy: "rbk_4" });
    },
  );
}

async function testPolicies(t: Test, open: OpenStore): Promise<void> {
  await t.test("keeps one whole policy for each stage", async (t) => {
    const store = await open(t);
    const place = { application: "shop", stage: "prod" };
    t.equal(await store.findPolicy(place), null);
    const policy = { ...DEFAULT_POLICY, updatedAt: NOW, updatedBy: "admin" };
    await store.savePolicy(place, { ...policy, pins: "refuse", secretKeys: ["*_KEY"] });
    await store.savePolicy(place, { ...policy, shownKeys: ["LOG_*"], updatedAt: NOW + 1 });
    t.same(await store.findPolicy(place), { ...policy, shownKeys: ["LOG_*"], updatedAt: NOW + 1 });
    t.equal(await store.findPolicy({ ...place, stage: "test" }), null);
  });
}
