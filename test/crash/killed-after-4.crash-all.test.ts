import t from "tap";
import { killRollbacks } from "../support/crash-runs.ts";
import { startProcessStand } from "../support/crash-stand.ts";

t.test(
  "a rollback of all kinds, killed after the effect of any call of AWS (quarter 4), ends by itself and does nothing twice",
  killRollbacks(startProcessStand, "after", () => ({ first: 4, step: 4 })),
);
