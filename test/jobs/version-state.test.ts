import t, { type Test } from "tap";
import { POLICIES_READ, versionsToRead } from "#src/domain/component/function-versions";
import {
  configure,
  createFunction,
  finishDeployment,
  openDeployment,
  rollBack,
  type TestAccount,
  worldOf,
} from "../support/test-account.ts";

const FunctionName = "shop-pay";
const scope = { functions: ["shop-*"] };

/** A function with so many versions, and no alias. */
async function published(t: Test, versions: number): Promise<TestAccount> {
  const w = await worldOf(t);
  await createFunction(w, FunctionName, "v1");
  await publish(w, versions);
  return w;
}

async function publish(w: TestAccount, versions: number): Promise<void> {
  for (let count = 0; count < versions; count += 1) {
    const { Timeout } = await w.aws("lambda", "GetFunctionConfiguration", { FunctionName });
    await configure(w, FunctionName, { Timeout: Number(Timeout) + 1 });
    await w.aws("lambda", "PublishVersion", { FunctionName });
  }
}

const open = (w: TestAccount, Qualifier: string, StatementId = "everybody") =>
  w.aws("lambda", "AddPermission", {
    FunctionName,
    Qualifier,
    StatementId,
    Action: "lambda:InvokeFunction",
    Principal: "*",
  });
const policyOf = (w: TestAccount, Qualifier: string) =>
  w.aws("lambda", "GetPolicy", { FunctionName, Qualifier }).then(
    ({ Policy }) => Policy,
    () => null,
  );
const provision = (w: TestAccount, Qualifier: string, ProvisionedConcurrentExecutions: number) =>
  w.aws("lambda", "PutProvisionedConcurrencyConfig", { FunctionName, Qualifier, ProvisionedConcurrentExecutions });
const retry = (w: TestAccount, Qualifier: string, MaximumRetryAttempts: number) =>
  w.aws("lambda", "PutFunctionEventInvokeConfig", { FunctionName, Qualifier, MaximumRetryAttempts });

async function alteredIn(w: TestAccount, deployment: string): Promise<string[]> {
  const { items } = (await w.api("GET", `/v1/deployments/${deployment}/components`)).body;
  return items.map(({ id, change }) => `${change} ${id}`).sort();
}

t.test("what a deploy puts on the number of a version is in the list, and is taken off again", async (t) => {
  const w = await published(t, 2);
  const { id } = await openDeployment(w, scope);
  await open(w, "2");
  await provision(w, "2", 3);
  await retry(w, "1", 0);
  await finishDeployment(w, id);
  t.same(await alteredIn(w, id), [
    "added lambda-async:shop-pay:1",
    "added lambda-concurrency:shop-pay:2",
    "added lambda-policy:shop-pay:2",
  ]);
  t.match(await rollBack(w, id, "all"), { status: "Completed", result: { removed: 3 } });
  t.equal(await policyOf(w, "2"), null, "nobody can call version 2");
  const { ProvisionedConcurrencyConfigs } = await w.aws("lambda", "ListProvisionedConcurrencyConfigs", {
    FunctionName,
  });
  t.same(ProvisionedConcurrencyConfigs, []);
  t.match(await rollBack(w, id, "all"), { status: "Completed", result: { unchanged: 3 } }, "twice is once");
});

t.test("what a deploy takes off the number of a version, or changes on it, is restored", async (t) => {
  const w = await published(t, 2);
  await open(w, "1");
  await provision(w, "1", 2);
  await provision(w, "2", 2);
  const { id } = await openDeployment(w, scope);
  await w.aws("lambda", "RemovePermission", { FunctionName, Qualifier: "1", StatementId: "everybody" });
  await w.aws("lambda", "DeleteProvisionedConcurrencyConfig", { FunctionName, Qualifier: "1" });
  await provision(w, "2", 5);
  await finishDeployment(w, id);
  t.same(await alteredIn(w, id), [
    "deleted lambda-concurrency:shop-pay:1",
    "deleted lambda-policy:shop-pay:1",
    "modified lambda-concurrency:shop-pay:2",
  ]);
  t.match(await rollBack(w, id, "all"), { status: "Completed", result: { restored: 1, recreated: 2 } });
  t.match(await policyOf(w, "1"), /everybody/);
  const { ProvisionedConcurrencyConfigs } = await w.aws("lambda", "ListProvisionedConcurrencyConfigs", {
    FunctionName,
  });
  t.same(
    ProvisionedConcurrencyConfigs.map((config) => config.RequestedProvisionedConcurrentExecutions),
    [2, 2],
  );
});

t.test(
  "policies of the newest versions are read, and after the deploy of the same ones and of what it published",
  async (t) => {
    const versions = ["1", "2", "3", "4", "5", "6", "7"];
    t.same(versionsToRead(versions, null), versions.slice(-POLICIES_READ));
    t.same(versionsToRead([...versions, "9"], versions), ["3", "4", "5", "6", "7", "9"]);
    t.same(versionsToRead(["1", "2"], []), ["1", "2"], "all of them were published by the deploy");

    const w = await published(t, 7);
    await open(w, "1");
    const { id } = await openDeployment(w, scope);
    await publish(w, 1);
    await open(w, "8");
    await open(w, "3");
    await finishDeployment(w, id);
    t.same(
      (await alteredIn(w, id)).filter((row) => /policy/.test(row)),
      ["added lambda-policy:shop-pay:3", "added lambda-policy:shop-pay:8"],
      "the one on version 1 was there before, and nobody had looked",
    );
  },
);

t.test(
  "a version that the deploy deleted takes along what stood on it, which the log says and no list offers",
  async (t) => {
    const w = await published(t, 2);
    await open(w, "1");
    await retry(w, "1", 0);
    const { id } = await openDeployment(w, scope);
    await w.aws("lambda", "DeleteFunction", { FunctionName, Qualifier: "1" });
    t.match(await finishDeployment(w, id), { notRollbackableReason: "NOTHING_ALTERED" });
    const { items } = (await w.api("GET", `/v1/deployments/${id}/logs?component=lambda-policy:shop-pay:1&limit=200`))
      .body;
    t.ok(items.some(({ message }) => /gone with its version/.test(message)));
  },
);

t.test("a function without versions takes no further calls", async (t) => {
  const w = await worldOf(t);
  await createFunction(w, FunctionName, "v1");
  w.sandbox.calls.clear();
  await openDeployment(w, scope);
  const operations = w.sandbox.calls.all().map(({ operation }) => operation);
  for (const operation of ["ListVersionsByFunction", "ListProvisionedConcurrencyConfigs"])
    t.notOk(operations.includes(operation), operation);
  t.equal(operations.filter((operation) => operation === "GetPolicy").length, 1);
  t.equal(operations.filter((operation) => operation === "ListFunctions").length, 1);
});
