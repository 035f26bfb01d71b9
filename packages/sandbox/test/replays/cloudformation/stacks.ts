import {
  CreateStackCommand,
  DescribeStackEventsCommand,
  DescribeStackResourceCommand,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
  GetTemplateCommand,
  UpdateStackCommand,
  UpdateTerminationProtectionCommand,
} from "@aws-sdk/client-cloudformation";
import { bodyOf, type Stage } from "../../cloudformation/stage.ts";
import {
  API_TEMPLATE,
  deleted,
  parameter,
  type Replay,
  refused,
  refusedText,
  SIMPLE_PARAMETER,
  ssmParameter,
} from "./replay.ts";

function describeStacks(stage: Stage, StackName: string | undefined) {
  return stage.client.send(new DescribeStacksCommand({ StackName }));
}

function createStack(stage: Stage, StackName: string, template: string | object) {
  return stage.client.send(new CreateStackCommand({ StackName, TemplateBody: bodyOf(template) }));
}

function apiStack(stage: Stage, name: string) {
  return stage.deploy("stack", API_TEMPLATE, { Parameters: [parameter("ApiName", name)] });
}

const TOPIC = { Resources: { topic123: { Type: "AWS::SNS::Topic", Properties: { TopicName: "sns-topic-simple" } } } };

function templateAsSubmitted(body: string, how: "create" | "change set"): Replay {
  return async (stage) => {
    await (how === "create" ? stage.create("stack", body) : stage.deploy("stack", body));
    const of = (TemplateStage: "Original" | "Processed") =>
      stage.client.send(new GetTemplateCommand({ StackName: "stack", TemplateStage }));
    return { template_original: await of("Original"), template_processed: await of("Processed") };
  };
}

const TOPIC_YAML =
  "Resources:\n  topic69831491:\n    Type: AWS::SNS::Topic\nOutputs:\n  TopicName:\n    Value:\n      Fn::GetAtt:\n        - topic69831491\n        - TopicName\n";
const TOPIC_JSON = JSON.stringify({
  Resources: { topic69831491: { Type: "AWS::SNS::Topic" } },
  Outputs: { TopicName: { Value: { "Fn::GetAtt": ["topic69831491", "TopicName"] } } },
});

function descriptionLifecycle(tags: { Key: string; Value: string }[] | undefined): Replay {
  return async (stage) => {
    const template = { Description: "test <env>.test.net", Resources: { TestResource: ssmParameter("DummyValue") } };
    const create = { StackName: "stack", ChangeSetName: "change-set", ChangeSetType: "CREATE", Tags: tags } as const;
    const described = await stage.changeSet({ ...create, template });
    const before = await stage.describe("stack");
    await stage.client.send(new ExecuteChangeSetCommand({ ChangeSetName: described.ChangeSetId }));
    const after = await stage.settled("stack");
    return { "change-set-pre-execute": described, "stack-pre-execute": before, "stack-post-execute": after };
  };
}

/** Recordings of test_stacks. */
export const STACK_REPLAYS: Readonly<Record<string, Replay>> = {
  "TestStacksApi::test_stack_description_special_chars": async (stage) => {
    const template = { Description: "test <env>.test.net", Resources: { TestResource: { Type: "AWS::EC2::VPC" } } };
    return { describe_stack: await stage.deploy("stack", template) };
  },
  "TestStacksApi::test_list_events_after_deployment": async (stage) => {
    await stage.deploy("stack", TOPIC);
    const answer = await stage.client.send(new DescribeStackEventsCommand({ StackName: "stack" }));
    return { events: { ...answer, StackEvents: answer.StackEvents?.reverse() } };
  },
  "TestStacksApi::test_stack_lifecycle": async (stage) => {
    const creation = await apiStack(stage, "api-1");
    const update = await apiStack(stage, "api-2");
    await deleted(stage, creation.StackId ?? "");
    return {
      creation,
      update,
      describe_deleted_by_name_exc: await refused(stage.describe("stack")),
      deleted: await stage.describe(creation.StackId ?? ""),
    };
  },
  "TestStacksApi::test_stack_name_creation": async (stage) => ({
    stack_response: await refused(createStack(stage, "*@da591fa3_$", TOPIC)),
  }),
  "TestStacksApi::test_update_stack_with_same_template_withoutchange": async (stage) => {
    await stage.deploy("stack", TOPIC);
    return { no_change_exception: await refused(stage.update("stack", TOPIC)) };
  },
  "TestStacksApi::test_get_template_using_changesets[yaml]": templateAsSubmitted(TOPIC_YAML, "change set"),
  "TestStacksApi::test_get_template_using_changesets[json]": templateAsSubmitted(TOPIC_JSON, "change set"),
  "TestStacksApi::test_get_template_using_create_stack[yaml]": templateAsSubmitted(TOPIC_YAML, "create"),
  "TestStacksApi::test_get_template_using_create_stack[json]": templateAsSubmitted(TOPIC_JSON, "create"),
  "TestStacksApi::test_stack_description_lifecycle[no-tags]": descriptionLifecycle(undefined),
  "TestStacksApi::test_stack_description_lifecycle[with-tags]": descriptionLifecycle([{ Key: "foo", Value: "bar" }]),
  "TestStacksApi::test_create_stack_url_as_template": async (stage) => ({
    stack_create_ec2: await refusedText(
      "CreateStack",
      createStack(stage, "stack", "https://bucket.s3.amazonaws.com/key"),
    ),
  }),
  test_linting_error_during_creation: async (stage) => ({
    error: await refused(createStack(stage, "stack", { Resources: "", Outputs: "" })),
  }),
  test_updating_an_updated_stack_sets_status: async (stage) => {
    const names = [1, 2, 3].map((n) => `Topic${n}Name`);
    const topics = names.map((name, n) => [
      `Topic${n}`,
      { Type: "AWS::SNS::Topic", Properties: { TopicName: { Ref: name } } },
    ]);
    const Parameters = names.map((name, n) => parameter(name, `topic-${n + 1}`));
    const head = { Parameters: Object.fromEntries(names.map((name) => [name, { Type: "String" }])) };
    for (const count of [1, 2, 3]) {
      await stage.deploy("stack", { ...head, Resources: Object.fromEntries(topics.slice(0, count)) }, { Parameters });
    }
    return { "describe-result": await describeStacks(stage, "stack") };
  },
  test_update_termination_protection: async (stage) => {
    await apiStack(stage, "api-1");
    const of = async (EnableTerminationProtection: boolean) => {
      await stage.client.send(
        new UpdateTerminationProtectionCommand({ StackName: "stack", EnableTerminationProtection }),
      );
      return await describeStacks(stage, "stack");
    };
    return { "describe-stack-1": await of(true), "describe-stack-2": await of(false) };
  },
  test_blocked_stack_deletion: blockedDeletion,
  test_name_conflicts: async (stage) => {
    const { StackId = "" } = await stage.create("stack", SIMPLE_PARAMETER, { Capabilities: undefined });
    const conflict = await refused(createStack(stage, "stack", SIMPLE_PARAMETER));
    const { StackStatus } = await stage.describe("stack");
    await deleted(stage, StackId);
    const notFound = await refused(describeStacks(stage, "stack"));
    const noEvents = await refused(stage.client.send(new DescribeStackEventsCommand({ StackName: "stack" })));
    const first = await describeStacks(stage, StackId);
    const second = await stage.create("stack", SIMPLE_PARAMETER, { Capabilities: undefined });
    const newStack = await describeStacks(stage, "stack");
    const oldById = await describeStacks(stage, StackId);
    const newById = await describeStacks(stage, second.StackId);
    await deleted(stage, second.StackId ?? "");
    return {
      create_stack_already_exists_exc: conflict,
      created_stack_desc: StackStatus,
      deleted_stack_not_found_exc: notFound,
      deleted_stack_events_not_found_by_name: noEvents,
      deleted_stack_desc: first,
      new_stack_desc: newStack,
      stack_id_desc: oldById,
      new_stack_id_desc: newById,
      deleted_second_stack_desc: await describeStacks(stage, second.StackId),
    };
  },
  test_describe_stack_events_errors: async (stage) => ({
    describe_stack_events_stack_not_found: await refused(
      stage.client.send(new DescribeStackEventsCommand({ StackName: "does-not-exist" })),
    ),
  }),
  test_no_echo_parameter: noEcho,
  test_stack_resource_not_found: async (stage) => {
    await stage.deploy("stack", TOPIC);
    const missing = { StackName: "stack", LogicalResourceId: "NonExistentResource" };
    return { Error: await refused(stage.client.send(new DescribeStackResourceCommand(missing))) };
  },
  test_no_parameters_given: async (stage) => {
    const template = { Parameters: { Input: { Type: "String" } }, Resources: { A: ssmParameter({ Ref: "Input" }) } };
    return {
      "deploy-error": await refusedText(
        "CreateChangeSet",
        stage.deploy("stack", template, { ChangeSetType: "CREATE" }),
      ),
    };
  },
  test_non_existing_stack_message: async (stage) => ({ Error: await refused(describeStacks(stage, "non-existing")) }),
  test_subnet_id_parameter_type: async (stage) => {
    const stack = await stage.deploy(
      "stack",
      {
        Parameters: { Subnets: { Type: "List<AWS::EC2::Subnet::Id>" } },
        Resources: { A: ssmParameter({ "Fn::Join": ["|", { Ref: "Subnets" }] }) },
        Outputs: { ParamValue: { Value: { "Fn::GetAtt": ["A", "Value"] } } },
      },
      { Parameters: [parameter("Subnets", "subnet-id-1,subnet-id-2")] },
    );
    return {
      outputs: Object.fromEntries((stack.Outputs ?? []).map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue])),
    };
  },
};

/** A policy that is attached to nothing can neither be created nor deleted. */
async function blockedDeletion(stage: Stage): Promise<Record<string, unknown>> {
  const statement = { Action: "*", Resource: "*", Effect: "Allow" };
  const Properties = { PolicyName: { Ref: "Name" }, PolicyDocument: { Version: "2012-10-17", Statement: [statement] } };
  const template = {
    Parameters: { Name: { Type: "String" } },
    Resources: { BrokenPolicy: { Type: "AWS::IAM::Policy", Properties } },
  };
  const input = { Parameters: [parameter("Name", "policy")], Capabilities: ["CAPABILITY_NAMED_IAM" as const] };
  const { StackId = "" } = await stage.create("stack", template, input);
  const afterCreate = await describeStacks(stage, StackId);
  await deleted(stage, StackId);
  const afterFailure = await describeStacks(stage, StackId);
  await deleted(stage, StackId, ["BrokenPolicy"]);
  return {
    stack_post_create: afterCreate,
    stack_post_fail_delete: afterFailure,
    stack_post_success_delete: await describeStacks(stage, StackId),
    stack_events: withoutReasons(await stage.client.send(new DescribeStackEventsCommand({ StackName: StackId }))),
  };
}

/** The recording says only that there was a reason. */
function withoutReasons<T extends { StackEvents?: object[] | undefined }>(answer: T): unknown {
  const hide = (event: object) =>
    "ResourceStatusReason" in event && event.ResourceStatusReason !== undefined
      ? { ...event, ResourceStatusReason: "resource-status-reason" }
      : event;
  return { ...answer, StackEvents: answer.StackEvents?.map(hide) };
}

const NO_ECHO = (noEcho: boolean) => `
Parameters:
  SecretParameter: {Type: String, NoEcho: ${noEcho}}
  SecretParameterWithDefault: {Type: String, NoEcho: true, Default: Default secret value here}
  NormalParameter: {Type: String, Default: Some default value here}
Resources:
  LocalBucket:
    Type: AWS::S3::Bucket
    Metadata: {SensitiveData: !Ref SecretParameter}
    Properties:
      BucketName: cfn-noecho-bucket
      Tags: [{Key: SensitiveData, Value: !Ref SecretParameter}]
Outputs:
  SecretValue: {Description: Secret value from parameter, Value: !Ref SecretParameter}
`;

async function noEcho(stage: Stage): Promise<Record<string, unknown>> {
  const secret = (value: string) => ({ Parameters: [parameter("SecretParameter", value)] });
  await stage.deploy("stack", NO_ECHO(true), secret("SecretValue"));
  const created = await describeStacks(stage, "stack");
  const resource = { StackName: "stack", LogicalResourceId: "LocalBucket" };
  const detail = await stage.client.send(new DescribeStackResourceCommand(resource));
  const set = (ChangeSetName: string, visible: boolean) =>
    stage.changeSet({ StackName: "stack", ChangeSetName, template: NO_ECHO(!visible), ...secret("NewSecretValue2") });
  const update = { StackName: "stack", TemplateBody: NO_ECHO(true), ...secret("NewSecretValue1") };
  await stage.client.send(new UpdateStackCommand(update));
  await stage.settled("stack");
  const updated = await describeStacks(stage, "stack");
  return {
    describe_stacks: created,
    describe_stack_resource_details_LocalBucket: detail,
    describe_stack_on_create_complete: created,
    describe_updated_stacks: updated,
    describe_updated_change_set: await set("a", false),
    describe_change_set_on_create_complete: await set("b", false),
    describe_updated_stacks_change_set: await describeStacks(stage, "stack"),
    describe_updated_change_set_no_echo_true: await set("c", true),
    describe_updated_stacks_no_echo_true: await describeStacks(stage, "stack"),
    describe_updated_change_set_no_echo_false: await set("d", false),
    describe_updated_stacks_no_echo_false: await describeStacks(stage, "stack"),
  };
}

/** Separate because of their long templates. */
export const LONG_STACK_REPLAYS: Readonly<Record<string, Replay>> = {
  "TestStacksApi::test_stack_update_resources": async (stage) => {
    const created = await apiStack(stage, "test_12395eb4");
    const Parameters = [parameter("ApiName", "test_5a3df175")];
    const template = `${API_TEMPLATE}  Bucket:\n    Type: AWS::S3::Bucket\n`;
    const updated = await stage.deploy("stack", template, { Parameters, Capabilities: undefined });
    const resources = await stage.client.send(new DescribeStackResourcesCommand({ StackName: "stack" }));
    return { stack_created: created, stack_updated: updated, stack_resources: resources };
  },
  test_events_resource_types: async (stage) => {
    const TopicArn = { Ref: "Topic" };
    const Endpoint = { "Fn::GetAtt": ["Queue", "Arn"] };
    const Resources = {
      Topic: { Type: "AWS::SNS::Topic" },
      Queue: { Type: "AWS::SQS::Queue" },
      Policy: { Type: "AWS::SQS::QueuePolicy", Properties: { PolicyDocument: {}, Queues: [{ Ref: "Queue" }] } },
      Subscription: { Type: "AWS::SNS::Subscription", Properties: { Protocol: "sqs", TopicArn, Endpoint } },
    };
    await stage.deploy("stack", { Resources });
    const seen = (await stage.events("stack")).map(({ ResourceType }) => ResourceType);
    return { resource_types: [...new Set(seen)].sort() };
  },
};
