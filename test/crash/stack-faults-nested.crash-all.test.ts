import t from "tap";
import { everyTrial } from "../support/fault-walk/choice.ts";
import { NESTED_STACK } from "../support/fault-walk/scenes/nested-stack.ts";
import { Tally } from "../support/fault-walk/tally.ts";
import { walkScene } from "../support/fault-walk/walk.ts";

t.test("every fault at every call of a nested stack", async (t) => {
  const tally = new Tally();
  await walkScene(t, NESTED_STACK, { choose: everyTrial, tally });
  t.comment(tally.lines());
});
