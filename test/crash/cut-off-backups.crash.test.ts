import t from "tap";
import { killBackups } from "../support/crash-runs.ts";
import { startQuickStand } from "../support/crash-stand.ts";

t.test(
  "a backup that is cut off at any call of AWS is ready by itself after the restart",
  killBackups(startQuickStand, () => ({ first: 1, step: 1 })),
);
