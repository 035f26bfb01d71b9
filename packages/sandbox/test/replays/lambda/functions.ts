import { CreateBucketCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import type { Shape } from "#sandbox/core/contract";
import {
  type Call,
  call,
  directFunction,
  helperAnswer,
  helperFunction,
  otherPythonZip,
  pythonZip,
  type Replay,
  type Stage,
} from "./replay.ts";

const FunctionName = "fn";

async function create(stage: Stage, more: Shape = {}) {
  const answer = await stage.send(call("CreateFunction", { ...helperFunction(FunctionName), ...more }));
  stage.settle();
  return answer;
}

const get = () => call("GetFunction", { FunctionName });
const getConfiguration = (Qualifier?: string) =>
  call("GetFunctionConfiguration", { FunctionName, ...(Qualifier ? { Qualifier } : {}) });
const publish = (more: Shape = {}) => call("PublishVersion", { FunctionName, ...more });
const updateCode = (more: Shape = {}) => call("UpdateFunctionCode", { FunctionName, ZipFile: otherPythonZip, ...more });
const configure = (more: Shape) => call("UpdateFunctionConfiguration", { FunctionName, ...more });

async function lifecycle(stage: Stage) {
  stage.check("create_response", helperAnswer(await create(stage, { MemorySize: 256, Timeout: 5 })));
  await stage.step("get_function_response", get());
  await stage.step(
    "update_func_conf_response",
    configure({
      Description: "Changed-Description",
      MemorySize: 512,
      Timeout: 10,
      Environment: { Variables: { ENV_A: "a" } },
      Runtime: "python3.11",
    }),
  );
  stage.settle();
  await stage.step("get_function_response_postupdate", get());
  await stage.step("update_code_response", updateCode());
  stage.settle();
  await stage.step("get_function_response_postcodeupdate", get());
  // Newer SDK models have the status as a member of the output; on the wire it is only the HTTP status.
  const deleted = await stage.send(call("DeleteFunction", { FunctionName }));
  stage.check("delete_response", { StatusCode: 204, ...deleted });
  await stage.step("delete_postdelete", get());
}

async function redundantUpdates(stage: Stage) {
  stage.check("create_response", helperAnswer(await create(stage, { Description: "Initial description" })));
  const update = configure({ Description: "1st update description" });
  await stage.step("first_update_result", update);
  stage.settle();
  await stage.step("get_fn_config_result", getConfiguration());
  await stage.step("get_fn_result", get());
  await stage.step("redundant_update_result", update);
  stage.settle();
  await stage.step("get_fn_result_after_redundant_update", get());
}

async function codeLocationZip(stage: Stage) {
  await stage.step("create-response-zip-file", call("CreateFunction", directFunction(FunctionName)));
  stage.settle();
  await stage.step("get-function-response", get());
  await stage.step("update-function-response", updateCode());
  await stage.step("get-function-response-updated", get());
}

async function codeLocationS3(stage: Stage) {
  const { s3 } = stage.harness;
  const S3 = { Bucket: "code-bucket", Key: "code/code-function.zip" };
  const Code = { S3Bucket: S3.Bucket, S3Key: S3.Key };
  await s3.send(new CreateBucketCommand({ Bucket: S3.Bucket }));
  await s3.send(new PutObjectCommand({ ...S3, Body: pythonZip }));
  await stage.step("create_response_s3", call("CreateFunction", { ...directFunction(FunctionName), Code }));
  stage.settle();
  await stage.step("get-function-response", get());
  await s3.send(new PutObjectCommand({ ...S3, Body: otherPythonZip }));
  await stage.step("update-function-response", call("UpdateFunctionCode", { FunctionName, ...Code }));
  await stage.step("get-function-response-updated", get());
}

async function codeLocationS3Errors(stage: Stage) {
  await stage.harness.s3.send(new CreateBucketCommand({ Bucket: "code-bucket" }));
  const wrongBucket = { S3Bucket: "no-such-bucket", S3Key: "code" };
  const wrongKey = { S3Bucket: "code-bucket", S3Key: "no-such-key" };
  const createFrom = (Code: object) => call("CreateFunction", { ...directFunction("other"), Code });
  await stage.step("create-error-wrong-bucket", createFrom(wrongBucket));
  await stage.step("create-error-wrong-key", createFrom(wrongKey));
  await create(stage);
  await stage.step("update-error-wrong-bucket", call("UpdateFunctionCode", { FunctionName, ...wrongBucket }));
  await stage.step("update-error-wrong-key", call("UpdateFunctionCode", { FunctionName, ...wrongKey }));
}

async function publishOnCreate(stage: Stage) {
  await stage.step("create_response", call("CreateFunction", { ...directFunction(FunctionName), Publish: true }));
  stage.settle();
  await stage.step("get_function_result", get());
  await stage.step("get_function_version_result", call("GetFunction", { FunctionName, Qualifier: "1" }));
  await stage.step("get_function_latest_result", call("GetFunction", { FunctionName, Qualifier: "$LATEST" }));
  await stage.step("list_versions_result", call("ListVersionsByFunction", { FunctionName }));
  await stage.step("repeated_publish_response", publish());
  await stage.step("list_versions_result_after_publish", call("ListVersionsByFunction", { FunctionName }));
}

async function versionLifecycle(stage: Stage) {
  const Description = "No version :(";
  await stage.step("create_response", call("CreateFunction", { ...directFunction(FunctionName), Description }));
  stage.settle();
  await stage.step("get_function_result", get());
  await stage.step("list_versions_result", call("ListVersionsByFunction", { FunctionName }));
  await stage.step("first_update_response", configure({ Description: "First version :)" }));
  stage.settle();
  await stage.step("first_update_get_function", get());
  await stage.step("first_publish_response", publish({ Description: "First version description :)" }));
  await stage.step("first_publish_get_function", call("GetFunction", { FunctionName, Qualifier: "1" }));
  await stage.step("first_publish_get_function_config", getConfiguration("1"));
  await stage.step("second_update_response", configure({ Description: "Second version :))" }));
  await stage.step("first_publish_get_function_after_update", call("GetFunction", { FunctionName, Qualifier: "1" }));
  stage.settle();
  await stage.step("second_publish_response", publish());
  await stage.step("third_publish_response", publish());
  await stage.step("list_versions_result_after_third_publish", call("ListVersionsByFunction", { FunctionName }));
  await stage.send(call("DeleteFunction", { FunctionName, Qualifier: "1" }));
  await stage.step(
    "list_versions_result_after_deletion_of_first_version",
    call("ListVersionsByFunction", { FunctionName }),
  );
}

function publishWrong(runtime: string, step: string, guard: Shape): Replay {
  return async (stage) => {
    const members = { ...directFunction(FunctionName), Runtime: runtime };
    await stage.step("create_response", call("CreateFunction", members));
    stage.settle();
    const found = (await stage.step("get_fn_response", get()))["Configuration"] as Record<string, string>;
    await stage.step(step, publish(guard));
    const right = guard["CodeSha256"] ? { CodeSha256: found["CodeSha256"] } : { RevisionId: found["RevisionId"] };
    await stage.step("publish_result", publish(right));
  };
}

async function publishWithUpdate(stage: Stage) {
  await stage.step("create_response", call("CreateFunction", directFunction(FunctionName)));
  stage.settle();
  await stage.step("get_function_result", get());
  await stage.step("update_function_code_result", updateCode({ Publish: true }));
  await stage.step("get_function_version_result", call("GetFunction", { FunctionName, Qualifier: "1" }));
  await stage.step("get_function_latest_result", call("GetFunction", { FunctionName, Qualifier: "$LATEST" }));
}

async function revisionsBasic(stage: Stage) {
  const wrong = { RevisionId: "wrong" };
  stage.check("create_function_response_rev1", helperAnswer(await create(stage, { Handler: "index.handler" })));
  await stage.step("get_function_response_rev2", get());
  await stage.step("update_function_revision_exception", updateCode(wrong));
  await stage.step("update_function_code_response_rev3", updateCode({ ZipFile: pythonZip }));
  stage.settle();
  await stage.step("get_function_response_rev4", get());
  await stage.step("update_function_configuration_revision_exception", configure({ ...wrong, MemorySize: 256 }));
  await stage.step("update_function_configuration_response_rev5", configure({ Runtime: "python3.8" }));
  stage.settle();
  await stage.step("get_function_response_rev6", get());
}

function concurrentUpdates(makeCall: () => Call, viaHelper: boolean): Replay {
  return async (stage) => {
    const members = viaHelper
      ? helperFunction(FunctionName)
      : { ...directFunction(FunctionName), Handler: "handler.handler" };
    const created = await stage.send(call("CreateFunction", members));
    stage.check("create-function-response", viaHelper ? helperAnswer(created) : created);
    stage.settle();
    await stage.send(makeCall());
    await stage.step("update-during-in-progress-update-exc", makeCall());
  };
}

async function listFunctions(stage: Stage) {
  const make = async (name: string, more: object) => {
    const answer = await stage.send(call("CreateFunction", { ...helperFunction(name), ...more }));
    stage.settle();
    return helperAnswer(answer);
  };
  stage.check("create_response_1", await make("list-fn-1", { Publish: true }));
  stage.check("create_response_2", await make("list-fn-2", { Code: { ZipFile: otherPythonZip } }));
  await stage.step("list_functions_invalid_functionversion", call("ListFunctions", { FunctionVersion: "invalid" }));
  const rows = async (FunctionVersion?: string) => {
    const { Functions } = await stage.send(call("ListFunctions", { ...(FunctionVersion ? { FunctionVersion } : {}) }));
    return { Functions };
  };
  stage.check("list_all", await rows("ALL"));
  stage.check("list_default", await rows());
}

function logging(LogFormat: "JSON" | "Text", ...updates: Shape[]): Replay {
  return async (stage) => {
    const format = LogFormat === "JSON" ? { LoggingConfig: { LogFormat } } : {};
    const created = await create(stage, { MemorySize: 256, Timeout: 5, ...format });
    stage.check("create_response", helperAnswer(created));
    await stage.step("get_function_response", get());
    await stage.step("function_config", getConfiguration());
    for (const [at, LoggingConfig] of updates.entries()) {
      const suffix = at === 0 ? "" : `_v${at + 1}`;
      await stage.step(`updated_config${suffix}`, configure({ LoggingConfig }));
      stage.settle();
      await stage.step(`received_config${suffix}`, getConfiguration());
    }
  };
}

async function vpcConfig(stage: Stage) {
  const inVpc = (SubnetIds: string[], SecurityGroupIds: string[]) => ({ VpcConfig: { SubnetIds, SecurityGroupIds } });
  const members = { MemorySize: 256, Timeout: 5, ...inVpc(["subnet-1"], ["sg-1"]) };
  stage.check("create_response", helperAnswer(await create(stage, members)));
  await stage.step("get_function_response", get());
  await stage.step("update_vpcconfig_update_response", configure(inVpc(["subnet-2"], ["sg-2"])));
  stage.settle();
  await stage.step("update_vpcconfig_get_function_response", get());
  await stage.step("delete_vpcconfig_update_response", configure(inVpc([], [])));
  stage.settle();
  await stage.step("delete_vpcconfig_get_function_response", get());
}

export const FUNCTION_REPLAYS: Readonly<Record<string, Replay>> = {
  "TestLambdaFunction::test_function_lifecycle": lifecycle,
  "TestLambdaFunction::test_redundant_updates": redundantUpdates,
  "TestLambdaFunction::test_lambda_code_location_zipfile": codeLocationZip,
  "TestLambdaFunction::test_lambda_code_location_s3": codeLocationS3,
  "TestLambdaFunction::test_lambda_code_location_s3_errors": codeLocationS3Errors,
  "TestLambdaFunction::test_list_functions": listFunctions,
  "TestLambdaFunction::test_vpc_config": vpcConfig,
  "TestLambdaFunction::test_lambda_concurrent_code_updates": concurrentUpdates(() => updateCode(), false),
  "TestLambdaFunction::test_lambda_concurrent_config_updates": concurrentUpdates(
    () => configure({ MemorySize: 256 }),
    true,
  ),
  "TestLambdaVersions::test_publish_version_on_create": publishOnCreate,
  "TestLambdaVersions::test_version_lifecycle": versionLifecycle,
  "TestLambdaVersions::test_publish_with_wrong_revisionid": publishWrong("python3.9", "publish_wrong_revisionid_exc", {
    RevisionId: "doesntexist",
  }),
  "TestLambdaVersions::test_publish_with_wrong_sha256": publishWrong("python3.12", "publish_wrong_sha256_exc", {
    CodeSha256: "somenonexistentsha256",
  }),
  "TestLambdaVersions::test_publish_with_update": publishWithUpdate,
  "TestLambdaRevisions::test_function_revisions_basic": revisionsBasic,
  "TestLoggingConfig::test_function_advanced_logging_configuration": logging("JSON", { LogGroup: "cool_lambda" }),
  "TestLoggingConfig::test_advanced_logging_configuration_format_switch": logging(
    "Text",
    { LogFormat: "JSON" },
    { LogFormat: "Text" },
  ),
  "TestLoggingConfig::test_function_partial_advanced_logging_configuration_update[partial_config0]": logging("Text", {
    LogFormat: "JSON",
  }),
  "TestLoggingConfig::test_function_partial_advanced_logging_configuration_update[partial_config1]": logging("Text", {
    LogFormat: "JSON",
    ApplicationLogLevel: "DEBUG",
  }),
  "TestLoggingConfig::test_function_partial_advanced_logging_configuration_update[partial_config2]": logging("Text", {
    LogFormat: "JSON",
    SystemLogLevel: "DEBUG",
  }),
  "TestLoggingConfig::test_function_partial_advanced_logging_configuration_update[partial_config3]": logging("Text", {
    LogGroup: "cool_lambda",
  }),
};
