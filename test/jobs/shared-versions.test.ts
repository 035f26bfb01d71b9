import t from "tap";
import { provision, refused, rolledBack, withAliases } from "../support/capacity-mixes.ts";
import { type TestAccount, until, updateCode, worldOf } from "../support/test-account.ts";

const FunctionName = "shop-a";

async function point(w: TestAccount, Name: string, FunctionVersion: string): Promise<void> {
  await w.aws("lambda", "UpdateAlias", { FunctionName, Name, FunctionVersion });
}

/** What each alias points to and has provisioned, once it is ready. */
async function stateOf(w: TestAccount): Promise<unknown[]> {
  const list = () => w.aws("lambda", "ListProvisionedConcurrencyConfigs", { FunctionName });
  await until(async () => (await list()).ProvisionedConcurrencyConfigs.every(({ Status }) => Status === "READY"));
  const provisioned = (await list()).ProvisionedConcurrencyConfigs.map((one) => [
    String(one.FunctionArn).split(":")[7],
    one.RequestedProvisionedConcurrentExecutions,
  ]);
  const { Aliases } = await w.aws("lambda", "ListAliases", { FunctionName });
  return [
    Aliases.map(({ Name, FunctionVersion, RoutingConfig }) => [Name, FunctionVersion, RoutingConfig]),
    provisioned.sort(),
  ];
}

/** As the owner does it: nothing is provisioned while aliases move. */
async function deploy(w: TestAccount, versions: Record<string, string>, amounts: Record<string, number | null>) {
  for (const name of ["live", "beta"]) await provision(w, `${FunctionName}:${name}`, null);
  for (const [name, version] of Object.entries(versions)) await point(w, name, version);
  for (const [name, amount] of Object.entries(amounts))
    if (amount !== null) await provision(w, `${FunctionName}:${name}`, amount);
}

interface Deploy {
  readonly versions: Record<string, string>;
  readonly amounts: Record<string, number | null>;
}

/** Before each of them, `live` keeps 10 executions of version 1 ready, and `beta` 20 of version 2. */
const DEPLOYS: Record<string, Deploy> = {
  "two aliases that swapped their versions": { versions: { live: "2", beta: "1" }, amounts: { live: 10, beta: 20 } },
  "two that swapped what they keep ready, too": { versions: { live: "2", beta: "1" }, amounts: { live: 20, beta: 10 } },
  "an alias whose version another one took": { versions: { beta: "1", live: "3" }, amounts: { live: 10, beta: 20 } },
  "one that took a version and keeps nothing ready any more": {
    ...{ versions: { live: "2", beta: "1" }, amounts: { live: null, beta: 20 } },
  },
};

for (const [what, { versions, amounts }] of Object.entries(DEPLOYS)) {
  t.test(
    `aliases are pointed back to versions that others keep ready, and nothing is refused on the way: ${what}`,
    async (t) => {
      const w = await worldOf(t);
      await withAliases(w, FunctionName);
      await updateCode(w, FunctionName, "v3");
      await w.aws("lambda", "PublishVersion", { FunctionName });
      await deploy(w, { live: "1", beta: "2" }, { live: 10, beta: 20 });
      const before = await stateOf(w);
      const rollback = await rolledBack(w, () => deploy(w, versions, amounts));
      t.match(rollback, { status: "Completed", result: { restored: 2, failed: 0 } });
      t.same(refused(w), []);
      t.same(await stateOf(w), before);
    },
  );
}
