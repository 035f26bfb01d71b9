import t from "tap";
import { killRollbacks, sampleOfCalls } from "../support/crash-runs.ts";
import { startQuickStand } from "../support/crash-stand.ts";

/* In one process, at more calls than `killed-process` kills a real one. Every call has its turn in `npm run test:crash:all`. */

for (const when of ["before", "after"] as const)
  t.test(
    `a rollback of all kinds, cut off ${when} the effect of a call of AWS, ends by itself and does nothing twice`,
    killRollbacks(startQuickStand, when, sampleOfCalls(10)),
  );
