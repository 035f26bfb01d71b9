import t from "tap";
import { killBackups, killRollbacks, sampleOfCalls } from "../support/crash-runs.ts";
import { startProcessStand } from "../support/crash-stand.ts";

/* `kill -9` of a real process, at a sample of the calls. Every call has its turn in `npm run test:crash:all`. */

t.test(
  "a rollback of all kinds, killed before the effect of a call of AWS, ends by itself and does nothing twice",
  killRollbacks(startProcessStand, "before", sampleOfCalls(40)),
);

t.test(
  "a rollback of all kinds, killed after the effect of a call of AWS, ends by itself and does nothing twice",
  killRollbacks(startProcessStand, "after", sampleOfCalls(40)),
);

t.test(
  "a backup that is killed at a call of AWS is ready by itself after the restart",
  killBackups(startProcessStand, sampleOfCalls(40)),
);
