import {
  ContinueUpdateRollbackCommand,
  DeleteChangeSetCommand,
  DeleteStackCommand,
  DescribeChangeSetCommand,
  DescribeStackResourcesCommand,
  ExecuteChangeSetCommand,
  ListStacksCommand,
  UpdateTerminationProtectionCommand,
} from "@aws-sdk/client-cloudformation";
import t from "tap";
import { failing, fn, liveFunction, putCode, queue, ROLE, stageOf, topic } from "./fixtures.ts";
import { bodyOf, changesOf, refusal, type Stage } from "./stage.ts";

const BUCKET = "templates";

/** Puts a child's template where its parent finds it, and returns the URL. */
async function putTemplate(stage: Stage, key: string, template: object): Promise<string> {
  await stage.call("s3", "CreateBucket", { Bucket: BUCKET });
  await stage.call("s3", "PutObject", { Bucket: BUCKET, Key: key, Body: new TextEncoder().encode(bodyOf(template)) });
  return `https://${BUCKET}.s3.amazonaws.com/${key}`;
}

const nested = (TemplateURL: string, Parameters: object = {}, more: object = {}) => ({
  Type: "AWS::CloudFormation::Stack",
  Properties: { TemplateURL, Parameters },
  ...more,
});

/** A child with one topic, whose name is a parameter and whose ARN is an output. */
const CHILD = {
  Parameters: { Name: { Type: "String" } },
  Resources: { T: topic() },
  Outputs: { Arn: { Value: { Ref: "T" } } },
};
const child = (more: object = {}) => ({
  ...CHILD,
  Resources: { T: { Type: "AWS::SNS::Topic", Properties: { TopicName: { Ref: "Name" } } }, ...more },
});

async function childId(stage: Stage, StackName: string, LogicalResourceId = "Nested"): Promise<string> {
  const resources = await stage.client.send(new DescribeStackResourcesCommand({ StackName, LogicalResourceId }));
  return resources.StackResources?.[0]?.PhysicalResourceId ?? "";
}

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
      `Embedded stack ${id} was not successfully updated. Currently in UPDATE_ROLLBACK_IN_PROGRESS with reason: The following resource(s) failed to create: [Broken].`,
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

t.test("change sets include nested stacks on request", async (t) => {
  const stage = stageOf(t);
  const leaf = await putTemplate(stage, "leaf.json", child());
  const middle = (name: string) => ({ Resources: { Leaf: nested(leaf, { Name: name }), Q: queue() } });
  const middleUrl = async (name: string) => await putTemplate(stage, `middle-${name}.json`, middle(name));
  const other = await putTemplate(stage, "other.json", child());
  const root = (url: string) => ({ Resources: { Nested: nested(url), Other: nested(other, { Name: "other" }) } });
  const include = { IncludeNestedStacks: true, Capabilities: ["CAPABILITY_AUTO_EXPAND" as const] };
  const created = await stage.deploy("shop", root(await middleUrl("a")), include);
  t.equal(created.StackStatus, "CREATE_COMPLETE");
  const names = (await stage.client.send(new ListStacksCommand({}))).StackSummaries?.length;
  t.equal(names, 4, "the stacks that the change set prepared are the ones that were created");

  const plain = await stage.changeSet({
    StackName: "shop",
    ChangeSetName: "plain",
    template: root(await middleUrl("b")),
  });
  t.same(changesOf(plain), ["Modify Nested False", "Modify Other False"]);
  t.match(plain.Changes?.[1]?.ResourceChange, {
    ChangeSetId: undefined,
    Details: [{ ChangeSource: "Automatic", Evaluation: "Dynamic", Target: { RequiresRecreation: "Never" } }],
  });

  const template = root(await middleUrl("b"));
  const set = await stage.changeSet({ StackName: "shop", ChangeSetName: "deep", template, ...include });
  t.same(changesOf(set), ["Modify Nested False"], "a nested stack in which nothing changes is no change");
  const below = async (ChangeSetName: string | undefined) =>
    await stage.client.send(new DescribeChangeSetCommand({ ChangeSetName }));
  const second = await below(set.Changes?.[0]?.ResourceChange?.ChangeSetId);
  t.match(second, { ParentChangeSetId: set.ChangeSetId, RootChangeSetId: set.ChangeSetId, IncludeNestedStacks: true });
  t.same(changesOf(second), ["Modify Leaf False"]);
  const third = await below(second.Changes?.[0]?.ResourceChange?.ChangeSetId);
  t.match(third, { ParentChangeSetId: second.ChangeSetId, RootChangeSetId: set.ChangeSetId });
  t.same(changesOf(third), ["Modify T True"]);
  t.match(
    await refusal(stage.client.send(new ExecuteChangeSetCommand({ ChangeSetName: second.ChangeSetId }))),
    { name: "ValidationError" },
    "only the root's set can be executed",
  );
  await putTemplate(stage, "leaf.json", child({ Sneaked: queue() }));
  await stage.client.send(new ExecuteChangeSetCommand({ ChangeSetName: set.ChangeSetId }));
  t.equal((await stage.settled("shop")).StackStatus, "UPDATE_COMPLETE");
  const deepest = third.StackId ?? "";
  t.match(await stage.describe(deepest), { Outputs: [{ OutputValue: /:b$/ }], RootId: created.StackId });
  t.notOk(
    (await stage.story(deepest)).includes("Sneaked CREATE_COMPLETE"),
    "the templates are those that the change set read",
  );
});

t.test("a failed nested set fails its parent set; deleting a set deletes what it prepared", async (t) => {
  const stage = stageOf(t);
  const url = await putTemplate(stage, "role.json", { Resources: { R: ROLE } });
  const template = { Resources: { Nested: nested(url) } };
  const create = { StackName: "shop", ChangeSetType: "CREATE", IncludeNestedStacks: true, template } as const;
  const bad = await stage.changeSet({ ...create, ChangeSetName: "bad", Capabilities: [] });
  t.match(bad, { Status: "FAILED", StatusReason: /CAPABILITY_IAM|was not successfully created/ });
  const good = await stage.changeSet({ ...create, ChangeSetName: "good", Capabilities: ["CAPABILITY_IAM"] });
  t.equal(good.Status, "CREATE_COMPLETE");
  const count = async () => (await stage.client.send(new ListStacksCommand({}))).StackSummaries?.length;
  t.equal(await count(), 2);
  await stage.client.send(new DeleteChangeSetCommand({ ChangeSetName: good.ChangeSetId }));
  t.equal(await count(), 1);
  const failed = await stage.create("direct", template, { Capabilities: [] });
  t.equal(failed.StackStatus, "ROLLBACK_COMPLETE");
  const reasons = (await stage.events("direct")).flatMap((event) => event.ResourceStatusReason ?? []);
  t.ok(reasons.includes("Requires capabilities : [CAPABILITY_IAM]"), "children have their parent's capabilities");
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
