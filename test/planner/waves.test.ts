import t from "tap";
import { type ComponentId, functionOf, KIND_NAMES, type KindName } from "#src/domain/component/component";
import type { PlanStep } from "#src/domain/plan/plan";
import { wavesOf } from "#src/planner/waves";
import { fc } from "../support/seeded.ts";

const LAYER = "arn:aws:lambda:us-east-1:000000000000:layer";

function step(component: ComponentId, order: number, more: Partial<PlanStep> = {}): PlanStep {
  return {
    ...{ component, order, wave: 1, position: "", after: [], bridges: [], action: "restore", via: null },
    ...{ strategy: "direct", conflict: false, destructive: false, losses: [], reasons: [], actions: [] },
    ...{ goal: null, liveDigest: null, diff: [] },
    ...more,
  };
}

/** The components of each lane, wave by wave. */
function lanes(...steps: PlanStep[]): ComponentId[][][] {
  const waves = wavesOf({ digest: "", plannedAt: 0, steps });
  return waves.map((wave) => wave.map((lane) => lane.map((pass) => pass.step.component)));
}

t.test("each function of a wave has a lane of its own", async (t) => {
  t.same(
    lanes(
      step("lambda-alias:a:live", 1),
      step("lambda-alias:b:live", 2),
      step("lambda-alias:a:test", 3),
      step("lambda-tags:a", 4, { wave: 2 }),
    ),
    [[["lambda-alias:b:live"], ["lambda-alias:a:live", "lambda-alias:a:test"]], [["lambda-tags:a"]]],
  );
});

t.test("functions share a lane where they publish versions of one layer again", async (t) => {
  const publishing = (arn: string) => ({ actions: [{ do: "publish-layer", name: arn } as const] });
  t.same(
    lanes(
      step("lambda-config:a", 1, publishing(`${LAYER}:deps:1`)),
      step("lambda-config:b", 2, publishing(`${LAYER}:other:1`)),
      step("lambda-config:c", 3, publishing(`${LAYER}:deps:2`)),
    ),
    [[["lambda-config:b"], ["lambda-config:a", "lambda-config:c"]]],
  );
});

t.test("triggers of one source share a lane with their functions, whichever of them are turned back", async (t) => {
  t.same(
    lanes(
      step("lambda-trigger:a/queue#live", 1),
      step("lambda-trigger:b/queue", 2),
      step("lambda-trigger:b/stream", 3),
      step("lambda-trigger:c/stream#live", 4, { via: "lambda-trigger:b/stream" }),
      step("lambda-trigger:d/other", 5),
    ),
    [
      [
        [
          "lambda-trigger:a/queue#live",
          "lambda-trigger:b/queue",
          "lambda-trigger:b/stream",
          "lambda-trigger:c/stream#live",
        ],
        ["lambda-trigger:d/other"],
      ],
    ],
  );
});

t.test("a function that goes waits for the trigger that is turned from it in the same wave", async (t) => {
  t.same(
    lanes(
      step("lambda-trigger:a/queue", 1),
      step("lambda-trigger:c/other", 2),
      step("lambda-code:b", 3, { action: "remove", after: ["lambda-trigger:a/queue"] }),
    ),
    [[["lambda-trigger:c/other"], ["lambda-trigger:a/queue", "lambda-code:b"]]],
  );
});

t.test("a stack with what it restores has a lane beside those of functions", async (t) => {
  t.same(
    lanes(
      step("stack:shop", 1, { strategy: "stack" }),
      step("lambda-code:a", 2, { strategy: "stack", via: "stack:shop" }),
      step("lambda-code:b", 3),
      step("lambda-code:a", 4, { action: "recreate" }),
    ),
    [[["stack:shop", "lambda-code:a"], ["lambda-code:b"], ["lambda-code:a"]]],
  );
});

t.test("whatever lowers first has a lane for each function, and never shares a wave with what takes it", async (t) => {
  const lowers = [{ wave: 1, position: "", through: 1 }];
  t.same(
    lanes(
      step("lambda-concurrency:a", 1, { wave: 2, lowers }),
      step("lambda-alias:b:live", 2, { wave: 2, lowers }),
      step("lambda-alias:b:test", 3, { wave: 2, lowers }),
      step("lambda-concurrency:c", 4, { wave: 2, takesAfter: ["lambda-concurrency:a"] }),
    ),
    [
      [["lambda-concurrency:a"], ["lambda-alias:b:live", "lambda-alias:b:test"]],
      [["lambda-concurrency:a"], ["lambda-alias:b:live", "lambda-alias:b:test"], ["lambda-concurrency:c"]],
    ],
  );
});

const DIRECT = KIND_NAMES.filter((kind) => kind.startsWith("lambda-"));

/** Steps of one wave outside stacks, in their order; each may wait for, or be restored by, an earlier one. */
const directSteps: fc.Arbitrary<PlanStep[]> = fc
  .array(
    fc.record({
      kind: fc.constantFrom<KindName>(...DIRECT),
      name: fc.constantFrom("a", "b", "c", "d", "e", "f"),
      source: fc.constantFrom("queue", "stream", "topic"),
      layers: fc.subarray(["one", "two"]),
      before: fc.option(fc.nat(), { freq: 3 }),
      isPart: fc.boolean(),
    }),
    { maxLength: 14 },
  )
  .map((drawn) => {
    const ids = drawn.map(({ kind, name, source }, index): ComponentId => `${kind}:${name}/${source}#q${index}`);
    return drawn.map(({ layers, before, isPart }, index) => {
      const earlier = before === null || index === 0 ? [] : ids.slice(before % index, (before % index) + 1);
      const actions = layers.map((layer) => ({ do: "publish-layer" as const, name: `${LAYER}:${layer}:${index}` }));
      const waits = isPart ? { via: earlier[0] ?? null } : { after: earlier };
      return step(ids[index] ?? "lambda-code:a", index + 1, { actions, ...waits });
    });
  });

t.test("no two lanes share anything, no lane could be split, and each keeps the plan's order", async () => {
  fc.assert(
    fc.property(directSteps, (steps) => {
      const found = wavesOf({ digest: "", plannedAt: 0, steps }).flat();
      const laneOf = new Map(found.flatMap((lane, index) => lane.map((pass) => [pass.step.order, index] as const)));
      const reachable = new Map(steps.map(({ order }) => [order, new Set([order])]));
      for (const _ of steps)
        for (const one of steps)
          for (const other of steps) {
            if (!shares(one, other)) continue;
            for (const order of reachable.get(other.order) ?? []) reachable.get(one.order)?.add(order);
          }
      for (const { order } of steps) {
        const lane = found[laneOf.get(order) ?? -1]?.map((pass) => pass.step.order) ?? [];
        if (`${lane}` !== `${[...(reachable.get(order) ?? [])].sort((one, other) => one - other)}`) return false;
      }
      return laneOf.size === steps.length;
    }),
  );
});

/** Whether two steps may not run side by side, by the words of the rule. */
function shares(one: PlanStep, other: PlanStep): boolean {
  const waitsFor = (step: PlanStep, earlier: PlanStep) =>
    step.via === earlier.component || step.after.includes(earlier.component);
  const layers = ({ actions }: PlanStep) => actions.map(({ name }) => name.split(":")[6]);
  const [source, otherSource] = [one, other].map(({ component }) => /^lambda-trigger:.*[/](.*)#/.exec(component)?.[1]);
  return (
    functionOf(one.component) === functionOf(other.component) ||
    (source !== undefined && source === otherSource) ||
    waitsFor(one, other) ||
    waitsFor(other, one) ||
    layers(one).some((layer) => layers(other).includes(layer))
  );
}
