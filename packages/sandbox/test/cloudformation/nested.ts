import {
  ContinueUpdateRollbackCommand,
  DeleteStackCommand,
  DescribeStackResourcesCommand,
  ListStacksCommand,
  UpdateTerminationProtectionCommand,
} from "@aws-sdk/client-cloudformation";
import t from "tap";
import { failing, fn, liveFunction, putCode, queue, stageOf, topic } from "./fixtures.ts";
import { BUCKET, child, childId, nested, putTemplate } from "./nested-fixtures.ts";
import { bodyOf, refusal } from "./stage.ts";

t.test("a nested stack is created, updated and deleted with its parent, which reads its outputs", async (t) => {
  const stage = stageOf(t);
  const url = await putTemplate(stage, "child.json", child());
  const parent = (name: string) => ({
    Resources: { Nested: nested(url, { Name: name }), Q: queue() },
    Outputs: { Arn: { Value: { "Fn::GetAtt": ["Nested", "Outputs.Arn"] } } },
  });
  const created = await stage.create("shop", parent("a"), { Tags: [{ Key: "env", Value: "prod" }] });
  t.match(created, {
    StackStatus: "CREATE_COMPLETE",
    Outputs: [{ OutputValue: "arn:aws:sns:us-east-1:000000000000:a" }],
    ParentId: undefined,
    RootId: undefined,
  });
  const id = await childId(stage, "shop");
  const inner = await stage.describe(id);
  t.match(inner, {
    StackName: /^shop-Nested-[0-9A-F]{12}$/,
    StackStatus: "CREATE_COMPLETE",
    ParentId: created.StackId,
    RootId: created.StackId,
    Parameters: [{ ParameterKey: "Name", ParameterValue: "a" }],
    Tags: [{ Key: "env", Value: "prod" }],
  });
  const { StackSummaries = [] } = await stage.client.send(new ListStacksCommand({}));
  t.match(
    StackSummaries.find(({ StackId }) => StackId === id),
    { ParentId: created.StackId },
  );

  const updated = await stage.update("shop", parent("b"), { ClientRequestToken: "token-b" });
  t.match(updated, { StackStatus: "UPDATE_COMPLETE", Outputs: [{ OutputValue: /:b$/ }] });
  t.same(await stage.story(id), [
    `${inner.StackName} CREATE_IN_PROGRESS`,
    "T CREATE_IN_PROGRESS",
    "T CREATE_IN_PROGRESS",
    "T CREATE_COMPLETE",
    `${inner.StackName} CREATE_COMPLETE`,
    `${inner.StackName} UPDATE_IN_PROGRESS`,
    "T UPDATE_IN_PROGRESS",
    "T UPDATE_IN_PROGRESS",
    "T UPDATE_COMPLETE",
    `${inner.StackName} UPDATE_COMPLETE_CLEANUP_IN_PROGRESS`,
    "T DELETE_IN_PROGRESS",
    "T DELETE_COMPLETE",
    `${inner.StackName} UPDATE_COMPLETE`,
  ]);
  t.equal((await stage.events(id)).at(-1)?.ClientRequestToken, "token-b", "the operation is its parent's");

  await stage.client.send(new DeleteStackCommand({ StackName: "shop" }));
  await stage.settled(created.StackId ?? "");
  t.equal((await stage.describe(id)).StackStatus, "DELETE_COMPLETE");
});

t.test("a template URL may name a version, which has to exist", async (t) => {
  const stage = stageOf(t);
  await stage.call("s3", "CreateBucket", { Bucket: BUCKET });
  const VersioningConfiguration = { Status: "Enabled" };
  await stage.call("s3", "PutBucketVersioning", { Bucket: BUCKET, VersioningConfiguration });
  const put = (template: object) =>
    stage.call("s3", "PutObject", {
      Bucket: BUCKET,
      Key: "child.json",
      Body: new TextEncoder().encode(bodyOf(template)),
    });
  const { VersionId } = await put(child());
  await put(child({ Added: queue() }));
  const at = (version: unknown) => `https://s3.us-east-1.amazonaws.com/${BUCKET}/child.json?versionId=${version}`;
  await stage.create("shop", { Resources: { Nested: nested(at(VersionId), { Name: "a" }) } });
  const id = await childId(stage, "shop");
  const { StackResources } = await stage.client.send(new DescribeStackResourcesCommand({ StackName: id }));
  t.same(
    StackResources?.map(({ LogicalResourceId }) => LogicalResourceId),
    ["T"],
    "not the newest one",
  );
  const lost = await stage.create("other", { Resources: { Nested: nested(at("lost"), { Name: "b" }) } });
  t.match(lost.StackStatus, /^ROLLBACK/);
});

t.test(
  "a template that changed under the same URL is an update; a child in which nothing changes is left alone",
  async (t) => {
    const stage = stageOf(t);
    const url = await putTemplate(stage, "child.json", child());
    const parent = (delay: number) => ({
      Resources: { Nested: nested(url, { Name: "a" }), Q: queue({ DelaySeconds: delay }) },
    });
    await stage.create("shop", parent(1));
    const id = await childId(stage, "shop");
    const before = await stage.story(id);
    t.equal((await stage.update("shop", parent(2))).StackStatus, "UPDATE_COMPLETE");
    t.same(await stage.story(id), before);
    t.ok((await stage.story("shop")).includes("Nested UPDATE_COMPLETE"), "its parent checks it all the same");
    await putTemplate(stage, "child.json", child({ More: queue() }));
    t.equal((await stage.update("shop", parent(2))).StackStatus, "UPDATE_COMPLETE");
    t.ok((await stage.story(id)).includes("More CREATE_COMPLETE"));
  },
);

t.test("a failure in a child fails its parent, and everything is rolled back or deleted", async (t) => {
  const stage = stageOf(t);
  const bad = await putTemplate(stage, "bad.json", child({ Broken: failing(["T"]) }));
  const good = await putTemplate(stage, "good.json", child());
  const failed = await stage.create("early", { Resources: { Nested: nested(bad, { Name: "early" }) } });
  t.equal(failed.StackStatus, "ROLLBACK_COMPLETE");
  const reasons = (await stage.events("early")).flatMap((event) => event.ResourceStatusReason ?? []);
  t.match(
    reasons.find((reason) => reason.startsWith("Embedded stack")),
    /^Embedded stack arn:.* was not successfully created: The following resource\(s\) failed to create: \[Broken\]\. $/,
  );
  const { StackSummaries = [] } = await stage.client.send(new ListStacksCommand({}));
  t.match(
    StackSummaries.find(({ StackName }) => StackName?.startsWith("early-Nested")),
    { StackStatus: "DELETE_COMPLETE" },
  );

  const parent = (url: string, name: string, more: object = {}) => ({
    Resources: { Nested: nested(url, { Name: name }), ...more },
    Outputs: { Arn: { Value: { "Fn::GetAtt": ["Nested", "Outputs.Arn"] } } },
  });
  await stage.create("shop", parent(good, "a"));
  const id = await childId(stage, "shop");
  t.equal((await stage.update("shop", parent(bad, "b"))).StackStatus, "UPDATE_ROLLBACK_COMPLETE");
  t.equal((await stage.describe(id)).StackStatus, "UPDATE_ROLLBACK_COMPLETE");
  const inShop = (await stage.events("shop")).flatMap((event) => event.ResourceStatusReason ?? []);
  t.ok(
    inShop.includes(
      `Embedded stack ${id} was not successfully updated. Currently in UPDATE_ROLLBACK_IN_PROGRESS with reason: The following resource(s) failed to create: [Broken]. `,
    ),
  );

  const late = await stage.update("shop", parent(good, "c", { Broken: failing(["Nested"]) }));
  t.match(late, { StackStatus: "UPDATE_ROLLBACK_COMPLETE", Outputs: [{ OutputValue: /:a$/ }] });
  t.match(await stage.describe(id), { StackStatus: "UPDATE_ROLLBACK_COMPLETE", Outputs: [{ OutputValue: /:a$/ }] });
  t.notOk(
    (await stage.story(id)).includes(`${(await stage.describe(id)).StackName} UPDATE_COMPLETE`),
    "a child waits for its parent before it cleans up",
  );
});

t.test("a rollback that fails in a child is continued at the root, which can skip the child's resources", async (t) => {
  const stage = stageOf(t);
  const one = await putCode(stage, "1.zip", "exports.handler = async () => 1");
  const two = await putCode(stage, "2.zip", "exports.handler = async () => 2");
  const withCode = (code: Record<string, unknown>, more: object = {}) => ({ Resources: { Fn: fn(code), ...more } });
  const url = await putTemplate(stage, "child.json", withCode(one));
  await stage.create("shop", { Resources: { Nested: nested(url) } });
  await stage.call("s3", "DeleteObject", { Bucket: "code", Key: "1.zip" });
  const next = await putTemplate(stage, "next.json", withCode(two, { Broken: failing(["Fn"]) }));
  const stuck = await stage.update("shop", { Resources: { Nested: nested(next) } });
  t.match(stuck, {
    StackStatus: "UPDATE_ROLLBACK_FAILED",
    StackStatusReason: "The following resource(s) failed to update: [Nested]. ",
  });
  const inner = await stage.describe(await childId(stage, "shop"));
  t.equal(inner.StackStatus, "UPDATE_ROLLBACK_FAILED");
  const proceed = (StackName: string, ResourcesToSkip: string[]) =>
    stage.client.send(new ContinueUpdateRollbackCommand({ StackName, ResourcesToSkip }));
  t.match(await refusal(proceed(inner.StackName ?? "", ["Fn"])), { message: /cannot be invoked on child stacks/ });
  t.match(await refusal(proceed("shop", ["Fn"])), { message: /cannot be skipped/ });
  await proceed("shop", []);
  t.equal((await stage.settled("shop")).StackStatus, "UPDATE_ROLLBACK_FAILED", "the code object is still missing");
  const before = await liveFunction(stage);
  await proceed("shop", [`${inner.StackName}.Fn`]);
  t.equal((await stage.settled("shop")).StackStatus, "UPDATE_ROLLBACK_COMPLETE");
  t.equal((await stage.describe(inner.StackId ?? "")).StackStatus, "UPDATE_ROLLBACK_COMPLETE");
  t.same(await liveFunction(stage), before, "what was skipped stays as it is");
});

t.test(
  "a child can be updated on its own until its parent's next update; one that cannot be deleted keeps its parent",
  async (t) => {
    const stage = stageOf(t);
    const box = { Type: "AWS::S3::Bucket", Properties: { BucketName: "box" } };
    const url = await putTemplate(stage, "child.json", { Resources: { Box: box } });
    const created = await stage.create("shop", { Resources: { Nested: nested(url) } });
    const id = await childId(stage, "shop");
    t.equal((await stage.update(id, { Resources: { Box: box, Q: queue() } })).StackStatus, "UPDATE_COMPLETE");
    t.equal(
      (await stage.update("shop", { Resources: { Nested: nested(url), T: topic() } })).StackStatus,
      "UPDATE_COMPLETE",
    );
    t.ok((await stage.story(id)).includes("Q DELETE_COMPLETE"), "the parent restores its own template");
    const protect = (StackName: string, EnableTerminationProtection: boolean) =>
      stage.client.send(new UpdateTerminationProtectionCommand({ StackName, EnableTerminationProtection }));
    t.match(await refusal(protect(id, true)), { name: "ValidationError" });
    await protect("shop", true);
    t.match(
      await refusal(stage.client.send(new DeleteStackCommand({ StackName: id }))),
      { message: /TerminationProtection is enabled$/ },
      "a child is protected if its root is",
    );
    await protect("shop", false);

    await stage.call("s3", "PutObject", { Bucket: "box", Key: "k", Body: new Uint8Array([1]) });
    await stage.client.send(new DeleteStackCommand({ StackName: "shop" }));
    t.match(await stage.settled(created.StackId ?? ""), {
      StackStatus: "DELETE_FAILED",
      StackStatusReason: "The following resource(s) failed to delete: [Nested]. ",
    });
    t.equal((await stage.describe(id)).StackStatus, "DELETE_FAILED");
    await stage.call("s3", "DeleteObject", { Bucket: "box", Key: "k" });
    await stage.client.send(new DeleteStackCommand({ StackName: "shop" }));
    t.equal((await stage.settled(created.StackId ?? "")).StackStatus, "DELETE_COMPLETE");
  },
);
