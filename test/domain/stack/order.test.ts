import t from "tap";
import type { ExternalStacks, StackLinks, StackTransition } from "#src/domain/stack/links";
import { orderStacks, type StackOrder, type StackPass } from "#src/domain/stack/order";
import { fc } from "../../support/seeded.ts";
import { graphText, type StackGraph, stackGraphs } from "../../support/stack-graphs.ts";
import { type Account, accountOf, begin, end, hasAnyOrder, targetOf } from "./strict-exports.ts";

const ALONE: ExternalStacks = { importers: {}, exporters: {}, whyNoBridge: () => null };

function links(exports: readonly string[], imports: readonly string[] = []): StackLinks {
  return { exports: Object.fromEntries(exports.map((name) => [name, `arn:${name}`])), imports };
}

function transition(name: string, live: StackLinks | null, goal: StackLinks | null): StackTransition {
  return { name, live, goal };
}

/** The passes of an order without a fault, as text; or its faults. */
function passes({ passes: list, faults }: StackOrder): string[] {
  if (faults.length > 0) return faults.map(({ detail }) => detail);
  return list.map(({ wave, stack, pass, keeps }) => [wave, pass, stack, ...keeps].join(" "));
}

t.test("importers come first when an export is deleted, the exporter comes first when one is restored", async (t) => {
  const goes = orderStacks(
    [
      transition("shop-a", links(["orders", "audit"]), links(["orders"])),
      transition("shop-b", links([], ["orders", "audit"]), links([], ["orders"])),
    ],
    ALONE,
  );
  t.same(passes(goes), ["1 final shop-b", "2 final shop-a"]);
  t.match(goes.passes, [
    { after: [], reasons: ["waits for no other stack"] },
    { after: ["shop-b"], reasons: ["after shop-b, which imports audit until then"] },
  ]);
  const comes = orderStacks(
    [transition("shop-b", links([]), links([], ["orders"])), transition("shop-c", null, links(["orders"]))],
    ALONE,
  );
  t.same(passes(comes), ["1 final shop-c", "2 final shop-b"]);
  t.match(comes.passes[1], { after: ["shop-c"], reasons: ["after shop-c, which brings back the export orders"] });
});

t.test(
  "both at once take three passes: a bridge of the exporter, the importer, the final pass of the exporter",
  async (t) => {
    const order = orderStacks(
      [
        transition("shop-a", links(["new"]), links(["old"])),
        transition("shop-b", links([], ["new"]), links([], ["old"])),
      ],
      ALONE,
    );
    t.same(passes(order), ["1 bridge shop-a new", "2 final shop-b", "3 final shop-a"]);
    t.same(
      order.passes.map(({ reasons }) => reasons),
      [
        ["keeps the export new, which shop-b still imports", "brings back the export old for shop-b"],
        ["after shop-a, which brings back the export old"],
        ["after shop-b, which imports new until then"],
      ],
    );
  },
);

t.test("independent stacks run side by side, and an export that moves leaves its old stack first", async (t) => {
  const order = orderStacks(
    [
      transition("apart", links([]), links([])),
      transition("from", links(["x"]), links([])),
      transition("to", links([]), links(["x"])),
      transition("gone", links(["y"]), null),
      transition("user", links([], ["y"]), null),
    ],
    ALONE,
  );
  t.same(passes(order), ["1 final apart", "1 final from", "1 final user", "2 final gone", "2 final to"]);
});

t.test("faults that no order can solve are refused by name, all at once, with the way out", async (t) => {
  const { passes: found, faults } = orderStacks(
    [
      transition("a", links(["used", "changed"]), { exports: { changed: "arn:other" }, imports: [] }),
      transition("b", links([], ["changed"]), links(["taken"], ["changed", "nowhere"])),
      transition("c", links(["c1"], ["d1"]), null),
      transition("d", links(["d1"], ["c1"]), null),
      transition("free", links([]), links(["f"])),
    ],
    { ...ALONE, importers: { used: ["billing"] }, exporters: { taken: "other" } },
  );
  t.match(faults, [
    { stack: "a", code: "EXPORT_IN_USE", detail: /^b imports changed before and after.*literally/ },
    {
      stack: "a",
      code: "EXPORT_IN_USE",
      detail: /^billing stays as it is and imports used, which is deleted: .* or pick stack:billing too/,
    },
    { stack: "b", code: "EXPORT_MISSING", detail: /nowhere/ },
    { stack: "b", code: "EXPORT_TAKEN", detail: /taken once it is rolled back, and other exports/ },
    {
      stack: "c",
      code: "ORDER_IMPOSSIBLE",
      detail:
        /^c goes after d, which imports c1 until then; d goes after c, which imports d1 until then\. c cannot keep c1/,
    },
    { stack: "d", code: "ORDER_IMPOSSIBLE" },
  ]);
  t.ok(
    found.some(({ stack }) => stack === "free"),
    "and the rest still has its place",
  );
});

t.test("a bridge that cannot be made says why", async (t) => {
  const { faults } = orderStacks(
    [transition("a", links(["new"]), links(["old"])), transition("b", links([], ["new"]), links([], ["old"]))],
    { ...ALONE, whyNoBridge: () => "the topic is another one" },
  );
  t.match(faults, [
    { stack: "a", code: "ORDER_IMPOSSIBLE", detail: /a cannot keep new for that long: the topic is another one\.$/ },
    { stack: "b", code: "ORDER_IMPOSSIBLE", detail: /^b goes after a/ },
  ]);
});

t.test("AWS refuses no pass of an order for up to 40 stacks, however the passes of a wave overlap", async () => {
  const graphs = stackGraphs({ stacks: 40, exports: 40, faulty: false });
  fc.assert(
    fc.property(graphs, fc.infiniteStream(fc.nat()), (graph, draws) => {
      const order = orderStacks(graph.stacks, graph.around);
      if (order.faults.length === 0) runStrictly(graph, order, () => draws.next().value);
    }),
    { numRuns: 400 },
  );
});

t.test("a refusal is right: where the order finds none, no sequence of bridges and final passes has one", async () => {
  const graphs = stackGraphs({ stacks: 6, exports: 7, faulty: true });
  fc.assert(
    fc.property(graphs, fc.infiniteStream(fc.nat()), (graph, draws) => {
      const order = orderStacks(graph.stacks, graph.around);
      const isPossible = hasAnyOrder(graph.stacks, graph.around);
      if (isPossible !== (order.faults.length === 0))
        throw new Error(`${isPossible ? "there is" : "there is no"} order\n${storyOf(graph, order)}`);
      if (isPossible) runStrictly(graph, order, () => draws.next().value);
    }),
    { numRuns: 2_000 },
  );
});

t.test("the random graphs contain every case", async (t) => {
  const seen = new Map<string, number>();
  const count = (what: string) => seen.set(what, (seen.get(what) ?? 0) + 1);
  for (const faulty of [true, false]) {
    for (const graph of fc.sample(stackGraphs({ stacks: faulty ? 6 : 40, exports: faulty ? 7 : 40, faulty }), {
      numRuns: 600,
      seed: 7,
    })) {
      const { passes: found, faults } = orderStacks(graph.stacks, graph.around);
      for (const code of new Set(faults.map(({ code }) => code))) count(code);
      if (faults.length > 0) continue;
      const waves = found.at(-1)?.wave ?? 0;
      count(`${faulty ? "small" : "large"}: ${waves > 2 ? "three waves and more" : "up to two waves"}`);
      if (found.some(({ pass }) => pass === "bridge")) count(`${faulty ? "small" : "large"}: with a bridge`);
    }
  }
  t.comment(Object.fromEntries(seen));
  for (const what of ["EXPORT_IN_USE", "EXPORT_MISSING", "EXPORT_TAKEN", "ORDER_IMPOSSIBLE"])
    t.ok(seen.get(what), what);
  for (const what of ["three waves and more", "with a bridge"])
    for (const of of ["small", "large"]) t.ok((seen.get(`${of}: ${what}`) ?? 0) >= 10, `${of}: ${what}`);
});

/** Carries the passes out in the strict model: a wave's operations begin and end in an order drawn at random. */
function runStrictly(graph: StackGraph, order: StackOrder, draw: () => number): void {
  let account: Account = accountOf(graph.stacks, graph.around);
  const check = (next: Account | string): Account => {
    if (typeof next === "string") throw new Error(`AWS refuses: ${next}\n${storyOf(graph, order)}`);
    return next;
  };
  for (const wave of new Set(order.passes.map((pass) => pass.wave))) {
    const waiting = order.passes.filter((pass) => pass.wave === wave);
    const begun: StackPass[] = [];
    while (waiting.length + begun.length > 0) {
      const at = draw() % (waiting.length + begun.length);
      const [starting] = at < waiting.length ? waiting.splice(at, 1) : [];
      const [ending] = starting ? [] : begun.splice(at - waiting.length, 1);
      const pass = (starting ?? ending) as StackPass;
      const target = targetOf(stackOf(graph, pass), pass.keeps);
      account = check(starting ? begin(account, pass.stack, target) : end(account, pass.stack, target));
      if (starting) begun.push(pass);
    }
  }
  for (const { name, goal } of graph.stacks) {
    const own = [...account.exports].filter(([, { owner }]) => owner === name).map(([key, { value }]) => [key, value]);
    const wanted = Object.entries(goal?.exports ?? {});
    if (JSON.stringify(own.sort()) !== JSON.stringify(wanted.sort()))
      throw new Error(`${name} is not at its goal\n${storyOf(graph, order)}`);
  }
}

function stackOf({ stacks }: StackGraph, { stack: name }: StackPass): StackTransition {
  const found = stacks.find((stack) => stack.name === name);
  if (!found) throw new Error(`no stack ${name}`);
  return found;
}

function storyOf(graph: StackGraph, { passes: list, faults }: StackOrder): string {
  return [
    graphText(graph),
    ...list.map(({ wave, pass, stack, keeps }) => `wave ${wave}: ${pass} ${stack} ${keeps.join(" ")}`),
    ...faults.map(({ stack, code, detail }) => `${stack} ${code}: ${detail}`),
  ].join("\n");
}
