import t, { type Test } from "tap";
import type { Shape } from "#sandbox/core/contract";
import type { SandboxOptions } from "#sandbox/sandbox";
import { payResource } from "../support/stack-templates.ts";
import {
  deployStack,
  ended,
  finishDeployment,
  invoke,
  openDeployment,
  rollBack,
  stackSettled,
  startTestAccount,
  type TestAccount,
  until,
  zip,
} from "../support/test-account.ts";

const BUCKET = "deploys";

async function account(t: Test, options: SandboxOptions = {}): Promise<TestAccount> {
  const made = await startTestAccount(options);
  t.teardown(() => made.close());
  await made.aws("s3", "CreateBucket", { Bucket: BUCKET });
  return made;
}

const topic = (TopicName: string) => ({ Type: "AWS::SNS::Topic", Properties: { TopicName } });
/** Never gets its signal, so the operation fails and CloudFormation rolls it back. */
const failing = (DependsOn: string[]) => ({
  Type: "AWS::CloudFormation::WaitCondition",
  DependsOn,
  Properties: { Handle: "x", Timeout: "1" },
});

function shop(version: string, more: Shape = {}): Shape {
  return {
    Resources: {
      Pay: payResource({ S3Bucket: BUCKET, S3Key: `${version}/pay.zip` }),
      Topic: topic(`orders-${version}`),
      ...more,
    },
  };
}

async function deploy(w: TestAccount, version: string, more: Shape = {}): Promise<string> {
  const Body = zip(`pay ${version}`);
  await w.aws("s3", "PutObject", { Bucket: BUCKET, Key: `${version}/pay.zip`, Body });
  return deployStack(w, "shop", shop(version, more));
}

async function statusOf(w: TestAccount): Promise<string> {
  return (await w.aws("cloudformation", "DescribeStacks", { StackName: "shop" })).Stacks[0]?.StackStatus ?? "";
}

async function messages(w: TestAccount, path: string): Promise<string[]> {
  return (await w.api("GET", `${path}/logs?limit=200`)).body.items.map(({ message }) => message);
}

/** A deploy that fails and whose own rollback fails, too, because the bucket has lost the earlier code. */
async function stuckDeploy(w: TestAccount): Promise<string> {
  await deploy(w, "v1");
  const { id } = await openDeployment(w, { stacks: ["shop"] });
  await w.aws("s3", "DeleteObject", { Bucket: BUCKET, Key: "v1/pay.zip" });
  const status = await deploy(w, "v2", { Broken: failing(["Pay", "Topic"]) });
  if (status !== "UPDATE_ROLLBACK_FAILED") throw new Error(status);
  await finishDeployment(w, id, "failed");
  return id;
}

/** An account in which CloudFormation can be paused in the middle of an operation. */
async function pausableAccount(t: Test): Promise<{ w: TestAccount; hold(): void; release(): void }> {
  let release = () => {};
  let paused: Promise<void> | null = null;
  const sleep = (ms: number) => paused ?? new Promise<void>((resolve) => void setTimeout(resolve, ms));
  const w = await account(t, { clock: { now: () => Date.now(), sleep } });
  t.teardown(() => release());
  const hold = () => {
    paused = new Promise<void>((resolve) => {
      release = () => {
        paused = null;
        resolve();
      };
    });
  };
  return { w, hold, release: () => release() };
}

/** A deployment from v1 to v2, and somebody else's update of the stack, which has started since. */
async function busyStack(t: Test, ClientRequestToken: string) {
  const { w, hold, release } = await pausableAccount(t);
  await deploy(w, "v1");
  const { id } = await openDeployment(w, { stacks: ["shop"] });
  await deploy(w, "v2");
  await finishDeployment(w, id);
  hold();
  const TemplateBody = JSON.stringify(shop("v2", { More: topic("more") }));
  await w.aws("cloudformation", "UpdateStack", { StackName: "shop", TemplateBody, ClientRequestToken });
  return { w, id, release };
}

async function waits(w: TestAccount, path: string): Promise<string> {
  const waiting = async () => (await messages(w, path)).find((message) => message.startsWith("Waiting"));
  await until(async () => (await waiting()) !== undefined);
  return (await waiting()) ?? "";
}

const WHOSE =
  /^Waiting for the stack shop, which is in UPDATE_IN_PROGRESS, begun at 20\S+Z by the request night-shift\.$/;

t.test("a rollback waits for a stack that somebody else is updating, and names the operation", async (t) => {
  const { w, id, release } = await busyStack(t, "night-shift");
  const how = { onConflict: "restore", allowDestructive: ["Topic", "More"] };
  const { body } = await w.api("POST", "/v1/rollbacks", { deployment: id, components: "all", ...how });
  t.match(await waits(w, `/v1/rollbacks/${body.id}`), WHOSE);
  release();
  t.match(await ended(w, `/v1/rollbacks/${body.id}`), { status: "Completed", error: null });
  t.equal(await invoke(w, "shop-pay"), "pay v1");
});

t.test("a backup waits until the stack is idle", async (t) => {
  const { w, release } = await busyStack(t, "night-shift");
  const scope = { stacks: ["shop"] };
  const { body } = await w.api("POST", "/v1/deployments", { application: "shop", stage: "prod", scope });
  t.match(await waits(w, `/v1/deployments/${body.id}`), WHOSE);
  release();
  const ready = (await w.api("GET", `/v1/deployments/${body.id}?wait=30`)).body;
  t.match(ready, { status: "In Progress", snapshot: { status: "Ready" } });
  const { items } = (await w.api("GET", `/v1/snapshots/${ready.snapshot.id}/components?limit=200`)).body;
  t.ok(
    items.some(({ id }) => id === "stack-resource:shop/More"),
    "with the result of the update",
  );
});

t.test("a rollback that waits for a stack can be cancelled", async (t) => {
  const { w, id } = await busyStack(t, "night-shift");
  const { body } = await w.api("POST", "/v1/rollbacks", { deployment: id, components: "all" });
  const path = `/v1/rollbacks/${body.id}`;
  await waits(w, path);
  w.sandbox.calls.clear();
  await w.api("POST", `${path}/cancel`);
  t.match(await ended(w, path), { status: "Exception", error: { code: "CANCELLED" } });
  t.equal(await statusOf(w), "UPDATE_IN_PROGRESS", "and the other operation on the stack continues");
  t.same(w.sandbox.calls.mutations(), []);
});

t.test("a stack in UPDATE_ROLLBACK_FAILED is refused with the blocking resources and a workaround", async (t) => {
  const w = await account(t);
  const id = await stuckDeploy(w);
  const { items } = (await w.api("GET", `/v1/deployments/${id}/components`)).body;
  t.match(
    items.find(({ id: component }) => component === "stack:shop"),
    { change: "modified", readiness: "irreversible", reasons: ["STACK_NOT_UPDATABLE"] },
    "the deployment's altered components include the status that it left",
  );
  w.sandbox.calls.clear();
  const refused = await rollBack(w, id, "all", { includeFailed: true });
  t.match(refused, { status: "Exception", error: { code: "PLAN_REFUSED" }, result: { restored: 0 } });
  t.match(refused.error?.detail, /failed at Pay \(AWS::Lambda::Function\): .*NoSuchKey/);
  t.match(
    refused.error?.detail,
    /`continueUpdateRollback: \{"shop":\[\]\}`.*`continueUpdateRollback: \{"shop":\["Pay"\]\}`/,
  );
  t.same(w.sandbox.calls.mutations(), [], "nothing was touched");
  const wrong = await rollBack(w, id, "all", { includeFailed: true, continueUpdateRollback: { shop: ["Topic"] } });
  t.match(wrong, {
    status: "Exception",
    error: { code: "PLAN_REFUSED", detail: /Topic of the stack shop cannot be skipped/ },
  });
  t.match(await rollBack(w, id, "all", { includeFailed: true, continueUpdateRollback: { other: [], third: ["X"] } }), {
    status: 422,
    errors: [{ pointer: "/continueUpdateRollback/other" }, { pointer: "/continueUpdateRollback/third" }],
  });
});

t.test("with consent a failed stack rollback continues, with the missing objects uploaded", async (t) => {
  const w = await account(t);
  const id = await stuckDeploy(w);
  w.sandbox.calls.clear();
  const rollback = await rollBack(w, id, "all", { includeFailed: true, continueUpdateRollback: { shop: [] } });
  t.match(rollback, { status: "Completed", error: null, continueUpdateRollback: { shop: [] } });
  t.equal(await statusOf(w), "UPDATE_ROLLBACK_COMPLETE");
  t.equal(await invoke(w, "shop-pay"), "pay v1");
  const writes = w.sandbox.calls.mutations().map(({ operation }) => operation);
  t.same(writes, ["PutObject", "ContinueUpdateRollback"], "no update when the stack's own rollback is enough");
  const again = await rollBack(w, id, "all", { includeFailed: true });
  t.match(again, { status: "Completed", result: { restored: 0, failed: 0 } }, "a second rollback changes nothing");
});

t.test("a resource that the stack's rollback skips by name is restored by ours where it is picked", async (t) => {
  const w = await account(t);
  const id = await stuckDeploy(w);
  const skipping = { includeFailed: true, continueUpdateRollback: { shop: ["Pay"] } };
  const rollback = await rollBack(w, id, "all", skipping);
  t.match(rollback, { status: "Completed", error: null });
  t.equal(await statusOf(w), "UPDATE_ROLLBACK_COMPLETE");
  t.equal(await invoke(w, "shop-pay"), "pay v1");
  t.match(
    (await messages(w, `/v1/rollbacks/${rollback.id}`)).join("\n"),
    /The rollback of shop continues, without Pay/,
  );
});

t.test(
  "a function does not wait for its stuck stack; a part is rolled back once the stack's rollback may continue",
  async (t) => {
    const w = await account(t);
    await deploy(w, "v1");
    const { id } = await openDeployment(w, { stacks: ["shop"] });
    await deploy(w, "v2");
    await finishDeployment(w, id);
    await w.aws("s3", "DeleteObject", { Bucket: BUCKET, Key: "v2/pay.zip" });
    t.equal(await deploy(w, "v3", { Broken: failing(["Pay", "Topic"]) }), "UPDATE_ROLLBACK_FAILED");
    const how = { onConflict: "restore" };
    const direct = await rollBack(w, id, ["lambda-code:shop-pay"], how);
    t.match(direct, { status: "Completed", result: { restored: 1 } });
    t.equal(await invoke(w, "shop-pay"), "pay v1");
    t.equal(await statusOf(w), "UPDATE_ROLLBACK_FAILED");
    const part = ["stack-resource:shop/Topic"];
    t.match(await rollBack(w, id, part, how), { error: { code: "PLAN_REFUSED", detail: /failed at Pay/ } });
    await w.aws("s3", "PutObject", { Bucket: BUCKET, Key: "v2/pay.zip", Body: zip("pay v2") });
    const going = { ...how, continueUpdateRollback: { shop: [] } };
    t.match(await rollBack(w, id, part, going), { status: "Completed", error: null, result: { restored: 1 } });
    t.equal(await statusOf(w), "UPDATE_COMPLETE");
  },
);

t.test("the remains of a failed creation are deleted before the backup's stack is created", async (t) => {
  const w = await account(t);
  await deploy(w, "v1");
  const { id } = await openDeployment(w, { stacks: ["shop"] });
  await w.aws("cloudformation", "DeleteStack", { StackName: "shop" });
  await until(async () => !(await exists(w)));
  t.equal(await deploy(w, "v2", { Broken: failing(["Topic"]) }), "ROLLBACK_COMPLETE");
  await finishDeployment(w, id, "failed");
  const rollback = await rollBack(w, id, "all", { includeFailed: true });
  t.match(rollback, { status: "Completed", error: null });
  t.equal(await stackSettled(w, "shop"), "CREATE_COMPLETE");
  t.equal(await invoke(w, "shop-pay"), "pay v1");
});

t.test("nothing of a stack that could not be created again counts as back", async (t) => {
  const w = await account(t);
  const Queue = { Type: "AWS::SQS::Queue", Properties: { QueueName: "orders" } };
  await deploy(w, "v1", { Queue });
  const { id } = await openDeployment(w, { stacks: ["shop"] });
  await w.aws("cloudformation", "DeleteStack", { StackName: "shop" });
  await until(async () => !(await exists(w)));
  await finishDeployment(w, id);
  await deployStack(w, "taker", { Resources: { Queue } });
  const failed = await rollBack(w, id, "all");
  t.match(failed, { status: "Exception", error: { code: "STEP_FAILED", detail: /ROLLBACK_COMPLETE/ } });
  t.equal(await stackSettled(w, "shop"), "ROLLBACK_COMPLETE", "its template is there, and none of its resources");
  const { items } = (await w.api("GET", `/v1/rollbacks/${failed.id}/components?limit=200`)).body;
  t.ok(items.length > 2);
  t.same(
    items.filter(({ status, verified }) => verified === true || !["Failed", "Skipped"].includes(status)),
    [],
  );
  await w.aws("cloudformation", "DeleteStack", { StackName: "taker" });
  const again = await rollBack(w, id, "all");
  t.match(again, { status: "Completed", error: null });
  t.equal(await stackSettled(w, "shop"), "CREATE_COMPLETE");
  t.equal(await invoke(w, "shop-pay"), "pay v1");
});

async function exists(w: TestAccount): Promise<boolean> {
  const { Stacks } = await w.aws("cloudformation", "DescribeStacks", {});
  return Stacks.some(({ StackName, StackStatus }) => StackName === "shop" && StackStatus !== "DELETE_COMPLETE");
}
