import {
  AddPermissionCommand,
  CreateAliasCommand,
  CreateFunctionCommand,
  CreateFunctionUrlConfigCommand,
  DeleteAliasCommand,
  DeleteFunctionConcurrencyCommand,
  DeleteProvisionedConcurrencyConfigCommand,
  GetAccountSettingsCommand,
  GetAliasCommand,
  ListFunctionUrlConfigsCommand,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
  PutProvisionedConcurrencyConfigCommand,
  RemovePermissionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateAliasCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import t, { type Test } from "tap";
import { type Harness, handlerZip, openHarness, ROLE } from "../sandbox-harness.ts";
import { ARN, create, FunctionName } from "./fixtures.ts";

const INVALID = "InvalidParameterValueException";

function reserving({ lambda }: Harness) {
  return {
    reserve: (name: string, amount: number) =>
      lambda.send(new PutFunctionConcurrencyCommand({ FunctionName: name, ReservedConcurrentExecutions: amount })),
    provision: (name: string, Qualifier: string, amount: number) =>
      lambda.send(
        new PutProvisionedConcurrencyConfigCommand({
          ...{ FunctionName: name, Qualifier },
          ProvisionedConcurrentExecutions: amount,
        }),
      ),
    unreserved: async () =>
      (await lambda.send(new GetAccountSettingsCommand({}))).AccountLimit?.UnreservedConcurrentExecutions,
  };
}

/** A function with two versions and aliases that point to them. */
async function withAliases(t: Test, options: { updateMs?: number; accountConcurrency?: number } = {}) {
  const harness = await openHarness(t, { updateMs: 0, ...options });
  const { lambda, clock } = harness;
  await create(harness, { Publish: true });
  clock.advance(options.updateMs ?? 0);
  await lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile: handlerZip("two") }));
  clock.advance(options.updateMs ?? 0);
  await lambda.send(new PublishVersionCommand({ FunctionName }));
  await lambda.send(new CreateAliasCommand({ FunctionName, Name: "live", FunctionVersion: "1" }));
  await lambda.send(new CreateAliasCommand({ FunctionName, Name: "beta", FunctionVersion: "2" }));
  return harness;
}

t.test("reservations leave a hundred executions of the account's limit at every moment", async (t) => {
  const harness = await openHarness(t, { updateMs: 0, accountConcurrency: 800 });
  await create(harness);
  await create(harness, { FunctionName: "other" });
  const { reserve, unreserved } = reserving(harness);
  await reserve(FunctionName, 600);
  t.equal(await unreserved(), 200);
  await t.rejects(reserve("other", 101), { name: INVALID, message: /below its minimum value of \[100\]/ });
  await t.rejects(reserve("other", 600), { name: INVALID });
  await reserve(FunctionName, 100);
  await reserve("other", 600);
  t.equal(await unreserved(), 100);
});

t.test("a reservation includes what is provisioned: neither may pass the other", async (t) => {
  const harness = await withAliases(t);
  const { reserve, provision, unreserved } = reserving(harness);
  await reserve(FunctionName, 50);
  await provision(FunctionName, "live", 30);
  await t.rejects(provision(FunctionName, "beta", 21), {
    name: INVALID,
    message:
      "Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function",
  });
  await provision(FunctionName, "beta", 20);
  await t.rejects(reserve(FunctionName, 49), { name: INVALID, message: /total provisioned concurrency \[50\]/ });
  t.equal(await unreserved(), 950);
  await harness.lambda.send(new DeleteFunctionConcurrencyCommand({ FunctionName }));
  t.equal(await unreserved(), 950, "provisioned concurrency counts by itself");
});

t.test("what is provisioned without a reservation comes from the account's unreserved executions", async (t) => {
  const { provision } = reserving(await withAliases(t, { accountConcurrency: 200 }));
  await t.rejects(provision(FunctionName, "live", 201), {
    message: "Specified ConcurrentExecutions for function is greater than account's unreserved concurrency [200].",
  });
  await t.rejects(provision(FunctionName, "live", 101), {
    message:
      "Specified ConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [100].",
  });
  await t.resolves(provision(FunctionName, "live", 100));
});

t.test("provisioned concurrency cannot be managed on an alias with weights", async (t) => {
  const harness = await withAliases(t);
  const { provision } = reserving(harness);
  const route = (weights: Record<string, number>) =>
    harness.lambda.send(
      new UpdateAliasCommand({ FunctionName, Name: "live", RoutingConfig: { AdditionalVersionWeights: weights } }),
    );
  const refusal = { name: INVALID, message: "Alias with weights can not be used with Provisioned Concurrency" };
  await route({ 2: 0.1 });
  await t.rejects(provision(FunctionName, "live", 1), refusal);
  await route({});
  await provision(FunctionName, "live", 1);
  await route({ 2: 0.1 });
  await t.rejects(provision(FunctionName, "live", 2), refusal);
  await t.rejects(
    harness.lambda.send(
      new UpdateAliasCommand({
        ...{ FunctionName, Name: "live", FunctionVersion: "2" },
        RoutingConfig: { AdditionalVersionWeights: { 1: 0.5 } },
      }),
    ),
    { name: INVALID, message: "Invalid alias configuration for Provisioned Concurrency" },
  );
  const remove = () =>
    harness.lambda.send(new DeleteProvisionedConcurrencyConfigCommand({ FunctionName, Qualifier: "live" }));
  await t.rejects(remove(), refusal);
  await route({});
  await t.resolves(remove());
});

t.test(
  "an alias that moved with its provisioned concurrency shows the version before until that is ready",
  async (t) => {
    const harness = await withAliases(t, { updateMs: 100 });
    const { lambda, clock } = harness;
    const { provision } = reserving(harness);
    await provision(FunctionName, "live", 1);
    clock.advance(100);
    const routing = async () =>
      (await lambda.send(new GetAliasCommand({ FunctionName, Name: "live" }))).RoutingConfig?.AdditionalVersionWeights;
    await lambda.send(new UpdateAliasCommand({ FunctionName, Name: "live", FunctionVersion: "2" }));
    t.same(await routing(), { 1: 1 });
    await t.rejects(provision(FunctionName, "live", 2), { message: /Alias with weights/ });
    clock.advance(100);
    t.equal(await routing(), undefined);
    await t.resolves(provision(FunctionName, "live", 2));
  },
);

t.test("two aliases cannot provision one version", async (t) => {
  const harness = await withAliases(t);
  const { provision } = reserving(harness);
  await provision(FunctionName, "live", 1);
  await provision(FunctionName, "beta", 1);
  const move = () => harness.lambda.send(new UpdateAliasCommand({ FunctionName, Name: "beta", FunctionVersion: "1" }));
  await t.rejects(move(), { name: "ResourceConflictException", message: /already Provisioned version/ });
  await harness.lambda.send(new DeleteProvisionedConcurrencyConfigCommand({ FunctionName, Qualifier: "beta" }));
  await move();
  await t.rejects(provision(FunctionName, "beta", 1), { message: /already Provisioned version/ });
});

t.test("a policy holds 20,480 bytes, all statements together", async (t) => {
  const harness = await openHarness(t, { updateMs: 0 });
  const { lambda } = harness;
  await create(harness);
  const add = (n: number) =>
    lambda.send(
      new AddPermissionCommand({
        ...{ FunctionName, StatementId: `s${n}`.padEnd(100, "x"), Action: "lambda:InvokeFunction" },
        ...{ Principal: "sns.amazonaws.com", SourceArn: `arn:aws:sns:us-east-1:000000000000:${"t".repeat(200)}` },
      }),
    );
  let count = 0;
  const refused = await (async () => {
    for (;;) {
      try {
        await add(count);
        count += 1;
      } catch (error) {
        return error as Error;
      }
    }
  })();
  t.match(refused, {
    name: "PolicyLengthExceededException",
    message: /^The final policy size \(2\d{4}\) is bigger than the limit \(20480\)\.$/,
  });
  t.ok(count > 20, "it held many before");
  await lambda.send(new RemovePermissionCommand({ FunctionName, StatementId: "s0".padEnd(100, "x") }));
  await t.resolves(add(count), "there is room again");
});

t.test("the tags of a call count together with those that are there: at most fifty", async (t) => {
  const harness = await openHarness(t, { updateMs: 0 });
  const { lambda } = harness;
  await create(harness);
  const tags = (from: number, count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${from + index}`, "v"]));
  const tag = (Tags: Record<string, string>) => lambda.send(new TagResourceCommand({ Resource: ARN, Tags }));
  await tag(tags(0, 40));
  await t.rejects(tag(tags(100, 11)), { message: "Number of tags exceeds resource tag limit." });
  await tag({ ...tags(0, 40), ...tags(100, 10) });
  await lambda.send(new UntagResourceCommand({ Resource: ARN, TagKeys: ["k0"] }));
  await t.resolves(tag({ one: "more" }));
});

t.test("an image brings its runtime, handler and layers", async (t) => {
  const harness = await openHarness(t, { updateMs: 0 });
  const { lambda } = harness;
  const image = {
    ...{ FunctionName, Role: ROLE, PackageType: "Image" as const },
    Code: { ImageUri: "000000000000.dkr.ecr.us-east-1.amazonaws.com/shop:1" },
  };
  const refusal = { name: INVALID, message: /handler or runtime or layer/ };
  await t.rejects(lambda.send(new CreateFunctionCommand({ ...image, Handler: "index.handler" })), refusal);
  await lambda.send(new CreateFunctionCommand(image));
  for (const setting of [{ Runtime: "nodejs20.x" as const }, { Handler: "index.handler" }, { Layers: [] }])
    await t.rejects(lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, ...setting })), refusal);
  await t.resolves(lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Timeout: 9 })));
});

t.test("the URL of an alias that was deleted stays as configuration", async (t) => {
  const { lambda } = await withAliases(t);
  const { FunctionUrl } = await lambda.send(
    new CreateFunctionUrlConfigCommand({ FunctionName, Qualifier: "live", AuthType: "NONE" }),
  );
  await lambda.send(new DeleteAliasCommand({ FunctionName, Name: "live" }));
  const { FunctionUrlConfigs } = await lambda.send(new ListFunctionUrlConfigsCommand({ FunctionName }));
  t.match(FunctionUrlConfigs, [{ FunctionUrl }]);
});
