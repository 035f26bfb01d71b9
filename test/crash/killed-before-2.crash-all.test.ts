import t from "tap";
import { killRollbacks } from "../support/crash-runs.ts";
import { startProcessStand } from "../support/crash-stand.ts";

t.test(
  "a rollback of all kinds, killed before the effect of any call of AWS (quarter 2), ends by itself and does nothing twice",
  killRollbacks(startProcessStand, "before", () => ({ first: 2, step: 4 })),
);
