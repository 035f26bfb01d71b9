import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t, { type Test } from "tap";
import { coveredBy, type Reach } from "#src/domain/access/grants";
import type { Lock } from "#src/domain/activity/scope";
import { openSqliteStore } from "#src/store/sqlite-store";
import { TEST_SEALING } from "../support/sealing.ts";
import { fc } from "../support/seeded.ts";
import { allow, deployment, enqueue } from "./builders.ts";

/** Characters that mean something to GLOB, to LIKE or to a regular expression are names like others. */
const piece = fc.constantFrom("a", "b", "[a]", "?", "%", "_", ".", "-", "ä");
const name = fc.array(piece, { minLength: 1, maxLength: 3 }).map((pieces) => pieces.join(""));
const pattern = fc
  .array(fc.oneof(piece, fc.constant("*")), { minLength: 1, maxLength: 3 })
  .map((pieces) => pieces.join(""));
const patterns = fc.array(pattern, { maxLength: 2 });
const reach: fc.Arbitrary<Reach> = fc.record({
  applications: patterns,
  stages: patterns,
  targets: fc.constant(["*"]),
  stacks: patterns,
  functions: patterns,
});
const lock: fc.Arbitrary<Lock> = fc.record({
  stacks: fc.array(name, { maxLength: 2 }),
  functions: fc.array(pattern, { maxLength: 2 }),
  within: fc.array(name, { maxLength: 2 }),
});
const place = fc.record({ application: name, stage: name, target: fc.constant("default"), lock });

t.test("a list shows exactly what one of the grants contains", async (t: Test) => {
  const folder = await mkdtemp(join(tmpdir(), "stepback-grants-"));
  const store = await openSqliteStore(join(folder, "stepback.db"), TEST_SEALING);
  t.teardown(async () => {
    await store.close();
    await rm(folder, { recursive: true });
  });
  // Objects with a prototype: drizzle asks values for their constructor.
  const places = structuredClone(fc.sample(place, { seed: 7, numRuns: 60 }));
  for (const [index, facts] of places.entries()) {
    const id = `dep_${index}`;
    await store.openDeployment(deployment(id, facts), allow, enqueue(store, "take-snapshot", id));
  }
  await fc.assert(
    fc.asyncProperty(fc.array(reach, { maxLength: 3 }), async (grants) => {
      const { items } = await store.listActivities({ grants }, { limit: 200, cursor: null });
      const shown = places.flatMap((facts, index) => (coveredBy(grants, facts) ? [`dep_${index}`] : []));
      t.strictSame(items.map(({ id }) => id).sort(), shown.sort(), JSON.stringify(grants));
    }),
  );
});
