import {
  CancelUpdateStackCommand,
  DeleteStackCommand,
  DescribeStacksCommand,
  ListExportsCommand,
  ListImportsCommand,
  ListStacksCommand,
  SetStackPolicyCommand,
  UpdateStackCommand,
  UpdateTerminationProtectionCommand,
} from "@aws-sdk/client-cloudformation";
import t from "tap";
import { queue, ROLE, stageOf, topic } from "./fixtures.ts";
import { refusal } from "./stage.ts";

t.test("protects exports that other stacks import, late and with a rollback", async (t) => {
  const stage = stageOf(t);
  const exporter = (name: string, exportName = "the-topic") => ({
    Resources: { T: topic(name) },
    Outputs: { Out: { Value: { Ref: "T" }, Export: { Name: exportName } } },
  });
  const importer = { Resources: { Q: queue({ Tags: [{ Key: "topic", Value: { "Fn::ImportValue": "the-topic" } }] }) } };
  t.equal((await stage.create("early", importer)).StackStatus, "ROLLBACK_COMPLETE");
  const early = (await stage.events("early")).find(({ ResourceStatus }) => ResourceStatus === "ROLLBACK_IN_PROGRESS");
  t.match(early?.ResourceStatusReason, "No export named the-topic found.");
  await stage.create("producer", exporter("a"));
  t.match(await refusal(stage.client.send(new ListImportsCommand({ ExportName: "the-topic" }))), {
    name: "ValidationError",
  });
  await stage.create("consumer", importer);
  t.same((await stage.client.send(new ListImportsCommand({ ExportName: "the-topic" }))).Imports, ["consumer"]);
  const reasonOf = async (name: string, status: string) =>
    (await stage.events(name)).filter(({ ResourceStatus }) => ResourceStatus === status).at(-1)?.ResourceStatusReason;

  t.equal((await stage.update("producer", exporter("b"))).StackStatus, "UPDATE_ROLLBACK_COMPLETE");
  t.equal(
    await reasonOf("producer", "UPDATE_ROLLBACK_IN_PROGRESS"),
    "Export the-topic cannot be updated as it is in use by consumer",
  );
  t.equal((await stage.update("producer", exporter("a", "renamed"))).StackStatus, "UPDATE_ROLLBACK_COMPLETE");
  t.equal(
    await reasonOf("producer", "UPDATE_ROLLBACK_IN_PROGRESS"),
    "Export the-topic cannot be deleted as it is in use by consumer",
  );
  await stage.client.send(new DeleteStackCommand({ StackName: "producer" }));
  const kept = await stage.settled("producer");
  t.match(kept, {
    StackStatus: "UPDATE_ROLLBACK_COMPLETE",
    StackStatusReason: "Export the-topic cannot be deleted as it is in use by consumer",
  });
  t.equal((await stage.create("rival", exporter("c"))).StackStatus, "ROLLBACK_COMPLETE");
  t.match(
    await reasonOf("rival", "ROLLBACK_IN_PROGRESS"),
    "Export with name the-topic is already exported by stack producer",
  );

  await stage.client.send(new DeleteStackCommand({ StackName: "consumer" }));
  await stage.until(
    () => stage.client.send(new ListStacksCommand({ StackStatusFilter: ["DELETE_COMPLETE"] })),
    ({ StackSummaries = [] }) => StackSummaries.some(({ StackName }) => StackName === "consumer"),
  );
  t.equal(
    (await stage.update("producer", exporter("a", "renamed"))).StackStatus,
    "UPDATE_COMPLETE",
    "an output alone is a change",
  );
  t.match((await stage.client.send(new ListExportsCommand({}))).Exports, [{ Name: "renamed", Value: /:a$/ }]);
});

t.test("enforces the stack policy unless the update has its own", async (t) => {
  const stage = stageOf(t);
  await stage.create("shop", { Resources: { T: topic("a"), Q: queue({ DelaySeconds: 1 }) } });
  const StackPolicyBody = JSON.stringify({
    Statement: [
      { Effect: "Allow", Action: "Update:*", Principal: "*", Resource: "*" },
      { Effect: "Deny", Action: ["Update:Replace", "Update:Delete"], Principal: "*", Resource: "LogicalResourceId/T" },
    ],
  });
  await stage.client.send(new SetStackPolicyCommand({ StackName: "shop", StackPolicyBody }));
  const renamed = { Resources: { T: topic("b"), Q: queue({ DelaySeconds: 2 }) } };
  t.equal(
    (await stage.deploy("shop", renamed)).StackStatus,
    "UPDATE_ROLLBACK_COMPLETE",
    "a change set cannot override it",
  );
  const denied = (await stage.events("shop")).find(({ ResourceStatus }) => ResourceStatus === "UPDATE_FAILED");
  t.match(denied, {
    LogicalResourceId: "T",
    ResourceStatusReason:
      "Action denied by stack policy: Statement [#2] does not allow [Update:Replace] for resource [LogicalResourceId/T]",
  });
  t.equal(
    (await stage.update("shop", { Resources: { Q: queue({ DelaySeconds: 1 }) } })).StackStatus,
    "UPDATE_ROLLBACK_COMPLETE",
  );
  const allowAll = JSON.stringify({
    Statement: [{ Effect: "Allow", Action: "Update:*", Principal: "*", Resource: "*" }],
  });
  t.equal(
    (await stage.update("shop", renamed, { StackPolicyDuringUpdateBody: allowAll })).StackStatus,
    "UPDATE_COMPLETE",
  );
});

t.test("performs one operation at a time on a stack", async (t) => {
  const stage = stageOf(t);
  const template = (n: number) => ({
    Resources: Object.fromEntries([1, 2, 3].map((i) => [`Q${i}`, queue({ DelaySeconds: n })])),
  });
  const { StackId = "" } = await stage.create("shop", template(1));
  const update = (n: number, ClientRequestToken?: string) =>
    stage.client.send(
      new UpdateStackCommand({ StackName: "shop", TemplateBody: JSON.stringify(template(n)), ClientRequestToken }),
    );
  await update(2, "token-1");
  const busy = `Stack:${StackId} is in UPDATE_IN_PROGRESS state and can not be updated.`;
  t.match(await refusal(update(3)), { name: "ValidationError", message: busy });
  t.match(await refusal(stage.client.send(new DeleteStackCommand({ StackName: "shop" }))), {
    message: `Stack [${StackId}] cannot be deleted while in status UPDATE_IN_PROGRESS`,
  });
  await stage.client.send(new CancelUpdateStackCommand({ StackName: "shop" }));
  t.equal((await stage.settled("shop")).StackStatus, "UPDATE_ROLLBACK_COMPLETE", "a cancelled update is rolled back");
  t.match(await refusal(stage.client.send(new CancelUpdateStackCommand({ StackName: "shop" }))), {
    name: "ValidationError",
  });
  t.match(await refusal(update(4, "token-1")), { name: "TokenAlreadyExistsException" });
  const tokens = (await stage.events("shop")).filter(({ ClientRequestToken: token }) => token === "token-1");
  t.ok(tokens.length >= 2, "events carry the token of their operation");
});

t.test("enforces what protects an account: capabilities, termination protection, empty buckets", async (t) => {
  const stage = stageOf(t);
  const withRole = (Properties: object) =>
    stage.create("roles", { Resources: { R: { ...ROLE, Properties } } }, { Capabilities: [] });
  t.match(await refusal(withRole({})), {
    name: "InsufficientCapabilitiesException",
    message: "Requires capabilities : [CAPABILITY_IAM]",
  });
  t.match(await refusal(withRole({ RoleName: "r" })), { message: "Requires capabilities : [CAPABILITY_NAMED_IAM]" });

  await stage.create("shop", { Resources: { B: { Type: "AWS::S3::Bucket", Properties: { BucketName: "box" } } } });
  await stage.call("s3", "PutObject", { Bucket: "box", Key: "k", Body: new Uint8Array([1]) });
  const protect = (EnableTerminationProtection: boolean) =>
    stage.client.send(new UpdateTerminationProtectionCommand({ StackName: "shop", EnableTerminationProtection }));
  await protect(true);
  t.match(await refusal(stage.client.send(new DeleteStackCommand({ StackName: "shop" }))), {
    message: "Stack [shop] cannot be deleted while TerminationProtection is enabled",
  });
  await protect(false);
  await stage.client.send(new DeleteStackCommand({ StackName: "shop" }));
  t.match(await stage.settled("shop"), {
    StackStatus: "DELETE_FAILED",
    StackStatusReason: "The following resource(s) failed to delete: [B]. ",
  });
  await stage.client.send(new DeleteStackCommand({ StackName: "shop", RetainResources: ["B"] }));
  await stage.until(
    () => stage.client.send(new DescribeStacksCommand({})),
    ({ Stacks }) => Stacks?.length === 0,
  );
  t.ok(await stage.call("s3", "HeadObject", { Bucket: "box", Key: "k" }), "the retained bucket still exists");
});

t.test("a policy that comes with an update takes effect when the update ends", async (t) => {
  const stage = stageOf(t);
  const template = (name: string) => ({ Resources: { T: topic(name) } });
  await stage.create("shop", template("a"));
  const StackPolicyBody = JSON.stringify({
    Statement: [{ Effect: "Deny", Action: "Update:*", Principal: "*", Resource: "*" }],
  });
  t.equal((await stage.update("shop", template("b"), { StackPolicyBody })).StackStatus, "UPDATE_COMPLETE");
  t.equal((await stage.update("shop", template("c"))).StackStatus, "UPDATE_ROLLBACK_COMPLETE");
});
