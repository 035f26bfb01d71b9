import t from "tap";
import { everyTrial } from "../support/fault-walk/choice.ts";
import { WHOLE_STACK } from "../support/fault-walk/scenes/whole-stack.ts";
import { Tally } from "../support/fault-walk/tally.ts";
import { walkScene } from "../support/fault-walk/walk.ts";

t.test("every fault at every call of a whole stack", async (t) => {
  const tally = new Tally();
  await walkScene(t, WHOLE_STACK, { choose: everyTrial, tally });
  t.comment(tally.lines());
});
