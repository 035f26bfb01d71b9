import type { Shape } from "#sandbox/core/contract";
import { type Answer, call, helperFunction, type Replay, type Stage } from "./replay.ts";

/** Recordings about code signing. */

const FunctionName = "fn";
const MISSING = "csc-test-doesnotexist";
const MISSING_CONFIG = `arn:aws:lambda:us-east-1:000000000000:code-signing-config:csc-${"1".repeat(17)}`;

async function createConfig(stage: Stage): Promise<Shape> {
  const answer = await stage.step(
    "create_code_signing_config",
    call("CreateCodeSigningConfig", {
      Description: "Testing CodeSigning Config",
      AllowedPublishers: {
        SigningProfileVersionArns: ["arn:aws:signer:us-east-1:000000000000:/signing-profiles/test"],
      },
      CodeSigningPolicies: { UntrustedArtifactOnDeployment: "Enforce" },
    }),
  );
  const { CodeSigningConfigArn } = answer["CodeSigningConfig"] as Answer;
  await stage.send(call("CreateFunction", helperFunction(FunctionName)));
  stage.settle();
  return { CodeSigningConfigArn };
}

async function lifecycle(stage: Stage) {
  const config = await createConfig(stage);
  const warning = { ...config, CodeSigningPolicies: { UntrustedArtifactOnDeployment: "Warn" } };
  await stage.step("update_code_signing_config", call("UpdateCodeSigningConfig", warning));
  await stage.step("get_code_signing_config", call("GetCodeSigningConfig", config));
  const ofFunction = call("PutFunctionCodeSigningConfig", { FunctionName, ...config });
  await stage.step("put_function_code_signing_config", ofFunction);
  await stage.step("get_function_code_signing_config", call("GetFunctionCodeSigningConfig", { FunctionName }));
  const { CodeSigningConfigs } = await stage.send(call("ListCodeSigningConfigs", {}));
  stage.check("list_code_signing_configs", (CodeSigningConfigs as Answer[])[0]);
  await stage.step("list_functions_by_code_signing_config", call("ListFunctionsByCodeSigningConfig", config));
  await stage.step("delete_function_code_signing_config", call("DeleteFunctionCodeSigningConfig", { FunctionName }));
  await stage.step("delete_code_signing_config", call("DeleteCodeSigningConfig", config));
}

async function missing(stage: Stage) {
  const config = await createConfig(stage);
  const noConfig = { CodeSigningConfigArn: MISSING_CONFIG };
  const noFunction = { FunctionName: MISSING };
  await stage.step("delete_csc_notfound", call("DeleteCodeSigningConfig", noConfig));
  await stage.step("nothing_to_delete_response", call("DeleteFunctionCodeSigningConfig", { FunctionName }));
  await stage.step("delete_function_csc_fnnotfound", call("DeleteFunctionCodeSigningConfig", noFunction));
  const put = (input: Shape) => call("PutFunctionCodeSigningConfig", input);
  await stage.step("put_function_csc_invalid_fnname", put({ ...noFunction, ...config }));
  await stage.step("put_function_csc_invalid_csc_arn", put({ FunctionName, ...noConfig }));
  await stage.step("put_function_csc_invalid_both", put({ ...noFunction, ...noConfig }));
  await stage.step("update_csc_invalid_csc_arn", call("UpdateCodeSigningConfig", { ...noConfig, Description: "new" }));
  await stage.step("update_csc_noupdates", call("UpdateCodeSigningConfig", noConfig));
  await stage.step("update_csc_noupdate_response", call("UpdateCodeSigningConfig", config));
  await stage.step("get_csc_invalid", call("GetCodeSigningConfig", noConfig));
  await stage.step("get_function_csc_fnwithoutcsc", call("GetFunctionCodeSigningConfig", { FunctionName }));
  await stage.step("get_function_csc_nonexistingfn", call("GetFunctionCodeSigningConfig", noFunction));
  await stage.step("list_functions_by_csc_fnwithoutcsc", call("ListFunctionsByCodeSigningConfig", config));
  await stage.step("list_functions_by_csc_invalid_cscarn", call("ListFunctionsByCodeSigningConfig", noConfig));
}

export const CODE_SIGNING_REPLAYS: Readonly<Record<string, Replay>> = {
  "TestCodeSigningConfig::test_function_code_signing_config": lifecycle,
  "TestCodeSigningConfig::test_code_signing_not_found_excs": missing,
};
