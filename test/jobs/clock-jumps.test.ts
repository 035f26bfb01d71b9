import t from "tap";
import { quickClock } from "../support/quick-clock.ts";
import {
  createFunction,
  finishDeployment,
  invoke,
  openDeployment,
  rollBack,
  startTestAccount,
  type TestAccount,
  updateCode,
} from "../support/test-account.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

async function deployed(w: TestAccount, says: string): Promise<string> {
  const { id } = await openDeployment(w, { functions: ["tool"] });
  await updateCode(w, "tool", says);
  await finishDeployment(w, id);
  return id;
}

for (const isRestarted of [false, true]) {
  const when = isRestarted ? "over a restart" : "while the service runs";
  t.test(
    `a clock that was ahead by a day and is set back ${when} makes no conflict with our own records`,
    async (t) => {
      let aheadMs = 0;
      const clock = { now: () => quickClock.now() + aheadMs, sleep: quickClock.sleep };
      const w = await startTestAccount({}, {}, { clock });
      t.teardown(() => w.close());
      await createFunction(w, "tool", "one");
      const first = await deployed(w, "two");
      aheadMs = DAY_MS;
      t.match(await rollBack(w, first, "all"), { status: "Completed" });
      aheadMs = 0;
      if (isRestarted) await w.restart();
      const second = await deployed(w, "three");
      t.match(await rollBack(w, second, "all"), { status: "Completed", error: null, result: { failed: 0 } });
      t.match(await rollBack(w, first, "all"), { status: "Completed", error: null }, "it is as that rollback left it");
      t.equal(await invoke(w, "tool"), "one");
      const { items } = (await w.api("GET", "/v1/activities")).body;
      const times = items.map(({ createdAt }) => createdAt);
      t.same(times, [...times].sort().reverse());
      t.same(items.at(-1)?.id, first, "the list is in the order in which things happened");
    },
  );
}
