import t from "tap";
import { killAtEveryCall, startStand } from "../support/crash-stand.ts";

t.test(
  "a rollback of all kinds, killed before the effect of any call of AWS, ends by itself and does nothing twice",
  async (t) => {
    const stand = await startStand();
    t.teardown(() => stand.close());
    await killAtEveryCall(t, stand, "before");
  },
);
