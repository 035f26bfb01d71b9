import t from "tap";
import { killRollbacks } from "../support/crash-runs.ts";
import { startQuickStand } from "../support/crash-stand.ts";

t.test(
  "a rollback of all kinds, cut off after the effect of any call of AWS (half 1), ends by itself and does nothing twice",
  killRollbacks(startQuickStand, "after", () => ({ first: 1, step: 2 })),
);
