import { DescribeEventsCommand, ValidateTemplateCommand } from "@aws-sdk/client-cloudformation";
import t from "tap";
import { providerOf } from "#sandbox/cloudformation/providers/table";
import { DESCRIBED_TYPES } from "#sandbox/cloudformation/schemas/described-types";
import { definitionOfType } from "#sandbox/cloudformation/schemas/read-definitions";
import { fn, putCode, stageOf, topic } from "./fixtures.ts";
import { ALL_CAPABILITIES, changesOf, refusal, type Stage } from "./stage.ts";

const CODE = { ZipFile: "x" };

/** The reason why the only resource of a stack cannot be created at its turn; undefined if it can. */
async function reasonOf(stage: Stage, name: string, resource: object): Promise<string | undefined> {
  await stage.create(name, { Resources: { R: resource } }, { DisableValidation: true });
  const failed = (await stage.events(name)).find(({ ResourceStatus }) => ResourceStatus === "CREATE_FAILED");
  return failed?.ResourceStatusReason?.replace("Properties validation failed for resource R with message:\n", "");
}

t.test("a property that is unknown, missing or of another type fails its resource in AWS's words", async (t) => {
  const stage = stageOf(t);
  const { Properties } = fn(CODE);
  const { Role: _role, ...withoutRole } = Properties;
  const cases: readonly [string, object, string][] = [
    ["unknown", fn(CODE, { Memory: 128 }), "#: extraneous key [Memory] is not permitted"],
    ["missing", { Type: "AWS::Lambda::Function", Properties: withoutRole }, "#: required key [Role] not found"],
    ["number", fn(CODE, { Timeout: "ten" }), "#/Timeout: expected type: Integer, found: String"],
    ["list", fn(CODE, { Layers: "arn" }), "#/Layers: expected type: JSONArray, found: String"],
    ["map", fn(CODE, { Environment: ["A"] }), "#/Environment: expected type: JSONObject, found: JSONArray"],
    ["text", fn(CODE, { Handler: { a: 1 } }), "#/Handler: expected type: String, found: JSONObject"],
    ["flag", topic("t", { Properties: { FifoTopic: "maybe" } }), "#/FifoTopic: expected type: Boolean, found: String"],
    ["inside", fn({ ZipFile: "x", Zip: "y" }), "#/Code: extraneous key [Zip] is not permitted"],
    [
      "in-a-list",
      fn(CODE, { FileSystemConfigs: [{}] }),
      "#/FileSystemConfigs/0: required key [Arn] not found\n#/FileSystemConfigs/0: required key [LocalMountPath] not found",
    ],
    [
      "other-service",
      { Type: "AWS::KMS::Alias", Properties: {} },
      "#: required key [AliasName] not found\n#: required key [TargetKeyId] not found",
    ],
  ];
  for (const [name, resource, words] of cases) t.equal(await reasonOf(stage, name, resource), words, name);
  t.equal((await stage.describe("number")).StackStatus, "ROLLBACK_COMPLETE");
});

t.test("scalars are converted as CloudFormation converts them, and dynamic references are not judged", async (t) => {
  const stage = stageOf(t);
  const code = await putCode(stage, "1.zip", "exports.handler = async () => 1");
  await stage.call("ssm", "PutParameter", { Name: "/memory", Type: "String", Value: "256" });
  const converted = fn(code, { Timeout: "10", MemorySize: "{{resolve:ssm:/memory}}", Description: 7 });
  t.equal(await reasonOf(stage, "converted", converted), undefined);
  t.match(await stage.call("lambda", "GetFunctionConfiguration", { FunctionName: "pay" }), {
    Timeout: 10,
    MemorySize: 256,
    Description: "7",
  });
  t.equal(await reasonOf(stage, "custom", { Type: "Custom::Anything", Properties: { Any: ["thing"] } }), undefined);
});

t.test(
  "a change set whose properties AWS's schemas refuse fails before anything is deployed, and says where",
  async (t) => {
    const stage = stageOf(t);
    await stage.create("shop", { Resources: { T: topic("news") } });
    const template = {
      Resources: {
        T: topic("news", { Properties: { TopicName: "news", Displayname: "x" } }),
        P: { Type: "AWS::IAM::Policy", Properties: { PolicyName: { Ref: "T" } } },
      },
    };
    const set = await stage.changeSet({
      StackName: "shop",
      ChangeSetName: "wrong",
      Capabilities: [...ALL_CAPABILITIES],
      template,
    });
    t.match(set, {
      Status: "FAILED",
      ExecutionStatus: "UNAVAILABLE",
      StatusReason: /^The following hook\(s\)\/validation failed: \[AWS::EarlyValidation::PropertyValidation\]\. /,
    });
    const { OperationEvents = [] } = await stage.client.send(
      new DescribeEventsCommand({ ChangeSetName: set.ChangeSetId }),
    );
    t.match(OperationEvents, [
      {
        EventType: "VALIDATION_ERROR",
        LogicalResourceId: "P",
        ValidationName: "PROPERTY_VALIDATION",
        ValidationStatusReason: "Required property [PolicyDocument] not found",
        ValidationPath: "/Resources/P/Properties",
      },
      { LogicalResourceId: "T", ValidationStatusReason: "extraneous key [Displayname] is not permitted" },
    ]);
    t.same(
      (await stage.story("shop")).filter((event) => event.startsWith("shop UPDATE")),
      [],
      "nothing was begun",
    );
  },
);

t.test("an update that AWS's schema refuses goes no further than its resource", async (t) => {
  const stage = stageOf(t);
  await stage.create("shop", { Resources: { T: topic("news"), U: topic("other") } });
  const broken = topic("news", { Properties: { TopicName: "news", Displayname: "x" } });
  const next = { Resources: { T: broken, U: topic("other") } };
  const back = await stage.update("shop", next, { DisableValidation: true });
  t.match(back, { StackStatus: "UPDATE_ROLLBACK_COMPLETE" });
  const story = await stage.story("shop");
  t.same(
    story.slice(story.indexOf("T UPDATE_FAILED")).filter((event) => event.startsWith("T ")),
    ["T UPDATE_FAILED", "T UPDATE_COMPLETE"],
  );
});

t.test("a type that AWS does not have is refused at once, also by what only reads the template", async (t) => {
  const stage = stageOf(t);
  const template = (...types: string[]) => ({
    Resources: Object.fromEntries(types.map((Type, index) => [`R${index}`, { Type }])),
  });
  const message = "Template format error: Unrecognized resource types: [AWS::SNS::Topics, AWS::Shop::Cart]";
  const wrong = template("AWS::SNS::Topics", "AWS::SNS::Topic", "AWS::Shop::Cart");
  t.match(await refusal(stage.create("shop", wrong)), { name: "ValidationError", message });
  const validation = new ValidateTemplateCommand({ TemplateBody: JSON.stringify(wrong) });
  t.match(await refusal(stage.client.send(validation)), { name: "ValidationError", message });
  const others = template("Custom::X", "AWS::CloudFormation::CustomResource", "Shop::Cart::Item", "AWS::CDK::Metadata");
  t.equal((await stage.create("others", others)).StackStatus, "CREATE_COMPLETE");
});

t.test("what replaces a resource is what AWS's schema says, with a provider or without", async (t) => {
  // AWS's guide says of these that they cannot be updated, and the schemas do not say so.
  const everything = ["AWS::CloudFormation::WaitCondition"];
  const types = DESCRIBED_TYPES.split("\n").flatMap((line) => /^AWS\S+/.exec(line)?.[0] ?? []);
  for (const type of types.filter((name) => !everything.includes(name))) {
    const properties = [...(definitionOfType(type)?.properties ?? [])];
    const wanted = properties.filter(([, { replaces }]) => replaces).map(([name]) => name);
    const { replacedBy } = providerOf(type);
    t.same(
      replacedBy === "all" ? properties.map(([name]) => name).sort() : [...replacedBy].sort(),
      wanted.sort(),
      type,
    );
  }
});

t.test("a type without a provider has its name for an id, keeps it to itself and is replaced by it", async (t) => {
  const stage = stageOf(t);
  const stream = (Name: string, more: object = {}) => ({
    Resources: { S: { Type: "AWS::Kinesis::Stream", Properties: { Name, ...more } } },
    Outputs: { Ref: { Value: { Ref: "S" } } },
  });
  t.match(await stage.create("shop", stream("orders")), { Outputs: [{ OutputValue: "orders" }] });
  t.match(await stage.create("other", stream("orders")), { StackStatus: "ROLLBACK_COMPLETE" });
  const set = async (ChangeSetName: string, template: object) =>
    changesOf(await stage.changeSet({ StackName: "shop", ChangeSetName, template }));
  t.same(await set("rename", stream("carts")), ["Modify S True"]);
  t.same(await set("resize", stream("orders", { ShardCount: 2 })), ["Modify S False"]);
});

t.test(
  "a creation or an update whose properties AWS's schemas refuse ends before its first resource, and says where",
  async (t) => {
    const stage = stageOf(t);
    const wrong = { Resources: { Good: topic("good"), T: topic("news", { Properties: { Displayname: "x" } }) } };
    const words =
      "The following hook(s)/validation failed: [AWS::EarlyValidation::PropertyValidation]. To troubleshoot Early Validation errors, use the DescribeEvents API for detailed failure information.";
    const failuresOf = async (StackName: string) =>
      (await stage.client.send(new DescribeEventsCommand({ StackName }))).OperationEvents ?? [];
    const storyOf = async (name: string, from: string) => {
      const events = await stage.events(name);
      const begin = events.findLastIndex(({ ResourceStatus }) => ResourceStatus === from);
      return events
        .slice(begin)
        .map((event) => [event.LogicalResourceId, event.ResourceStatus, event.ResourceStatusReason]);
    };
    t.equal((await stage.create("new", wrong)).StackStatus, "ROLLBACK_COMPLETE");
    t.same(await storyOf("new", "CREATE_IN_PROGRESS"), [
      ["new", "CREATE_IN_PROGRESS", "User Initiated"],
      ["new", "ROLLBACK_IN_PROGRESS", `${words} Rollback requested by user.`],
      ["new", "ROLLBACK_COMPLETE", undefined],
    ]);
    const [failure] = await failuresOf("new");
    t.match(failure, {
      OperationType: "CREATE_STACK",
      EventType: "VALIDATION_ERROR",
      LogicalResourceId: "T",
      ValidationPath: "/Resources/T/Properties",
      ValidationStatusReason: "extraneous key [Displayname] is not permitted",
    });
    const again = await stage.client.send(new DescribeEventsCommand({ OperationId: failure?.OperationId }));
    t.same(again.OperationEvents, [failure]);

    await stage.create("shop", { Resources: { Good: topic("kept") } });
    t.equal((await stage.update("shop", wrong)).StackStatus, "UPDATE_ROLLBACK_COMPLETE");
    t.same(
      (await storyOf("shop", "UPDATE_IN_PROGRESS")).map(([id, status]) => `${id} ${status}`),
      [
        "shop UPDATE_IN_PROGRESS",
        "shop UPDATE_ROLLBACK_IN_PROGRESS",
        "shop UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
        "shop UPDATE_ROLLBACK_COMPLETE",
      ],
    );
    t.match(await failuresOf("shop"), [{ OperationType: "UPDATE_STACK", LogicalResourceId: "T" }]);
    const deleted = await stage.create("gone", wrong, { OnFailure: "DELETE" });
    t.equal(deleted.StackStatus, "DELETE_COMPLETE");
    const kept = await stage.create("kept", wrong, { DisableRollback: true });
    t.match(kept, { StackStatus: "CREATE_FAILED", StackStatusReason: words });
  },
);

t.test("validation that is switched off leaves a change set to its resources", async (t) => {
  const stage = stageOf(t);
  await stage.create("shop", { Resources: { T: topic("news") } });
  const template = { Resources: { T: topic("news", { Properties: { TopicName: "news", Displayname: "x" } }) } };
  const input = { StackName: "shop", ChangeSetName: "unseen", DisableValidation: true, template };
  t.equal((await stage.changeSet(input)).Status, "CREATE_COMPLETE");
});

t.test("a value that is only known at the resource's turn is judged there", async (t) => {
  const stage = stageOf(t);
  const P = { Type: "AWS::SSM::Parameter", Properties: { Type: "String", Value: "ten" } };
  const Fn = fn(CODE, { Timeout: { "Fn::GetAtt": "P.Value" } });
  t.equal((await stage.create("shop", { Resources: { P, Fn } })).StackStatus, "ROLLBACK_COMPLETE");
  const failed = (await stage.events("shop")).find(({ ResourceStatus }) => ResourceStatus === "CREATE_FAILED");
  t.match(failed?.ResourceStatusReason, /^Properties validation failed for resource Fn with message:/);
});
