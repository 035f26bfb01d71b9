import t from "tap";
import { killBackups } from "../support/crash-runs.ts";
import { startProcessStand } from "../support/crash-stand.ts";

t.test(
  "a backup that is killed at any call of AWS is ready by itself after the restart",
  killBackups(startProcessStand, () => ({ first: 1, step: 1 })),
);
