import t, { type Test } from "tap";
import {
  deployStack,
  finishDeployment,
  openDeployment,
  rollBack,
  type TestAccount,
  worldOf,
  zip,
} from "../support/test-account.ts";

/** Deploys the first template, opens a deployment, and deploys the others one after another. */
async function badDeploy(t: Test, w: TestAccount, [good, ...bad]: readonly [object, ...object[]]): Promise<string> {
  await deployStack(w, "shop", good);
  const { id } = await openDeployment(w, { stacks: ["shop"] });
  for (const template of bad) await deployStack(w, "shop", template);
  t.match(await finishDeployment(w, id), { status: "Completed" });
  return id;
}

async function refusesUntouched(
  t: Test,
  w: TestAccount,
  asked: { deployment: string; component: string; code: string; more?: object },
) {
  w.sandbox.calls.clear();
  const rollback = await rollBack(w, asked.deployment, [asked.component], asked.more);
  t.match(
    rollback,
    { status: "Exception", error: { code: "PLAN_REFUSED", errors: [{ code: asked.code }] } },
    asked.component,
  );
  const operations = w.sandbox.calls.mutations().map(({ operation }) => operation);
  t.notOk(
    operations.some((one) => !/ChangeSet$/.test(one) || one === "ExecuteChangeSet"),
    "and touches nothing",
  );
  return rollback.error?.detail ?? "";
}

t.test(
  "a function whose layer was deleted is restored directly, and its stack says beforehand that it cannot",
  async (t) => {
    const w = await worldOf(t);
    const layers: string[] = [];
    for (const content of ["one", "two"]) {
      const published = await w.aws("lambda", "PublishLayerVersion", {
        LayerName: "lib",
        Content: { ZipFile: zip(content) },
      });
      layers.push(String(published["LayerVersionArn"]));
    }
    const shop = (layer: string | undefined) => ({
      Resources: {
        F: {
          Type: "AWS::Lambda::Function",
          Properties: {
            FunctionName: "shop-f",
            Runtime: "nodejs22.x",
            Handler: "index.handler",
            Role: "arn:aws:iam::000000000000:role/service",
            Code: { ZipFile: "exports.handler = async () => 1" },
            Layers: [layer],
          },
        },
      },
    });
    const deployment = await badDeploy(t, w, [shop(layers[0]), shop(layers[1])]);
    await w.aws("lambda", "DeleteLayerVersion", { LayerName: "lib", VersionNumber: 1 });
    for (const component of ["stack:shop", "stack-resource:shop/F"]) {
      const why = await refusesUntouched(t, w, { deployment, component, code: "LAYER_GONE" });
      t.match(why, /Pick lambda-config:shop-f with `strategy: auto`/);
    }
    const rollback = await rollBack(w, deployment, ["lambda-config:shop-f"]);
    t.match(rollback, { status: "Completed", error: null });
    const rows = (await w.api("GET", `/v1/rollbacks/${rollback.id}/components`)).body.items;
    t.match(rows, [{ strategy: "direct", status: "Restored", verified: true }]);
    t.match(rows[0]?.warnings, ["LAYER_REPUBLISHED"]);
  },
);

t.test("a resource that would be replaced under its own name is refused before the update fails for it", async (t) => {
  const w = await worldOf(t);
  const table = (id: string, TableName: string) => ({
    Data: {
      Type: "AWS::DynamoDB::Table",
      Properties: {
        TableName,
        AttributeDefinitions: [{ AttributeName: id, AttributeType: "S" }],
        KeySchema: [{ AttributeName: id, KeyType: "HASH" }],
        BillingMode: "PAY_PER_REQUEST",
      },
    },
  });
  const queue = (DelaySeconds: number) => ({ Queue: { Type: "AWS::SQS::Queue", Properties: { DelaySeconds } } });
  const good = { Resources: { ...table("id", "orders"), ...queue(1) } };
  const bad = { Resources: { ...table("key", "orders"), ...queue(2) } };
  const deployment = await badDeploy(t, w, [good, { Resources: queue(2) }, bad]);
  const more = { allowDestructive: ["stack-resource:shop/Data"] };
  for (const component of ["stack:shop", "stack-resource:shop/Data"]) {
    const why = await refusesUntouched(t, w, { deployment, component, code: "IMMUTABLE_FIELD", more });
    t.match(why, /Data \(AWS::DynamoDB::Table, named by TableName\)/);
  }
  t.match(
    await rollBack(w, deployment, ["stack-resource:shop/Queue"]),
    { status: "Completed" },
    "the others, as advised",
  );
});
