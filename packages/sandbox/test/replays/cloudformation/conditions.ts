import {
  CreateChangeSetCommand,
  type CreateChangeSetInput,
  DescribeChangeSetCommand,
  DescribeStackEventsCommand,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
} from "@aws-sdk/client-cloudformation";
import { bodyOf, type Stage } from "../../cloudformation/stage.ts";
import { parameter, type Replay, refused, ssmParameter, topic } from "./replay.ts";

function createSet(stage: Stage, template: object, input: Partial<CreateChangeSetInput> = {}) {
  const set = { StackName: "stack", ChangeSetName: "initial", ChangeSetType: "CREATE" as const };
  return stage.client.send(new CreateChangeSetCommand({ ...set, TemplateBody: bodyOf(template), ...input }));
}

const resourcesOf = (stage: Stage) => stage.client.send(new DescribeStackResourcesCommand({ StackName: "stack" }));
const stackOf = (stage: Stage) => stage.client.send(new DescribeStacksCommand({ StackName: "stack" }));

const OPTION = { OptionParameter: { Type: "String", AllowedValues: ["option-a", "option-b"] } };
const IF_OPTION_A = { ShouldCreateTopic: { "Fn::Equals": [{ Ref: "OptionParameter" }, "option-a"] } };
const LEFT_OUT_TOPIC = { MyTopic: topic({}, { Condition: "ShouldCreateTopic" }) };

/** A template whose topic is left out by its condition although something else refers to it. */
function referringToNothing(key: string, sections: { resources?: object; outputs?: object }): Replay {
  return async (stage) => {
    const template = {
      Parameters: OPTION,
      Conditions: IF_OPTION_A,
      Resources: { ...LEFT_OUT_TOPIC, ...sections.resources },
      ...(sections.outputs ? { Outputs: sections.outputs } : {}),
    };
    const Parameters = [parameter("OptionParameter", "option-b")];
    return { [key]: await refused(createSet(stage, template, { Parameters })) };
  };
}

const NESTED_CONDITIONS = {
  Parameters: {
    EnvType: { Type: "String", AllowedValues: ["prod", "test"] },
    BucketName: { Default: "", Type: "String" },
  },
  Conditions: {
    IsProduction: { "Fn::Equals": [{ Ref: "EnvType" }, "prod"] },
    CreateBucket: { "Fn::Not": [{ "Fn::Equals": [{ Ref: "BucketName" }, ""] }] },
    CreateBucketPolicy: { "Fn::And": [{ Condition: "IsProduction" }, { Condition: "CreateBucket" }] },
  },
  Resources: {
    Bucket: { Type: "AWS::S3::Bucket", Condition: "CreateBucket", Properties: { BucketName: { Ref: "BucketName" } } },
    Policy: {
      Type: "AWS::S3::BucketPolicy",
      Condition: "CreateBucketPolicy",
      Properties: {
        Bucket: { Ref: "Bucket" },
        PolicyDocument: {
          Version: "2012-10-17",
          Statement: [
            {
              Effect: "Allow",
              Principal: { Service: "lambda.amazonaws.com" },
              Action: ["s3:GetObject"],
              Resource: [{ "Fn::Join": ["", [{ "Fn::GetAtt": ["Bucket", "Arn"] }, "/*"]] }],
            },
          ],
        },
      },
    },
  },
};

function nestedConditions(environment: string, bucket: string): Replay {
  return async (stage) => {
    const Parameters = [parameter("EnvType", environment), parameter("BucketName", bucket)];
    const created = await createSet(stage, NESTED_CONDITIONS, { Parameters });
    const described = await stage.until(
      () => stage.client.send(new DescribeChangeSetCommand({ ChangeSetName: created.Id })),
      ({ Status }) => Status === "CREATE_COMPLETE",
    );
    await stage.client.send(new ExecuteChangeSetCommand({ ChangeSetName: created.Id }));
    await stage.settled("stack");
    return {
      create_cs_result: created,
      describe_changeset_result: described,
      stack_resources: await resourcesOf(stage),
      stack_events: await stage.client.send(new DescribeStackEventsCommand({ StackName: "stack" })),
      describe_stack_result: await stackOf(stage),
    };
  };
}

const WHEN = { Condition: "Enabled" };
const TOGGLED = {
  Parameters: { Toggle: { Type: "String" }, ParameterValue: { Type: "String" } },
  Conditions: { Enabled: { "Fn::Equals": [{ Ref: "Toggle" }, "yes"] } },
  Resources: {
    BaseParameter: ssmParameter({ Ref: "ParameterValue" }),
    ConditionalParameter: ssmParameter({ "Fn::GetAtt": ["BaseParameter", "Value"] }, WHEN),
    AnotherResource: ssmParameter({ "Fn::GetAtt": ["ConditionalParameter", "Value"] }, WHEN),
  },
  Outputs: { ConditionalParameterValue: { ...WHEN, Value: { "Fn::GetAtt": ["ConditionalParameter", "Value"] } } },
};

function disabledReferences(toggle: string): Replay {
  return async (stage) => {
    const Parameters = [parameter("Toggle", toggle), parameter("ParameterValue", "value")];
    await stage.deploy("stack", TOGGLED, { Parameters });
    return { "stack-description": await stackOf(stage), "resources-description": await resourcesOf(stage) };
  };
}

const TABLE = {
  Type: "AWS::DynamoDB::Table",
  Properties: {
    AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
    KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
    BillingMode: "PAY_PER_REQUEST",
  },
};

/** Recordings of the engine's test_conditions. */
export const ENGINE_CONDITION_REPLAYS: Readonly<Record<string, Replay>> = {
  "TestCloudFormationConditions::test_nested_conditions[test-nobucket-nopolicy]": nestedConditions("test", ""),
  "TestCloudFormationConditions::test_nested_conditions[test-bucket-nopolicy]": nestedConditions("test", "the-bucket"),
  "TestCloudFormationConditions::test_nested_conditions[prod-nobucket-nopolicy]": nestedConditions("prod", ""),
  "TestCloudFormationConditions::test_nested_conditions[prod-bucket-policy]": nestedConditions("prod", "the-bucket"),
  "TestCloudFormationConditions::test_dependent_ref": referringToNothing("dependent_ref_exc", {
    resources: { MyParameter: ssmParameter({ Ref: "MyTopic" }) },
  }),
  "TestCloudFormationConditions::test_dependent_get_att": referringToNothing("dependent_ref_exc", {
    resources: { MyParameter: ssmParameter({ "Fn::GetAtt": ["MyTopic", "TopicName"] }) },
  }),
  "TestCloudFormationConditions::test_output_reference_to_skipped_resource": referringToNothing(
    "unresolved_resource_reference_exception",
    { outputs: { TopicRef: { Value: { Ref: "MyTopic" } } } },
  ),
  "TestCloudFormationConditions::test_references_to_disabled_resources[yes]": disabledReferences("yes"),
  "TestCloudFormationConditions::test_references_to_disabled_resources[no]": disabledReferences("no"),
  "TestValidateConditions::test_validate_equals_args_len": async (stage) => {
    const template = { Conditions: { Never: { "Fn::Equals": ["one", "two", "three"] } }, Resources: { A: topic({}) } };
    return { error: await refused(createSet(stage, template)) };
  },
  "TestCloudFormationConditions::test_conditional_resource_referencing_conditional": async (stage) => {
    const Conditions = { Never: { "Fn::Equals": ["a", "b"] } };
    const unused = ssmParameter({ Ref: "Unused" }, { Condition: "Never" });
    const Resources = { MyTable: TABLE, Unused: topic({}, { Condition: "Never" }), Referring: unused };
    await stage.deploy("stack", { Conditions, Resources });
    return { "resources-description": await resourcesOf(stage) };
  },
};

/** The recording of test_change_set_conditions that is refused at once. */
export const MISSING_CONDITION_REPLAYS: Readonly<Record<string, Replay>> = {
  "TestChangeSetConditions::test_missing_condition": async (stage) => {
    const DisplayName = { "Fn::If": ["MissingCondition", "yes", "no"] };
    return { error: await refused(createSet(stage, { Resources: { Topic: topic({ DisplayName }) } })) };
  },
};
