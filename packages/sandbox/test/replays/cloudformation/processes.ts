import {
  type Capability,
  CreateChangeSetCommand,
  type CreateChangeSetInput,
  DeleteStackCommand,
  DescribeChangeSetCommand,
  type DescribeChangeSetOutput,
  ExecuteChangeSetCommand,
} from "@aws-sdk/client-cloudformation";
import type { Stage } from "../../cloudformation/stage.ts";
import { type Replay, topic } from "./replay.ts";

type Resources = Readonly<Record<string, Record<string, unknown>>>;
type Template = Readonly<Record<string, unknown>>;

/** Creates a stack by a change set, updates it by another one and deletes it; each step described as it was recorded. */
export function process(first: Template, second: Template): Replay {
  return async (stage) => {
    const created = await deployStep(stage, first, { number: 1, ChangeSetType: "CREATE" });
    const updated = await deployStep(stage, second, { number: 2, ChangeSetType: "UPDATE" });
    const events = await eventsByResource(stage, updated.stackId);
    await stage.client.send(new DeleteStackCommand({ StackName: updated.stackId }));
    return {
      ...created.answers,
      ...updated.answers,
      "per-resource-events": events,
      "delete-describe": await stage.settled(updated.stackId),
    };
  };
}

/**
 * Until April 2025 AWS listed what a change set adds as a replacement wherever it showed values; nothing recorded later has
 * that.
 */
function untilApril2025(replay: Replay): Replay {
  return async (stage) => {
    const answers = await replay(stage);
    const shown = Object.entries(answers).map(([key, answer]) => [
      key,
      key.endsWith("-prop-values") ? withAddsReplacing(answer) : answer,
    ]);
    return Object.fromEntries(shown);
  };
}

function withAddsReplacing(answer: unknown): unknown {
  const { Changes = [], ...set } = answer as DescribeChangeSetOutput;
  const changes = Changes.map((change) =>
    change.ResourceChange?.Action === "Add"
      ? { ...change, ResourceChange: { ...change.ResourceChange, Replacement: "True" } }
      : change,
  );
  return { ...set, Changes: changes };
}

function early(first: Template, second: Template): Replay {
  return untilApril2025(process(first, second));
}

interface Step extends Pick<CreateChangeSetInput, "ChangeSetType"> {
  readonly number: number;
  readonly Capabilities?: Capability[];
}

/** One change set: created, described twice and executed. */
export async function deployStep(
  stage: Stage,
  template: Template,
  { number, ...input }: Step,
): Promise<{ stackId: string; answers: Record<string, unknown> }> {
  const TemplateBody = JSON.stringify(template);
  const set = { StackName: "stack", ChangeSetName: "change-set", TemplateBody, ...input };
  const created = await stage.client.send(new CreateChangeSetCommand(set));
  const describe = (IncludePropertyValues: boolean) =>
    stage.client.send(new DescribeChangeSetCommand({ ChangeSetName: created.Id, IncludePropertyValues }));
  const values = await stage.until(
    () => describe(true),
    ({ Status }) => Status === "CREATE_COMPLETE",
  );
  const plain = await describe(false);
  const executed = await stage.client.send(new ExecuteChangeSetCommand({ ChangeSetName: created.Id }));
  const stackId = created.StackId ?? "";
  return {
    stackId,
    answers: {
      [`create-change-set-${number}`]: created,
      [`describe-change-set-${number}-prop-values`]: values,
      [`describe-change-set-${number}`]: plain,
      [`execute-change-set-${number}`]: executed,
      [`post-create-${number}-describe`]: await stage.settled(stackId),
    },
  };
}

/** The events of each resource, newest first; the stack's own are recorded under the token of its name. */
async function eventsByResource(stage: Stage, stackId: string): Promise<Record<string, unknown[]>> {
  const kept: Record<string, unknown[]> = {};
  for (const event of await stage.events(stackId)) {
    const key = event.PhysicalResourceId === stackId ? "<stack-name:1>" : (event.LogicalResourceId ?? "");
    kept[key] = [event, ...(kept[key] ?? [])];
  }
  return kept;
}

const NAME_1 = { TopicName: "topic-name-1" };
const NAME_2 = { TopicName: "topic-name-2" };
const NAME_N = { TopicName: "topic-name-n" };

function condition(holds: boolean): Template {
  return { CreateTopic: { "Fn::Equals": ["true", String(holds)] } };
}

const WHEN = { Condition: "CreateTopic" };
const PLACEHOLDER = { TopicPlaceholder: topic(NAME_2) };
const CONDITIONAL = { SNSTopic: topic(NAME_1, WHEN) };

/** Recordings of test_change_set_conditions. */
export const CONDITION_REPLAYS: Readonly<Record<string, Replay>> = {
  "TestChangeSetConditions::test_condition_update_removes_resource": early(
    { Conditions: condition(true), Resources: CONDITIONAL },
    { Conditions: condition(false), Resources: { ...CONDITIONAL, ...PLACEHOLDER } },
  ),
  "TestChangeSetConditions::test_condition_update_adds_resource": early(
    { Conditions: condition(false), Resources: { ...CONDITIONAL, ...PLACEHOLDER } },
    { Conditions: condition(true), Resources: { ...CONDITIONAL, ...PLACEHOLDER } },
  ),
  "TestChangeSetConditions::test_condition_add_new_negative_condition_to_existent_resource": early(
    { Resources: { SNSTopic: topic(NAME_1) } },
    { Conditions: condition(false), Resources: { ...CONDITIONAL, ...PLACEHOLDER } },
  ),
  "TestChangeSetConditions::test_condition_add_new_positive_condition_to_existent_resource": early(
    { Resources: { SNSTopic1: topic(NAME_1) } },
    { Conditions: condition(true), Resources: { SNSTopic1: topic(NAME_1, WHEN), SNSTopic2: topic(NAME_2, WHEN) } },
  ),
};

function dependent(DependsOn: string | string[]): Replay {
  const resources = (shown: string): Resources => ({
    Topic1: topic({ ...NAME_1, DisplayName: shown }),
    Topic2: topic({ ...NAME_2, DisplayName: "display-value-2" }, { DependsOn }),
  });
  return process({ Resources: resources("display-value-1") }, { Resources: resources("display-value-1-updated") });
}

const ONE = { Topic1: topic({ ...NAME_1, DisplayName: "display-value-1" }) };
const TWO = { Topic2: topic({ ...NAME_2, DisplayName: "display-value-2" }) };
const after = (...DependsOn: string[]) => ({
  Topicn: topic({ ...NAME_N, DisplayName: "display-value-n" }, { DependsOn }),
});

/** Recordings of test_change_set_depends_on. */
export const DEPENDS_ON_REPLAYS: Readonly<Record<string, Replay>> = {
  "TestChangeSetDependsOn::test_update_depended_resource": dependent("Topic1"),
  "TestChangeSetDependsOn::test_update_depended_resource_list": dependent(["Topic1"]),
  "TestChangeSetDependsOn::test_multiple_dependencies_addition": process(
    { Resources: { ...ONE, ...after("Topic1") } },
    { Resources: { ...ONE, ...after("Topic1", "Topic2"), ...TWO } },
  ),
  "TestChangeSetDependsOn::test_multiple_dependencies_deletion": process(
    { Resources: { ...ONE, ...TWO, ...after("Topic1", "Topic2") } },
    { Resources: { ...ONE, ...after("Topic1") } },
  ),
};

const PARAMETER = { ParameterDisplayName: { Type: "String", Default: "display-value-parameter" } };
const TEXT = "Parameter interpolation:";

/** One topic whose display name changes; the other sections belong to the template that needs them. */
function displayed(
  before: unknown,
  afterwards: unknown,
  sections: { first?: Template; second?: Template } = {},
): Replay {
  const resources = (DisplayName: unknown): Template => ({
    Resources: { Topic1: topic({ ...NAME_1, DisplayName }) },
  });
  return process({ ...sections.first, ...resources(before) }, { ...sections.second, ...resources(afterwards) });
}

const sub = (...parts: unknown[]) => ({ "Fn::Sub": parts.length === 1 ? parts[0] : parts });
const STACK_TEXT = sub("The stack name is ${AWS::StackName}");
const VALUES = { var_name_1: "var_value_1", var_name_2: "var_value_2" };
const LONG_SUB = sub(`${TEXT} \${var_name_1}, \${var_name_2}`, VALUES);
const SHORT_SUB = sub(`${TEXT} \${var_name_1}`, { var_name_1: VALUES.var_name_1 });
const REFERRING = sub(`${TEXT} \${var_name}`, { var_name: { Ref: "ParameterDisplayName" } });
const MAPPED = sub(`${TEXT} \${var_name}`, { var_name: { "Fn::FindInMap": ["SNSMapping", "Key1", "Val"] } });
const MAPPING = { Mappings: { SNSMapping: { Key1: { Val: "display-value-1" } } } };

/** Recordings of test_change_set_fn_sub. */
export const SUB_REPLAYS: Readonly<Record<string, Replay>> = {
  "TestChangeSetFnSub::test_fn_sub_addition_string_pseudo": displayed("display-value-1", STACK_TEXT),
  "TestChangeSetFnSub::test_fn_sub_update_string_pseudo": displayed(
    STACK_TEXT,
    sub("The region name is ${AWS::Region}"),
  ),
  "TestChangeSetFnSub::test_fn_sub_delete_string_pseudo": displayed(STACK_TEXT, "display-name-2"),
  "TestChangeSetFnSub::test_fn_sub_addition_parameter_literal": displayed(
    "display-value-1",
    sub(`${TEXT} \${var_name}`, { var_name: "var_value" }),
  ),
  "TestChangeSetFnSub::test_fn_sub_update_parameter_literal": displayed(SHORT_SUB, LONG_SUB),
  "TestChangeSetFnSub::test_fn_sub_delete_parameter_literal": displayed(LONG_SUB, SHORT_SUB),
  "TestChangeSetFnSub::test_fn_sub_addition_parameter_ref": displayed("display-value-1", REFERRING, {
    second: { Parameters: PARAMETER },
  }),
  "TestChangeSetFnSub::test_fn_sub_update_parameter_type": displayed(MAPPED, REFERRING, {
    first: MAPPING,
    second: { Parameters: PARAMETER },
  }),
  "TestChangeSetFnSub::test_fn_sub_addition_parameter": displayed(
    "display-value-1",
    sub(`${TEXT} \${ParameterDisplayName}`),
    { second: { Parameters: PARAMETER } },
  ),
};

const REF_TO = (id: string, name: object) => topic({ ...name, DisplayName: { Ref: id } });
const CHANGED = { Topic1: topic({ ...NAME_1, DisplayName: "display-value-2" }) };
const SECOND = { Topic2: REF_TO("Topic1", NAME_2) };
const THIRD = { Topic3: REF_TO("Topic2", { TopicName: "topic-name-3" }) };
const PSEUDO = ["Partition", "AccountId", "Region", "StackName", "StackId", "URLSuffix"];

/** Recordings of test_change_set_ref. */
export const REF_REPLAYS: Readonly<Record<string, Replay>> = {
  "TestChangeSetRef::test_resource_addition": early({ Resources: ONE }, { Resources: { ...ONE, ...SECOND } }),
  "TestChangeSetRef::test_direct_attribute_value_change": early(
    { Resources: { ...ONE, ...SECOND } },
    { Resources: { ...CHANGED, ...SECOND } },
  ),
  "TestChangeSetRef::test_direct_attribute_value_change_in_ref_chain": early(
    { Resources: { ...ONE, ...SECOND, ...THIRD } },
    { Resources: { ...CHANGED, ...SECOND, ...THIRD } },
  ),
  "TestChangeSetRef::test_direct_attribute_value_change_with_dependent_addition": early(
    { Resources: ONE },
    { Resources: { ...CHANGED, ...SECOND } },
  ),
  "TestChangeSetRef::test_immutable_property_update_causes_resource_replacement": early(
    { Resources: { Topic1: topic({ ...NAME_1, DisplayName: "value" }), ...SECOND } },
    { Resources: { Topic1: topic({ TopicName: "updated-topic-name-1", DisplayName: "new_value" }), ...SECOND } },
  ),
  "TestChangeSetRef::test_supported_pseudo_parameter": process(
    { Resources: { Topic1: topic({ TopicName: "topic_name_1" }) } },
    {
      Resources: {
        Topic2: topic({
          TopicName: "topic_name_2",
          Tags: PSEUDO.map((Key) => ({ Key, Value: { Ref: `AWS::${Key}` } })),
        }),
      },
    },
  ),
};

const NAMED = { Topic: topic({ TopicName: "test-name" }) };

/** Recordings of test_change_set_values. */
export const VALUE_REPLAYS: Readonly<Record<string, Replay>> = {
  "TestChangeSetValues::test_property_empy_list": process(
    {
      Resources: {
        Role: {
          Type: "AWS::Logs::LogGroup",
          Properties: { LogGroupName: { "Fn::GetAtt": ["Topic", "TopicName"] }, Tags: [] },
        },
        ...NAMED,
      },
    },
    { Resources: NAMED },
  ),
};
