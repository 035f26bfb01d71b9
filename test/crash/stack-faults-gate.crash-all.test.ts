import t from "tap";
import { everyTrial } from "../support/fault-walk/choice.ts";
import { REFUSED_BY_GATE } from "../support/fault-walk/scenes/refused-by-gate.ts";
import { Tally } from "../support/fault-walk/tally.ts";
import { walkScene } from "../support/fault-walk/walk.ts";

t.test("every fault at every call of a refusal by a change set", async (t) => {
  const tally = new Tally();
  await walkScene(t, REFUSED_BY_GATE, { choose: everyTrial, tally });
  t.comment(tally.lines());
});
