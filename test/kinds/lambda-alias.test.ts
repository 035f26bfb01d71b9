import t, { type Test } from "tap";
import { AwsError, type Shape } from "#sandbox/core/contract";
import {
  configure,
  createFunction,
  finishDeployment,
  invoke,
  openDeployment,
  rollBack,
  settled,
  type TestAccount,
  updateCode,
  worldOf,
} from "../support/test-account.ts";

const scope = { functions: ["shop-*"] };
const FunctionName = "shop-pay";
const ALIAS = "lambda-alias:shop-pay:live";

async function account(t: Test): Promise<TestAccount> {
  const made = await worldOf(t, { updateMs: 0 });
  await createFunction(made, FunctionName, "v1");
  return made;
}

const publish = async (w: TestAccount, more: Shape = {}): Promise<string> =>
  (await w.aws("lambda", "PublishVersion", { FunctionName, ...more })).Version;
const createAlias = (w: TestAccount, FunctionVersion: string, more: Shape = {}) =>
  w.aws("lambda", "CreateAlias", { FunctionName, Name: "live", FunctionVersion, ...more });
const aliasNow = (w: TestAccount) => w.aws("lambda", "GetAlias", { FunctionName, Name: "live" });
const provision = (w: TestAccount, ProvisionedConcurrentExecutions: number) =>
  w.aws("lambda", "PutProvisionedConcurrencyConfig", {
    FunctionName,
    Qualifier: "live",
    ProvisionedConcurrentExecutions,
  });

async function provisionedNow(w: TestAccount): Promise<unknown[]> {
  const { ProvisionedConcurrencyConfigs } = await w.aws("lambda", "ListProvisionedConcurrencyConfigs", {
    FunctionName,
  });
  return ProvisionedConcurrencyConfigs.map((config) => [
    config.RequestedProvisionedConcurrentExecutions,
    config.Status,
  ]);
}

t.test(
  "provisioned concurrency is restored to its number, created again, and deleted if the deployment added it",
  async (t) => {
    for (const [before, deployed] of [
      [2, 5],
      [2, null],
      [null, 5],
    ] as const) {
      const w = await account(t);
      await createAlias(w, await publish(w));
      if (before) await provision(w, before);
      const deployment = await openDeployment(w, scope);
      if (deployed) await provision(w, deployed);
      else await w.aws("lambda", "DeleteProvisionedConcurrencyConfig", { FunctionName, Qualifier: "live" });
      t.match(await finishDeployment(w, deployment.id), { altered: { modified: 1 } });
      const rollback = await rollBack(w, deployment.id, "all");
      t.match(rollback, { status: "Completed", result: { restored: 1 } }, `${deployed} becomes ${before}`);
      t.same(await provisionedNow(w), before ? [[before, "READY"]] : [], "and AWS has got it ready");
      const mutations = w.sandbox.calls.mutations().length;
      t.match(await rollBack(w, deployment.id, "all"), { result: { unchanged: 1 } });
      t.equal(w.sandbox.calls.mutations().length, mutations, "twice is once");
    }
  },
);

t.test("a deleted alias is created again with its provisioned concurrency", async (t) => {
  const w = await account(t);
  await createAlias(w, await publish(w));
  await provision(w, 3);
  const deployment = await openDeployment(w, scope);
  await w.aws("lambda", "DeleteAlias", { FunctionName, Name: "live" });
  await finishDeployment(w, deployment.id);
  t.match(await rollBack(w, deployment.id, "all"), { status: "Completed", result: { recreated: 1 } });
  t.same(await provisionedNow(w), [[3, "READY"]]);
});

t.test("concurrency that may not be read makes the alias incomplete, and its rollback is refused", async (t) => {
  const w = await account(t);
  await createAlias(w, await publish(w));
  await provision(w, 3);
  const error = new AwsError("AccessDeniedException", "not authorized to perform: lambda:ListProvisionedConcurrencyConfigs", 403); // biome-ignore format: AWS's own words
  w.sandbox.faults.fail({ match: ({ operation }) => operation === "ListProvisionedConcurrencyConfigs", error });
  const deployment = await openDeployment(w, scope);
  w.sandbox.faults.off();
  await provision(w, 9);
  await finishDeployment(w, deployment.id);
  t.match(await rollBack(w, deployment.id, [ALIAS]), {
    error: {
      code: "PLAN_REFUSED",
      errors: [{ code: "INCOMPLETE_BACKUP", detail: /ListProvisionedConcurrencyConfigs/ }],
    },
  });
  t.match(await provisionedNow(w), [[9]]);
});

t.test("provisioned concurrency is listed once for a function with aliases, and not for others", async (t) => {
  const w = await account(t);
  await createFunction(w, "shop-plain", "v1");
  await createAlias(w, await publish(w));
  await w.aws("lambda", "CreateAlias", { FunctionName, Name: "next", FunctionVersion: "1" });
  w.sandbox.calls.clear();
  await openDeployment(w, scope);
  const listings = w.sandbox.calls.all().filter(({ operation }) => operation === "ListProvisionedConcurrencyConfigs");
  t.same(
    listings.map(({ input }) => input["FunctionName"]),
    [FunctionName],
  );
});

t.test("an alias that followed $LATEST follows it again, instead of a version", async (t) => {
  const w = await account(t);
  await createAlias(w, "$LATEST");
  const deployment = await openDeployment(w, scope);
  await updateCode(w, FunctionName, "v2");
  await w.aws("lambda", "UpdateAlias", { FunctionName, Name: "live", FunctionVersion: await publish(w) });
  await finishDeployment(w, deployment.id);
  t.match(await rollBack(w, deployment.id, [ALIAS]), { status: "Completed", result: { restored: 1 } });
  t.match(await aliasNow(w), { FunctionVersion: "$LATEST" });
  t.equal(await invoke(w, FunctionName, "live"), "v2", "$LATEST was not picked");
});

t.test("a canary between two versions with the same content points to the same two numbers again", async (t) => {
  const w = await account(t);
  const one = await publish(w);
  await configure(w, FunctionName, { Description: "only the words differ" });
  const two = await publish(w);
  const RoutingConfig = { AdditionalVersionWeights: { [two]: 0.25 } };
  await createAlias(w, one, { RoutingConfig });
  const deployment = await openDeployment(w, scope);
  await updateCode(w, FunctionName, "v2");
  const FunctionVersion = await publish(w);
  await w.aws("lambda", "UpdateAlias", { FunctionName, Name: "live", FunctionVersion, RoutingConfig: {} });
  await finishDeployment(w, deployment.id);
  const mutations = w.sandbox.calls.mutations().length;
  t.match(await rollBack(w, deployment.id, [ALIAS]), { status: "Completed", result: { restored: 1 } });
  t.match(await aliasNow(w), { FunctionVersion: one, RoutingConfig });
  t.same(
    w.sandbox.calls.mutations().slice(mutations).map(({ operation }) => operation), // biome-ignore format: one fact
    ["UpdateAlias"],
    "nothing is rebuilt",
  );
});

t.test("an alias of an image function is restored by the image's digest, and so is its code", async (t) => {
  const w = await worldOf(t, { updateMs: 0 });
  const image = (tag: string) => `000000000000.dkr.ecr.us-east-1.amazonaws.com/shop:${tag}`;
  const Role = "arn:aws:iam::000000000000:role/service";
  await w.aws("lambda", "CreateFunction", {
    FunctionName,
    Role,
    PackageType: "Image",
    Code: { ImageUri: image("one") },
  });
  await settled(w, FunctionName);
  const first = await publish(w);
  await createAlias(w, first);
  const before = await w.aws("lambda", "GetFunction", { FunctionName });
  const deployment = await openDeployment(w, scope);
  await w.aws("lambda", "UpdateFunctionCode", { FunctionName, ImageUri: image("two") });
  await settled(w, FunctionName);
  await configure(w, FunctionName, { ImageConfig: { Command: ["other.handler"] } });
  await w.aws("lambda", "UpdateAlias", { FunctionName, Name: "live", FunctionVersion: await publish(w) });
  await w.aws("lambda", "DeleteFunction", { FunctionName, Qualifier: first });
  await finishDeployment(w, deployment.id);
  t.match(await rollBack(w, deployment.id, "all"), { status: "Completed" });
  const after = await w.aws("lambda", "GetFunction", { FunctionName });
  t.equal(after.Code.ResolvedImageUri, before.Code.ResolvedImageUri);
  const alias = await aliasNow(w);
  const version = await w.aws("lambda", "GetFunction", { FunctionName, Qualifier: alias.FunctionVersion });
  t.equal(version.Configuration.CodeSha256, before.Configuration.CodeSha256);
  const sent = w.sandbox.calls.mutations().filter(({ operation }) => operation === "UpdateFunctionCode");
  t.match(sent.at(-1)?.input, { ImageUri: /@sha256:[0-9a-f]{64}$/ });
});
