import { GetTemplateCommand, UpdateStackCommand } from "@aws-sdk/client-cloudformation";
import t from "tap";
import { parameter } from "../replays/cloudformation/replay.ts";
import { queue, stageOf, topic } from "./fixtures.ts";
import { refusal, type Stage } from "./stage.ts";

async function outputsOf(stage: Stage, name: string): Promise<Record<string, unknown>> {
  const { Outputs = [] } = await stage.describe(name);
  return Object.fromEntries(Outputs.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]));
}

const LANGUAGE = `
Transform: AWS::LanguageExtensions
Parameters:
  Names: {Type: CommaDelimitedList, Default: "a-1,b"}
Mappings:
  Sizes: {prod: {memory: 512}}
Resources:
  Fn::ForEach::Topics:
    - Name
    - !Ref Names
    - "Topic&{Name}":
        Type: AWS::SNS::Topic
        Properties:
          TopicName: !Sub "t-\${Name}"
          Tags: [{Key: name, Value: !Ref Name}]
  Queue: {Type: AWS::SQS::Queue, Properties: {QueueName: q}}
Outputs:
  Fn::ForEach::Outer:
    - Name
    - [a1, b]
    - Fn::ForEach::Inner:
        - Part
        - [TopicName]
        - "Out\${Name}\${Part}": {Value: !GetAtt ["Topic\${Name}", !Sub "\${Part}"]}
  Length: {Value: !Length [1, 2, 3]}
  Count: {Value: {"Fn::Length": !Ref Names}}
  Known: {Value: !FindInMap [Sizes, !Select [0, [prod]], memory]}
  Default: {Value: !FindInMap [Sizes, dev, memory, {DefaultValue: none}]}
  Json: {Value: !ToJsonString {queue: !Ref Queue, arn: !GetAtt Queue.Arn, names: !Ref Names, text: "\${x}"}}
`;

t.test("AWS::LanguageExtensions unrolls loops and evaluates what it can", async (t) => {
  const stage = stageOf(t);
  t.equal((await stage.deploy("shop", LANGUAGE)).StackStatus, "CREATE_COMPLETE");
  const url = "https://sqs.us-east-1.amazonaws.com/000000000000/q";
  t.same(await outputsOf(stage, "shop"), {
    Outa1TopicName: "t-a-1",
    OutbTopicName: "t-b",
    Length: "3",
    Count: "2",
    Known: "512",
    Default: "none",
    Json: JSON.stringify({
      queue: url,
      arn: "arn:aws:sqs:us-east-1:000000000000:q",
      names: ["a-1", "b"],
      text: "${x}",
    }),
  });
  const { TemplateBody } = await stage.client.send(new GetTemplateCommand({ StackName: "shop" }));
  t.same(Object.keys(JSON.parse(TemplateBody ?? "").Resources), ["Topica1", "Topicb", "Queue"]);
  const original = new GetTemplateCommand({ StackName: "shop", TemplateStage: "Original" });
  t.equal((await stage.client.send(original)).TemplateBody, LANGUAGE);
});

t.test("AWS::Include merges snippets from S3 into a template, and of equal members the snippet's wins", async (t) => {
  const stage = stageOf(t);
  await stage.call("s3", "CreateBucket", { Bucket: "snippets" });
  const put = (Key: string, text: string) =>
    stage.call("s3", "PutObject", { Bucket: "snippets", Key, Body: new TextEncoder().encode(text) });
  await put("tags.yaml", "DelaySeconds: 7\nQueueName: from-the-snippet\n");
  await put("outputs.json", JSON.stringify({ Delay: { Value: "included" } }));
  const call = (key: string) => ({
    "Fn::Transform": { Name: "AWS::Include", Parameters: { Location: { "Fn::Sub": `s3://\${Snippets}/${key}` } } },
  });
  const template = (key: string) => ({
    Parameters: { Snippets: { Type: "String", Default: "snippets" } },
    Resources: { Q: { Type: "AWS::SQS::Queue", Properties: { QueueName: "own", ...call(key) } } },
    Outputs: { Name: { Value: { "Fn::GetAtt": ["Q", "QueueName"] } }, ...call("outputs.json") },
  });
  await stage.deploy("shop", template("tags.yaml"));
  t.same(await outputsOf(stage, "shop"), { Name: "from-the-snippet", Delay: "included" });
  const { TemplateBody } = await stage.client.send(new GetTemplateCommand({ StackName: "shop" }));
  t.equal(JSON.parse(TemplateBody ?? "").Resources.Q.Properties.DelaySeconds, 7);
  await t.rejects(stage.deploy("other", template("gone.yaml")), { message: /^S3 error: / });
});

t.test("an unknown macro fails the change set, and a direct update with it leaves the stack alone", async (t) => {
  const stage = stageOf(t);
  const template = { Transform: "Explode", Resources: { T: topic("t") } };
  await t.rejects(stage.deploy("shop", template), { message: "No transform named 000000000000::Explode found." });
  await stage.create("shop", { Resources: { T: topic("t") } });
  const update = new UpdateStackCommand({
    StackName: "shop",
    TemplateBody: JSON.stringify(template),
    Capabilities: ["CAPABILITY_AUTO_EXPAND"],
  });
  t.match(await refusal(stage.client.send(update)), { name: "ValidationError", message: /^No transform named/ });
  t.equal((await stage.describe("shop")).StackStatus, "CREATE_COMPLETE");
  const faulty = { Transform: "AWS::LanguageExtensions", Resources: { "Fn::ForEach::L": ["N", ["a"]] } };
  await t.rejects(stage.deploy("looped", faulty), {
    message: "Transform AWS::LanguageExtensions failed with: Fn::ForEach::L layout is incorrect",
  });
});

t.test("rules reject parameter values that do not fit together", async (t) => {
  const stage = stageOf(t);
  const template = {
    Parameters: { Env: { Type: "String" }, Size: { Type: "String", Default: "small" } },
    Rules: {
      Sizes: {
        RuleCondition: { "Fn::Equals": [{ Ref: "Env" }, "prod"] },
        Assertions: [
          {
            Assert: { "Fn::Contains": [["medium", "large"], { Ref: "Size" }] },
            AssertDescription: "Production is not small",
          },
          { Assert: { "Fn::Not": [{ "Fn::EachMemberIn": [[{ Ref: "Size" }], ["huge"]] }] } },
        ],
      },
    },
    Resources: { Q: queue() },
  };
  const create = (env: string, size: string) =>
    stage.create(`shop-${env}-${size}`, template, { Parameters: [parameter("Env", env), parameter("Size", size)] });
  t.match(await refusal(create("prod", "small")), { name: "ValidationError", message: /Production is not small/ });
  t.equal((await create("prod", "large")).StackStatus, "CREATE_COMPLETE");
  t.equal(
    (await create("dev", "small")).StackStatus,
    "CREATE_COMPLETE",
    "a rule whose condition fails asserts nothing",
  );
});
