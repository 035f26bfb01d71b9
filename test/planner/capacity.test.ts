import t from "tap";
import {
  type CapacityMove,
  type FunctionCapacity,
  reservedFirst,
  type Schedule,
  scheduleMoves,
} from "#src/planner/capacity/schedule";
import { fc } from "../support/seeded.ts";

/*
 * An account that refuses as AWS does (facts I1), written without the scheduler's code: its values are a flat list, and it
 * knows nothing of lowering or of stages.
 */

/** A reservation, or what one alias has provisioned. */
interface Slot {
  readonly function: string;
  readonly qualifier: string | null;
}

type Values = readonly (number | null)[];

interface Limits {
  readonly slots: readonly Slot[];
  /** What all functions together may take. */
  readonly most: number;
}

const sum = (values: readonly (number | null)[]) => values.reduce<number>((total, value) => total + (value ?? 0), 0);

function holds({ slots, most }: Limits, values: Values): { account: boolean; functions: boolean } {
  const of = (name: string, isReservation: boolean) =>
    values.filter((_, at) => slots[at]?.function === name && (slots[at]?.qualifier === null) === isReservation);
  const names = [...new Set(slots.map((slot) => slot.function))];
  const rows = names.map((name) => ({ reserved: of(name, true)[0] ?? null, provisioned: sum(of(name, false)) }));
  return {
    account: sum(rows.map(({ reserved, provisioned }) => reserved ?? provisioned)) <= most,
    functions: rows.every(({ reserved, provisioned }) => reserved === null || provisioned <= reserved),
  };
}

/** Null if AWS refuses to give the slot this value. Deleting is never refused. */
function put(limits: Limits, values: Values, at: number, to: number | null): Values | null {
  const next = values.map((value, index) => (index === at ? to : value));
  if (to === null) return next;
  const { account, functions } = holds(limits, next);
  return account && functions ? next : null;
}

/** Whether any sequence of calls, over any values in between, leads from live to the goal. */
function isReachable(limits: Limits, { live, goal }: { live: Values; goal: Values }): boolean {
  const seen = new Set([live.join()]);
  const queue: Values[] = [live];
  for (const values of queue) {
    if (values.join() === goal.join()) return true;
    for (const at of values.keys()) {
      for (const to of [null, 0, 1, 2, 3]) {
        if (to === 0 && limits.slots[at]?.qualifier !== null) continue;
        const next = put(limits, values, at, to);
        if (!next || seen.has(next.join())) continue;
        seen.add(next.join());
        queue.push(next);
      }
    }
  }
  return false;
}

interface Case extends Limits {
  readonly live: Values;
  readonly goal: Values;
}

/** Accounts whose live state is within the limits, with any goal. */
function cases(aliases: readonly (readonly string[])[]): fc.Arbitrary<Case> {
  const slots = aliases.flatMap((names, index): Slot[] =>
    [null, ...names].map((qualifier) => ({ function: `f${index}`, qualifier })),
  );
  const values = fc.tuple(
    ...slots.map(({ qualifier }) => fc.constantFrom(...(qualifier === null ? [null, 0, 1, 2, 3] : [null, 1, 2, 3]))),
  );
  return fc
    .record({ most: fc.integer({ min: 0, max: 7 }), live: values, goal: values })
    .map((drawn) => ({ ...drawn, slots }))
    .filter((drawn) => holds(drawn, drawn.live).account && holds(drawn, drawn.live).functions);
}

interface Planned {
  readonly schedule: Schedule;
  readonly stages: readonly (readonly CapacityMove[])[];
}

/** As a plan does: what is provisioned changes with its alias, and reservations later, but for those that go first. */
function planned({ slots, most, live, goal }: Case): Planned {
  const capacities = new Map<string, FunctionCapacity>();
  for (const [at, { function: name, qualifier }] of slots.entries()) {
    const known = capacities.get(name) ?? { reserved: null, provisioned: {} };
    const value = live[at] ?? null;
    if (qualifier === null) capacities.set(name, { ...known, reserved: value });
    else if (value !== null)
      capacities.set(name, { ...known, provisioned: { ...known.provisioned, [qualifier]: value } });
  }
  const moves = slots.flatMap((slot, at): CapacityMove[] =>
    live[at] === goal[at] ? [] : [{ ...slot, to: goal[at] ?? null }],
  );
  const early = reservedFirst(capacities, moves);
  const stageOf = ({ function: name, qualifier }: CapacityMove) => (qualifier ? 1 : early.has(name) ? 0 : 2);
  const stages = [0, 1, 2].map((stage) => moves.filter((move) => stageOf(move) === stage));
  const values = [...capacities.values()];
  const taken = sum(values.map(({ reserved, provisioned }) => reserved ?? sum(Object.values(provisioned))));
  return { schedule: scheduleMoves({ live: capacities, room: most - taken, stages }), stages };
}

function permutations<Item>(items: readonly Item[]): Item[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, at) =>
    permutations([...items.slice(0, at), ...items.slice(at + 1)]).map((rest) => [item, ...rest]),
  );
}

/** Carries a plan out with each stage in every order; throws where the account refuses. */
function carryOut(limits: Case, { schedule, stages }: Planned): void {
  if (!("first" in schedule)) return;
  const atOf = (move: CapacityMove) =>
    limits.slots.findIndex((slot) => slot.function === move.function && slot.qualifier === move.qualifier);
  const perform = (values: Values, moves: readonly CapacityMove[]): Values =>
    moves.reduce((present, move) => {
      const next = put(limits, present, atOf(move), move.to);
      if (!next) throw new Error(`${JSON.stringify(move)} is refused at ${JSON.stringify(present)}`);
      return next;
    }, values);
  let reached = perform(limits.live, schedule.first);
  for (const stage of stages) {
    const ends = permutations(stage).map((order) => perform(reached, order));
    reached = ends[0] ?? reached;
  }
  if (reached.join() !== limits.goal.join()) throw new Error(`ends at ${JSON.stringify(reached)}`);
}

function agrees(drawn: Case): void {
  const plan = planned(drawn);
  const reachable = isReachable(drawn, drawn);
  if (reachable !== "first" in plan.schedule)
    throw new Error(`${reachable ? "an order exists" : "no order exists"}, and the schedule says otherwise`);
  carryOut(drawn, plan);
}

t.test("one function with two aliases: an order is found exactly where one exists, and never refused", async () => {
  fc.assert(fc.property(cases([["live", "beta"]]), agrees), { numRuns: 1500 });
});

t.test("two functions with an alias each", async () => {
  fc.assert(fc.property(cases([["live"], ["live"]]), agrees), { numRuns: 1500 });
});

t.test("three functions without aliases, and two with three aliases between them", async () => {
  fc.assert(fc.property(cases([[], [], []]), agrees), { numRuns: 1000 });
  fc.assert(fc.property(cases([["live", "beta"], ["live"]]), agrees), { numRuns: 60 });
});

const account = (...functions: (readonly [string, number | null, Readonly<Record<string, number>>?])[]) =>
  new Map(functions.map(([name, reserved, provisioned = {}]) => [name, { reserved, provisioned }]));
const reserve = (name: string, to: number | null): CapacityMove => ({ function: name, qualifier: null, to });

t.test("six hundred that move between two functions are lowered first", async (t) => {
  const live = account(["a", 0], ["b", 600]);
  const stages = [[reserve("a", 600), reserve("b", null)]];
  t.same(scheduleMoves({ live, room: 300, stages }), { first: [reserve("b", null)] });
  t.same(scheduleMoves({ live, room: 600, stages }), { first: [] }, "with enough room nothing changes its place");
  t.same(scheduleMoves({ live, room: null, stages }), { first: [reserve("b", null)] }, "AWS does not tell the room");
});

t.test("what the goal itself exceeds is said with its numbers", async (t) => {
  t.same(scheduleMoves({ live: account(["a", 0]), room: 200, stages: [[reserve("a", 600)]] }), {
    excess: [{ of: "account", wanted: 600, room: 200 }],
  });
  t.same(scheduleMoves({ live: account(["a", 90, { live: 50 }]), room: 200, stages: [[reserve("a", 20)]] }), {
    excess: [{ of: "function", name: "a", reserved: 20, provisioned: 50 }],
  });
});
