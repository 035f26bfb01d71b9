import type { Test } from "tap";
import type { Transaction } from "#src/store/port/transaction";
import {
  allow,
  claim,
  deployment,
  enqueue,
  LEASE_MS,
  line,
  NOW,
  openDeployment,
  report,
  tokenRow,
} from "./builders.ts";
import type { OpenStore } from "./open-store.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const RESPONSE = { status: 202, headers: { location: "/v1/deployments/dep_1" }, body: '{"id":"dep_1"}' };

export async function testJobs(t: Test, open: OpenStore): Promise<void> {
  await testQueue(t, open);
  await testLogs(t, open);
  await testTokens(t, open);
  await testIdempotencyKeys(t, open);
}

async function testQueue(t: Test, open: OpenStore): Promise<void> {
  await t.test("delivers jobs oldest first, each to one worker", async (t) => {
    const store = await open(t);
    const ids = Array.from({ length: 6 }, (_, n) => `dep_${n}`);
    for (const id of ids) await store.openDeployment(deployment(id), allow, enqueue(store, "take-snapshot", id));
    const claimed = await Promise.all(ids.map(() => store.claimJob(NOW, LEASE_MS)));
    t.same(
      claimed.map((job) => job?.subject),
      ids,
    );
    t.equal(await store.claimJob(NOW, LEASE_MS), null);
  });

  await t.test("keeps at most one unfinished job for each type and subject", async (t) => {
    const store = await open(t);
    const twice = async (transaction: Transaction) => {
      await enqueue(store, "take-snapshot", "dep_1")(transaction);
      await enqueue(store, "take-snapshot", "dep_1")(transaction);
      await enqueue(store, "record-deployment", "dep_1")(transaction);
    };
    await store.openDeployment(deployment("dep_1"), allow, twice);
    const [first, second] = [await claim(store), await claim(store)];
    t.same([first.type, second.type], ["take-snapshot", "record-deployment"]);
    t.equal(await store.claimJob(NOW, LEASE_MS), null);
    await store.endJob(second);
    await store.endJob(first);
    await report(store, "dep_1");
    t.match(await claim(store), { type: "record-deployment" }, "a finished job does not prevent another one");
  });

  await t.test("gives a job whose lease has expired to the next worker, under a higher fence", async (t) => {
    const store = await open(t);
    const first = await openDeployment(store, deployment("dep_1"));
    t.equal(await store.requeueJobs(NOW + LEASE_MS - 1, false), 0);
    t.equal(await store.renewLease(first, NOW + 2 * LEASE_MS), true);
    t.equal(await store.requeueJobs(NOW + LEASE_MS, false), 0, "renewed in time");
    t.equal(await store.requeueJobs(NOW + 2 * LEASE_MS, false), 1);
    t.equal(await store.renewLease(first, NOW + 9 * LEASE_MS), false);
    const second = await claim(store);
    t.equal(second.job, first.job);
    t.ok(second.fence > first.fence);
    await t.rejects(store.endJob(first), { code: "LEASE_LOST" });
    t.equal(await store.requeueJobs(NOW, true), 1, "a starting process takes over every lease");
    await t.rejects(store.endJob(second), { code: "LEASE_LOST" });
    const third = await claim(store);
    await store.endJob(third);
    t.equal(await store.renewLease(third, NOW + LEASE_MS), false);
    t.equal(await store.requeueJobs(NOW, true), 0);
  });

  await t.test("refuses a transaction that has ended", async (t) => {
    const store = await open(t);
    const kept: Transaction[] = [];
    await store.openDeployment(deployment("dep_1"), allow, async (transaction) => {
      kept.push(transaction);
    });
    for (const ended of kept) await t.rejects(enqueue(store, "take-snapshot", "dep_1")(ended), { code: "INTERNAL" });
    t.not(kept.length, 0);
    t.equal(await store.claimJob(NOW, 1), null);
  });
}

async function testLogs(t: Test, open: OpenStore): Promise<void> {
  await t.test("numbers the lines of each activity from 1 without a gap, however many write", async (t) => {
    const store = await open(t);
    const job = await openDeployment(store, deployment("dep_1"));
    await openDeployment(store, deployment("dep_2"));
    const writers = Array.from({ length: 20 }, (_, n) =>
      store.appendLines(n % 2 ? job : null, n % 3 ? "dep_1" : "dep_2", [line(`${n} a`), line(`${n} b`)]),
    );
    await Promise.all(writers);
    for (const [id, count] of [
      ["dep_1", 26],
      ["dep_2", 14],
    ] as const) {
      const lines = await store.listLines(id, { after: 0, limit: 100 });
      t.same(
        lines.map(({ seq }) => seq),
        Array.from({ length: count }, (_, n) => n + 1),
      );
      for (let n = 0; n < lines.length; n += 2)
        t.equal(lines[n]?.message.split(" ")[0], lines[n + 1]?.message.split(" ")[0]);
    }
    await t.rejects(store.appendLines(null, "dep_none", [line("lost")]), { code: "NOT_FOUND" });
  });

  await t.test("pages through a log by number, component and level", async (t) => {
    const store = await open(t);
    await openDeployment(store, deployment("dep_1"));
    const aws = { service: "lambda", operation: "GetFunction", requestId: null, attempt: 1 };
    const lines = Array.from({ length: 250 }, (_, n) =>
      line(`line ${n + 1}`, {
        at: NOW + n,
        level: n % 10 ? "info" : "error",
        component: n % 2 ? "lambda-code:shop-pay" : null,
        step: n % 2 ? 1 : null,
        aws: n % 2 ? aws : null,
      }),
    );
    await store.appendLines(null, "dep_1", lines);
    t.same(await store.listLines("dep_1", { after: 0, limit: 2 }), [
      { seq: 1, ...lines[0] },
      { seq: 2, ...lines[1] },
    ]);
    const seqs = async (filter: Parameters<typeof store.listLines>[1]) =>
      (await store.listLines("dep_1", filter)).map(({ seq }) => seq);
    t.same(await seqs({ after: 99, limit: 3 }), [100, 101, 102], "`after` is exclusive");
    t.same(await seqs({ after: 248, limit: 100 }), [249, 250]);
    t.same(await seqs({ after: 250, limit: 100 }), []);
    t.same(await seqs({ component: "lambda-code:shop-pay", after: 4, limit: 3 }), [6, 8, 10]);
    t.same(await seqs({ level: "error", after: 1, limit: 2 }), [11, 21]);
    t.same(await seqs({ level: "error", component: "lambda-code:shop-pay", after: 0, limit: 9 }), []);
    await t.rejects(store.listLines("dep_none", { after: 0, limit: 1 }), { code: "NOT_FOUND" });
  });
}

async function testTokens(t: Test, open: OpenStore): Promise<void> {
  await t.test("finds a token by its id, keeps its first row, and leaves a tombstone of it", async (t) => {
    const store = await open(t);
    const token = tokenRow("tok_1");
    await store.insertToken("hash", token);
    await store.insertToken("other hash", { ...token, name: "other" });
    t.same(await store.findToken("tok_1"), { hash: "hash", token, settledAt: null });
    t.equal(await store.findToken("none"), null);
    await store.noteUsed("tok_1", NOW + 1);
    t.equal(await store.revokeToken("none", NOW + 2, "token:a:b"), false);
    t.equal(await store.revokeToken("tok_1", NOW + 2, "token:a:b"), true);
    t.equal(await store.revokeToken("tok_1", NOW + 3, "late"), false, "the first revocation is kept");
    const revoked = { ...token, lastUsedAt: NOW + 1, revokedAt: NOW + 2, revokedBy: "token:a:b" };
    t.same((await store.findToken("tok_1"))?.token, revoked);
  });
  await t.test("lists tokens newest first, and replaces the admin token of the settings only", async (t) => {
    const store = await open(t);
    const settings = { name: "admin", createdBy: null };
    await store.insertToken("1", tokenRow("tok_1", { createdAt: NOW }));
    t.equal(await store.replaceAdminToken("2", tokenRow("tok_2", { ...settings, createdAt: NOW + 1 })), 0);
    t.equal(await store.replaceAdminToken("2", tokenRow("tok_2", { ...settings, createdAt: NOW + 2 })), 0);
    t.equal(await store.replaceAdminToken("3", tokenRow("tok_3", { ...settings, createdAt: NOW + 3 })), 1);
    await store.revokeToken("tok_3", NOW + 4, "token:a:b");
    t.equal(await store.replaceAdminToken("4", tokenRow("tok_4", { ...settings, createdAt: NOW + 5 })), 0);
    const { items, next } = await store.listTokens({ limit: 2, cursor: null });
    t.same(
      items.map(({ id }) => id),
      ["tok_4", "tok_3"],
      "a revoked one stays",
    );
    t.same(
      (await store.listTokens({ limit: 2, cursor: next })).items.map(({ id }) => id),
      ["tok_1"],
    );
  });
}

async function testIdempotencyKeys(t: Test, open: OpenStore): Promise<void> {
  await t.test("gives a repeated request the response of the first one for a day", async (t) => {
    const store = await open(t);
    t.same(await store.reserveKey("key", "print", NOW), { state: "new" });
    t.same(await store.reserveKey("key", "print", NOW), { state: "running" });
    t.same(await store.reserveKey("key", "other print", NOW), { state: "differs" });
    await store.completeKey("key", RESPONSE);
    t.same(await store.reserveKey("key", "print", NOW + DAY_MS), { state: "done", response: RESPONSE });
    t.same(await store.reserveKey("key", "other print", NOW), { state: "differs" });
    t.same(await store.reserveKey("key", "other print", NOW + DAY_MS + 1), { state: "new" }, "deleted after a day");
  });

  await t.test(
    "releases the key of a request that failed, and those of all requests that died with the process",
    async (t) => {
      const store = await open(t);
      for (const key of ["failed", "died", "done"]) await store.reserveKey(key, "print", NOW);
      await store.completeKey("done", RESPONSE);
      await store.releaseKey("failed");
      await store.releaseKey("done");
      t.same(await store.reserveKey("failed", "print", NOW), { state: "new" });
      t.same(await store.reserveKey("died", "print", NOW), { state: "running" });
      await store.releaseKey(null);
      t.same(await store.reserveKey("died", "print", NOW), { state: "new" });
      t.same(await store.reserveKey("done", "print", NOW), { state: "done", response: RESPONSE }, "a response is kept");
    },
  );

  await t.test("a key leads to what its request has made, also once the process has died", async (t) => {
    const store = await open(t);
    await store.reserveKey("key", "print", NOW);
    const handle = () => store.openDeployment(deployment("dep_1"), allow, async () => {});
    await new Promise<void>((resolve, reject) => {
      store.underKey("key", () => handle().then(resolve, reject));
    });
    await store.releaseKey(null);
    t.same(await store.reserveKey("key", "print", NOW), { state: "made", id: "dep_1" });
    t.same(await store.reserveKey("key", "other", NOW), { state: "differs" });
    await store.completeKey("key", RESPONSE);
    t.same(await store.reserveKey("key", "print", NOW), { state: "done", response: RESPONSE });
  });

  await t.test("gives the key to one of many simultaneous requests", async (t) => {
    const store = await open(t);
    const reserved = await Promise.all(Array.from({ length: 10 }, () => store.reserveKey("key", "print", NOW)));
    t.equal(reserved.filter(({ state }) => state === "new").length, 1);
    t.equal(reserved.filter(({ state }) => state === "running").length, 9);
  });
}
