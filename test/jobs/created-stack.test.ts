import t from "tap";
import type { Shape } from "#sandbox/core/contract";
import { payResource } from "../support/stack-templates.ts";
import { deployStack, finishDeployment, openDeployment, rollBack, worldOf } from "../support/test-account.ts";

const SHOP: Shape = {
  Resources: {
    Pay: payResource({ ZipFile: "exports.handler = async () => 1;" }),
  },
};

t.test(
  "a stack that the deployment created is removed with its functions, and Stepback does not read it afterwards",
  async (t) => {
    const w = await worldOf(t);
    const { id } = await openDeployment(w, { stacks: ["shop"] });
    await deployStack(w, "shop", SHOP);
    t.match(await finishDeployment(w, id), { status: "Completed" });
    const rollback = await rollBack(w, id, "all", { allowDestructive: true });
    t.match(rollback, { status: "Completed", error: null });
    const { items } = (await w.api("GET", `/v1/rollbacks/${rollback.id}/components`)).body;
    for (const row of items) t.match(row, { status: "Removed", verified: true });
    t.match((await w.aws("lambda", "ListFunctions")).Functions, []);
  },
);
