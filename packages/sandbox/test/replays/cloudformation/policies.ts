import {
  GetStackPolicyCommand,
  GetTemplateCommand,
  SetStackPolicyCommand,
  type SetStackPolicyInput,
  UpdateStackCommand,
  type UpdateStackInput,
} from "@aws-sdk/client-cloudformation";
import { refusal, type Stage } from "../../cloudformation/stage.ts";
import {
  API_TEMPLATE,
  eventsPerResource,
  parameter,
  type Replay,
  refused,
  refusedError,
  ssmParameter,
  TOPIC_TEMPLATE,
} from "./replay.ts";

const ALLOW = policy("Allow");
const DENY = policy("Deny");

function policy(Effect: string, change: Record<string, unknown> = {}): string {
  const statement = { Effect, Action: "Update:*", Principal: "*", Resource: "*", ...change };
  return JSON.stringify({ Statement: [statement] });
}

async function topicStack(stage: Stage, name = "stack"): Promise<string> {
  await stage.deploy(name, TOPIC_TEMPLATE, { Parameters: [parameter("TopicName", `topic-${name}`)] });
  return name;
}

function policyOf(stage: Stage, StackName: string) {
  return stage.client.send(new GetStackPolicyCommand({ StackName }));
}

function setPolicy(stage: Stage, input: Omit<SetStackPolicyInput, "StackName">) {
  return stage.client.send(new SetStackPolicyCommand({ StackName: "stack", ...input }));
}

function update(stage: Stage, input: Partial<UpdateStackInput>) {
  return stage.client.send(new UpdateStackCommand({ StackName: "stack", ...input }));
}

async function policyUrl(stage: Stage, body: string): Promise<string> {
  await stage.call("s3", "CreateBucket", { Bucket: "policies" });
  await stage.call("s3", "PutObject", { Bucket: "policies", Key: "policy.json", Body: new TextEncoder().encode(body) });
  return "https://policies.s3.amazonaws.com/policy.json";
}

/** Sets an invalid policy and returns the error. */
function withPolicy(body: string): Replay {
  return async (stage) => {
    await topicStack(stage);
    return { error: await refused(setPolicy(stage, { StackPolicyBody: body })) };
  };
}

/** Recordings of test_stack_policies. */
export const POLICY_REPLAYS: Readonly<Record<string, Replay>> = {
  "TestStackPolicy::test_empty_policy": async (stage) => {
    await topicStack(stage);
    await setPolicy(stage, { StackPolicyBody: "{}" });
    return { policy: await policyOf(stage, "stack") };
  },
  "TestStackPolicy::test_invalid_policy": async (stage) => {
    await topicStack(stage);
    const body = policy("Deny", { Resource: undefined, Effect: "Maybe" });
    return { error: await refusedError(setPolicy(stage, { StackPolicyBody: body })) };
  },
  "TestStackPolicy::test_policy_lifecycle": async (stage) => {
    await topicStack(stage);
    const initial = await policyOf(stage, "stack");
    const answers = [];
    for (const body of [ALLOW, DENY, "{}"]) {
      await setPolicy(stage, { StackPolicyBody: body });
      answers.push(await policyOf(stage, "stack"));
    }
    return { initial_policy: initial, policy: answers[0], policy_updated: answers[1], policy_deleted: answers[2] };
  },
  "TestStackPolicy::test_set_policy_with_url": async (stage) => {
    await topicStack(stage);
    await setPolicy(stage, { StackPolicyURL: await policyUrl(stage, ALLOW) });
    return { policy: await policyOf(stage, "stack") };
  },
  "TestStackPolicy::test_set_invalid_policy_with_url": async (stage) => {
    await topicStack(stage);
    const url = await policyUrl(stage, policy("Deny", { Effect: "Maybe" }));
    return { error: await refused(setPolicy(stage, { StackPolicyURL: url })) };
  },
  "TestStackPolicy::test_set_policy_both_policy_and_url": async (stage) => {
    await topicStack(stage);
    const both = { StackPolicyBody: ALLOW, StackPolicyURL: await policyUrl(stage, ALLOW) };
    return { error: await refused(setPolicy(stage, both)) };
  },
  "TestStackPolicy::test_set_empty_policy_with_url": async (stage) => {
    await topicStack(stage);
    await setPolicy(stage, { StackPolicyURL: await policyUrl(stage, "{}") });
    return { policy: await policyOf(stage, "stack") };
  },
  "TestStackPolicy::test_not_json_policy": withPolicy("a1b2c3"),
  "TestStackPolicy::test_different_principal_attribute": async (stage) => {
    await topicStack(stage);
    const body = policy("Deny", { Principal: "somebody" });
    return { error: await refusedError(setPolicy(stage, { StackPolicyBody: body })) };
  },
  "TestStackPolicy::test_different_action_attribute": withPolicy(
    policy("Deny", { Action: "Delete:*", Principal: "x" }),
  ),
  "TestStackPolicy::test_create_stack_with_policy": async (stage) => {
    const Parameters = [parameter("TopicName", "topic")];
    await stage.create("stack", TOPIC_TEMPLATE, { Parameters, StackPolicyBody: ALLOW });
    return { policy: await policyOf(stage, "stack") };
  },
  "TestStackPolicy::test_policy_during_update": async (stage) => {
    await stage.deploy("stack", API_TEMPLATE, { Parameters: [parameter("ApiName", "api-1")] });
    const Parameters = [parameter("ApiName", "api-2")];
    await update(stage, { TemplateBody: API_TEMPLATE, Parameters, StackPolicyDuringUpdateBody: DENY });
    const during = await policyOf(stage, "stack");
    await stage.settled("stack");
    return { policy_during_update: during, policy_after_update: await policyOf(stage, "stack") };
  },
  "TestStackPolicy::test_prevent_stack_update": async (stage) => {
    await topicStack(stage);
    await setPolicy(stage, { StackPolicyBody: DENY });
    await stage.update("stack", TOPIC_TEMPLATE, { Parameters: [parameter("TopicName", "another")] });
    const failed = (await stage.events("stack")).find(({ ResourceStatus }) => ResourceStatus === "UPDATE_FAILED");
    return failed?.ResourceStatusReason?.includes("Action denied by stack policy") ? {} : { failed };
  },
};

/** Recordings of test_update_stack, test_replacement. */
export const UPDATE_REPLAYS: Readonly<Record<string, Replay>> = {
  test_update_with_resource_types: async (stage) => {
    await topicStack(stage);
    const of = (ResourceTypes: string[]) =>
      refused(
        update(stage, { TemplateBody: TOPIC_TEMPLATE, ResourceTypes, Parameters: [parameter("TopicName", "t2")] }),
      );
    return { invalid_type_error: await of(["AWS::EC2:*"]), resource_not_allowed: await of(["AWS::EC2::*"]) };
  },
  test_basic_update: async (stage) => {
    await topicStack(stage);
    const Parameters = [parameter("TopicName", "t2")];
    return { update_response: await update(stage, { TemplateBody: TOPIC_TEMPLATE, Parameters }) };
  },
  test_update_with_role_without_permissions: async (stage) => {
    await topicStack(stage);
    const Statement = [
      { Action: "sts:AssumeRole", Principal: { AWS: "arn:aws:iam::111111111111:root" }, Effect: "Deny" },
    ];
    const AssumeRolePolicyDocument = { Version: "2012-10-17", Statement };
    const Properties = { RoleName: "role-fb405076", AssumeRolePolicyDocument };
    await stage.create("roles", { Resources: { Role: { Type: "AWS::IAM::Role", Properties } } });
    const Parameters = [parameter("TopicName", "t2")];
    const RoleARN = "arn:aws:iam::000000000000:role/role-fb405076";
    return { error: await refused(update(stage, { UsePreviousTemplate: true, Parameters, RoleARN })) };
  },
  test_no_template_error: async (stage) => {
    await topicStack(stage);
    return { error: await refused(update(stage, {})) };
  },
  test_update_with_invalid_rollback_configuration_errors: async (stage) => {
    await topicStack(stage);
    const of = (Arn: string, Type: string) => {
      const RollbackConfiguration = { RollbackTriggers: [{ Arn, Type }] };
      const Parameters = [parameter("TopicName", "t2")];
      return refused(update(stage, { UsePreviousTemplate: true, Parameters, RollbackConfiguration }));
    };
    const arn = "arn:aws:cloudwatch:us-east-1:123456789012:example-name";
    return { type_error: await of("x", "Another"), arn_error: await of(arn, "AWS::CloudWatch::Alarm") };
  },
  test_diff_after_update: async (stage) => {
    await stage.deploy("stack", templateOf("SimpleParam", "before-stack-update"));
    await stage.update("stack", templateOf("SimpleParam1", "after-stack-update"));
    const again = update(stage, { TemplateBody: templateOf("SimpleParam1", "after-stack-update") });
    return {
      "get-template-response": await stage.client.send(new GetTemplateCommand({ StackName: "stack" })),
      "update-error": await refused(again),
    };
  },
  test_update_deleted_stack: async (stage) => {
    const { StackId = "" } = await stage.create("stack", TOPIC_TEMPLATE, { Parameters: [parameter("TopicName", "t")] });
    await stage.call("cloudformation", "DeleteStack", { StackName: StackId });
    await stage.settled(StackId);
    return { Error: await refused(update(stage, { StackName: StackId, TemplateBody: TOPIC_TEMPLATE })) };
  },
  test_requires_replacement: async (stage) => {
    const template = (name: string) => ({
      Resources: { MyQueue: { Type: "AWS::SQS::Queue", Properties: { QueueName: name } } },
    });
    const { StackId = "" } = await stage.deploy("stack", template("queue-1"));
    await stage.deploy("stack", template("queue-47128d25"));
    const { MyQueue } = await eventsPerResource(stage, StackId);
    return { "queue-events": MyQueue };
  },
};

/** The recording's template, byte for byte. */
function templateOf(name: string, value: string): string {
  return `\nResources:\n    ${name}:\n        Type: AWS::SSM::Parameter\n        Properties:\n            Value: ${value}\n            Type: String\n`;
}

/** Recordings of test_validations: each one is a template that AWS rejects. */
export const VALIDATION_REPLAYS: Readonly<Record<string, Replay>> = {
  "test_invalid_output_structure[none-value]": refusing({ ...parameterOnly(), Outputs: { MyOutput: { Value: null } } }),
  "test_invalid_output_structure[missing-def]": refusing({
    ...parameterOnly(),
    Outputs: { MyOutput: { Value: null, AnotherValue: null } },
  }),
  "test_invalid_output_structure[multiple-nones]": refusing({ ...parameterOnly(), Outputs: { MyOutput: {} } }),
  test_missing_resources_block: refusing({}),
  "test_resources_blocks[missing-type]": refusing({ Resources: { A: {} } }),
  "test_resources_blocks[invalid-key]": refusing({ Resources: { A: { Type: "AWS::SNS::Topic", Invalid: "x" } } }),
};

function parameterOnly() {
  return { Resources: { A: ssmParameter("x") } };
}

function refusing(template: object): Replay {
  return async (stage) => {
    const error = await refusal(stage.create("stack", template));
    return { "validation-error": await refused(Promise.reject(error)) };
  };
}
