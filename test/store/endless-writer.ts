/** Writes a journal until the process is killed, and prints the index of each committed action. */
import { openSqliteStore } from "#src/store/sqlite-store";
import { TEST_SEALING } from "../support/sealing.ts";
import { beginRollback, component, deploy, deployment, line, rollback, step } from "./builders.ts";

const file = process.argv[2];
if (!file) throw new Error("Name the database file.");
const store = await openSqliteStore(file, TEST_SEALING);
await deploy(store, deployment("dep_1"), { before: [component("stack:shop-api")], deployed: [] });
const job = await beginRollback(store, rollback("rbk_1", ["dep_1"]), [step(1)]);
for (let index = 0; ; index += 1) {
  await store.intend(job, "rbk_1", {
    step: 1,
    index,
    action: { do: "update-code", name: "shop-pay" },
    token: `t${index}`,
  });
  const lines = [line(`${index} called`), line(`${index} returned`)];
  await store.finishAction(job, "rbk_1", { step: 1, index, result: index, lines });
  process.stdout.write(`${index}\n`);
}
