import t from "tap";
import { killBackups, sampleOfCalls } from "../support/crash-runs.ts";
import { startQuickStand } from "../support/crash-stand.ts";

t.test(
  "a backup that is cut off at a call of AWS is ready by itself after the restart",
  killBackups(startQuickStand, sampleOfCalls(3)),
);
