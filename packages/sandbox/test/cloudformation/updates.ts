import {
  ContinueUpdateRollbackCommand,
  DescribeStackResourcesCommand,
  ListStackResourcesCommand,
  RollbackStackCommand,
} from "@aws-sdk/client-cloudformation";
import t from "tap";
import { failing, fn, liveFunction, putCode, queue, stageOf, topic } from "./fixtures.ts";
import { refusal } from "./stage.ts";

t.test("rolls back a failed update: every resource is what it was", async (t) => {
  const stage = stageOf(t);
  const one = await putCode(stage, "1.zip", "exports.handler = async () => 1");
  const two = await putCode(stage, "2.zip", "exports.handler = async () => 2");
  await stage.create("shop", {
    Resources: { Fn: fn(one), Old: topic("old"), Q: queue() },
    Outputs: { Q: { Value: { Ref: "Q" } } },
  });
  const before = await liveFunction(stage);
  const resources = await stage.client.send(new DescribeStackResourcesCommand({ StackName: "shop" }));
  const stack = await stage.update("shop", {
    Resources: {
      Fn: fn(two, { MemorySize: 256 }),
      Old: topic("renamed"),
      New: queue(),
      Broken: failing(["Fn", "Old", "New"]),
    },
  });
  t.equal(stack.StackStatus, "UPDATE_ROLLBACK_COMPLETE");
  t.same(await liveFunction(stage), before, "code and memory are restored");
  const after = await stage.client.send(new DescribeStackResourcesCommand({ StackName: "shop" }));
  const ids = (response: typeof after) => response.StackResources?.map((row) => row.PhysicalResourceId).sort();
  t.same(ids(after), ids(resources), "the same resources under the same ids");
  t.equal(stack.Outputs?.length, 1, "the outputs are restored");
  const reasons = (await stage.events("shop")).flatMap((event) => event.ResourceStatusReason ?? []);
  t.ok(reasons.includes("WaitCondition timed out. Received 0 conditions when expecting 1"));
  t.ok(reasons.includes("The following resource(s) failed to create: [Broken]. "));
  t.ok((await stage.story("shop")).includes("New DELETE_COMPLETE"), "what the update created is gone");
});

t.test(
  "a missing code object fails the update, and a pruned old one fails the rollback until the function is skipped",
  async (t) => {
    const stage = stageOf(t);
    const one = await putCode(stage, "1.zip", "exports.handler = async () => 1");
    const gone = { S3Bucket: "code", S3Key: "gone.zip" };
    await stage.create("shop", { Resources: { Fn: fn(one) } });
    t.equal((await stage.update("shop", { Resources: { Fn: fn(gone) } })).StackStatus, "UPDATE_ROLLBACK_COMPLETE");
    const failed = (await stage.events("shop")).find(({ ResourceStatus }) => ResourceStatus === "UPDATE_FAILED");
    t.match(
      failed?.ResourceStatusReason,
      /^Resource handler returned message: "Error occurred while GetObject\. S3 Error Code: NoSuchKey\. .*HandlerErrorCode: /,
    );

    await stage.call("s3", "DeleteObject", { Bucket: "code", Key: "1.zip" });
    const two = await putCode(stage, "2.zip", "exports.handler = async () => 2");
    const stuck = await stage.update("shop", { Resources: { Fn: fn(two), Broken: failing(["Fn"]) } });
    t.equal(stuck.StackStatus, "UPDATE_ROLLBACK_FAILED");
    t.equal(stuck.StackStatusReason, "The following resource(s) failed to update: [Fn]. ");
    t.match(
      (await refusal(stage.update("shop", { Resources: { Fn: fn(two) } }))).message,
      /is in UPDATE_ROLLBACK_FAILED state and can not be updated\.$/,
    );
    await stage.client.send(new ContinueUpdateRollbackCommand({ StackName: "shop" }));
    t.equal((await stage.settled("shop")).StackStatus, "UPDATE_ROLLBACK_FAILED", "the code object is still missing");
    await stage.client.send(new ContinueUpdateRollbackCommand({ StackName: "shop", ResourcesToSkip: ["Fn"] }));
    t.equal((await stage.settled("shop")).StackStatus, "UPDATE_ROLLBACK_COMPLETE");
  },
);

t.test("an update without rollback stops where it failed, and can be rolled back or fixed", async (t) => {
  const stage = stageOf(t);
  const good = { Resources: { T: topic("a") } };
  const bad = { Resources: { T: topic("b"), Broken: failing(["T"]) } };
  await stage.create("shop", good);
  t.equal((await stage.update("shop", bad, { DisableRollback: true })).StackStatus, "UPDATE_FAILED");
  await stage.client.send(new RollbackStackCommand({ StackName: "shop" }));
  t.equal((await stage.settled("shop")).StackStatus, "UPDATE_ROLLBACK_COMPLETE");
  t.match(await stage.client.send(new ListStackResourcesCommand({ StackName: "shop" })), {
    StackResourceSummaries: [{ LogicalResourceId: "T", PhysicalResourceId: /:a$/ }],
  });
  await stage.update("shop", bad, { DisableRollback: true });
  t.equal((await stage.update("shop", { Resources: { T: topic("b") } })).StackStatus, "UPDATE_COMPLETE");
});

t.test("creates a replacement first, and rejects a replacement under the same name", async (t) => {
  const stage = stageOf(t);
  await stage.create("shop", {
    Resources: {
      Q: queue({ QueueName: "a.fifo", FifoQueue: "true" }),
      T: topic("a", { UpdateReplacePolicy: "Retain" }),
    },
  });
  const stack = await stage.update("shop", { Resources: { Q: queue({ QueueName: "a.fifo" }), T: topic("a") } });
  t.equal(stack.StackStatus, "UPDATE_ROLLBACK_COMPLETE");
  const failed = (await stage.events("shop")).find(({ ResourceStatus }) => ResourceStatus === "UPDATE_FAILED");
  t.match(
    failed?.ResourceStatusReason,
    /custom-named resource requires replacing\. Rename a\.fifo and update the stack again\.$/,
  );
  const template = {
    Resources: {
      Q: queue({ QueueName: "a.fifo", FifoQueue: "true" }),
      T: topic("b", { UpdateReplacePolicy: "Retain" }),
    },
  };
  await stage.update("shop", template);
  t.same((await stage.story("shop")).slice(-6), [
    "T UPDATE_IN_PROGRESS",
    "T UPDATE_IN_PROGRESS",
    "T UPDATE_COMPLETE",
    "shop UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
    "T DELETE_SKIPPED",
    "shop UPDATE_COMPLETE",
  ]);
  const other = await stage.create("other", { Resources: { T: topic("b") } });
  t.equal(other.StackStatus, "ROLLBACK_COMPLETE", "the name is taken");
  t.ok((await stage.events("other")).some(({ ResourceStatusReason: reason }) => reason?.includes(":b already exists")));
});

t.test("an update that stopped halfway is tried again with the same template", async (t) => {
  const stage = stageOf(t);
  const one = await putCode(stage, "1.zip", "exports.handler = async () => 1");
  await stage.create("shop", { Resources: { Fn: fn(one) } });
  const before = await liveFunction(stage);
  const template = { Resources: { Fn: fn({ S3Bucket: "code", S3Key: "late.zip" }), Late: failing(["Fn"]) } };
  t.equal((await stage.update("shop", template, { DisableRollback: true })).StackStatus, "UPDATE_FAILED");
  await putCode(stage, "late.zip", "exports.handler = async () => 2");
  t.equal(
    (await stage.update("shop", template, { DisableRollback: true })).StackStatus,
    "UPDATE_FAILED",
    "Late fails now",
  );
  t.not((await liveFunction(stage)).sha, before.sha, "the function got its new code");
  await stage.client.send(new RollbackStackCommand({ StackName: "shop" }));
  t.equal(
    (await stage.settled("shop")).StackStatus,
    "UPDATE_ROLLBACK_COMPLETE",
    "the rollback does not pass through a failed state",
  );
  t.same(await liveFunction(stage), before);
  t.equal((await stage.update("shop", template, { DisableRollback: true })).StackStatus, "UPDATE_FAILED");
  const signalled = { ...template.Resources.Late, Properties: { Handle: "x", Count: 0 } };
  const fixed = { Resources: { ...template.Resources, Late: signalled } };
  t.equal((await stage.update("shop", fixed)).StackStatus, "UPDATE_COMPLETE");
  t.ok(
    (await stage.story("shop")).includes("Late DELETE_COMPLETE"),
    "the resource that could not be created was created again",
  );
});

t.test("a stack that is deleted during its creation leaves nothing behind", async (t) => {
  const stage = stageOf(t);
  const Resources = Object.fromEntries([1, 2, 3, 4].map((n) => [`T${n}`, topic(`t${n}`)]));
  const { StackId } = await stage.call("cloudformation", "CreateStack", {
    StackName: "shop",
    TemplateBody: JSON.stringify({ Resources }),
  });
  const id = String(StackId);
  await stage.until(
    () => stage.story(id),
    (story) => story.includes("T1 CREATE_COMPLETE"),
  );
  await stage.call("cloudformation", "DeleteStack", { StackName: id });
  t.equal((await stage.settled(id)).StackStatus, "DELETE_COMPLETE");
  t.equal((await stage.create("again", { Resources })).StackStatus, "CREATE_COMPLETE", "all names are free again");
});
