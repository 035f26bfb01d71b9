import t from "tap";
import { everyTrial } from "../support/fault-walk/choice.ts";
import { LOST_SNIPPET } from "../support/fault-walk/scenes/lost-snippet.ts";
import { Tally } from "../support/fault-walk/tally.ts";
import { walkScene } from "../support/fault-walk/walk.ts";

t.test("every fault at every call where a change set cannot be made", async (t) => {
  const tally = new Tally();
  await walkScene(t, LOST_SNIPPET, { choose: everyTrial, tally });
  t.comment(tally.lines());
});
