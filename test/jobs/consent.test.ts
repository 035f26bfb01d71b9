import t, { type Test } from "tap";
import {
  deployStack,
  ended,
  finishDeployment,
  invoke,
  openDeployment,
  putItem,
  rollBack,
  sendTo,
  type TestAccount,
  worldOf,
} from "../support/test-account.ts";

/** A table whose key decides whether it is replaced, and a topic that a deploy can change without any loss. */
function shop({ key, title, more = {} }: { key: string; title: string; more?: object }) {
  return {
    Resources: {
      Topic: { Type: "AWS::SNS::Topic", Properties: { DisplayName: title } },
      Orders: {
        Type: "AWS::DynamoDB::Table",
        Properties: {
          KeySchema: [{ AttributeName: key, KeyType: "HASH" }],
          AttributeDefinitions: [{ AttributeName: key, AttributeType: "S" }],
        },
      },
      ...more,
    },
  };
}

async function deployed(
  t: Test,
  good: object,
  bad: object,
  fill: (w: TestAccount) => Promise<void> = async () => {},
): Promise<{ w: TestAccount; id: string }> {
  const w = await worldOf(t);
  await deployStack(w, "shop", good);
  const { id } = await openDeployment(w, { stacks: ["shop"] });
  await deployStack(w, "shop", bad);
  await fill(w);
  await finishDeployment(w, id);
  return { w, id };
}

t.test("what the deployment replaced is replaced again: the plan names it, and so does its readiness", async (t) => {
  const states = [shop({ key: "id", title: "1" }), shop({ key: "sku", title: "2" })] as const;
  const { w, id } = await deployed(t, ...states, (account) => putItem(account, { stack: "shop", logicalId: "Orders" }));
  const { body: altered } = await w.api("GET", `/v1/deployments/${id}/components`);
  const readiness = (component: string) => altered.items.find((row) => row.id === component)?.readiness;
  t.same(["stack:shop", "stack-resource:shop/Orders"].map(readiness), ["reversible-with-loss", "reversible-with-loss"]);
  for (const allowDestructive of [false, ["Topic"]]) {
    const refused = await rollBack(w, id, "all", { allowDestructive });
    t.match(refused, { status: "Exception", error: { code: "PLAN_REFUSED" }, result: { skipped: 3 } });
    t.match(refused.error?.errors, [{ code: "DESTRUCTIVE", detail: /^stack-resource:shop\/Orders: .* was replaced/ }]);
    t.match(refused.allowDestructive, allowDestructive, "it is shown as it was given");
  }
  t.match(await rollBack(w, id, "all", { allowDestructive: true }), { status: "Completed" });
});

t.test("a misspelt name in a consent stops the run before anything is touched, and names the nearest", async (t) => {
  const { w, id } = await deployed(t, shop({ key: "id", title: "1" }), shop({ key: "sku", title: "2" }));
  const calls = () =>
    w.sandbox.calls.all().filter(({ operation }) => /^(Update|Create|Execute|Delete)/.test(operation));
  const before = calls().length;
  for (const allowDestructive of [["Ordesr"], ["Orders", "stack-resource:shop/Topci"]]) {
    const refused = await rollBack(w, id, "all", { allowDestructive });
    t.match(refused, { status: "Exception", error: { code: "PLAN_REFUSED" } });
    const unknown = refused.error?.errors?.filter(({ code }) => code === "UNKNOWN_COMPONENT");
    const index = allowDestructive.length - 1;
    t.match(unknown, [
      { pointer: `/allowDestructive/${index}`, detail: index === 0 ? /mean Orders or / : /mean .*Topic/ },
    ]);
  }
  t.equal(calls().length, before, "nothing was touched");
  t.match(await rollBack(w, id, "all", { allowDestructive: ["Orders", "Topic"] }), { status: "Completed" });
});

t.test(
  "a consent that was given beforehand, with the deployment, may name what its rollback does not touch",
  async (t) => {
    const w = await worldOf(t);
    await deployStack(w, "shop", shop({ key: "id", title: "1" }));
    const asked = { onFailure: "rollback", allowDestructive: ["Carts"] } as const;
    const { id } = await openDeployment(w, { stacks: ["shop"] }, asked);
    await deployStack(w, "shop", shop({ key: "id", title: "2" }));
    const failed = await finishDeployment(w, id, "failed");
    t.match(await ended(w, `/v1/rollbacks/${failed.rollback}`), { status: "Completed", error: null });
  },
);

t.test(
  "an address that was replaced with what it leads to is named, though nothing of its definition changed",
  async (t) => {
    const shopOf = (name: string) => ({
      Resources: {
        Pay: {
          Type: "AWS::Lambda::Function",
          Properties: {
            FunctionName: name,
            Role: "arn:aws:iam::000000000000:role/shop",
            Runtime: "nodejs22.x",
            Handler: "index.handler",
            Code: { ZipFile: "exports.handler = async () => 1;" },
          },
        },
        Version: { Type: "AWS::Lambda::Version", Properties: { FunctionName: { Ref: "Pay" } } },
        Live: {
          Type: "AWS::Lambda::Alias",
          Properties: {
            FunctionName: { Ref: "Pay" },
            FunctionVersion: { "Fn::GetAtt": ["Version", "Version"] },
            Name: "live",
          },
        },
        Url: { Type: "AWS::Lambda::Url", Properties: { TargetFunctionArn: { Ref: "Live" }, AuthType: "NONE" } },
      },
    });
    const { w, id } = await deployed(t, shopOf("shop-pay"), shopOf("shop-charge"));
    const refused = await rollBack(w, id, ["stack:shop"]);
    t.match(refused.error?.errors, [{ code: "DESTRUCTIVE", detail: /^stack-resource:shop\/Url: .* was replaced/ }]);
    t.match(await rollBack(w, id, "all", { allowDestructive: true }), { status: "Completed" });
  },
);

t.test(
  "what a change set alone says may be replaced needs consent by name: `true` is for what the plan names",
  async (t) => {
    const named = (description: string) => {
      const { Resources } = shop({ key: "id", title: "1" });
      const { Orders } = Resources;
      const Setting = {
        Type: "AWS::SSM::Parameter",
        Properties: { Type: "String", Value: "orders", Description: description },
      };
      const TableName = { "Fn::GetAtt": ["Setting", "Value"] };
      return { Resources: { Setting, Orders: { ...Orders, Properties: { ...Orders.Properties, TableName } } } };
    };
    const { w, id } = await deployed(t, named("good"), named("bad"));
    for (const allowDestructive of [false, true, ["Setting"]]) {
      const refused = await rollBack(w, id, "all", { allowDestructive });
      t.match(
        refused,
        { status: "Exception", error: { detail: /stack-resource:shop\/Orders/ } },
        `${allowDestructive}`,
      );
    }
    t.match(await rollBack(w, id, "all", { allowDestructive: ["stack-resource:shop/Orders"] }), {
      status: "Completed",
    });
  },
);

t.test("a plan names what it deletes, and both forms of consent hold for it", async (t) => {
  const queue = { Queue: { Type: "AWS::SQS::Queue" }, Jobs: { Type: "AWS::SQS::Queue" } };
  const good = shop({ key: "id", title: "1" });
  for (const allowDestructive of [true, ["Queue", "stack-resource:shop/Jobs"]]) {
    const { w, id } = await deployed(t, good, shop({ key: "id", title: "2", more: queue }));
    for (const logicalId of ["Queue", "Jobs"]) await sendTo(w, { stack: "shop", logicalId });
    t.match(await rollBack(w, id, "all", { allowDestructive: ["Queue"] }), {
      error: { code: "PLAN_REFUSED", errors: [{ code: "DESTRUCTIVE", detail: /^stack-resource:shop\/Jobs: / }] },
    });
    const done = await rollBack(w, id, "all", { allowDestructive });
    t.match(done, { status: "Completed" });
    const { body: plan } = await w.api("GET", `/v1/rollbacks/${done.id}/plan`);
    const { losses = [], destructive } = plan.steps.find(({ component }) => component === "stack:shop") ?? {};
    t.equal(destructive, true);
    t.match(
      [...losses].sort((one, other) => (one.id < other.id ? -1 : 1)),
      [
        { id: "stack-resource:shop/Jobs", class: "data", type: "AWS::SQS::Queue", detail: /is deleted/ },
        { id: "stack-resource:shop/Queue", class: "data", type: "AWS::SQS::Queue" },
      ],
    );
  }
});

const fn = (FunctionName: string, says: string, more: object = {}) => ({
  Type: "AWS::Lambda::Function",
  Properties: {
    ...{ FunctionName, Runtime: "nodejs22.x", Handler: "index.handler", Role: { "Fn::GetAtt": ["Role", "Arn"] } },
    Code: { ZipFile: `exports.handler = async () => ${JSON.stringify(says)};` },
    ...more,
  },
});
const role = {
  Type: "AWS::IAM::Role",
  Properties: { AssumeRolePolicyDocument: { Version: "2012-10-17", Statement: [] } },
};
const permission = (name: string) => ({
  Type: "AWS::Lambda::Permission",
  Properties: { FunctionName: { Ref: name }, Action: "lambda:InvokeFunction", Principal: "sns.amazonaws.com" },
});

/** What the deploy tools write for one function. */
const ADDED: Readonly<Record<string, object>> = {
  osls: {
    CartRole: role,
    CartLogs: { Type: "AWS::Logs::LogGroup", Properties: { LogGroupName: "/aws/lambda/shop-cart" } },
    Cart: { ...fn("shop-cart", "cart"), DependsOn: ["CartLogs"] },
    CartPermission: permission("Cart"),
  },
  cdk: {
    CartRole: role,
    CartLogs: { Type: "AWS::Logs::LogGroup", Properties: { RetentionInDays: 7 } },
    Cart: fn("shop-cart", "cart", { LoggingConfig: { LogGroup: { Ref: "CartLogs" } } }),
    CartPermission: permission("Cart"),
  },
  "cdk with log retention": {
    Cart: fn("shop-cart", "cart"),
    Retention: {
      Type: "Custom::LogRetention",
      Properties: {
        ServiceToken: "arn:aws:lambda:us-east-1:000000000000:function:retention",
        LogGroupName: { "Fn::Join": ["", ["/aws/lambda/", { Ref: "Cart" }]] },
        RetentionInDays: 7,
      },
    },
  },
};

const api = (says: string, more: object = {}) => ({ Resources: { Role: role, Pay: fn("shop-pay", says), ...more } });

for (const [tool, added] of Object.entries(ADDED))
  t.test(`a failed deploy that added a function (${tool}) is rolled back without any consent`, async (t) => {
    const w = await worldOf(t);
    await deployStack(w, "shop", api("good"));
    const { id } = await openDeployment(w, { stacks: ["shop"] }, { onFailure: "rollback" });
    t.match(await deployStack(w, "shop", api("bad", added)), "UPDATE_COMPLETE");
    const failed = await finishDeployment(w, id, "failed");
    const done = await ended(w, `/v1/rollbacks/${failed.rollback}`);
    t.match(done, { status: "Completed", error: null });
    t.equal(await invoke(w, "shop-pay"), "good");
    const { body } = await w.api("GET", `/v1/deployments/${id}/components?limit=200`);
    t.same(
      body.items.filter(({ readiness }) => readiness !== "reversible").map((row) => row.id),
      [],
      "and the deployment said so",
    );
  });

t.test("a stage's policy may ask for what would only be told", async (t) => {
  const w = await worldOf(t);
  await w.api("PUT", "/v1/applications/shop/stages/prod/policy", { askForTold: true });
  await deployStack(w, "shop", api("good"));
  const { id } = await openDeployment(w, { stacks: ["shop"] });
  await deployStack(w, "shop", api("bad", ADDED["osls"]));
  await finishDeployment(w, id);
  const refused = await rollBack(w, id, "all");
  t.match(refused, { error: { errors: [{ code: "DESTRUCTIVE", detail: /^stack-resource:shop\/CartLogs: / }] } });
  t.match(await rollBack(w, id, "all", { allowDestructive: ["CartLogs"] }), { status: "Completed" });
});

t.test("what a failed creation left behind holds nothing, and goes without consent", async (t) => {
  const w = await worldOf(t);
  const { id } = await openDeployment(w, { stacks: ["shop"] }, { onFailure: "rollback" });
  const broken = { ...fn("shop-pay", "bad"), Properties: { FunctionName: "shop-pay" } };
  await deployStack(w, "shop", { Resources: { Role: role, Pay: broken } });
  const failed = await finishDeployment(w, id, "failed");
  t.match(await ended(w, `/v1/rollbacks/${failed.rollback}`), {
    status: "Completed",
    result: { failed: 0, skipped: 0 },
  });
});
