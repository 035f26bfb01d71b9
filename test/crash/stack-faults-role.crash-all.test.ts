import t from "tap";
import { everyTrial } from "../support/fault-walk/choice.ts";
import { BY_ROLE } from "../support/fault-walk/scenes/by-role.ts";
import { Tally } from "../support/fault-walk/tally.ts";
import { walkScene } from "../support/fault-walk/walk.ts";

t.test("every fault at every call of another account by a role", async (t) => {
  const tally = new Tally();
  await walkScene(t, BY_ROLE, { choose: everyTrial, tally });
  t.comment(tally.lines());
});
