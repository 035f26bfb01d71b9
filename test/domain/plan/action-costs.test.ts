import t from "tap";
import { callsOf, settleMsOf } from "#src/domain/plan/action-costs";
import { ACTION_NAMES, type Action } from "#src/domain/plan/plan";
import { performerOf } from "#src/kinds/index";

t.test("each action has a cost and a kind that performs it", async (t) => {
  for (const name of ACTION_NAMES) {
    const action: Action = { do: name, name: "shop" };
    t.ok(callsOf(action), name);
    t.ok(settleMsOf(action) >= 0, name);
    t.ok(performerOf(action), name);
  }
});

t.test("an action of another version's plan is INTERNAL, and never the last branch's", async (t) => {
  for (const name of ["launch", "toString", "__proto__", "constructor"]) {
    const action = { do: name, name: "shop" } as unknown as Action;
    for (const read of [callsOf, settleMsOf, performerOf]) t.throws(() => read(action), { code: "INTERNAL" }, name);
  }
});
