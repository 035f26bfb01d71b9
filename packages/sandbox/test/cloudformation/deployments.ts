import {
  CloudFormationClient,
  DeleteStackCommand,
  DescribeChangeSetCommand,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
  ListStackResourcesCommand,
  RollbackStackCommand,
} from "@aws-sdk/client-cloudformation";
import t from "tap";
import { createSandbox } from "#sandbox/sandbox";
import { failing, fn, liveFunction, putCode, ROLE, stageOf, topic } from "./fixtures.ts";
import { refusal } from "./stage.ts";

t.test("creates, updates and deletes a function with its version, alias, role and log group", async (t) => {
  const stage = stageOf(t);
  const template = (source: string, version: string) => ({
    Resources: {
      Role: ROLE,
      Fn: fn({ ZipFile: source }, { Role: { "Fn::GetAtt": ["Role", "Arn"] }, Tags: [{ Key: "team", Value: "shop" }] }),
      [version]: { Type: "AWS::Lambda::Version", Properties: { FunctionName: { Ref: "Fn" } } },
      Live: {
        Type: "AWS::Lambda::Alias",
        Properties: {
          FunctionName: { Ref: "Fn" },
          Name: "live",
          FunctionVersion: { "Fn::GetAtt": [version, "Version"] },
        },
      },
      Logs: { Type: "AWS::Logs::LogGroup", Properties: { LogGroupName: { "Fn::Sub": "/aws/lambda/${Fn}" } } },
    },
    Outputs: {
      Version: { Value: { Ref: version } },
      Logs: { Value: { "Fn::GetAtt": ["Logs", "Arn"] } },
      Alias: { Value: { Ref: "Live" } },
    },
  });
  const created = await stage.create("shop", template("exports.handler = async () => 1", "V1"), {
    Tags: [{ Key: "env", Value: "prod" }],
  });
  t.equal(created.StackStatus, "CREATE_COMPLETE");
  t.same(
    created.Outputs?.map(({ OutputValue }) => OutputValue),
    [
      "arn:aws:lambda:us-east-1:000000000000:function:pay:1",
      "arn:aws:logs:us-east-1:000000000000:log-group:/aws/lambda/pay:*",
      "arn:aws:lambda:us-east-1:000000000000:function:pay:live",
    ],
  );
  const { Tags } = await stage.call("lambda", "GetFunction", { FunctionName: "pay" });
  t.same(
    Tags,
    {
      env: "prod",
      team: "shop",
      "aws:cloudformation:stack-name": "shop",
      "aws:cloudformation:logical-id": "Fn",
      "aws:cloudformation:stack-id": created.StackId,
    },
    "the stack's tags and AWS's own reach the function",
  );
  const before = await liveFunction(stage);
  const updated = await stage.deploy("shop", template("exports.handler = async () => 2", "V2"));
  t.equal(updated.StackStatus, "UPDATE_COMPLETE");
  t.not((await liveFunction(stage)).sha, before.sha, "the code changed");
  const alias = await stage.call("lambda", "GetAlias", { FunctionName: "pay", Name: "live" });
  t.equal(alias["FunctionVersion"], "2", "the alias followed the new version");
  t.same((await stage.story("shop")).slice(-12), [
    "shop UPDATE_IN_PROGRESS",
    "Fn UPDATE_IN_PROGRESS",
    "Fn UPDATE_COMPLETE",
    "V2 CREATE_IN_PROGRESS",
    "V2 CREATE_IN_PROGRESS",
    "V2 CREATE_COMPLETE",
    "Live UPDATE_IN_PROGRESS",
    "Live UPDATE_COMPLETE",
    "shop UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
    "V1 DELETE_IN_PROGRESS",
    "V1 DELETE_COMPLETE",
    "shop UPDATE_COMPLETE",
  ]);
  await stage.client.send(new DeleteStackCommand({ StackName: "shop" }));
  t.equal((await stage.settled(created.StackId ?? "")).StackStatus, "DELETE_COMPLETE");
  await t.rejects(stage.call("lambda", "GetFunction", { FunctionName: "pay" }), { code: "ResourceNotFoundException" });
});

t.test("compares templates only: outside changes and other bytes under the same key are no change", async (t) => {
  const stage = stageOf(t);
  const code = await putCode(stage, "a.zip", "exports.handler = async () => 1");
  const template = (more: object) => ({ Resources: { Fn: fn(code, { MemorySize: 128, ...more }) } });
  await stage.create("shop", template({}));
  const original = await liveFunction(stage);
  await putCode(stage, "a.zip", "exports.handler = async () => 2");
  await stage.call("lambda", "UpdateFunctionConfiguration", { FunctionName: "pay", MemorySize: 512 });
  t.match(await refusal(stage.update("shop", template({}))), {
    name: "ValidationError",
    message: "No updates are to be performed.",
  });
  t.equal((await stage.update("shop", template({ Timeout: 9 }))).StackStatus, "UPDATE_COMPLETE");
  t.same(
    await liveFunction(stage),
    original,
    "the same key counts as the same code; the template's settings are restored",
  );
});

t.test("a failed creation ends as the request says", async (t) => {
  const stage = stageOf(t);
  const template = { Resources: { T: topic("t"), Broken: failing(["T"]) } };
  t.equal((await stage.create("rolled-back", template)).StackStatus, "ROLLBACK_COMPLETE");
  t.match(
    (await refusal(stage.update("rolled-back", template))).message,
    /is in ROLLBACK_COMPLETE state and can not be updated\.$/,
  );
  t.equal((await stage.create("deleted", template, { OnFailure: "DELETE" })).StackStatus, "DELETE_COMPLETE");
  t.equal((await stage.create("left", template, { DisableRollback: true })).StackStatus, "CREATE_FAILED");
  await stage.client.send(new RollbackStackCommand({ StackName: "left" }));
  t.equal((await stage.settled("left")).StackStatus, "ROLLBACK_COMPLETE");
});

t.test("a version whose content has already been published fails in AWS's words", async (t) => {
  const stage = stageOf(t);
  const template = (...versions: string[]) => ({
    Resources: {
      Fn: fn({ ZipFile: "exports.handler = async () => 1" }),
      ...Object.fromEntries(
        versions.map((id) => [
          id,
          { Type: "AWS::Lambda::Version", DeletionPolicy: "Retain", Properties: { FunctionName: { Ref: "Fn" } } },
        ]),
      ),
    },
  });
  await stage.create("shop", template("V1"));
  t.equal((await stage.update("shop", template("V2"))).StackStatus, "UPDATE_ROLLBACK_COMPLETE");
  const failed = (await stage.events("shop")).find(({ ResourceStatus }) => ResourceStatus === "CREATE_FAILED");
  t.equal(
    failed?.ResourceStatusReason,
    "A version for this Lambda function exists ( 1 ). Modify the function to create a new version.",
  );
});

t.test("returns long lists in pages", async (t) => {
  const stage = stageOf(t);
  const many = (count: number) => ({
    Resources: Object.fromEntries(Array.from({ length: count }, (_, n) => [`P${n}`, { Type: "AWS::CDK::Metadata" }])),
  });
  const set = await stage.changeSet({
    StackName: "big",
    ChangeSetName: "all",
    ChangeSetType: "CREATE",
    template: many(150),
  });
  t.equal(set.Changes?.length, 100);
  const rest = await stage.client.send(
    new DescribeChangeSetCommand({ ChangeSetName: set.ChangeSetId, NextToken: set.NextToken }),
  );
  t.equal(rest.Changes?.length, 50);
  t.equal(rest.NextToken, undefined);
  await stage.client.send(new ExecuteChangeSetCommand({ ChangeSetName: set.ChangeSetId }));
  await stage.settled("big");
  const resources = await stage.client.send(new ListStackResourcesCommand({ StackName: "big" }));
  t.equal(resources.StackResourceSummaries?.length, 100);
  t.ok(resources.NextToken);
  t.equal(
    (await stage.client.send(new DescribeStackResourcesCommand({ StackName: "big" }))).StackResources?.length,
    100,
    "capped, without pages",
  );
  t.equal((await stage.events("big")).length, 150 * 3 + 3);
});

t.test("the SDK gets the same responses over a socket", async (t) => {
  const sandbox = createSandbox();
  t.teardown(() => sandbox.close());
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  const client = new CloudFormationClient({
    endpoint: await sandbox.listen(),
    region: "us-east-1",
    credentials,
    maxAttempts: 1,
  });
  t.teardown(() => client.destroy());
  t.same((await client.send(new DescribeStacksCommand({}))).Stacks, []);
  await t.rejects(client.send(new DescribeStacksCommand({ StackName: "nobody" })), {
    name: "ValidationError",
    message: "Stack with id nobody does not exist",
  });
});
