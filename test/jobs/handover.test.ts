import { setImmediate } from "node:timers/promises";
import t from "tap";
import { StepbackError } from "#src/domain/errors";
import { isCertainlyGone } from "#src/domain/service-process";
import { awaitHandover } from "#src/jobs/queue/handover";
import type { Generation } from "#src/store/port/generations";

const SELF = { host: "here", pid: process.pid };
const ELSEWHERE: Generation = { number: 1, host: "elsewhere", pid: 1 };

/** A store that knows of these generations, and a clock on which only its sleeps pass. */
function stage(atWork: readonly Generation[]) {
  const state = { atWork, sleptMs: 0, ended: [] as number[], isOut: false };
  const store = {
    stillAtWork: async () => {
      if (state.isOut) throw new StepbackError("STORE_UNAVAILABLE", "locked");
      return state.atWork;
    },
    endGenerations: async (numbers: readonly number[]) => void state.ended.push(...numbers),
    takeOver: async () => [],
    requireCurrent: async () => {},
    endOwnGeneration: async () => {},
    fenced: new AbortController().signal,
  };
  const clock = {
    now: () => state.sleptMs,
    sleep: async (ms: number) => {
      state.sleptMs += ms;
      await setImmediate();
    },
  };
  const stopping = new AbortController();
  const done = (earlier = atWork) => awaitHandover(store, clock, { earlier, self: SELF, signal: stopping.signal });
  return { state, done, stopping };
}

t.test("goes on as soon as the earlier service says that it has ended", async (t) => {
  const { state, done } = stage([ELSEWHERE]);
  const waiting = done();
  while (state.sleptMs < 1_000) await setImmediate();
  state.atWork = [];
  await waiting;
  t.ok(state.sleptMs < 2_000);
  t.same(state.ended, [1]);
});

t.test("goes on at once where the earlier process is gone, and waits for none where there was none", async (t) => {
  for (const { state, done } of [stage([{ number: 1, ...SELF }]), stage([])]) {
    await done();
    t.equal(state.sleptMs, 0);
  }
});

t.test("does not wait for ever for a service that hangs, nor in an outage of the database", async (t) => {
  for (const isOut of [false, true]) {
    const { state, done } = stage([ELSEWHERE]);
    state.isOut = isOut;
    await done();
    t.equal(state.sleptMs, 15_000);
    t.same(state.ended, [1]);
  }
});

t.test("ends with its own service", async (t) => {
  const { state, done, stopping } = stage([ELSEWHERE]);
  const waiting = done();
  stopping.abort();
  await waiting;
  t.same(state.ended, []);
});

t.test("a process is gone when its host has none of its id, and only then", (t) => {
  const parent = { host: "here", pid: process.ppid };
  t.equal(isCertainlyGone(parent, SELF), false, "it lives");
  t.equal(isCertainlyGone({ host: "here", pid: 1 }, SELF), false, "it lives, and belongs to somebody else");
  // Larger than any id that Linux gives (4,194,304).
  t.equal(isCertainlyGone({ host: "here", pid: 2 ** 30 }, SELF), true);
  t.equal(isCertainlyGone({ host: "elsewhere", pid: 2 ** 30 }, SELF), false, "nobody knows the processes there");
  t.equal(isCertainlyGone(SELF, SELF), true, "an earlier process of the same container");
  t.end();
});
