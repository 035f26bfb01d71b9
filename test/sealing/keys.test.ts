import { chmod, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import t from "tap";
import { StepbackError } from "#src/domain/errors";
import { KeyNeeded, KeyRing } from "#src/sealing/key-ring";
import { openMasterFile } from "#src/sealing/master-file";
import type { MasterKey } from "#src/sealing/master-key";
import { packageScope, targetScope } from "#src/sealing/scopes";
import { masterNamed, memoryKeys, provided, seededBytes } from "../support/test-keys.ts";

const NOVEMBER = Date.UTC(2026, 10, 30, 12);
const HOUR_MS = 3_600_000;
const context = (target: string) => ({ app: "stepback", installation: "one", target }) as const;

function ringAt(master: MasterKey, now: () => number, seed = "ring") {
  return new KeyRing({ master, installation: "one", now, random: seededBytes(seed) });
}

t.test("a wrapped key opens in its own context only", async (t) => {
  const master = masterNamed("a");
  const wrapped = await master.wrap(Buffer.alloc(32, 5), context("target/prod"));
  t.same(await master.unwrap(wrapped, context("target/prod")), Buffer.alloc(32, 5));
  await t.rejects(master.unwrap(wrapped, context("target/test")), { code: "KEY_LOST" });
  await t.rejects(masterNamed("b").unwrap(wrapped, context("target/prod")), { code: "KEY_LOST" });
});

t.test("data keys belong to a target and a month, the others last", async (t) => {
  let now = NOVEMBER;
  const [ring, table] = [ringAt(masterNamed("a"), () => now), memoryKeys()];
  const idOf = async (purpose: "data" | "digest", target: string) =>
    (await provided(ring, table, () => ring.current(purpose, targetScope(target)))).id;
  const first = await idOf("data", "prod");
  t.equal(await idOf("data", "prod"), first);
  t.not(await idOf("data", "test"), first);
  const digest = await idOf("digest", "prod");
  now += 24 * HOUR_MS;
  t.not(await idOf("data", "prod"), first, "December has a key of its own");
  t.equal(await idOf("digest", "prod"), digest);
  t.equal((await provided(ring, table, () => ring.byId(first))).id, first, "what November sealed can still be read");
  t.same(table.keys.map(({ scope, period }) => `${scope} ${period}`).toSorted(), [
    "target/prod ",
    "target/prod 2026-11",
    "target/prod 2026-12",
    "target/test 2026-11",
  ]);
  t.not(packageScope({ application: "a/b", stage: "c" }), packageScope({ application: "a", stage: "b/c" }));
});

t.test("an unwrapped key is held for an hour at most, also when the clock is set back", async (t) => {
  let now = NOVEMBER;
  let unwrapped = 0;
  const master = masterNamed("a");
  const counting: MasterKey = {
    ...master,
    unwrap: (...given) => {
      unwrapped += 1;
      return master.unwrap(...given);
    },
  };
  const [ring, table] = [ringAt(counting, () => now), memoryKeys()];
  const { id } = await provided(ring, table, () => ring.current("digest", targetScope("prod")));
  const find = () => provided(ring, table, () => ring.byId(id));
  for (const [after, times] of [
    [HOUR_MS - 1, 1],
    [HOUR_MS, 2],
    [-HOUR_MS, 3],
  ] as const) {
    now = NOVEMBER + after;
    await find();
    t.equal(unwrapped, times, `${after} ms later`);
  }
});

/** Counts what it unwraps, and can be out of reach. */
function countingMaster(master: MasterKey) {
  const state = { unwrapped: 0, isOut: false };
  const counting: MasterKey = {
    ...master,
    unwrap: (...given) => {
      state.unwrapped += 1;
      if (state.isOut) throw new StepbackError("KEY_UNAVAILABLE", "KMS does not answer.");
      return master.unwrap(...given);
    },
  };
  return { state, counting };
}

t.test("keys in use are unwrapped again in time, and nobody notices an outage of less than an hour", async (t) => {
  let now = NOVEMBER - 20 * 24 * HOUR_MS;
  const { state, counting } = countingMaster(masterNamed("a"));
  const [ring, table] = [ringAt(counting, () => now), memoryKeys()];
  const { id } = await provided(ring, table, () => ring.current("data", targetScope("prod")));
  await ring.renew(table);
  t.equal(state.unwrapped, 1, "not before a quarter of the hour is over");
  now += HOUR_MS / 3;
  await ring.renew(table);
  state.isOut = true;
  now += HOUR_MS - 1;
  t.equal(ring.byId(id).id, id, "it lives an hour from then");
  await t.rejects(ring.renew(table), { code: "KEY_UNAVAILABLE" });
  now += 1;
  t.throws(() => ring.byId(id), KeyNeeded, "and not longer than that");
  await t.rejects(
    provided(ring, table, () => ring.byId(id)),
    { code: "KEY_UNAVAILABLE" },
  );
  await t.rejects(ring.retry(table), { code: "KEY_UNAVAILABLE" });
  state.isOut = false;
  await ring.retry(table);
  t.equal(ring.byId(id).id, id);
});

t.test("the data key of the next month is there before it begins", async (t) => {
  let now = NOVEMBER;
  const { state, counting } = countingMaster(masterNamed("a"));
  const [ring, table] = [ringAt(counting, () => now), memoryKeys()];
  await provided(ring, table, () => ring.current("data", targetScope("prod")));
  await ring.renew(table);
  state.isOut = true;
  now = Date.UTC(2026, 11, 1) - 1;
  await ring.renew(table).catch(() => {});
  now += 1;
  t.same(
    table.keys.map(({ period }) => period),
    ["2026-11", "2026-12"],
  );
});

t.test("many who need one key ask for it once", async (t) => {
  let now = NOVEMBER;
  const { state, counting } = countingMaster(masterNamed("a"));
  const [ring, table] = [ringAt(counting, () => now), memoryKeys()];
  const { id } = await provided(ring, table, () => ring.current("data", targetScope("prod")));
  now += HOUR_MS;
  await Promise.all(Array.from({ length: 9 }, () => provided(ring, table, () => ring.byId(id))));
  t.equal(state.unwrapped, 2);
});

t.test("a lost key is named, and the others go on; a master key out of reach loses nothing", async (t) => {
  const table = memoryKeys();
  const [before, after] = [masterNamed("a"), masterNamed("b")];
  const first = ringAt(before, () => NOVEMBER);
  const lost = await provided(first, table, () => first.current("data", targetScope("prod")));
  let isReachable = false;
  const reachable: MasterKey = {
    ...after,
    unwrap: async (...given) => {
      if (!isReachable) throw new StepbackError("STORE_UNAVAILABLE", "The master key is out of reach.");
      return after.unwrap(...given);
    },
  };
  const ring = ringAt(reachable, () => NOVEMBER, "second");
  await t.rejects(
    provided(ring, table, () => ring.byId(lost.id)),
    { code: "STORE_UNAVAILABLE" },
  );
  isReachable = true;
  await t.rejects(
    provided(ring, table, () => ring.byId(lost.id)),
    { code: "KEY_LOST", detail: new RegExp(`${lost.id}.*${before.id}`) },
  );
  await t.rejects(
    provided(ring, table, () => ring.byId("dk_0000000000000000")),
    { code: "KEY_LOST", detail: /dk_0000000000000000/ },
  );
  const next = await provided(ring, table, () => ring.current("data", targetScope("prod")));
  t.not(next.id, lost.id, "what comes is sealed under a new key");
  t.ok(await provided(ring, table, () => ring.current("data", targetScope("test"))));
});

t.test("the first start makes a master key file, and starts at once make one together", async (t) => {
  const file = join(t.testdir(), "master.key");
  const opened = await Promise.all(
    ["a", "b", "c"].map((seed) => openMasterFile(file, { wrapping: [], random: seededBytes(seed) })),
  );
  t.equal(opened.filter(({ isNew }) => isNew).length, 1);
  t.equal(new Set(opened.map(({ master }) => master.id)).size, 1);
  t.equal((await stat(file)).mode & 0o777, 0o600);
  const again = await openMasterFile(file, { wrapping: [opened[0]?.master.id ?? ""], random: seededBytes("d") });
  t.same([again.isNew, again.master.id], [false, opened[0]?.master.id]);
});

t.test("several versions unwrap, and the last one wraps", async (t) => {
  const folder = t.testdir();
  const lineOf = async (seed: string) => {
    await openMasterFile(join(folder, seed), { wrapping: [], random: seededBytes(seed) });
    return (await readFile(join(folder, seed), "utf8")).split("\n").at(-2);
  };
  const [old, current] = [await lineOf("old"), await lineOf("current")];
  const earlier = (await openMasterFile(join(folder, "old"), { wrapping: [], random: seededBytes("x") })).master;
  const wrapped = await earlier.wrap(Buffer.alloc(32, 1), context("target/prod"));
  await writeFile(join(folder, "both"), `# comment\n${old}\n\n${current}\n`, { mode: 0o600 });
  const { master } = await openMasterFile(join(folder, "both"), { wrapping: [earlier.id], random: seededBytes("y") });
  t.equal(master.id, current?.split(" ")[0]);
  t.same(await master.unwrap(wrapped, context("target/prod")), Buffer.alloc(32, 1));
});

t.test(
  "refuses a master key file that is missing though keys are wrapped, another one, damaged or open to others",
  async (t) => {
    const folder = t.testdir({});
    const at = (name: string) => join(folder, name);
    const opening = (name: string, wrapping: readonly string[] = []) =>
      openMasterFile(at(name), { wrapping, random: seededBytes(name) });
    const wanted = "mk_00000000000000ff";
    await t.rejects(opening("gone", [wanted]), { code: "INVALID_SETTINGS", detail: /mk_00000000000000ff.*gone/ });
    await t.rejects(stat(at("gone")), { code: "ENOENT" }, "and makes none");
    await opening("key");
    await t.rejects(opening("key", [wanted]), { code: "INVALID_SETTINGS", detail: new RegExp(wanted) });
    const text = await readFile(at("key"), "utf8");
    const damaged = {
      empty: "",
      "half a line": text.slice(0, -9),
      "another key": text.replace(/.(?=\n$)/, (c) => (c === "A" ? "E" : "A")),
    };
    for (const [name, bytes] of Object.entries(damaged)) {
      await writeFile(at(name), bytes, { mode: 0o600 });
      await t.rejects(opening(name), { code: "INVALID_SETTINGS", detail: /key/ }, name);
    }
    await chmod(at("key"), 0o644);
    await t.rejects(opening("key"), { code: "INVALID_SETTINGS", detail: /chmod 600/ });
  },
);
