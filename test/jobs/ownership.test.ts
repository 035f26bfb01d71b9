import t from "tap";
import type { Shape } from "#sandbox/core/contract";
import {
  createFunction,
  deployStack,
  finishDeployment,
  openDeployment,
  rollBack,
  settled,
  type TestAccount,
  worldOf,
} from "../support/test-account.ts";

const PAY: Shape = {
  Type: "AWS::Lambda::Function",
  Properties: {
    FunctionName: "pay",
    Runtime: "nodejs22.x",
    Handler: "index.handler",
    Role: "arn:aws:iam::000000000000:role/service",
    Code: { ZipFile: "exports.handler = async () => 'pay';" },
  },
};
const VERSION: Shape = { Type: "AWS::Lambda::Version", Properties: { FunctionName: { Ref: "Pay" } } };
const ALIAS: Shape = {
  Type: "AWS::Lambda::Alias",
  Properties: { FunctionName: { Ref: "Pay" }, Name: "live", FunctionVersion: { "Fn::GetAtt": ["Version", "Version"] } },
};
const SHOP: Shape = { Pay: PAY, Version: VERSION };

/** All facets of a function that another stack's template can create. */
const CALLERS: Shape = {
  Live: { Type: "AWS::Lambda::Alias", Properties: { FunctionName: "pay", Name: "live", FunctionVersion: "$LATEST" } },
  Url: {
    Type: "AWS::Lambda::Url",
    Properties: {
      TargetFunctionArn: { "Fn::Sub": "arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:pay" },
      AuthType: "NONE",
    },
  },
  Retries: {
    Type: "AWS::Lambda::EventInvokeConfig",
    Properties: { FunctionName: "pay", Qualifier: "$LATEST", MaximumRetryAttempts: 1 },
  },
  Callers: {
    Type: "AWS::Lambda::Permission",
    Properties: { FunctionName: "pay", Action: "lambda:InvokeFunction", Principal: "s3.amazonaws.com" },
  },
};
const TOPIC: Shape = { Topic: { Type: "AWS::SNS::Topic", Properties: { TopicName: "orders" } } };

async function deployed(w: TestAccount, stacks: readonly string[], deploy: () => Promise<unknown>): Promise<string> {
  const { id } = await openDeployment(w, { stacks: [...stacks], functions: ["pay*"] });
  await deploy();
  const finished = await finishDeployment(w, id);
  if (finished.status !== "Completed") throw new Error(JSON.stringify(finished.error));
  return id;
}

async function aliasesOf(w: TestAccount, FunctionName: string): Promise<string[]> {
  return (await w.aws("lambda", "ListAliases", { FunctionName })).Aliases.map(({ Name }) => Name);
}

async function resourcesIn(w: TestAccount, StackName: string): Promise<string[]> {
  const { TemplateBody } = await w.aws("cloudformation", "GetTemplate", { StackName });
  return Object.keys(JSON.parse(TemplateBody).Resources).sort();
}

function operations(w: TestAccount): string[] {
  return w.sandbox.calls.mutations().map(({ operation }) => operation);
}

t.test("a direct removal of an alias that its stack added is refused by name; the stack removes it", async (t) => {
  const w = await worldOf(t);
  await deployStack(w, "shop", { Resources: SHOP });
  const id = await deployed(w, ["shop"], () => deployStack(w, "shop", { Resources: { ...SHOP, Live: ALIAS } }));
  w.sandbox.calls.clear();
  t.match(await rollBack(w, id, ["lambda-alias:pay:live"], { strategy: "direct" }), {
    status: "Exception",
    error: { code: "PLAN_REFUSED", errors: [{ code: "OWNED_BY_STACK", detail: /stack-resource:shop\/Live/ }] },
  });
  t.same(operations(w), [], "nothing is touched");
  t.match(await rollBack(w, id, ["lambda-alias:pay:live"]), { status: "Completed", result: { removed: 1 } });
  t.same(operations(w), ["CreateChangeSet", "ExecuteChangeSet"]);
  t.same(await aliasesOf(w, "pay"), []);
  t.same(await resourcesIn(w, "shop"), ["Pay", "Version"]);
});

t.test("an alias that its stack deleted is recreated through the stack, also with its resource", async (t) => {
  const w = await worldOf(t);
  await deployStack(w, "shop", { Resources: { ...SHOP, Live: ALIAS } });
  const id = await deployed(w, ["shop"], () => deployStack(w, "shop", { Resources: SHOP }));
  w.sandbox.calls.clear();
  t.match(await rollBack(w, id, ["lambda-alias:pay:live"], { strategy: "direct" }), {
    error: { code: "PLAN_REFUSED", errors: [{ code: "OWNED_BY_STACK", detail: /stack-resource:shop\/Live/ }] },
  });
  t.match(await rollBack(w, id, ["lambda-alias:pay:live", "stack-resource:shop/Live"]), {
    status: "Completed",
    result: { recreated: 2 },
  });
  t.same(operations(w), ["CreateChangeSet", "ExecuteChangeSet"]);
  t.same(await aliasesOf(w, "pay"), ["live"]);
  t.same(await resourcesIn(w, "shop"), ["Live", "Pay", "Version"]);
});

t.test("an alias that no stack owns is removed directly, alone and with its function's stack", async (t) => {
  for (const strategy of ["direct", "auto", "with its stack"]) {
    await t.test(strategy, async (t) => {
      const w = await worldOf(t);
      await deployStack(w, "shop", { Resources: SHOP });
      const id = await deployed(w, ["shop"], async () => {
        await deployStack(w, "shop", { Resources: { ...SHOP, ...TOPIC } });
        await w.aws("lambda", "CreateAlias", { FunctionName: "pay", Name: "canary", FunctionVersion: "1" });
      });
      w.sandbox.calls.clear();
      const isWhole = strategy === "with its stack";
      const picked = ["lambda-alias:pay:canary", ...(isWhole ? ["stack:shop"] : [])];
      const how = { strategy: isWhole ? "auto" : strategy, allowDestructive: isWhole };
      const rollback = await rollBack(w, id, picked, how);
      t.match(rollback, { status: "Completed", result: { removed: isWhole ? 2 : 1 } });
      t.same(operations(w), [...(isWhole ? ["CreateChangeSet", "ExecuteChangeSet"] : []), "DeleteAlias"]);
    });
  }
});

const OWNED = ["lambda-alias:pay:live", "lambda-async:pay", "lambda-policy:pay", "lambda-url:pay"];

t.test("direct removal of facets that another stack owns is refused, each by its resource", async (t) => {
  const w = await worldOf(t);
  await createFunction(w, "pay", "pay");
  await deployStack(w, "api", { Resources: TOPIC });
  const id = await deployed(w, ["api"], () => deployStack(w, "api", { Resources: { ...TOPIC, ...CALLERS } }));
  w.sandbox.calls.clear();
  const direct = await rollBack(w, id, OWNED, { strategy: "direct" });
  t.match(direct.error?.errors, [
    { code: "OWNED_BY_STACK", detail: /alias pay:live is stack-resource:api\/Live/ },
    { code: "OWNED_BY_STACK", detail: /asynchronous invocations of pay is stack-resource:api\/Retries/ },
    { code: "OWNED_BY_STACK", detail: /statement api-Callers-\w+ of pay is stack-resource:api\/Callers/ },
    { code: "OWNED_BY_STACK", detail: /URL of pay is stack-resource:api\/Url/ },
  ]);
  t.match((await rollBack(w, id, ["lambda-policy:pay"])).error?.errors, [{ code: "OWNED_BY_STACK" }]);
  t.same(operations(w), [], "nothing is touched");
  const more = { allowDestructive: true };
  t.match(await rollBack(w, id, [...OWNED, "stack-resource:api/Callers"], more), {
    status: "Completed",
    result: { removed: 5 },
  });
  t.same(operations(w), ["CreateChangeSet", "ExecuteChangeSet"]);
  t.same(await resourcesIn(w, "api"), ["Topic"]);
});

t.test("facets that another stack deleted are recreated through that stack and by no other call", async (t) => {
  const w = await worldOf(t);
  await createFunction(w, "pay", "pay");
  await deployStack(w, "api", { Resources: { ...TOPIC, ...CALLERS } });
  const id = await deployed(w, ["api"], () => deployStack(w, "api", { Resources: TOPIC }));
  w.sandbox.calls.clear();
  const rollback = await rollBack(w, id, "all", { allowDestructive: true });
  t.match(rollback, { status: "Completed", error: null, result: { recreated: 8, restored: 1 } });
  t.same(operations(w), ["CreateChangeSet", "ExecuteChangeSet"]);
  t.same(await aliasesOf(w, "pay"), ["live"]);
});

t.test("a statement that its stack replaced is restored under the Sid that the stack generates", async (t) => {
  const w = await worldOf(t);
  await deployStack(w, "shop", { Resources: SHOP });
  const callers = (Principal: string) => ({
    Callers: {
      Type: "AWS::Lambda::Permission",
      Properties: { FunctionName: { Ref: "Pay" }, Action: "lambda:InvokeFunction", Principal },
    },
  });
  await deployStack(w, "shop", { Resources: { ...SHOP, ...callers("s3.amazonaws.com") } });
  const id = await deployed(w, ["shop"], () =>
    deployStack(w, "shop", { Resources: { ...SHOP, ...callers("sns.amazonaws.com") } }),
  );
  w.sandbox.calls.clear();
  t.match(await rollBack(w, id, "all"), { status: "Completed", error: null });
  t.same(operations(w), ["CreateChangeSet", "ExecuteChangeSet"]);
  const { Statement } = JSON.parse((await w.aws("lambda", "GetPolicy", { FunctionName: "pay" })).Policy);
  t.match(Statement, [{ Principal: { Service: "s3.amazonaws.com" } }]);
  t.equal(Statement.length, 1);
});

t.test(
  "a resource that its stack retains is not deleted directly, and the verification reports that it still exists",
  async (t) => {
    const w = await worldOf(t);
    await createFunction(w, "pay", "pay");
    await deployStack(w, "api", { Resources: TOPIC });
    const kept = Object.entries(CALLERS).map(([id, one]) => [id, { ...(one as Shape), DeletionPolicy: "Retain" }]);
    const resources = { ...TOPIC, ...Object.fromEntries(kept) };
    const id = await deployed(w, ["api"], () => deployStack(w, "api", { Resources: resources }));
    w.sandbox.calls.clear();
    const rollback = await rollBack(w, id, "all", { allowDestructive: true, onError: "continue" });
    t.match(rollback, { status: "Exception", error: { code: "VERIFY_FAILED" }, result: { failed: 4 } });
    t.match(rollback.error?.detail, /lambda-url:pay: .* its existence/);
    t.same(operations(w), ["CreateChangeSet", "ExecuteChangeSet"]);
  },
);

t.test("an alias that a transform generates is removed through the function that declares it", async (t) => {
  const w = await worldOf(t);
  const sam = (more: Shape) => ({
    Transform: "AWS::Serverless-2016-10-31",
    Resources: {
      Pay: {
        Type: "AWS::Serverless::Function",
        Properties: {
          FunctionName: "pay",
          Runtime: "nodejs22.x",
          Handler: "index.handler",
          Role: "arn:aws:iam::000000000000:role/service",
          InlineCode: "exports.handler = async () => 'pay';",
          ...more,
        },
      },
    },
  });
  const capabilities = { Capabilities: ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"] };
  await deployStack(w, "shop", sam({}), capabilities);
  await settled(w, "pay");
  const id = await deployed(w, ["shop"], () => deployStack(w, "shop", sam({ AutoPublishAlias: "live" }), capabilities));
  w.sandbox.calls.clear();
  t.match((await rollBack(w, id, ["lambda-alias:pay:live"], { strategy: "direct" })).error?.errors, [
    { code: "OWNED_BY_STACK", detail: /stack-resource:shop\/Pay/ },
  ]);
  t.match(await rollBack(w, id, ["lambda-alias:pay:live"]), { status: "Completed", error: null });
  t.same(operations(w), ["CreateChangeSet", "ExecuteChangeSet"]);
  t.same(await aliasesOf(w, "pay"), []);
});
