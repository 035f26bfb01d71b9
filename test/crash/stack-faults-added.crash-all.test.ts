import t from "tap";
import { everyTrial } from "../support/fault-walk/choice.ts";
import { ADDED_BY_DEPLOY } from "../support/fault-walk/scenes/added.ts";
import { Tally } from "../support/fault-walk/tally.ts";
import { walkScene } from "../support/fault-walk/walk.ts";

t.test("every fault at every call of what the deploy added", async (t) => {
  const tally = new Tally();
  await walkScene(t, ADDED_BY_DEPLOY, { choose: everyTrial, tally });
  t.comment(tally.lines());
});
