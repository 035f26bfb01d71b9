import { CreateBucketCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import type { Shape } from "#sandbox/core/contract";
import { type Answer, call, directFunction, helperFunction, pythonZip, type Replay, type Stage } from "./replay.ts";

/** Recordings about triggers, SnapStart and account settings. */

const FunctionName = "fn";
const ACCOUNT = "arn:aws:lambda:us-east-1:000000000000";
const ARN = `${ACCOUNT}:function:${FunctionName}`;
const QUEUE = "arn:aws:sqs:us-east-1:000000000000:queue";
const STREAM = "arn:aws:dynamodb:us-east-1:000000000000:table/orders/stream/2026-01-01T00:00:00.000";

async function create(stage: Stage, more: Shape = {}): Promise<Answer> {
  const answer = await stage.send(call("CreateFunction", { ...helperFunction(FunctionName), ...more }));
  stage.settle();
  return answer;
}

const get = (more: Shape = {}) => call("GetFunction", { FunctionName, ...more });
const configure = (more: Shape) => call("UpdateFunctionConfiguration", { FunctionName, ...more });

async function update(stage: Stage, step: string, more: Shape): Promise<void> {
  await stage.step(step, configure(more));
  stage.settle();
}

const STREAM_MAPPING = {
  FunctionName,
  EventSourceArn: STREAM,
  DestinationConfig: { OnFailure: { Destination: QUEUE } },
  BatchSize: 1,
  StartingPosition: "TRIM_HORIZON",
  MaximumBatchingWindowInSeconds: 1,
  MaximumRetryAttempts: 1,
};

const mappingLifecycle =
  (afterwards: (stage: Stage, UUID: unknown) => Promise<void>): Replay =>
  async (stage) => {
    await create(stage);
    stage.skip("update_table_response"); // This step is DynamoDB's response.
    const { UUID } = await stage.step("create_response", call("CreateEventSourceMapping", STREAM_MAPPING));
    stage.settle();
    await stage.step("get_response", call("GetEventSourceMapping", { UUID }));
    await afterwards(stage, UUID);
    await stage.step("delete_response", call("DeleteEventSourceMapping", { UUID }));
  };

async function deleteFunctionOfMapping(stage: Stage, UUID: unknown) {
  const deleted = await stage.send(call("DeleteFunction", { FunctionName }));
  stage.check("delete_function_response", { StatusCode: 204, ...deleted });
  await stage.step("get_response_post_delete", call("GetEventSourceMapping", { UUID }));
}

async function mappingRefusals(stage: Stage) {
  const UUID = "01234567-89ab-cdef-0123-456789abcdef";
  await stage.step("get_unknown_uuid", call("GetEventSourceMapping", { UUID }));
  await stage.step("delete_unknown_uuid", call("DeleteEventSourceMapping", { UUID }));
  await stage.step("update_unknown_uuid", call("UpdateEventSourceMapping", { UUID, Enabled: false }));
  await stage.step("create_no_event_source_arn", call("CreateEventSourceMapping", { FunctionName: "doesnotexist" }));
  const unknown = { FunctionName: "doesnotexist", EventSourceArn: QUEUE };
  await stage.step("create_unknown_params", call("CreateEventSourceMapping", unknown));
  await create(stage);
  const DestinationConfig = { OnSuccess: { Destination: QUEUE } };
  const ofQueue = call("CreateEventSourceMapping", { FunctionName, EventSourceArn: QUEUE, DestinationConfig });
  await stage.step("destination_config_failure", ofQueue);
}

const startingPositions =
  (EventSourceArn: string): Replay =>
  async (stage) => {
    await create(stage);
    const from = (more: Shape) => call("CreateEventSourceMapping", { FunctionName, EventSourceArn, ...more });
    await stage.step("no_starting_position", from({}));
    await stage.step("invalid_starting_position", from({ StartingPosition: "invalid" }));
    if (!stage.isToCome("incompatible_starting_position")) return;
    const position = { StartingPosition: "AT_TIMESTAMP", StartingPositionTimestamp: new Date(0) };
    await stage.step("incompatible_starting_position", from(position));
  };

async function emptyFilters(stage: Stage) {
  await create(stage);
  const FilterCriteria = { Filters: [] };
  const made = { FunctionName, EventSourceArn: STREAM, StartingPosition: "LATEST", FilterCriteria };
  await stage.step("response-with-empty-filters", call("CreateEventSourceMapping", made));
}

async function mappingNames(stage: Stage) {
  await create(stage);
  await stage.send(call("PublishVersion", { FunctionName }));
  await stage.send(call("CreateAlias", { FunctionName, Name: "myalias", FunctionVersion: "$LATEST" }));
  const names = {
    name_only: FunctionName,
    partial_arn_latest: `function:${FunctionName}:$LATEST`,
    partial_arn_version: `function:${FunctionName}:1`,
    partial_arn_alias: `function:${FunctionName}:myalias`,
    full_arn_latest: `${ARN}:$LATEST`,
    full_arn_version: `${ARN}:1`,
    full_arn_alias: `${ARN}:myalias`,
  };
  for (const [step, name] of Object.entries(names)) {
    const made = call("CreateEventSourceMapping", { FunctionName: name, EventSourceArn: QUEUE });
    const { UUID } = await stage.step(`${step}_create_esm`, made);
    await stage.send(call("DeleteEventSourceMapping", { UUID }));
    stage.settle();
  }
}

async function selfManagedKafka(stage: Stage) {
  await create(stage);
  const access = { Type: "BASIC_AUTH", URI: "arn:aws:secretsmanager:us-east-1:000000000000:secret:kafka" };
  const kafka = (endpoints: string[], more: Shape = {}) => ({
    FunctionName,
    Topics: ["topic"],
    SelfManagedEventSource: { Endpoints: { KAFKA_BOOTSTRAP_SERVERS: endpoints } },
    StartingPosition: "TRIM_HORIZON",
    SourceAccessConfigurations: [access],
    ...more,
  });
  const { SourceAccessConfigurations, ...withoutAccess } = kafka(["kafka:1000"]);
  const make = (step: string, members: Shape) => stage.step(step, call("CreateEventSourceMapping", members));
  await make("missing-source-access-configuration", withoutAccess);
  await make("event-source-mapping-default", kafka(["kafka:1000"]));
  await make("duplicate-source", kafka(["kafka:1000"]));
  await make(
    "event-source-mapping-values",
    kafka(["kafka:1000"], {
      Topics: ["topic_2"],
      BatchSize: 1,
      SelfManagedKafkaEventSourceConfig: { ConsumerGroupId: "random_id" },
      StartingPosition: "LATEST",
    }),
  );
  await make("multiple-duplicate-source", kafka(["kafka:1000", "kafka:2000"]));
}

async function recursionAllowed(stage: Stage) {
  await create(stage);
  const put = call("PutFunctionRecursionConfig", { FunctionName, RecursiveLoop: "Allow" });
  await stage.step("put_recursion_config_response", put);
  await stage.step("get_recursion_config_response", call("GetFunctionRecursionConfig", { FunctionName }));
}

async function recursionDefault(stage: Stage) {
  await create(stage);
  await stage.step("get_recursion_default_terminate_response", call("GetFunctionRecursionConfig", { FunctionName }));
}

async function recursionInvalid(stage: Stage) {
  await create(stage);
  const put = call("PutFunctionRecursionConfig", { FunctionName, RecursiveLoop: "InvalidValue" });
  await stage.step("put_recursion_invalid_value_error", put);
}

async function accountSettings(stage: Stage) {
  const { AccountLimit, AccountUsage, ResponseMetadata } = await stage.send(call("GetAccountSettings", {}));
  const namesOf = (members: unknown) => Object.keys(members as Shape).sort();
  const named = { AccountLimit: namesOf(AccountLimit), AccountUsage: namesOf(AccountUsage), ResponseMetadata };
  stage.check("acc_settings_modded", named);
}

async function largeZip(stage: Stage) {
  const S3 = { Bucket: "code-bucket", Key: "large.zip" };
  await stage.harness.s3.send(new CreateBucketCommand({ Bucket: S3.Bucket }));
  await stage.harness.s3.send(new PutObjectCommand({ ...S3, Body: pythonZip }));
  const Code = { S3Bucket: S3.Bucket, S3Key: S3.Key };
  const members = { ...directFunction(FunctionName), Handler: "handler.handler", Timeout: 10, Code };
  await stage.step("create_function_large_zip", call("CreateFunction", members));
}

/** The recorded response shows what the function was created with. */
function recordedMembers(stage: Stage): Shape {
  const { Handler, Runtime, MemorySize, Timeout } = stage.recording["create_function_response"] as Shape;
  return { ...directFunction(FunctionName), Handler, Runtime, MemorySize, Timeout };
}

async function snapStartLifecycle(stage: Stage) {
  const members = recordedMembers(stage);
  await stage.step("create_function_response", call("CreateFunction", members));
  stage.settle();
  await stage.send(call("PublishVersion", { FunctionName, Description: "version1" }));
  await stage.step("get_function_response_latest", get());
  await stage.step("get_function_response_version_1", get({ Qualifier: "1" }));
}

async function snapStartUpdate(stage: Stage) {
  await stage.step("create_function_response", call("CreateFunction", recordedMembers(stage)));
  stage.settle();
  await update(stage, "update_function_response", { SnapStart: { ApplyOn: "PublishedVersions" } });
}

export const RESOURCE_REPLAYS: Readonly<Record<string, Replay>> = {
  "TestLambdaEventSourceMappings::test_event_source_mapping_lifecycle": mappingLifecycle(async () => {}),
  "TestLambdaEventSourceMappings::test_event_source_mapping_lifecycle_delete_function":
    mappingLifecycle(deleteFunctionOfMapping),
  "TestLambdaEventSourceMappings::test_event_source_mapping_exceptions": mappingRefusals,
  "TestLambdaEventSourceMappings::test_create_event_source_validation": startingPositions(STREAM),
  "TestLambdaEventSourceMappings::test_create_event_source_validation_kinesis": startingPositions(
    "arn:aws:kinesis:us-east-1:000000000000:stream/orders",
  ),
  "TestLambdaEventSourceMappings::test_create_event_filter_criteria_validation": emptyFilters,
  "TestLambdaEventSourceMappings::test_function_name_variations": mappingNames,
  "TestLambdaEventSourceMappings::test_create_event_source_self_managed": selfManagedKafka,
  "TestLambdaRecursion::test_put_function_recursion_config_allow": recursionAllowed,
  "TestLambdaRecursion::test_put_function_recursion_config_default_terminate": recursionDefault,
  "TestLambdaRecursion::test_put_function_recursion_config_invalid_value": recursionInvalid,
  "TestLambdaAccountSettings::test_account_settings": accountSettings,
  "TestLambdaSizeLimits::test_large_lambda": largeZip,
};

/** One recording for each runtime. */
export const RESOURCE_FAMILIES: readonly (readonly [RegExp, () => Replay])[] = [
  [/^TestLambdaSnapStart::test_snapstart_lifecycle\[/, () => snapStartLifecycle],
  [/^TestLambdaSnapStart::test_snapstart_update_function_configuration\[/, () => snapStartUpdate],
];
