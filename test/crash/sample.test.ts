import t from "tap";
import { killBackups, killRollbacks, sampleOfCalls } from "../support/crash-runs.ts";
import { startQuickStand } from "../support/crash-stand.ts";

/*
 * A service in this process that is cut off from its rows, its clock and AWS, at a sample of the calls. Every call has its
 * turn in `npm run test:crash:all`, where a real process dies by `kill -9`.
 */

t.test(
  "a rollback that is cut off before the effect of a call ends by itself and does nothing twice",
  killRollbacks(startQuickStand, "before", sampleOfCalls(50)),
);

t.test(
  "a rollback that is cut off after the effect of a call ends by itself and does nothing twice",
  killRollbacks(startQuickStand, "after", sampleOfCalls(50)),
);

t.test(
  "a backup that is cut off at a call is ready by itself after the restart",
  killBackups(startQuickStand, sampleOfCalls(50)),
);
