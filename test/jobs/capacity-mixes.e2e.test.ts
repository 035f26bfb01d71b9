import t from "tap";
import { rollBackMixes } from "../support/capacity-mixes.ts";

t.test("forty random mixes near their limits: where the goal fits, nothing is refused on the way", (t) =>
  rollBackMixes(t, 40),
);
