import {
  DescribeChangeSetCommand,
  ExecuteChangeSetCommand,
  ListChangeSetsCommand,
} from "@aws-sdk/client-cloudformation";
import t from "tap";
import { parameter } from "../replays/cloudformation/replay.ts";
import { fn, queue, stageOf, topic } from "./fixtures.ts";
import { changesOf, refusal } from "./stage.ts";

t.test("change sets show what would happen, and become obsolete when the stack changes", async (t) => {
  const stage = stageOf(t);
  const template = (topicName: string, delay: number) => ({
    Resources: {
      T: topic(topicName),
      Q: queue({ DelaySeconds: delay }),
      ByRef: { Type: "AWS::SNS::Subscription", Properties: { TopicArn: { Ref: "T" }, Protocol: "sqs" } },
      ByAtt: { Type: "AWS::SSM::Parameter", Properties: { Type: "String", Value: { "Fn::GetAtt": ["Q", "Arn"] } } },
      Apart: queue(),
    },
  });
  await stage.create("shop", template("a", 1));
  const set = await stage.changeSet(
    { StackName: "shop", ChangeSetName: "one", template: template("b", 2) },
    { values: true },
  );
  t.same(changesOf(set), ["Modify ByAtt False", "Modify ByRef True", "Modify Q False", "Modify T True"]);
  const details = (id: string) =>
    set.Changes?.find(({ ResourceChange }) => ResourceChange?.LogicalResourceId === id)?.ResourceChange;
  t.match(details("ByAtt")?.Details, [
    { Evaluation: "Dynamic", ChangeSource: "ResourceAttribute", CausingEntity: "Q.Arn" },
  ]);
  t.match(details("ByRef")?.Details, [
    { Evaluation: "Dynamic", ChangeSource: "DirectModification" },
    { Evaluation: "Static", ChangeSource: "ResourceReference", CausingEntity: "T" },
  ]);
  t.match(details("T"), {
    PolicyAction: "ReplaceAndDelete",
    Details: [{ Target: { Name: "TopicName", RequiresRecreation: "Always", BeforeValue: "a", AfterValue: "b" } }],
  });
  t.same(JSON.parse(details("Q")?.AfterContext ?? ""), { Properties: { DelaySeconds: 2 } });

  const other = await stage.changeSet({ StackName: "shop", ChangeSetName: "two", template: template("c", 1) });
  await stage.client.send(new ExecuteChangeSetCommand({ ChangeSetName: set.ChangeSetId, ClientRequestToken: "run-1" }));
  t.match(await stage.settled("shop"), { StackStatus: "UPDATE_COMPLETE", ChangeSetId: set.ChangeSetId });
  t.match(await refusal(stage.client.send(new DescribeChangeSetCommand({ ChangeSetName: other.ChangeSetId }))), {
    name: /ChangeSetNotFound/,
  });
  t.ok((await stage.story("shop")).includes("ByAtt CREATE_COMPLETE"));
  t.notOk((await stage.story("shop")).includes("ByAtt UPDATE_COMPLETE"), "an unchanged value is no update");

  const obsolete = await stage.changeSet({ StackName: "shop", ChangeSetName: "three", template: template("c", 1) });
  await stage.update("shop", template("b", 3));
  const late = stage.client.send(new ExecuteChangeSetCommand({ ChangeSetName: obsolete.ChangeSetId }));
  t.match(await refusal(late), { name: /InvalidChangeSetStatus/, message: /execution status of \[OBSOLETE\]$/ });
  const listed = await stage.client.send(new ListChangeSetsCommand({ StackName: "shop" }));
  t.match(listed.Summaries?.at(-1), { ChangeSetName: "three", ExecutionStatus: "OBSOLETE" });
});

t.test("details name their causes as AWS's do: a replaced resource, and a parameter that is new", async (t) => {
  const stage = stageOf(t);
  const named = (DisplayName: unknown) => ({ Type: "AWS::SNS::Topic", Properties: { DisplayName } });
  const before = { T: topic("a"), ByRef: named({ Ref: "T" }), Literal: named("first") };
  await stage.create("shop", { Resources: before });
  const template = {
    Parameters: { Name: { Type: "String", Default: "second" } },
    Resources: { ...before, T: topic("b"), Literal: named({ Ref: "Name" }) },
  };
  const set = await stage.changeSet({ StackName: "shop", ChangeSetName: "one", template });
  t.same(changesOf(set), ["Modify ByRef False", "Modify Literal False", "Modify T True"]);
  const causes = (set.Changes ?? []).map(({ ResourceChange }) =>
    (ResourceChange?.Details ?? []).map(
      (detail) => `${detail.ChangeSource} ${detail.Evaluation} ${detail.CausingEntity}`,
    ),
  );
  t.same(causes, [
    ["ResourceReference Static T"],
    ["ParameterReference Static Name", "DirectModification Dynamic undefined"],
    ["DirectModification Static undefined"],
  ]);
});

t.test("a changed function shows in what uses its attributes, a changed tag in what is taggable", async (t) => {
  const stage = stageOf(t);
  const template = (source: string) => ({
    Resources: {
      Fn: fn({ ZipFile: source }),
      ByName: {
        Type: "AWS::Lambda::Permission",
        Properties: { FunctionName: { Ref: "Fn" }, Action: "lambda:InvokeFunction", Principal: "sns.amazonaws.com" },
      },
      ByArn: {
        Type: "AWS::Lambda::Permission",
        Properties: {
          FunctionName: { "Fn::GetAtt": ["Fn", "Arn"] },
          Action: "lambda:InvokeFunction",
          Principal: "s3.amazonaws.com",
        },
      },
    },
  });
  await stage.create("shop", template("exports.handler = async () => 1"));
  const changed = await stage.changeSet({
    StackName: "shop",
    ChangeSetName: "code",
    template: template("exports.handler = async () => 2"),
  });
  t.same(changesOf(changed), ["Modify ByArn Conditional", "Modify Fn False"]);
  const tagged = await stage.changeSet({
    StackName: "shop",
    ChangeSetName: "tags",
    template: template("exports.handler = async () => 1"),
    Tags: [{ Key: "a", Value: "b" }],
  });
  t.match(tagged.Changes?.[1]?.ResourceChange, { LogicalResourceId: "Fn", Scope: ["Tags"] });
});

t.test("handles values that only the deployment will know", async (t) => {
  const stage = stageOf(t);
  const part = { "Fn::Select": [5, { "Fn::Split": [":", { "Fn::GetAtt": ["Q", "Arn"] }] }] };
  const template = {
    Resources: {
      Q: queue({ QueueName: "orders" }),
      P: { Type: "AWS::SSM::Parameter", Properties: { Type: "String", Value: part } },
    },
    Outputs: { Name: { Value: part } },
  };
  const create = { StackName: "shop", ChangeSetName: "all", ChangeSetType: "CREATE" } as const;
  const set = await stage.changeSet({ ...create, template }, { values: true });
  t.match(set.Changes?.[0]?.ResourceChange?.AfterContext, "{{changeSet:KNOWN_AFTER_APPLY}}");
  t.match((await stage.deploy("shop", template)).Outputs, [{ OutputValue: "orders" }]);
});

t.test("an output that follows a parameter is a change; what the sandbox does not support is rejected", async (t) => {
  const stage = stageOf(t);
  const template = {
    Parameters: { P: { Type: "String" } },
    Resources: { T: topic("t") },
    Outputs: { Out: { Value: { Ref: "P" } } },
  };
  const set = (ChangeSetName: string, value: string, more: object = {}) =>
    stage.changeSet({ StackName: "shop", ChangeSetName, template, Parameters: [parameter("P", value)], ...more });
  await stage.create("shop", template, { Parameters: [parameter("P", "1")] });
  t.equal((await set("same", "1")).Status, "FAILED");
  t.match(await set("other", "2"), { Status: "CREATE_COMPLETE", Changes: [] });
  t.match(await refusal(set("refused", "2", { DeploymentMode: "REVERT_DRIFT" })), {
    name: "ValidationError",
    message: /not supported by the sandbox$/,
  });
});
