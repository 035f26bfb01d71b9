import { CreateBucketCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import type { Shape } from "#sandbox/core/contract";
import { zipOf } from "../../sandbox-harness.ts";
import {
  type Answer,
  type Call,
  call,
  directFunction,
  helperAnswer,
  helperFunction,
  pythonZip,
  type Replay,
  type Stage,
} from "./replay.ts";

/** Recordings of requests that AWS rejects: malformed names, missing resources, sizes beyond the limits. */

const FunctionName = "fn";
const ARN = "arn:aws:lambda:us-east-1:000000000000:function";

const create = (more: Shape = {}) => call("CreateFunction", { ...directFunction(FunctionName), ...more });

async function createRefusals(stage: Stage) {
  await stage.step("invalid_role_arn_exc", create({ Role: "r1" }));
  await stage.step("invalid_runtime_exc", create({ Runtime: "non-existent-runtime" }));
  await stage.step("uppercase_runtime_exc", create({ Runtime: "PYTHON3.9" }));
  stage.skip("empty_architectures"); // botocore itself rejected this request before sending it.
  await stage.step("multiple_architectures", create({ Architectures: ["x86_64", "arm64"] }));
  await stage.step("uppercase_architecture", create({ Architectures: ["X86_64"] }));
  const text = Buffer.from("this is not a zipfile, just a random string");
  await stage.step("invalid_zip_exc", create({ Code: { ZipFile: text } }));
}

async function updateRefusals(stage: Stage) {
  await stage.send(create());
  stage.settle();
  const update = (more: Shape) => call("UpdateFunctionConfiguration", { FunctionName, ...more });
  await stage.step("invalid_role_arn_exc", update({ Role: "r1" }));
  await stage.step("invalid_runtime_exc", update({ Runtime: "non-existent-runtime" }));
  await stage.step("uppercase_runtime_exc", update({ Runtime: "PYTHON3.9" }));
}

async function functionArns(stage: Stage) {
  const helped = async (name: string) => {
    const ZipFile = Buffer.concat([pythonZip]);
    return helperAnswer(await stage.send(call("CreateFunction", { ...helperFunction(name), Code: { ZipFile } })));
  };
  stage.check("create-function-arn-response", await helped(`${ARN}:by-arn`));
  stage.check("create-function-partial-arn-response", await helped("000000000000:function:by-partial-arn"));
  const named = (name: string) => create({ FunctionName: name });
  await stage.step("invalid_function_name_exc", named("invalid:function:name"));
  await stage.step("long_function_name_exc", named("a".repeat(65)));
  await stage.step("long_function_arn_exc", named(`${ARN}:`.padEnd(141, "a")));
  await stage.step("function_arn_other_region_exc", named("arn:aws:lambda:ap-southeast-1:000000000000:function:fn"));
  await stage.step("function_arn_other_account_exc", named("arn:aws:lambda:us-east-1:123456789012:function:fn"));
}

const OPERATIONS: Readonly<Record<string, Call["operation"]>> = {
  get_function: "GetFunction",
  get_function_configuration: "GetFunctionConfiguration",
  get_function_url_config: "GetFunctionUrlConfig",
  get_function_code_signing_config: "GetFunctionCodeSigningConfig",
  get_function_event_invoke_config: "GetFunctionEventInvokeConfig",
  get_function_concurrency: "GetFunctionConcurrency",
  delete_function: "DeleteFunction",
  create_function: "CreateFunction",
  invoke: "Invoke",
};

function on(operation: string, input: Shape): Call {
  const name = OPERATIONS[operation];
  if (!name) throw new Error(`no operation ${operation}`);
  if (name !== "CreateFunction") return call(name, input);
  // Creating takes no qualifier, so the recorded test appended it to the name.
  const { Qualifier, ...rest } = input;
  const named = `${rest["FunctionName"]}${Qualifier === undefined ? "" : `:${Qualifier}`}`;
  return create({ ...rest, FunctionName: named });
}

const inOtherRegion =
  (operation: string): Replay =>
  async (stage) => {
    const name = "arn:aws:lambda:eu-central-1:000000000000:function:fn";
    await stage.step("wrong_region_exception", on(operation, { FunctionName: name }));
  };

const onMissingFunction =
  (operation: string): Replay =>
  async (stage) => {
    await stage.step("not_found_exception", on(operation, { FunctionName: "nonexisting" }));
  };

const onMissingVersion =
  (operation: string): Replay =>
  async (stage) => {
    await stage.send(create());
    await stage.step("version_not_found_exception", on(operation, { FunctionName, Qualifier: "1221" }));
  };

const onMismatch =
  (operation: string): Replay =>
  async (stage) => {
    const name = `${ARN}:some-function:$LATEST`;
    await stage.step("not_match_exception", on(operation, { FunctionName: name, Qualifier: "1" }));
    await stage.step("match_exception", on(operation, { FunctionName: name, Qualifier: "$LATEST" }));
  };

async function deleteMissing(stage: Stage) {
  await stage.send(create());
  await stage.send(call("DeleteFunction", { FunctionName, Qualifier: "1221" }));
  await stage.send(call("DeleteFunction", { FunctionName }));
  await stage.step("delete_function_response_non_existent", call("DeleteFunction", { FunctionName }));
  const qualified = call("DeleteFunction", { FunctionName, Qualifier: "1221" });
  await stage.step("delete_function_response_non_existent_with_qualifier", qualified);
}

/** The recorded cases of names and qualifiers, and the members that they send. */
const NAMES: Readonly<Record<string, Shape>> = {
  function_name_is_single_invalid: { FunctionName: "*" },
  invalid_characters_in_function_name: { FunctionName: "my-function!" },
  invalid_characters_in_qualifier: { FunctionName: "my-function", Qualifier: "invalid!" },
  function_name_too_long: { FunctionName: "a".repeat(65) },
  function_name_too_long_and_invalid_region: {
    FunctionName: `arn:aws:lambda:invalid-region:000000000000:function:my-function${"a".repeat(170)}`,
  },
  full_arn_and_qualifier_too_long_and_invalid_region: {
    FunctionName: `arn:aws:lambda:invalid-region:000000000000:function:my-function-${"a".repeat(170)}`,
    Qualifier: "a".repeat(129),
  },
  function_name_and_qualifier_too_long: { FunctionName: "my-function", Qualifier: "a".repeat(65) },
  qualifier_too_long: { FunctionName: "my-function", Qualifier: "a".repeat(129) },
  qualifier_too_long0: { FunctionName: "my-function", Qualifier: "a".repeat(129) },
  qualifier_too_long1: { FunctionName: "my-function", Qualifier: "a".repeat(65) },
  invalid_account_id_in_partial_arn: { FunctionName: "invalid-account:function:my-function" },
  invalid_region_in_arn: { FunctionName: "arn:aws:lambda:invalid-region:000000000000:function:my-function" },
  non_lambda_arn: { FunctionName: "arn:aws:ec2:us-east-1:000000000000:instance:i-1234567890abcdef0" },
  full_arn_with_multiple_qualifiers: { FunctionName: `${ARN}:my-function:1:2` },
  incomplete_arn: { FunctionName: "arn:aws:lambda:us-east-1:000000000000:function" },
  partial_arn_with_extra_qualifier: { FunctionName: "function:my-function:$LATEST:extra" },
  latest_version_with_additional_qualifier: { FunctionName: `${ARN}:my-function:$LATEST`, Qualifier: "1" },
  lowercase_latest_qualifier: { FunctionName: `${ARN}:my-function`, Qualifier: "$latest" },
  missing_region_in_arn: { FunctionName: "arn:aws:lambda::000000000000:function:my-function" },
  missing_account_id_in_arn: { FunctionName: "arn:aws:lambda:us-east-1::function:my-function" },
  misspelled_latest_in_arn: { FunctionName: `${ARN}:my-function:$LATES` },
};

const ofName =
  (caseName: string, operation: string): Replay =>
  async (stage) => {
    const answer = await stage.send(on(operation, NAMES[caseName] ?? {}));
    // AWS accepts three of the names for a new function; those recordings have no steps.
    if (stage.isToCome(`${operation}_exception`)) stage.check(`${operation}_exception`, violationsOf(answer));
    else if ("Error" in answer) stage.differences.push(`refused: ${JSON.stringify(answer["Error"])}`);
  };

/** These recordings store the violations of a request as a list. */
function violationsOf(answer: Answer): Shape {
  const { Code, Message } = answer["Error"] as { Code: string; Message: string };
  const [, count, errors] = /^(\d+) validation errors? detected: (.*)$/s.exec(Message) ?? [];
  if (errors === undefined) return { Code, Message };
  return { Code, Count: Number(count), Errors: errors.split("; ") };
}

const deprecatedRuntime =
  (runtime: string): Replay =>
  async (stage) => {
    await stage.step("deprecation_error", create({ Runtime: runtime }));
  };

async function invalidInvoke(stage: Stage) {
  const name = "arn:aws:lambda:us-east-1:123400000000@function:myfn";
  await stage.step("invoke_function_name_pattern_exc", call("Invoke", { FunctionName: name }));
}

const oversizedEnvironment =
  (step: string, variables: (filler: string) => Record<string, string>): Replay =>
  async (stage) => {
    const room = 4097 - JSON.stringify(variables("")).length;
    await stage.step(step, create({ Environment: { Variables: variables("x".repeat(room)) } }));
  };

async function environmentNearLimit(stage: Stage) {
  const Environment = { Variables: { LARGE_VAR: "x".repeat(4096 - '{"LARGE_VAR":""}'.length) } };
  const answer = await stage.send(call("CreateFunction", { ...helperFunction(FunctionName), Environment }));
  stage.check("successful_create_fn_result", helperAnswer(answer));
}

/** The size of a request is checked before its content. */
const oversizedZip =
  (sizeBytes: number): Replay =>
  async (stage) => {
    await stage.step("invalid_param_exc", create({ Code: { ZipFile: Buffer.alloc(sizeBytes) } }));
  };

async function oversizedUnzipped(stage: Stage) {
  const S3 = { Bucket: "code-bucket", Key: "large.zip" };
  await stage.harness.s3.send(new CreateBucketCommand({ Bucket: S3.Bucket }));
  await stage.harness.s3.send(new PutObjectCommand({ ...S3, Body: zipClaiming(262_144_001) }));
  await stage.step("invalid_param_exc", create({ Code: { S3Bucket: S3.Bucket, S3Key: S3.Key } }));
}

/** A zip whose directory claims this size for its only file. */
function zipClaiming(sizeBytes: number): Uint8Array {
  const zip = Buffer.from(zipOf({ "large.bin": "small" }));
  const entry = zip.indexOf(Buffer.from("PK\u0001\u0002"));
  zip.writeUInt32LE(sizeBytes, entry + 24);
  return zip;
}

async function invalidSnapStart(stage: Stage) {
  await stage.step("create_function_invalid_snapstart_apply", create({ SnapStart: { ApplyOn: "invalidOption" } }));
}

export const REFUSAL_REPLAYS: Readonly<Record<string, Replay>> = {
  "TestLambdaFunction::test_create_lambda_exceptions": createRefusals,
  "TestLambdaFunction::test_update_lambda_exceptions": updateRefusals,
  "TestLambdaFunction::test_function_arns": functionArns,
  "TestLambdaFunction::test_delete_on_nonexisting_version": deleteMissing,
  "TestLambdaFunction::test_invalid_invoke": invalidInvoke,
  "TestLambdaSizeLimits::test_large_environment_variables_fails": oversizedEnvironment(
    "failed_create_fn_result",
    (LARGE_VAR) => ({ LARGE_VAR }),
  ),
  "TestLambdaSizeLimits::test_large_environment_fails_multiple_keys": oversizedEnvironment(
    "failured_create_fn_result_multi_key",
    (LARGE_VAR) => ({ SMALL_VAR: "ok", LARGE_VAR }),
  ),
  "TestLambdaSizeLimits::test_lambda_envvars_near_limit_succeeds": environmentNearLimit,
  "TestLambdaSizeLimits::test_oversized_request_create_lambda": oversizedZip(52_700_000),
  "TestLambdaSizeLimits::test_oversized_zipped_create_lambda": oversizedZip(52_428_801),
  "TestLambdaSizeLimits::test_oversized_unzipped_lambda": oversizedUnzipped,
  "TestLambdaSizeLimits::test_oversized_lambda": oversizedUnzipped,
  "TestLambdaSnapStart::test_snapstart_exceptions": invalidSnapStart,
};

/** Recordings that differ in a parameter, which follows their name in brackets. */
export const REFUSAL_FAMILIES: readonly (readonly [RegExp, (...parameters: string[]) => Replay])[] = [
  [/^TestLambdaFunction::test_get_function_wrong_region\[(\w+)\]$/, inOtherRegion],
  [/^TestLambdaFunction::test_ops_on_nonexisting_fn\[(\w+)\]$/, onMissingFunction],
  [/^TestLambdaFunction::test_ops_on_nonexisting_version\[(\w+)\]$/, onMissingVersion],
  [/^TestLambdaFunction::test_ops_with_arn_qualifier_mismatch\[(\w+)\]$/, onMismatch],
  [/^TestLambdaFunction::test_function_name_and_qualifier_validation\[(\w+)-(\w+)\]$/, ofName],
  [
    /^TestRuntimeValidation::test_create_deprecated_function_runtime_with_validation_enabled\[(.+)\]$/,
    deprecatedRuntime,
  ],
];
