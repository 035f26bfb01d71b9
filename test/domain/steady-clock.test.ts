import t from "tap";
import { steadyNow } from "#src/domain/steady-clock";
import { fc } from "../support/seeded.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

t.test("follows the machine's clock, and goes on by the counter where that was set back", async (t) => {
  let [machine, elapsed] = [1_000, 0];
  const now = steadyNow({ current: () => machine, elapsed: () => elapsed }, 0);
  t.equal(now(), 1_000);
  machine += DAY_MS;
  t.equal(now(), 1_000 + DAY_MS);
  machine -= DAY_MS;
  elapsed += 500;
  t.equal(now(), 1_500 + DAY_MS, "deadlines still come");
  machine += 2 * DAY_MS;
  t.equal(now(), 1_000 + 2 * DAY_MS);
});

t.test("begins behind the latest time in the rows", async (t) => {
  let elapsed = 10;
  const now = steadyNow({ current: () => 1_000, elapsed: () => elapsed }, 5_000);
  t.equal(now(), 5_000);
  elapsed += 250.5;
  t.equal(now(), 5_250);
});

t.test("never decreases, whatever the machine's clock does", async () => {
  const steps = fc.array(fc.record({ jump: fc.integer({ min: -DAY_MS, max: DAY_MS }), passed: fc.nat(1_000) }));
  fc.assert(
    fc.property(steps, (steps) => {
      let [machine, elapsed, last] = [DAY_MS, 0, 0];
      const now = steadyNow({ current: () => machine, elapsed: () => elapsed }, 0);
      for (const { jump, passed } of steps) {
        machine += jump;
        elapsed += passed / 7;
        const time = now();
        if (time < last) throw new Error(`${time} after ${last}`);
        last = time;
      }
    }),
  );
});
