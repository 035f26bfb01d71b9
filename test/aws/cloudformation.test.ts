import { createHash } from "node:crypto";
import t from "tap";
import { AwsError } from "#sandbox/core/contract";
import type { ChangeSetRequest, CloudFormationGateway } from "#src/aws/gateways/cloudformation";
import { openStage, type Stage } from "./aws-stage.ts";

/** A topic whose name is exported, with an ordinary and a NoEcho parameter. */
function template(name: string): string {
  return `AWSTemplateFormatVersion: "2010-09-09"
Description: a shop
Parameters:
  Stage: { Type: String, Default: dev }
  Secret: { Type: String, NoEcho: true }
Resources:
  Topic:
    Type: AWS::SNS::Topic
    Properties: { DisplayName: !Sub "${name} \${Stage}" }
Outputs:
  TopicArn: { Value: !Ref Topic, Export: { Name: shop-topic } }
`;
}

function request(name: string, more: Partial<ChangeSetRequest> = {}): ChangeSetRequest {
  return {
    stack: "shop",
    name,
    type: "CREATE",
    template: template("first"),
    parameters: { Stage: "prod", Secret: "s3cret" },
    tags: { team: "shop" },
    capabilities: [],
    roleArn: null,
    notificationArns: [],
    rollbackTriggers: {},
    importExisting: false,
    ...more,
  };
}

const UPDATE = { type: "UPDATE", parameters: { Stage: null, Secret: null } } as const;

async function run(cloudFormation: CloudFormationGateway, changes: ChangeSetRequest): Promise<string> {
  await cloudFormation.createChangeSet(changes);
  const { stackId } = await cloudFormation.awaitChangeSet(changes.stack, changes.name);
  await cloudFormation.executeChangeSet(changes.stack, changes.name, changes.name);
  await cloudFormation.awaitStack(stackId);
  return stackId;
}

function sentInput({ sandbox }: Stage, operation: string) {
  return sandbox.calls.all().findLast((call) => call.operation === operation)?.input;
}

t.test("a stack is created by a change set and read back completely", async (t) => {
  const stage = openStage(t);
  const { cloudFormation } = stage.aws;
  t.equal(await cloudFormation.getStack("shop"), null);
  t.equal(await cloudFormation.getChangeSet("shop", "c1"), null);

  t.match(await cloudFormation.createChangeSet(request("c1")), { status: "pending", executed: false, stackId: String });
  t.equal(await cloudFormation.getStack("shop"), null, "a shell around a change set is no stack");
  t.match(await cloudFormation.awaitChangeSet("shop", "c1"), {
    status: "ready",
    executed: false,
    changes: [{ action: "Add", logicalId: "Topic", type: "AWS::SNS::Topic" }],
  });
  t.same(await cloudFormation.listStacks(), [], "nor does the list show it");
  await cloudFormation.executeChangeSet("shop", "c1", "token-1");
  const { stackId } = (await cloudFormation.getChangeSet("shop", "c1")) ?? { stackId: "" };
  t.match(await cloudFormation.awaitStack(stackId), { status: "CREATE_COMPLETE" });

  t.match(await cloudFormation.getStack("shop"), {
    stackId,
    name: "shop",
    description: "a shop",
    parameters: [
      { key: "Stage", value: "prod" },
      { key: "Secret", value: /^\*+$/ },
    ],
    tags: { team: "shop" },
    outputs: [{ key: "TopicArn", exportName: "shop-topic" }],
    terminationProtection: false,
    roleArn: null,
    parentId: null,
  });
  t.equal(await cloudFormation.getTemplate(stackId), template("first"), "the text is the submitted one");
  t.same(await cloudFormation.listNoEcho("shop"), ["Secret"]);
  t.match(await cloudFormation.listResources("shop"), [
    { logicalId: "Topic", type: "AWS::SNS::Topic", status: "CREATE_COMPLETE" },
  ]);
  t.match(await cloudFormation.listStacks(), [{ name: "shop", stackId, status: "CREATE_COMPLETE", parentId: null }]);
});

t.test("a change set is requested with every member listed, and once per name", async (t) => {
  const stage = openStage(t);
  const { cloudFormation } = stage.aws;
  await run(cloudFormation, request("c1"));
  const update = request("c2", { ...UPDATE, template: template("second"), tags: {}, capabilities: ["CAPABILITY_NEW"] });
  await cloudFormation.createChangeSet(update);
  t.match(sentInput(stage, "CreateChangeSet"), {
    StackName: "shop",
    ChangeSetName: "c2",
    ClientToken: "c2",
    ChangeSetType: "UPDATE",
    TemplateBody: template("second"),
    // The query protocol writes an empty list like this.
    Tags: "",
    Capabilities: ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND", "CAPABILITY_NEW"],
    Parameters: [{ ParameterKey: "Stage" }, { ParameterKey: "Secret" }],
  });
  t.notMatch(sentInput(stage, "CreateChangeSet"), { RoleARN: String });
  const first = await cloudFormation.awaitChangeSet("shop", "c2");
  t.match(first, { status: "ready", changes: [{ action: "Modify", logicalId: "Topic", replacement: "False" }] });
  t.equal((await cloudFormation.createChangeSet(update)).id, first.id, "a second creation finds the first one");

  await cloudFormation.executeChangeSet("shop", "c2", "c2");
  t.match(sentInput(stage, "ExecuteChangeSet"), { ClientRequestToken: "c2" });
  t.match(String(sentInput(stage, "ExecuteChangeSet")?.["DisableRollback"]), "false");
  await cloudFormation.executeChangeSet("shop", "c2", "c2");
  t.match(await cloudFormation.getChangeSet("shop", "c2"), { executed: true });
  const { status, tags } = await cloudFormation.awaitStack(first.stackId);
  t.equal(status, "UPDATE_COMPLETE");
  t.same(tags, {}, "tags that are not listed go");
  await cloudFormation.executeChangeSet("shop", "c2", "c2");
  const updates = (await cloudFormation.listEvents("shop", null)).filter(
    (event) => event.status === "UPDATE_IN_PROGRESS" && event.logicalId === "shop",
  );
  t.equal(updates.length, 1, "asked three times, run once");
});

t.test("an execution whose response was lost has begun", async (t) => {
  const { aws, sandbox } = openStage(t);
  const hold = sandbox.faults.hold({ when: "after", match: ({ operation }) => operation === "ExecuteChangeSet" });
  void hold.reached.then(() => hold.drop());
  const stackId = await run(aws.cloudFormation, request("c1"));
  t.match(await aws.cloudFormation.getStack(stackId), { status: "CREATE_COMPLETE" });
});

t.test("a change set without changes is empty; one that cannot be made has failed, with the reason", async (t) => {
  const { aws } = openStage(t);
  const { cloudFormation } = aws;
  await run(cloudFormation, request("c1"));
  await cloudFormation.createChangeSet(request("c2", UPDATE));
  t.match(await cloudFormation.awaitChangeSet("shop", "c2"), {
    status: "empty",
    changes: [],
    reason: /didn't contain changes/,
  });
  await cloudFormation.deleteChangeSet("shop", "c2");
  await cloudFormation.deleteChangeSet("shop", "c2");
  t.equal(await cloudFormation.getChangeSet("shop", "c2"), null);
  await t.rejects(cloudFormation.awaitChangeSet("shop", "c2"), { code: "AWS_NOT_FOUND" });
  await t.rejects(cloudFormation.createChangeSet(request("c3", { ...UPDATE, template: "Resources: {}" })), {
    code: "AWS_REJECTED",
  });
  await t.rejects(cloudFormation.executeChangeSet("shop", "never-made", "token"), { code: "AWS_NOT_FOUND" });
});

t.test("a refusal to make an empty change set reads as an empty one", async (t) => {
  const { aws, sandbox } = openStage(t);
  const refusal = new AwsError("ValidationError", "No updates are to be performed.", 400);
  sandbox.faults.fail({ match: ({ operation }) => operation === "CreateChangeSet", error: refusal });
  t.match(await aws.cloudFormation.createChangeSet(request("c1", UPDATE)), { status: "empty" });
  t.match(await aws.cloudFormation.awaitChangeSet("shop", "c1"), { status: "empty" });
  await aws.cloudFormation.deleteChangeSet("shop", "c1");
  t.equal(await aws.cloudFormation.getChangeSet("shop", "c1"), null);
});

t.test("the empty stack of a deleted change set is gone when its deletion returns", async (t) => {
  const { aws, own } = openStage(t);
  await aws.cloudFormation.createChangeSet(request("c1"));
  const made = await aws.cloudFormation.awaitChangeSet("shop", "c1");
  await aws.cloudFormation.deleteChangeSet("shop", "c1");
  await aws.cloudFormation.deleteShell("shop");
  const { Stacks } = await own("cloudformation", "DescribeStacks", { StackName: made.stackId });
  t.match(Stacks, [{ StackStatus: "DELETE_COMPLETE" }]);
  t.equal(await aws.cloudFormation.getStack("shop"), null, "nobody takes it for a stack that is being deleted");
});

t.test("a template above 51,200 bytes goes through the staging bucket, and is refused without one", async (t) => {
  // Fewer characters than bytes: the limit counts bytes.
  const large = `${template("first")}# ${"é".repeat(26_000)}\n`;
  t.ok(large.length < 51_200);
  const without = openStage(t);
  await t.rejects(without.aws.cloudFormation.createChangeSet(request("c1", { template: large })), {
    code: "STAGING_BUCKET_NEEDED",
  });

  const stage = openStage(t, { target: { stagingBucket: "staging" } });
  await stage.own("s3", "CreateBucket", { Bucket: "staging" });
  await run(stage.aws.cloudFormation, request("c1", { template: large }));
  const sent = sentInput(stage, "CreateChangeSet");
  t.match(
    sent?.["TemplateURL"],
    /^https:\/\/s3\.us-east-1\.amazonaws\.com\/staging\/stepback\/transfer\/[0-9a-f]{64}\.template$/,
  );
  const plain = createHash("sha256").update(large).digest("hex");
  t.notOk(String(sent?.["TemplateURL"]).includes(plain), "the name proves no guess of what the template says");
  t.notOk(sent?.["TemplateBody"]);
  t.equal(await stage.aws.cloudFormation.getTemplate("shop"), large);
});

t.test("changes of nested stacks have their parent's name, over all pages", async (t) => {
  const { aws, sandbox } = openStage(t);
  const change = (logicalId: string, more = {}) => ({
    Type: "Resource",
    ResourceChange: {
      Action: "Modify",
      LogicalResourceId: logicalId,
      ResourceType: "AWS::SNS::Topic",
      Replacement: "True",
      ...more,
    },
  });
  const pages: Record<string, { Changes: object[]; NextToken?: string }> = {
    root: {
      Changes: [change("A"), change("Child", { ResourceType: "AWS::CloudFormation::Stack", ChangeSetId: "nested" })],
      NextToken: "2",
    },
    "root 2": { Changes: [change("Z"), { Type: "Hook" }] },
    nested: { Changes: [change("Table")] },
  };
  sandbox.service("cloudformation").call = async (_, input) => ({
    ChangeSetId: "id",
    StackId: "stack",
    Status: "CREATE_COMPLETE",
    ExecutionStatus: "AVAILABLE",
    ...pages[[input["ChangeSetName"], input["NextToken"]].filter(Boolean).join(" ")],
  });
  const changeSet = await aws.cloudFormation.getChangeSet("shop", "root");
  t.same(
    changeSet?.changes.map(({ logicalId }) => logicalId),
    ["A", "Child", "Child.Table", "Z"],
  );
});

t.test("an obsolete change set is told from a failed one; one that is being deleted is not waited for", async (t) => {
  const { aws, sandbox } = openStage(t);
  const answers = [
    [
      { Status: "CREATE_COMPLETE", ExecutionStatus: "OBSOLETE" },
      { status: "obsolete", executed: false },
    ],
    [
      { Status: "CREATE_COMPLETE", ExecutionStatus: "EXECUTE_FAILED" },
      { status: "ready", executed: true },
    ],
    [
      { Status: "DELETE_PENDING", ExecutionStatus: "AVAILABLE" },
      { status: "failed", executed: false },
    ],
    [
      { Status: "FAILED", ExecutionStatus: "UNAVAILABLE", StatusReason: "No updates are to be performed." },
      { status: "empty" },
    ],
    [
      { Status: "FAILED", ExecutionStatus: "UNAVAILABLE", StatusReason: "Export in use" },
      { status: "failed", reason: "Export in use" },
    ],
  ] as const;
  for (const [answer, expected] of answers) {
    sandbox.service("cloudformation").call = async () => ({ ...answer });
    t.match(await aws.cloudFormation.awaitChangeSet("shop", "c"), expected);
  }
});

t.test("policy, protection, importers and deletion", async (t) => {
  const stage = openStage(t);
  const { cloudFormation } = stage.aws;
  const stackId = await run(cloudFormation, request("c1"));
  t.same(await cloudFormation.getStackPolicy("shop"), { value: null });
  const policy = JSON.stringify({
    Statement: [{ Effect: "Allow", Action: "Update:*", Principal: "*", Resource: "*" }],
  });
  await cloudFormation.putStackPolicy("shop", policy);
  t.same(await cloudFormation.getStackPolicy(stackId), { value: policy });

  t.same(await cloudFormation.listImporters("shop-topic"), []);
  const importer = `Resources:\n  P:\n    Type: AWS::SSM::Parameter\n    Properties: { Type: String, Value: !ImportValue shop-topic }\n`;
  await run(cloudFormation, request("c1", { stack: "jobs", template: importer, parameters: {} }));
  t.same(await cloudFormation.listImporters("shop-topic"), ["jobs"]);

  await cloudFormation.putTerminationProtection("jobs", true);
  const jobs = await cloudFormation.getStack("jobs");
  t.equal(jobs?.terminationProtection, true);
  await t.rejects(cloudFormation.deleteStack(jobs?.stackId ?? "", "token-2"), {
    code: "AWS_REJECTED",
    detail: /TerminationProtection/i,
  });
  await cloudFormation.putTerminationProtection("jobs", false);
  await cloudFormation.deleteStack(jobs?.stackId ?? "", "token-3");
  t.match(await cloudFormation.awaitStack(jobs?.stackId ?? ""), { status: "DELETE_COMPLETE" });
  await cloudFormation.deleteStack(jobs?.stackId ?? "", "token-3");
  t.equal(await cloudFormation.getStack("jobs"), null);
  t.equal(
    await cloudFormation.getStack(jobs?.stackId ?? ""),
    null,
    "by its id neither, though it can still be described",
  );
  await t.rejects(cloudFormation.awaitStack("never-was"), { code: "AWS_NOT_FOUND" });
});

t.test("events come newest first, back to the known one, at most a thousand", async (t) => {
  const { aws, sandbox } = openStage(t);
  const event = (n: number) => ({
    EventId: `e-${n}`,
    LogicalResourceId: "Topic",
    ResourceStatus: "UPDATE_COMPLETE",
    Timestamp: new Date(n),
    ClientRequestToken: "token",
    StackId: "s",
    StackName: "shop",
  });
  sandbox.service("cloudformation").call = async (_, input) => {
    const from = Number(input["NextToken"] ?? 5_000);
    return { StackEvents: Array.from({ length: 100 }, (_, n) => event(from - n)), NextToken: String(from - 100) };
  };
  const recent = await aws.cloudFormation.listEvents("shop", "e-4750");
  t.same([recent.length, recent[0]?.id, recent.at(-1)?.id], [250, "e-5000", "e-4751"]);
  t.match(recent[0], { token: "token", at: "1970-01-01T00:00:05.000Z", reason: null });
  t.equal((await aws.cloudFormation.listEvents("shop", null)).length, 1_000);

  const leak = 'exceeded the 4KB limit. String measured: {"PASSWORD":"s3cret"}';
  sandbox.service("cloudformation").call = async () => ({
    StackEvents: [{ ...event(1), ResourceStatusReason: leak }],
  });
  const [failure] = await aws.cloudFormation.listEvents("shop", null);
  t.match(failure?.reason, "exceeded the 4KB limit");
  t.notMatch(failure?.reason, "s3cret");
});

t.test("an unavailable or denied call reads as empty where the gateway says so", async (t) => {
  const stage = openStage(t);
  const { cloudFormation } = stage.aws;
  await run(cloudFormation, request("c1"));
  const denied = new AwsError("AccessDenied", "User: u is not authorized to perform: cloudformation:ListImports", 403);
  stage.sandbox.faults.fail({ match: ({ operation }) => operation === "ListImports", times: 1, error: denied });
  t.same(await cloudFormation.listImporters("shop-topic"), []);
  stage.sandbox.faults.fail({
    match: ({ operation }) => operation === "ListImports",
    times: 1,
    error: new AwsError("InvalidAction", "Could not find operation ListImports", 400),
  });
  t.same(await cloudFormation.listImporters("shop-topic"), []);
  stage.sandbox.faults.fail({
    match: ({ operation }) => operation === "GetTemplateSummary",
    times: 1,
    error: denied,
  });
  t.same(await cloudFormation.listNoEcho("shop"), [], "the template itself says which they are");
});

t.test("an exhausted quota is not retried, although the SDK takes its name for throttling", async (t) => {
  const { aws, sandbox, sent } = openStage(t);
  const quota = new AwsError("LimitExceededException", "Limit for stack has been exceeded", 400);
  sandbox.faults.fail({ match: ({ operation }) => operation === "CreateChangeSet", error: quota });
  await t.rejects(aws.cloudFormation.createChangeSet(request("c1")), { code: "AWS_LIMIT", detail: /Limit for stack/ });
  t.same(sent(), ["cloudformation:CreateChangeSet"]);
});
