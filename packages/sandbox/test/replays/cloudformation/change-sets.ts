import {
  CreateChangeSetCommand,
  type CreateChangeSetInput,
  CreateStackCommand,
  DeleteChangeSetCommand,
  DescribeChangeSetCommand,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
  ListChangeSetsCommand,
} from "@aws-sdk/client-cloudformation";
import { AwsError } from "#sandbox/core/contract";
import { ALL_CAPABILITIES, bodyOf, type Stage } from "../../cloudformation/stage.ts";
import {
  deleted,
  eventsPerResource,
  parameter,
  type Replay,
  refused,
  refusedText,
  SIMPLE_PARAMETER,
  ssmParameter,
  TOPIC_TEMPLATE,
} from "./replay.ts";

const CREATE = { StackName: "stack", ChangeSetName: "change-set", ChangeSetType: "CREATE" } as const;
const METADATA = { Resources: { CDKMetadata: { Type: "AWS::CDK::Metadata", Properties: { Modules: "x" } } } };

function createSet(stage: Stage, template: string | object, input: Partial<CreateChangeSetInput> = {}) {
  return stage.client.send(new CreateChangeSetCommand({ ...CREATE, TemplateBody: bodyOf(template), ...input }));
}

function describeSet(stage: Stage, ChangeSetName: string | undefined, IncludePropertyValues = false) {
  return stage.client.send(new DescribeChangeSetCommand({ ChangeSetName, IncludePropertyValues }));
}

function workedOut(stage: Stage, id: string | undefined) {
  return stage.until(
    () => describeSet(stage, id),
    ({ Status }) => Status === "CREATE_COMPLETE" || Status === "FAILED",
  );
}

function describeStacks(stage: Stage, StackName: string | undefined) {
  return stage.client.send(new DescribeStacksCommand({ StackName }));
}

/** A stack whose resource imports an export, described before and after its change set is executed. */
function importing(exported: "before" | "never" | "between"): Replay {
  return async (stage) => {
    const exporter = { ...METADATA, Outputs: { Out: { Value: "value", Export: { Name: "the-export" } } } };
    if (exported === "before") await stage.create("exporter", exporter);
    const template = { Resources: { MyFoo: ssmParameter({ "Fn::ImportValue": "the-export" }) } };
    const { Id } = await createSet(stage, template);
    const describe = await workedOut(stage, Id);
    const values = await describeSet(stage, Id, true);
    if (exported === "between") await stage.create("exporter", exporter);
    await stage.client.send(new ExecuteChangeSetCommand({ ChangeSetName: Id }));
    const { StackStatusReason: _reason, ...stack } = await stage.settled("stack");
    return { describe, describe_with_values: values, "post-deploy-stack-describe": stack };
  };
}

/** Recordings of test_change_set_exports_imports. */
export const IMPORT_REPLAYS: Readonly<Record<string, Replay>> = {
  "TestChangeSetImportExport::test_describe_change_set_import": importing("before"),
  "TestChangeSetImportExport::test_describe_change_set_import_non_existent_export": importing("never"),
  "TestChangeSetImportExport::test_describe_change_set_import_non_existent_export_then_create": importing("between"),
};

/** Recordings of test_changesets. */
export const CHANGE_SET_REPLAYS: Readonly<Record<string, Replay>> = {
  test_create_change_set_update_without_parameters: async (stage) => {
    const template = (name: string) => ({
      Resources: { topic123: { Type: "AWS::SNS::Topic", Properties: { TopicName: name } } },
    });
    await stage.deploy("stack", template("topic-1"));
    const created = await createSet(stage, template("topic-2"), { ChangeSetType: "UPDATE" });
    const described = await workedOut(stage, created.Id);
    const listed = await stage.client.send(new ListChangeSetsCommand({ StackName: "stack" }));
    return {
      create_change_set: created,
      describe_change_set: withoutPolicyAction(described),
      list_change_set: listed,
    };
  },
  test_empty_changeset: async (stage) => {
    const Capabilities = [...ALL_CAPABILITIES];
    const first = await createSet(stage, METADATA, { Capabilities });
    const described = await workedOut(stage, first.Id);
    await stage.client.send(new ExecuteChangeSetCommand({ ChangeSetName: first.Id }));
    await stage.settled("stack");
    const second = { ChangeSetName: "no-change", ChangeSetType: "UPDATE", Capabilities } as const;
    const empty = await createSet(stage, METADATA, second);
    const nothing = await workedOut(stage, empty.Id);
    const execution = stage.client.send(new ExecuteChangeSetCommand({ ChangeSetName: empty.Id }));
    return {
      first_changeset: first,
      describe_first_cs: described,
      nochange_changeset: empty,
      describe_nochange: nothing,
      error_execute_failed: await refusedText("ExecuteChangeSet", execution),
    };
  },
  test_deleted_changeset: async (stage) => {
    const create = await createSet(stage, METADATA);
    await workedOut(stage, create.Id);
    await stage.client.send(new DeleteChangeSetCommand({ ChangeSetName: create.Id, StackName: "stack" }));
    const message = await refusedText("DescribeChangeSet", describeSet(stage, create.Id));
    return { create, postdelete_changeset_notfound: message };
  },
  test_describe_change_set_nonexisting: async (stage) => {
    const call = stage.client.send(new DescribeChangeSetCommand({ StackName: "somestack", ChangeSetName: "x" }));
    return { exception: await refusedText("DescribeChangeSet", call) };
  },
  test_delete_change_set_exception: async (stage) => {
    const send = (StackName?: string) =>
      stage.client.send(new DeleteChangeSetCommand({ StackName, ChangeSetName: "x" }));
    return { e1: await refused(send("nostack")), e2: await refused(send()) };
  },
  test_name_conflicts: async (stage) => {
    const first = await createSet(stage, SIMPLE_PARAMETER);
    await workedOut(stage, first.Id);
    await stage.client.send(new ExecuteChangeSetCommand({ ChangeSetName: first.Id }));
    await stage.settled("stack");
    const existing = await refused(createSet(stage, SIMPLE_PARAMETER));
    await deleted(stage, first.StackId ?? "");
    const second = await createSet(stage, SIMPLE_PARAMETER);
    await workedOut(stage, second.Id);
    return {
      create_changeset_existingstack_exc: existing,
      new_stack_desc: await describeStacks(stage, "stack"),
      stack_id_desc: await describeStacks(stage, first.StackId),
      new_stack_id_desc: await describeStacks(stage, second.StackId),
      initial_changeset_id_desc: await describeSet(stage, first.Id),
      second_initial_changeset_id_desc: await describeSet(stage, second.Id),
    };
  },
  test_create_while_in_review: async (stage) => {
    const set = await createSet(stage, SIMPLE_PARAMETER);
    await workedOut(stage, set.Id);
    const created = await stage.client.send(
      new CreateStackCommand({ StackName: "stack", TemplateBody: SIMPLE_PARAMETER }),
    );
    await stage.settled("stack");
    return {
      create_stack_while_in_review: created,
      describe_stack: await describeStacks(stage, set.StackId),
      describe_change_set: await describeSet(stage, set.Id),
    };
  },
  test_create_changeset_with_stack_id: async (stage) => {
    const initial = await createSet(stage, SIMPLE_PARAMETER);
    await workedOut(stage, initial.Id);
    await createSet(stage, SIMPLE_PARAMETER, { StackName: initial.StackId, ChangeSetName: "additional-create" });
    const described = await describeStacks(stage, initial.StackId);
    await deleted(stage, initial.StackId ?? "");
    const again = { StackName: initial.StackId, ChangeSetName: "revived-stack-changeset" };
    return {
      describe_stack: described,
      recreate_deleted_with_id_exception: await refused(createSet(stage, SIMPLE_PARAMETER, again)),
    };
  },
  test_multiple_create_changeset: async (stage) => {
    const initial = await createSet(stage, SIMPLE_PARAMETER);
    const described = await workedOut(stage, initial.Id);
    const additional = await createSet(stage, SIMPLE_PARAMETER, { ChangeSetName: "additional" });
    return { initial_changeset: described, additional_changeset: additional };
  },
  "TestUpdates::test_deleting_resource": async (stage) => {
    const both = { First: ssmParameter("one"), Second: ssmParameter("two") };
    await stage.deploy("stack", { Resources: both });
    const [name] = (await physicalIds(stage, "stack")).filter((id) => id.includes("First"));
    await stage.deploy("stack", { Resources: { Second: both.Second } });
    const gone = await missingParameter(stage, name);
    return { "get-parameter-error": { Error: gone, ResponseMetadata: { HTTPStatusCode: 400 } } };
  },
  test_create_and_then_update_refreshes_template_metadata: async (stage) => {
    const template = (text: string) => ({ Metadata: { TopicName: text }, ...METADATA });
    await stage.deploy("stack", template("a"));
    const update = await createSet(stage, template("b"), { ChangeSetType: "UPDATE" });
    const { Status } = await workedOut(stage, update.Id);
    const how = "Waiter encountered a terminal failure state: For expression";
    return {
      "waiter-error": `Waiter ChangeSetCreateComplete failed: ${how} "Status" we matched expected path: "${Status}"`,
    };
  },
  test_create_change_set_no_changes: async (stage) => {
    await stage.deploy("stack", SIMPLE_PARAMETER);
    const set = await createSet(stage, SIMPLE_PARAMETER, { ChangeSetType: "UPDATE" });
    return { "change-set-description": await workedOut(stage, set.Id) };
  },
  test_describe_changeset_after_delete: async (stage) => {
    await stage.deploy("stack", TOPIC_TEMPLATE, { Parameters: [parameter("TopicName", "topic-1")] });
    const update = { ChangeSetType: "UPDATE" as const, Parameters: [parameter("TopicName", "topic-2")] };
    await workedOut(stage, (await createSet(stage, TOPIC_TEMPLATE, { ...update, ChangeSetName: "cs-1" })).Id);
    await stage.client.send(new DeleteChangeSetCommand({ StackName: "stack", ChangeSetName: "cs-1" }));
    const gone = stage.client.send(new DescribeChangeSetCommand({ StackName: "stack", ChangeSetName: "cs-1" }));
    const second = await createSet(stage, TOPIC_TEMPLATE, { ...update, ChangeSetName: "cs-2" });
    return { "describe-deleted-cs": await refused(gone), "describe-2": await workedOut(stage, second.Id) };
  },
  "test_using_pseudoparameters_in_places[resource]": async (stage) => ({
    error: await refused(createSet(stage, { Resources: { "AWS::NoValue": { Type: "AWS::SNS::Topic" } } })),
  }),
  "test_using_pseudoparameters_in_places[parameter]": async (stage) => ({
    error: await refused(createSet(stage, { Parameters: { "AWS::NoValue": { Type: "String" } }, ...METADATA })),
  }),
  test_create_changeset_for_deleted_stack: async (stage) => {
    const { StackId = "" } = await stage.deploy("stack", SIMPLE_PARAMETER);
    await deleted(stage, StackId);
    const of = (ChangeSetType: "CREATE" | "UPDATE") =>
      refused(createSet(stage, SIMPLE_PARAMETER, { StackName: StackId, ChangeSetName: "test", ChangeSetType }));
    return { ErrorForCreate: await of("CREATE"), ErrorForUpdate: await of("UPDATE") };
  },
  test_changeset_for_deleted_stack: async (stage) => {
    const { StackId = "" } = await stage.deploy("stack", SIMPLE_PARAMETER);
    await stage.call("cloudformation", "DeleteStack", { StackName: StackId });
    const of = () =>
      refused(
        createSet(stage, SIMPLE_PARAMETER, { StackName: StackId, ChangeSetName: "test", ChangeSetType: "UPDATE" }),
      );
    const inProgress = await of();
    await stage.settled(StackId);
    return { ErrorForInProgress: inProgress, ErrorForComplete: await of() };
  },
};

/** Recordings of test_deletion_policy. */
export const DELETION_POLICY_REPLAYS: Readonly<Record<string, Replay>> = {
  test_deletion_policy_with_deletion: async (stage) => {
    const template = { Resources: { MyParameter: ssmParameter("x", { DeletionPolicy: "Delete" }) } };
    await stage.deploy("stack", template);
    const [name] = await physicalIds(stage, "stack");
    await deleted(stage, "stack").catch(() => undefined);
    const { Code, Message } = await missingParameter(stage, name);
    return { error: { message: `An error occurred (${Code}) when calling the GetParameter operation: ${Message}` } };
  },
  test_deletion_policy_with_retain: async (stage) => {
    const template = { Resources: { MyParameter: ssmParameter("x", { DeletionPolicy: "Retain" }) } };
    const { StackId = "" } = await stage.deploy("stack", template);
    await deleted(stage, StackId);
    return { "per-resource-events": await eventsPerResource(stage, StackId) };
  },
};

async function physicalIds(stage: Stage, StackName: string): Promise<string[]> {
  const { StackResources = [] } = await stage.client.send(new DescribeStackResourcesCommand({ StackName }));
  return StackResources.map(({ PhysicalResourceId = "" }) => PhysicalResourceId);
}

/** What SSM says of a parameter that has gone. */
async function missingParameter(stage: Stage, Name: string | undefined): Promise<{ Code: string; Message: string }> {
  const error = await stage.call("ssm", "GetParameter", { Name }).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(error instanceof AwsError)) throw new Error(`${Name} is still there`);
  return { Code: error.code, Message: error.message };
}

/** AWS has included a PolicyAction since 2024; this recording is older. */
function withoutPolicyAction(described: object): unknown {
  return JSON.parse(JSON.stringify(described), (key, value) => {
    if (key === "PolicyAction") return undefined;
    return key === "CreationTime" ? new Date(value) : value;
  });
}
