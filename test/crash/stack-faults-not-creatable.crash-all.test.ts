import t from "tap";
import { everyTrial } from "../support/fault-walk/choice.ts";
import { NOT_CREATABLE } from "../support/fault-walk/scenes/not-creatable.ts";
import { Tally } from "../support/fault-walk/tally.ts";
import { walkScene } from "../support/fault-walk/walk.ts";

t.test("every fault at every call of a stack that cannot be created yet", async (t) => {
  const tally = new Tally();
  await walkScene(t, NOT_CREATABLE, { choose: everyTrial, tally });
  t.comment(tally.lines());
});
