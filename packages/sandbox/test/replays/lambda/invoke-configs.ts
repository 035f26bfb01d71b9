import type { Shape } from "#sandbox/core/contract";
import { type Answer, call, helperFunction, otherPythonZip, type Replay, type Stage } from "./replay.ts";

/** Recordings about asynchronous invocation. */

const FunctionName = "fn";
const ARN = "arn:aws:lambda:us-east-1:000000000000:function:fn";

async function create(stage: Stage): Promise<void> {
  await stage.send(call("CreateFunction", helperFunction(FunctionName)));
  stage.settle();
}

const invokeConfig = (operation: "Put" | "Get" | "Update" | "Delete", more: Shape = {}) =>
  call(`${operation}FunctionEventInvokeConfig`, { FunctionName, ...more });

async function invokeLifecycle(stage: Stage) {
  await create(stage);
  const list = call("ListFunctionEventInvokeConfigs", { FunctionName });
  await stage.step("put_invokeconfig_retries_0", invokeConfig("Put", { MaximumRetryAttempts: 0 }));
  await stage.step("put_invokeconfig_eventage_60", invokeConfig("Put", { MaximumEventAgeInSeconds: 60 }));
  await stage.step("update_invokeconfig_eventage_nochange", invokeConfig("Update", { MaximumEventAgeInSeconds: 60 }));
  await stage.step("update_invokeconfig_retries", invokeConfig("Update", { MaximumRetryAttempts: 1 }));
  await stage.step("get_invokeconfig", invokeConfig("Get"));
  await stage.step("get_invokeconfig_latest", invokeConfig("Get", { Qualifier: "$LATEST" }));
  await stage.step("list_single_invokeconfig", list);
  await stage.step("publish_version_result", call("PublishVersion", { FunctionName }));
  const ofVersion = { Qualifier: "1" };
  await stage.step("get_invokeconfig_postpublish", invokeConfig("Get", ofVersion));
  await stage.step("put_published_invokeconfig", invokeConfig("Put", { ...ofVersion, MaximumEventAgeInSeconds: 120 }));
  await stage.step("get_published_invokeconfig", invokeConfig("Get", ofVersion));
  await stage.send(invokeConfig("Delete"));
  await stage.step("list_paging_nolimit_postdelete", list);
}

async function invokeRefusals(stage: Stage) {
  await create(stage);
  await stage.send(call("CreateFunction", { ...helperFunction("other"), Code: { ZipFile: otherPythonZip } }));
  await stage.step("fn_version_result", call("PublishVersion", { FunctionName }));
  const Name = "eventinvokealias";
  await stage.step("fn_alias_result", call("CreateAlias", { FunctionName, Name, FunctionVersion: "1" }));
  const put = (step: string, more: Shape) => stage.step(`put_${step}`, invokeConfig("Put", more));
  await destinations(put);
  await qualifiers(put, Name);
  await overwriting(stage, put);
  await removal(stage, Name);
}

type Put = (step: string, more: Shape) => Promise<Answer>;

async function destinations(put: Put) {
  const onSuccess = (Destination: string) => ({ DestinationConfig: { OnSuccess: { Destination } } });
  await put("functionname_name_notfound", { FunctionName: "doesnotexist", MaximumRetryAttempts: 1 });
  await put("functionname_arn_notfound", { FunctionName: ARN.replace(/fn$/, "doesnotexist"), MaximumRetryAttempts: 1 });
  await put("functionname_nootherargs", { FunctionName: "doesnotexist" });
  await put("destination_lambda_doesntexist", onSuccess(ARN.replace(/fn$/, "doesnotexist")));
  await put("destination_recursive", onSuccess(ARN));
  await put("destination_other_lambda", onSuccess(ARN.replace(/fn$/, "other")));
  await put("destination_invalid_service_arn", onSuccess(ARN.replace(":lambda:", ":iam:")));
  await put("destination_success_no_destination_arn", { DestinationConfig: { OnSuccess: {} } });
  await put("destination_failure_no_destination_arn", { DestinationConfig: { OnFailure: {} } });
  const OnFailure = { Destination: ARN.replace(":lambda:", ":_-/!lambda:") };
  await put("destination_invalid_arn_pattern", { DestinationConfig: { OnFailure } });
}

async function qualifiers(put: Put, alias: string) {
  const once = (step: string, name: string, Qualifier?: string) =>
    put(step, { FunctionName: name, MaximumRetryAttempts: 1, ...(Qualifier ? { Qualifier } : {}) });
  await once("destination_latest", "fn");
  await once("destination_latest_explicit_qualifier", "fn", "$LATEST");
  await once("destination_version", "fn", "1");
  await once("alias_functionname_qualifier", "fn", alias);
  await once("alias_doesnotexist", "fn", `${alias}doesnotexist`);
  await once("alias_qualifiedarn", `${ARN}:${alias}`);
  await once("alias_qualifiedarn_qualifier", `${ARN}:${alias}`, alias);
  await once("alias_qualifiedarn_qualifierconflict", `${ARN}:${alias}`, `${alias}doesnotexist`);
  await once("alias_shorthand", `fn:${alias}`);
  await once("alias_shorthand_qualifier", `fn:${alias}`, alias);
  await once("alias_shorthand_qualifierconflict", `fn:${alias}`, `${alias}doesnotexist`);
  await once("version_shorthand", "fn:1");
  await once("shorthand_qualifier_match", "fn:$LATEST", "$LATEST");
  await once("shorthand_qualifier_mismatch_1", "fn:1", "$LATEST");
  await once("shorthand_qualifier_mismatch_2", "fn:$LATEST", "1");
  await once("shorthand_qualifier_mismatch_3", "fn:1", alias);
}

async function overwriting(stage: Stage, put: Put) {
  const both = { MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 60 };
  const retries = { MaximumRetryAttempts: 0 };
  await put("maxevent_maxvalue_result", { MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 21_600 });
  await put("pre_overwrite", both);
  await put("post_overwrite", retries);
  await stage.step("second_overwrite_existing_response", invokeConfig("Put", retries));
  await stage.step("get_post_overwrite", invokeConfig("Get"));
  await stage.step("pre_update_response", invokeConfig("Put", both));
  await stage.step("update_response", invokeConfig("Update", retries));
  await stage.step("update_response_existing", invokeConfig("Update", retries));
}

async function removal(stage: Stage, alias: string) {
  const list = (name: string) => call("ListFunctionEventInvokeConfigs", { FunctionName: name });
  const retries = { MaximumRetryAttempts: 0 };
  const missing = { FunctionName: "doesnotexist" };
  await stage.step("list_configs", list(FunctionName));
  await stage.step("delete_latest", invokeConfig("Delete", { Qualifier: "$LATEST" }));
  await stage.step("delete_version", invokeConfig("Delete", { Qualifier: "1" }));
  await stage.step("delete_alias", invokeConfig("Delete", { Qualifier: alias }));
  await stage.step("list_configs_postdelete", list(FunctionName));
  await stage.step("delete_function_not_found", invokeConfig("Delete"));
  await stage.step("delete_function_doesnotexist", invokeConfig("Delete", missing));
  await stage.step("list_function_doesnotexist", list("doesnotexist"));
  await stage.step("get_function_doesnotexist", invokeConfig("Get", missing));
  await stage.step("get_qualifier_doesnotexist", invokeConfig("Get", { Qualifier: "doesnotexist" }));
  await stage.step(
    "update_eventinvokeconfig_function_doesnotexist",
    invokeConfig("Update", { ...missing, ...retries }),
  );
  const ofAlias = { FunctionName: `${ARN}:${alias}` };
  await stage.step("get_eventinvokeconfig_doesnotexist", invokeConfig("Get", ofAlias));
  const step = "update_eventinvokeconfig_config_doesnotexist";
  await stage.step(`${step}_with_qualifier`, invokeConfig("Update", { ...ofAlias, ...retries }));
  await stage.step(`${step}_without_qualifier`, invokeConfig("Update", { FunctionName: ARN, ...retries }));
}

export const INVOKE_CONFIG_REPLAYS: Readonly<Record<string, Replay>> = {
  "TestLambdaEventInvokeConfig::test_lambda_eventinvokeconfig_lifecycle": invokeLifecycle,
  "TestLambdaEventInvokeConfig::test_lambda_eventinvokeconfig_exceptions": invokeRefusals,
};
