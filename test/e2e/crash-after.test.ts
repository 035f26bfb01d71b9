import t from "tap";
import { ALL_KINDS_SCOPE } from "../support/all-kinds.ts";
import { killAtEveryCall, startStand } from "../support/crash-stand.ts";
import { until } from "../support/test-account.ts";

t.test(
  "a rollback of all kinds, killed after the effect of any call of AWS, ends by itself and does nothing twice",
  async (t) => {
    const stand = await startStand();
    t.teardown(() => stand.close());
    await killAtEveryCall(t, stand, "after");
  },
);

t.test("a backup that is killed at any call of AWS is ready by itself after the restart", async (t) => {
  const stand = await startStand();
  t.teardown(() => stand.close());
  for (let nth = 1, reached = true; reached; nth += 1) {
    const hold = stand.sandbox.faults.hold({ nth, when: nth % 2 === 0 ? "before" : "after" });
    const opened = await stand.api("POST", "/v1/deployments", {
      application: "shop",
      stage: "prod",
      scope: ALL_KINDS_SCOPE,
    });
    const find = () => stand.api("GET", `/v1/deployments/${opened.id}`).catch(() => ({}));
    const ready = until(async () => (await find()).snapshot?.status === "Ready");
    reached = await Promise.race([hold.reached.then(() => true), ready.then(() => false)]);
    if (reached) await stand.killWhileHeld(() => hold.drop());
    else hold.release();
    await ready;
    t.match(
      await find(),
      { status: "In Progress", snapshot: { status: "Ready", components: 33 } },
      `killed at call ${nth}`,
    );
    await stand.api("POST", `/v1/deployments/${opened.id}/cancel`);
  }
});
