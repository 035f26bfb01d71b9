import t from "tap";
import { everyTrial } from "../support/fault-walk/choice.ts";
import { PARTS } from "../support/fault-walk/scenes/parts.ts";
import { Tally } from "../support/fault-walk/tally.ts";
import { walkScene } from "../support/fault-walk/walk.ts";

t.test("every fault at every call of parts of a stack", async (t) => {
  const tally = new Tally();
  await walkScene(t, PARTS, { choose: everyTrial, tally });
  t.comment(tally.lines());
});
