import t from "tap";
import { Pacing, quotaClassOf, TokenBucket } from "#src/aws/pacing";
import { fc } from "../support/seeded.ts";
import { openStage, ownFunction } from "./aws-stage.ts";
import { VirtualClock } from "./virtual-clock.ts";

const NEVER = new AbortController().signal;

/** The most calls within any second. Each window begins at a call. */
function busiestSecond(times: readonly number[]): number {
  return Math.max(...times.map((start) => times.filter((time) => time >= start && time < start + 1000).length));
}

t.test("no second exceeds the rate, whenever callers come and however late timers fire", async (t) => {
  const account = fc.record({
    rate: fc.integer({ min: 1, max: 120 }),
    arrivalsMs: fc.array(fc.integer({ min: 0, max: 3_000 }), { minLength: 1, maxLength: 250 }),
    latenessMs: fc.infiniteStream(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 400 }))),
  });
  await fc.assert(
    fc.asyncProperty(account, async ({ rate, arrivalsMs, latenessMs }) => {
      const clock = new VirtualClock(() => latenessMs.next().value ?? 0);
      const bucket = new TokenBucket(rate, clock, NEVER);
      const passed: number[] = [];
      const caller = async (afterMs: number) => {
        await clock.sleep(afterMs);
        await bucket.take();
        passed.push(clock.now());
      };
      await Promise.all(arrivalsMs.map(caller));
      return busiestSecond(passed) <= rate;
    }),
    { numRuns: 60 },
  );
  t.pass("60 random runs");
});

t.test("a backlog uses at least 95 % of the rate, in the order of arrival, even if timers fire late", async (t) => {
  for (const [rate, lateMs] of [
    [100, 0],
    [100, 8],
    [15, 0],
    [15, 12],
    [2, 30],
  ] as const) {
    const clock = new VirtualClock(() => lateMs);
    const bucket = new TokenBucket(rate, clock, NEVER);
    const start = clock.now();
    const order: number[] = [];
    const calls = rate * 20;
    await Promise.all(Array.from({ length: calls }, (_, n) => bucket.take().then(() => order.push(n))));
    const used = calls / ((clock.now() - start) / 1000) / rate;
    t.ok(used >= 0.95, `${rate}/s with timers ${lateMs} ms late: ${(used * 100).toFixed(1)} %`);
    t.same(
      order,
      Array.from({ length: calls }, (_, n) => n),
    );
  }
});

t.test("stopping ends every waiting call with SHUTTING_DOWN", async (t) => {
  const stopping = new AbortController();
  const bucket = new TokenBucket(1, { now: () => 0, sleep: (_, signal) => untilAborted(signal) }, stopping.signal);
  await bucket.take();
  const waiting = [bucket.take(), bucket.take(), bucket.take()];
  stopping.abort();
  for (const turn of waiting) await t.rejects(turn, { code: "SHUTTING_DOWN" });
});

function untilAborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => signal?.addEventListener("abort", () => resolve(), { once: true }));
}

t.test("every call counts against the quota class that AWS uses for it", async (t) => {
  t.equal(quotaClassOf("lambda", "GetFunction"), "lambda:GetFunction");
  t.equal(quotaClassOf("lambda", "GetPolicy"), "lambda:GetPolicy");
  t.equal(quotaClassOf("lambda", "UpdateFunctionCode"), "lambda:other");
  t.equal(quotaClassOf("cloudformation", "DescribeStacks"), "cloudformation");
  t.equal(quotaClassOf("s3", "PutObject"), null);
  t.equal(quotaClassOf("sts", "GetCallerIdentity"), null);

  const pacing = new Pacing({ "lambda:other": 5 }, new VirtualClock(), NEVER);
  t.equal(pacing.rateOf("lambda:other", false), 5, "the settings come first");
  t.equal(pacing.rateOf("lambda:GetFunction", false), 100);
  t.equal(pacing.rateOf("lambda:other", true), 5);
  t.equal(pacing.rateOf("lambda:GetFunction", true), null, "a custom endpoint has no rates of its own");
});

t.test(
  "accounts and regions have buckets of their own; targets with the same account and region share them",
  async (t) => {
    const clock = new VirtualClock();
    const pacing = new Pacing({}, clock, NEVER);
    const start = clock.now();
    const here = { account: "1", region: "eu-west-1" };
    await pacing.take(here, "cloudformation", 1);
    await pacing.take({ account: "2", region: "eu-west-1" }, "cloudformation", 1);
    await pacing.take({ account: "1", region: "us-east-1" }, "cloudformation", 1);
    t.equal(clock.now(), start);
    await pacing.take({ ...here }, "cloudformation", 1);
    t.ok(clock.now() >= start + 1000);
  },
);

t.test("200 functions are read with 400 calls and no throttling", async (t) => {
  const quotas = { "lambda:GetFunction": 100, "lambda:*": 15 };
  const rates = { "lambda:GetFunction": 100, "lambda:other": 15 };
  const strict = openStage(t, { sandbox: { quotas }, settings: { rates } });
  await ownFunction(strict, "f", "code");
  strict.notes.length = 0;
  const start = strict.clock.now();
  const reads = Array.from({ length: 200 }, () => [
    strict.aws.lambda.getFunction("f"),
    strict.aws.lambda.listAliases("f"),
  ]);
  await Promise.all(reads.flat());
  t.same(
    strict.notes.filter(({ attempt, error }) => attempt > 1 || error !== null),
    [],
  );
  const seconds = (strict.clock.now() - start) / 1000;
  t.ok(seconds <= 200 / 15 / 0.95, `the slower class took ${seconds.toFixed(2)} s`);
});
