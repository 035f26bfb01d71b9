import t from "tap";
import { alteredIds } from "#src/domain/activity/altered";
import { redeployedIds } from "#src/domain/activity/build";
import { awaitsCommand } from "#src/domain/activity/rollback";
import { type CapturedComponent, type ComponentId, captured, componentId } from "#src/domain/component/component";
import { returnStates, type SnapshotPair } from "#src/domain/plan/rollback-states";
import { fc } from "../../support/seeded.ts";

const NAMES = ["a", "b", "c", "d"];
type TestAccount = Readonly<Record<string, number>>;

function component(name: string, value: number, parent: ComponentId | null = null): CapturedComponent {
  const state = { settings: { value }, evidence: {}, artifacts: [] };
  return captured(componentId("lambda-code", name), state, { parent, physicalId: null });
}

function snapshot(account: TestAccount, names: readonly string[]) {
  const existing = names.flatMap((name) => (account[name] === undefined ? [] : [component(name, account[name])]));
  return new Map(existing.map((one) => [one.id, one]));
}

const account = fc.dictionary(fc.constantFrom(...NAMES), fc.integer({ min: 1, max: 3 }));
const scope = fc.subarray(NAMES);

/** A deploy within a scope: outside of it the account stays as it was. */
function deployed(before: TestAccount, wanted: TestAccount, names: readonly string[]): TestAccount {
  const rest = Object.entries(before).filter(([name]) => !names.includes(name));
  return Object.fromEntries([...rest, ...Object.entries(wanted).filter(([name]) => names.includes(name))]);
}

t.test(
  "whatever was deployed since, `before` is the account as the build left it, and `deployed` is the account now",
  async () => {
    const steps = fc.array(fc.tuple(account, scope), { maxLength: 6 });
    fc.assert(
      fc.property(account, account, scope, steps, (first, built, covered, later) => {
        const after = deployed(first, built, covered);
        const states = returnStates({ before: snapshot(first, covered), deployed: snapshot(after, covered) });
        let now = after;
        const seen = new Set(covered);
        for (const [wanted, names] of later) {
          const next = deployed(now, wanted, names);
          states.add({ before: snapshot(now, names), deployed: snapshot(next, names) });
          for (const name of names) seen.add(name);
          now = next;
        }
        const known = [...seen];
        return (
          alteredIds(states.before, snapshot(after, known)).length === 0 &&
          alteredIds(states.deployed, snapshot(now, known)).length === 0
        );
      }),
    );
  },
);

t.test(
  "changes by hand in between are rolled back, too, because the build's record has the state before them",
  async (t) => {
    const pair = (before: TestAccount, after: TestAccount): SnapshotPair => ({
      before: snapshot(before, NAMES),
      deployed: snapshot(after, NAMES),
    });
    const states = returnStates(pair({}, { a: 1, b: 1 }));
    states.add(pair({ a: 2, b: 1, c: 9 }, { a: 2, b: 2, c: 9 }));
    t.same(
      [...states.before.values()].map(({ state }) => state.settings["value"]),
      [1, 1, 9],
    );
    t.same(alteredIds(states.before, states.deployed), ["lambda-code:a", "lambda-code:b"]);
  },
);

t.test(
  "a redeploy restores the components that its deployment captured, and those added to its scope since",
  async (t) => {
    const base = { before: snapshot({ gone: 1 }, ["gone"]), deployed: snapshot({ a: 1 }, ["a"]) };
    const states = returnStates(base);
    const came = [
      component("shop-new", 1),
      component("other-new", 1),
      component("in-stack", 1, "stack:shop"),
      component("in-other", 1, "stack:other"),
    ];
    states.add({ before: new Map(), deployed: new Map(came.map((one) => [one.id, one])) });
    const ids = redeployedIds(base, states, { stacks: ["shop"], functions: ["shop-*"] });
    const names = ["a", "gone", "in-stack", "shop-new"];
    t.same(
      ids,
      names.map((name) => componentId("lambda-code", name)),
    );
  },
);

t.test("only a rollback by package awaits a command, until its outcome is reported", async (t) => {
  const way = { build: "1", deployment: "dep_1", since: [], outcome: null };
  const returned = { service: "api", digest: "d" };
  t.equal(awaitsCommand({ status: "In Progress", toBuild: { ...way, package: returned } }), true);
  t.equal(awaitsCommand({ status: "Queued", toBuild: { ...way, package: returned } }), false);
  t.equal(awaitsCommand({ status: "In Progress", toBuild: { ...way, package: null } }), false);
  t.equal(awaitsCommand({ status: "In Progress", toBuild: { ...way, package: returned, outcome: "failed" } }), false);
  t.equal(awaitsCommand({ status: "In Progress", toBuild: null }), false);
});
