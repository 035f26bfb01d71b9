import t from "tap";
import type { Activity, Orphan, PlanStep } from "#client/api-types";
import type { Shape } from "#sandbox/core/contract";
import {
  deployStack,
  ended,
  finishDeployment,
  openDeployment,
  rollBack,
  type TestAccount,
  until,
  worldOf,
} from "../support/test-account.ts";

const TOPIC = { Type: "AWS::SNS::Topic", Properties: { TopicName: "orders" } };
const TABLE = {
  Type: "AWS::DynamoDB::Table",
  DeletionPolicy: "Retain",
  Properties: { TableName: "orders", KeySchema: [{ AttributeName: "id", KeyType: "HASH" }] },
};
const NEWS = { Type: "AWS::SNS::Topic", DeletionPolicy: "Retain", Properties: { DisplayName: "no name of its own" } };

const deploy = (w: TestAccount, Resources: Shape) => deployStack(w, "shop", { Resources });

/** Deploys the stack `shop` with `before` and then, within a deployment, with `after`. */
async function deployment(w: TestAccount, before: Shape, after: Shape): Promise<string> {
  await deploy(w, before);
  const { id } = await openDeployment(w, { stacks: ["shop"] });
  await deploy(w, after);
  await finishDeployment(w, id);
  return id;
}

async function physicalIds(w: TestAccount): Promise<Record<string, string>> {
  const { StackResourceSummaries } = await w.aws("cloudformation", "ListStackResources", { StackName: "shop" });
  const there = StackResourceSummaries.filter(({ ResourceStatus }) => !/^DELETE/.test(ResourceStatus));
  return Object.fromEntries(there.map((one) => [one.LogicalResourceId, one.PhysicalResourceId]));
}

async function orphansOf(w: TestAccount, { id }: Activity): Promise<Orphan[]> {
  return (await w.api("GET", `/v1/rollbacks/${id}/orphans`)).body.items;
}

async function stepsOf(w: TestAccount, { id }: Activity): Promise<PlanStep[]> {
  return (await w.api("GET", `/v1/rollbacks/${id}/plan`)).body.steps;
}

async function undo(w: TestAccount, { id }: Activity): Promise<Activity> {
  const { body } = await w.api("POST", "/v1/rollbacks", { rollback: id, components: "all" });
  return ended(w, `/v1/rollbacks/${body.id}`);
}

/** The changes that the change sets of a rollback made, e.g. `Import Table`. */
async function changesOf(w: TestAccount, { id }: Activity): Promise<string> {
  const { items } = (await w.api("GET", `/v1/rollbacks/${id}/logs?limit=200`)).body;
  return items
    .map(({ message }) => message)
    .filter((message) => message.startsWith("Running the change set"))
    .join("\n");
}

t.test("a retained resource is announced in the plan, recorded as an orphan, and imported by the undo", async (t) => {
  const w = await worldOf(t);
  const id = await deployment(w, { Topic: TOPIC }, { Topic: TOPIC, Table: TABLE, News: NEWS });
  const { Table, News } = await physicalIds(w);
  const { items } = (await w.api("GET", `/v1/deployments/${id}/components`)).body;
  t.match(
    items.find((row) => row.id === "stack-resource:shop/Table"),
    { change: "added", readiness: "reversible" },
    "no data is lost",
  );
  const rollback = await rollBack(w, id, "all");
  t.match(rollback, { status: "Completed", error: null }, "without consent, since nothing is deleted");
  t.same(Object.keys(await physicalIds(w)), ["Topic"]);
  const [step] = (await stepsOf(w, rollback)).filter(({ component }) => component === "stack:shop");
  t.match(step, { destructive: false, reasons: ["RESOURCE_RETAINED", "RESOURCE_RETAINED"] });
  t.match(
    (await orphansOf(w, rollback)).sort((one, other) => (one.type < other.type ? -1 : 1)),
    [
      {
        component: "stack-resource:shop/Table",
        type: "AWS::DynamoDB::Table",
        physicalId: Table,
        identifier: { TableName: "orders" },
        wayBack:
          /--change-set-type IMPORT --template-body \S+ --stack-name shop --resources-to-import '\[\{"ResourceType":"AWS::DynamoDB::Table"/,
      },
      { component: "stack-resource:shop/News", physicalId: News, identifier: { TopicArn: News } },
    ],
  );
  const undone = await undo(w, rollback);
  t.match(undone, { status: "Completed", error: null });
  t.match(await changesOf(w, undone), /Import Table/);
  const now = await physicalIds(w);
  t.equal(now["Table"], Table, "the same table");
  t.not(now["News"], News, "a resource without an explicit name is created again");
});

t.test("a retained part is removed and imported alone, without a name collision", async (t) => {
  const w = await worldOf(t);
  const id = await deployment(w, { Topic: TOPIC, Table: TABLE }, { Topic: { ...TOPIC, Properties: {} } });
  const rollback = await rollBack(w, id, ["stack-resource:shop/Table"]);
  t.match(rollback, { status: "Completed", error: null, result: { recreated: 1 } });
  t.match(await changesOf(w, rollback), /Import Table/);
  t.match(await stepsOf(w, rollback), [{ reasons: ["RESOURCE_IMPORTED"] }]);
  t.same(await orphansOf(w, rollback), []);
  const back = await undo(w, rollback);
  t.match(back, { status: "Completed", error: null, result: { removed: 1 } });
  t.match(await orphansOf(w, back), [{ component: "stack-resource:shop/Table" }]);
});

t.test("a retained resource that somebody has deleted since is created again", async (t) => {
  const w = await worldOf(t);
  const Box = { Type: "AWS::S3::Bucket", DeletionPolicy: "Retain", Properties: { BucketName: "shop-box" } };
  const id = await deployment(w, { Topic: TOPIC, Box }, { Topic: TOPIC });
  await w.aws("s3", "DeleteBucket", { Bucket: "shop-box" });
  const rollback = await rollBack(w, id, "all");
  t.match(rollback, { status: "Completed", error: null });
  t.match(await changesOf(w, rollback), /Add Box/);
});

t.test("a deleted stack is recreated and imports the resources that it had retained", async (t) => {
  const w = await worldOf(t);
  await deploy(w, { Topic: TOPIC, Table: TABLE });
  const { Table } = await physicalIds(w);
  const { id } = await openDeployment(w, { stacks: ["shop"] });
  const { Stacks } = await w.aws("cloudformation", "DescribeStacks", { StackName: "shop" });
  const StackName = Stacks[0]?.StackId;
  await w.aws("cloudformation", "DeleteStack", { StackName });
  const status = async () => (await w.aws("cloudformation", "DescribeStacks", { StackName })).Stacks[0]?.StackStatus;
  await until(async () => (await status()) === "DELETE_COMPLETE");
  await finishDeployment(w, id);
  const rollback = await rollBack(w, id, "all");
  t.match(rollback, { status: "Completed", error: null });
  t.equal((await physicalIds(w))["Table"], Table);
});

t.test(
  "a kept resource without a name that comes back empty is told with the old one and the way to import it",
  async (t) => {
    const KEPT = { ...TABLE, Properties: { KeySchema: TABLE.Properties.KeySchema } };
    for (const destroys of [true, false]) {
      const w = await worldOf(t);
      await deploy(w, { Topic: TOPIC, Orders: KEPT });
      const old = (await physicalIds(w))["Orders"];
      const { id } = await openDeployment(w, { stacks: ["shop"] });
      if (destroys) {
        await w.aws("cloudformation", "DeleteStack", { StackName: "shop" });
        await until(async () =>
          (await w.aws("cloudformation", "ListStacks", {})).StackSummaries.every(
            (one) => one.StackStatus === "DELETE_COMPLETE",
          ),
        );
      } else await deploy(w, { Topic: TOPIC });
      await finishDeployment(w, id);
      const back = await rollBack(w, id, "all", { allowDestructive: true });
      t.match(back, { status: "Completed", error: null });
      const { steps } = (await w.api("GET", `/v1/rollbacks/${back.id}/plan`)).body;
      const told = steps
        .flatMap(({ details }) => details)
        .filter((one) => String(one.code) === "RESOURCE_NOT_FOUND_AGAIN");
      t.equal(told.length, 1);
      t.match(told[0]?.detail, `That of the backup, ${old}, was kept`);
      t.match(told[0]?.detail, `"ResourceIdentifier":{"TableName":"${old}"}`);
      t.not((await physicalIds(w))["Orders"], old);
    }
  },
);
