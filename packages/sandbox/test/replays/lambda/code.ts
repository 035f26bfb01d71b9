import { CreateBucketCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import type { Shape } from "#sandbox/core/contract";
import { zipOf } from "../../sandbox-harness.ts";
import { call, directFunction, helperFunction, type Replay, readStep, type Stage } from "./replay.ts";

/** Recordings about layers and container images. */

const FunctionName = "fn";
const LayerName = "layer";
const ACCOUNT = "arn:aws:lambda:us-east-1:000000000000";
const LAYER = `${ACCOUNT}:layer:${LayerName}`;
const layerZip = zipOf({ "python/testlayer.py": "def hello(): return 42" });

const get = (more: Shape = {}) => call("GetFunction", { FunctionName, ...more });
const getConfiguration = () => call("GetFunctionConfiguration", { FunctionName });
const configure = (more: Shape) => call("UpdateFunctionConfiguration", { FunctionName, ...more });

async function create(stage: Stage): Promise<void> {
  await stage.send(call("CreateFunction", helperFunction(FunctionName)));
  stage.settle();
}

const layer = (more: Shape = {}) => call("PublishLayerVersion", { LayerName, Content: { ZipFile: layerZip }, ...more });
const FITTING = { CompatibleRuntimes: ["python3.12"], CompatibleArchitectures: ["x86_64"] };

async function layerLifecycle(stage: Stage) {
  await create(stage);
  await stage.step("get_fn_result", get());
  await stage.step("get_fn_config_result", getConfiguration());
  const described = { ...FITTING, Description: "a layer", LicenseInfo: "MIT" };
  await stage.step("publish_result", layer(described));
  await stage.step("publish_result_2", layer(described));
  await stage.step("update_fn_config", configure({ Layers: [`${LAYER}:1`] }));
  stage.settle();
  await stage.step("get_fn_config", getConfiguration());
  const version = (VersionNumber: number) => ({ LayerName, VersionNumber });
  await stage.step("get_layer_ver_result", call("GetLayerVersion", version(1)));
  await stage.step("get_layer_by_arn_version", call("GetLayerVersionByArn", { Arn: `${LAYER}:1` }));
  await stage.step("list_layer_versions_predelete", call("ListLayerVersions", { LayerName }));
  await stage.step("delete_layer_1", call("DeleteLayerVersion", version(1)));
  await stage.step("get_fn_config_postdelete", getConfiguration());
  await stage.step("delete_layer_2", call("DeleteLayerVersion", version(2)));
  await stage.step("list_layer_versions_postdelete", call("ListLayerVersions", { LayerName }));
  await stage.step("publish_result_3", layer(described));
}

async function layerFromS3(stage: Stage) {
  const S3 = { Bucket: "layer-bucket", Key: "layer.zip" };
  await stage.harness.s3.send(new CreateBucketCommand({ Bucket: S3.Bucket }));
  await stage.harness.s3.send(new PutObjectCommand({ ...S3, Body: layerZip }));
  const Content = { S3Bucket: S3.Bucket, S3Key: S3.Key };
  await stage.step("publish_layer_result", call("PublishLayerVersion", { LayerName, Content }));
}

const onVersion = (more: Shape = {}) => ({ LayerName, VersionNumber: 1, ...more });
const permitLayer = (more: Shape = {}) =>
  call("AddLayerVersionPermission", {
    ...onVersion({ Action: "lambda:GetLayerVersion", Principal: "*", StatementId: "s1" }),
    ...more,
  });
const layerPolicy = (more: Shape = {}) => call("GetLayerVersionPolicy", onVersion(more));
const forbidLayer = (StatementId: string, more: Shape = {}) =>
  call("RemoveLayerVersionPermission", onVersion({ StatementId, ...more }));

async function layerPolicyLifecycle(stage: Stage) {
  await stage.step("publish_result", layer(FITTING));
  await readStep(stage, "add_policy_s1", permitLayer());
  await readStep(stage, "get_layer_version_policy", layerPolicy());
  await readStep(stage, "add_policy_s2", permitLayer({ StatementId: "s2" }));
  await readStep(stage, "get_layer_version_policy_postadd2", layerPolicy());
  await stage.step("remove_s2", forbidLayer("s2"));
  await readStep(stage, "get_layer_version_policy_postdeletes2", layerPolicy());
}

async function layerPolicyRefusals(stage: Stage) {
  await stage.step("publish_result", layer(FITTING));
  await stage.step("layer_permission_nopolicy_get", layerPolicy());
  await readStep(stage, "add_layer_permission_result", permitLayer());
  await stage.step("layer_permission_action_invalid", permitLayer({ StatementId: "s2", Action: "*" }));
  await stage.step("layer_permission_duplicate_statement", permitLayer());
  await stage.step("layer_permission_wrong_revision", permitLayer({ StatementId: "s2", RevisionId: "wrong" }));
  for (const [what, where] of [
    ["layername", { LayerName: `${LayerName}-doesnotexist` }],
    ["layerversion", { VersionNumber: 2 }],
  ] as const) {
    await stage.step(`layer_permission_${what}_doesnotexist_add`, permitLayer({ StatementId: "s2", ...where }));
    await stage.step(`layer_permission_${what}_doesnotexist_get`, layerPolicy(where));
    await stage.step(`layer_permission_${what}_doesnotexist_remove`, forbidLayer("s1", where));
  }
  await stage.step("layer_permission_statementid_doesnotexist_remove", forbidLayer("doesnotexist"));
  await stage.step("layer_permission_wrong_revision_remove", forbidLayer("s1", { RevisionId: "wrong" }));
}

async function layersOfFunction(stage: Stage) {
  const fitting = { CompatibleRuntimes: [], CompatibleArchitectures: ["x86_64"] };
  await stage.step("publish_result", layer(fitting));
  await stage.step("publish_result_2", layer(fitting));
  await stage.step("publish_result_3", layer(fitting));
  await create(stage);
  await stage.step("get_fn_result", get());
  const use = (step: string, ...Layers: string[]) => stage.step(step, configure({ Layers }));
  await use("two_layer_versions_single_function_exc", `${LAYER}:1`, `${LAYER}:2`);
  await use("three_layer_versions_single_function_exc", `${LAYER}:1`, `${LAYER}:2`, `${LAYER}:3`);
  await use("two_identical_layer_versions_single_function_exc", `${LAYER}:1`, `${LAYER}:1`);
  await use("add_nonexistent_layer_exc", `${ACCOUNT}:layer:doesnotexist:1`);
  await use("add_nonexistent_layer_version_exc", `${LAYER}:9`);
  await use("add_layer_arn_without_version_exc", LAYER);
  const elsewhere = { FunctionName: "other", Layers: [`${LAYER}:1`.replace("us-east-1", "us-west-2")] };
  await stage.step(
    "create_function_with_layer_in_different_region",
    call("CreateFunction", { ...directFunction("other"), ...elsewhere }),
  );
}

async function sixLayers(stage: Stage) {
  const names = ["a", "b", "c", "d", "e", "f"];
  for (const name of names) await stage.send(layer({ LayerName: name }));
  const Layers = names.map((name) => `${ACCOUNT}:layer:${name}:1`);
  const made = call("CreateFunction", { ...directFunction(FunctionName), Layers });
  await stage.step("create_function_with_six_layers", made);
}

async function layerRefusals(stage: Stage) {
  stage.skip("list_layers_exc_compatibleruntime_invalid"); // The recording lists every runtime that AWS had then.
  await stage.step("publish_result", layer(FITTING));
  const list = call("ListLayers", { CompatibleArchitecture: "archdoesnotexist" });
  await stage.step("list_layers_exc_compatiblearchitecture_invalid", list);
  await stage.step("list_nonexistent_layer", call("ListLayerVersions", { LayerName: "missing" }));
  const version = (VersionNumber: number, name = LayerName) => ({ LayerName: name, VersionNumber });
  const getVersion = (step: string, target: Shape) =>
    stage.step(`get_layer_version_exc_${step}`, call("GetLayerVersion", target));
  await getVersion("layer_doesnotexist", version(1, "missing"));
  await getVersion("layer_version_doesnotexist_negative", version(-1));
  await getVersion("layer_version_doesnotexist_zero", version(0));
  await getVersion("layer_version_doesnotexist_2", version(2));
  await stage.step("get_layer_version_by_arn_exc_invalidarn", call("GetLayerVersionByArn", { Arn: LAYER }));
  await stage.step(
    "get_layer_version_by_arn_exc_nonexistentversion",
    call("GetLayerVersionByArn", { Arn: `${LAYER}:2` }),
  );
  const remove = (step: string, target: Shape) => stage.step(step, call("DeleteLayerVersion", target));
  await remove("delete_nonexistent_response", version(1, "missing"));
  await remove("delete_nonexistent_version_response", version(2));
  await remove("delete_layer_response", version(1));
  await remove("delete_layer_again_response", version(1));
  await remove("delete_layer_version_exc_layerversion_invalid_version", version(-1));
  const empty = { LayerName: "empty", CompatibleRuntimes: [], CompatibleArchitectures: [] };
  await stage.step("publish_empty_result", layer(empty));
  const invalid = { CompatibleRuntimes: ["invalidruntime"], CompatibleArchitectures: ["invalidarch"] };
  await stage.step("publish_layer_version_exc_invalid_runtime_arch", layer(invalid));
  const partly = {
    CompatibleRuntimes: ["invalidruntime", "invalidruntime2", "nodejs20.x"],
    CompatibleArchitectures: ["invalidarch", "x86_64"],
  };
  await stage.step("publish_layer_version_exc_partially_invalid_values", layer(partly));
}

async function layerCompatibilities(stage: Stage) {
  const { CompatibleRuntimes, CompatibleArchitectures } = stage.recording["publish_result"] as Shape;
  await stage.step("publish_result", layer({ CompatibleRuntimes, CompatibleArchitectures }));
}

const IMAGE = "000000000000.dkr.ecr.us-east-1.amazonaws.com/repository:latest";
const OTHER_IMAGE = IMAGE.replace("repository", "other");

async function createImage(stage: Stage, step: string, more: Shape = {}): Promise<void> {
  const { Handler, Runtime, ...members } = directFunction(FunctionName);
  const image = { PackageType: "Image", Code: { ImageUri: IMAGE }, Environment: { Variables: { CUSTOM_ENV: "test" } } };
  await stage.step(step, call("CreateFunction", { ...members, ...image, ...more }));
  stage.settle();
}

async function imageLifecycle(stage: Stage) {
  await createImage(stage, "create-image-response");
  await stage.step("get-function-code-response", get());
  await stage.step("get-function-config-response", getConfiguration());
  await stage.step("image-to-zipfile-error", call("UpdateFunctionCode", { FunctionName, ZipFile: layerZip }));
  await stage.step(
    "update-function-code-response",
    call("UpdateFunctionCode", { FunctionName, ImageUri: OTHER_IMAGE }),
  );
  stage.settle();
  await stage.step("get-function-code-response-after-update", get());
  await stage.step("get-function-config-response-after-update", getConfiguration());
}

async function imageConfig(stage: Stage) {
  const ImageConfig = { EntryPoint: ["sh"], Command: ["-c", "echo test"], WorkingDirectory: "/app1" };
  await createImage(stage, "create-image-with-config-response", { ImageConfig });
  await stage.step("get-function-code-with-config-response", get());
  await stage.step("get-function-config-with-config-response", getConfiguration());
  const changed = { Command: ["-c", "echo test1"], WorkingDirectory: "/app1" };
  await stage.step("update-function-code-response", configure({ ImageConfig: changed }));
  stage.settle();
  await stage.step("get-function-code-response-after-update", get());
  await stage.step("get-function-config-response-after-update", getConfiguration());
  await stage.step("update-function-code-delete-imageconfig-response", configure({ ImageConfig: {} }));
  stage.settle();
  await stage.step("get-function-code-response-after-delete-imageconfig", get());
  await stage.step("get-function-config-response-after-delete-imageconfig", getConfiguration());
}

async function zipToImage(stage: Stage) {
  const members = { ...directFunction(FunctionName), Handler: "handler.handler" };
  await stage.step("create-image-response", call("CreateFunction", members));
  stage.settle();
  await stage.step("get-function-code-response", get());
  await stage.step("get-function-config-response", getConfiguration());
  await stage.step("zipfile-to-image-error", call("UpdateFunctionCode", { FunctionName, ImageUri: IMAGE }));
  await stage.step("get-function-code-response-after-update", get());
  await stage.step("get-function-config-response-after-update", getConfiguration());
}

async function imageVersions(stage: Stage) {
  const publish = (more: Shape) => call("PublishVersion", { FunctionName, ...more });
  await createImage(stage, "create_image_response", { Publish: true });
  await stage.step("get_function_result", get());
  await stage.step("list_versions_result", call("ListVersionsByFunction", { FunctionName }));
  await stage.step("first_update_response", configure({ Description: "Second version :)" }));
  stage.settle();
  await stage.step("first_update_get_function", get());
  const Description = "Second version description :)";
  await stage.step("invalid_sha_publish", publish({ Description, CodeSha256: "a".repeat(64) }));
  await stage.step("first_publish_response", publish({ Description }));
  await stage.step("second_update_response", configure({ Description: "Third version :)" }));
  stage.settle();
  await stage.step("second_update_get_function", get());
  await stage.step("second_publish_response", publish({ Description: "Third version description :)" }));
}

export const CODE_REPLAYS: Readonly<Record<string, Replay>> = {
  "TestLambdaLayer::test_layer_lifecycle": layerLifecycle,
  "TestLambdaLayer::test_layer_policy_lifecycle": layerPolicyLifecycle,
  "TestLambdaLayer::test_layer_policy_exceptions": layerPolicyRefusals,
  "TestLambdaLayer::test_layer_s3_content": layerFromS3,
  "TestLambdaLayer::test_layer_function_exceptions": layersOfFunction,
  "TestLambdaLayer::test_layer_function_quota_exception": sixLayers,
  "TestLambdaLayer::test_layer_exceptions": layerRefusals,
  "TestLambdaLayer::test_layer_compatibilities[runtimes0]": layerCompatibilities,
  "TestLambdaLayer::test_layer_compatibilities[runtimes1]": layerCompatibilities,
  "TestLambdaLayer::test_layer_compatibilities[runtimes2]": layerCompatibilities,
  "TestLambdaImages::test_lambda_image_crud": imageLifecycle,
  "TestLambdaImages::test_lambda_image_and_image_config_crud": imageConfig,
  "TestLambdaImages::test_lambda_zip_file_to_image": zipToImage,
  "TestLambdaImages::test_lambda_image_versions": imageVersions,
};
