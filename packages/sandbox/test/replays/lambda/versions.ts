import type { Shape } from "#sandbox/core/contract";
import { type Answer, call, directFunction, helperAnswer, helperFunction, type Replay, type Stage } from "./replay.ts";

/** Recordings about aliases, revisions, permissions and concurrency. */

const FunctionName = "fn";

async function createDirect(stage: Stage, more: Shape = {}): Promise<Answer> {
  const answer = await stage.send(call("CreateFunction", { ...directFunction(FunctionName), ...more }));
  stage.settle();
  return answer;
}

async function createHelped(stage: Stage, more: Shape = {}): Promise<Answer> {
  const answer = await stage.send(call("CreateFunction", { ...helperFunction(FunctionName), ...more }));
  stage.settle();
  return helperAnswer(answer);
}

/** Publishes two versions that differ in a variable. */
async function publishTwo(stage: Stage): Promise<void> {
  await stage.step("publish_v1", call("PublishVersion", { FunctionName }));
  const Environment = { Variables: { testenv: "prod" } };
  await stage.send(call("UpdateFunctionConfiguration", { FunctionName, Environment }));
  stage.settle();
  await stage.step("publish_v2", call("PublishVersion", { FunctionName }));
}

const STAGING = { Environment: { Variables: { testenv: "staging" } } };
const alias = (Name: string, more: Shape = {}) => ({ FunctionName, Name, ...more });
const weights = (shares: Record<string, number>) => ({ RoutingConfig: { AdditionalVersionWeights: shares } });

async function aliasLifecycle(stage: Stage) {
  stage.check("create_response", await createDirect(stage, STAGING));
  await publishTwo(stage);
  const create = (Name: string, more: Shape) => call("CreateAlias", alias(Name, more));
  const get = (Name: string) => call("GetAlias", alias(Name));
  const Description = "custom-alias";
  const split = { FunctionVersion: "1", Description, ...weights({ "2": 0.2 }) };
  await stage.step("create_alias_1_1", create("aliasname1_1", split));
  await stage.step("get_alias_1_1", get("aliasname1_1"));
  const byQualifier = (Qualifier: string) => call("GetFunction", { FunctionName, Qualifier });
  const byArn = (qualifier: string) =>
    call("GetFunction", { FunctionName: `arn:aws:lambda:us-east-1:000000000000:function:fn:${qualifier}` });
  await stage.step("get_function_alias_1_1", byQualifier("aliasname1_1"));
  await stage.step("get_function_byarn_alias_1_1", byArn("aliasname1_1"));
  await stage.step("get_function_alias_notfound_exc", byQualifier("aliasdoesnotexist"));
  await stage.step("get_function_alias_byarn_notfound_exc", byArn("aliasdoesnotexist"));
  await stage.step("create_alias_1_2", create("aliasname1_2", { FunctionVersion: "1", Description }));
  await stage.step("get_alias_1_2", get("aliasname1_2"));
  await stage.step("create_alias_1_3", create("aliasname1_3", { FunctionVersion: "1" }));
  await stage.step("get_alias_1_3", get("aliasname1_3"));
  await stage.step("create_alias_2", create("aliasname2", { FunctionVersion: "2", Description }));
  await stage.step("get_alias_2", get("aliasname2"));
  const list = call("ListAliases", { FunctionName });
  // A paginator returned this response, which therefore has no metadata.
  const { Aliases } = await stage.send(list);
  stage.check("list_aliases_for_fnname", { Aliases });
  await stage.step("update_alias_1_1", call("UpdateAlias", alias("aliasname1_1", weights({}))));
  await stage.step("get_alias_1_1_after_update", get("aliasname1_1"));
  await stage.step("list_aliases_for_fnname_after_update", list);
  await stage.step("update_alias_1_2", call("UpdateAlias", alias("aliasname1_2", weights({}))));
  await stage.step("get_alias_1_2_after_update", get("aliasname1_2"));
  await stage.step("list_aliases_for_fnname_after_update_2", list);
  await stage.step("list_aliases_for_version", call("ListAliases", { FunctionName, FunctionVersion: "1" }));
  await stage.step("delete_alias_response", call("DeleteAlias", alias("aliasname1_1")));
  await stage.step("list_aliases_for_fnname_afterdelete", list);
}

async function invalidRouting(stage: Stage) {
  stage.check("create_response", await createDirect(stage, { ...STAGING, Publish: true }));
  await publishTwo(stage);
  const attempt = (step: string, more: Shape) =>
    stage.step(step, call("CreateAlias", alias("custom", { FunctionVersion: "1", ...more })));
  await attempt("routing_config_exc_toomany", weights({ "1": 0.8, "2": 0.2 }));
  await attempt("routing_config_exc_toohigh", weights({ "2": 2 }));
  await attempt("routing_config_exc_subzero", weights({ "2": -1 }));
  await attempt("routing_config_exc_sameversion", weights({ "1": 0.5 }));
  await attempt("target_version_doesnotexist", { FunctionVersion: "10", ...weights({ "2": 0.5 }) });
  await attempt("routing_config_exc_version_doesnotexist", weights({ "10": 0.5 }));
  await attempt("target_version_exc_version_latest", { FunctionVersion: "$LATEST", ...weights({ "1": 0.5 }) });
  await attempt("routing_config_exc_version_latest", weights({ $LATEST: 0.5 }));
  await attempt("create-alias-latest", { Name: "custom-latest", FunctionVersion: "$LATEST" });
  await attempt("routing_config_exc_fn_doesnotexist", {
    FunctionName: `${FunctionName}-unknown`,
    ...weights({ "2": 0.5 }),
  });
  await attempt("create_alias_empty_routingconfig", { Name: "custom-empty-routingconfig", RoutingConfig: {} });
  await attempt("create_alias_response", weights({ "2": 0.5 }));
  await attempt("routing_config_exc_already_exist", weights({ "2": 0.5 }));
  await stage.step("alias_does_not_exist_esc", call("GetAlias", alias("non-existent")));
}

async function aliasNaming(stage: Stage) {
  stage.check("create_response", await createDirect(stage, STAGING));
  await stage.step("publish_v1", call("PublishVersion", { FunctionName }));
  const more = { FunctionVersion: "1", Description: "custom-alias" };
  await stage.step("create_alias_date", call("CreateAlias", alias("2024-01-02", more)));
  await stage.step("get_alias_date", call("GetAlias", alias("2024-01-02")));
  await stage.step("create_alias_number_exception", call("CreateAlias", alias("2024", more)));
}

async function missingAliasDeletion(stage: Stage) {
  stage.check("create_response", await createDirect(stage, STAGING));
  await stage.step("delete_alias_response", call("DeleteAlias", alias("non-existent")));
}

async function missingAliasUpdate(stage: Stage) {
  stage.check("create_response", await createDirect(stage, STAGING));
  await stage.step("update_alias_response", call("UpdateAlias", alias("non-existent")));
}

async function revisionsOfVersionAndAlias(stage: Stage) {
  stage.check("create_function_response_rev1", await createHelped(stage));
  const get = (more: Shape = {}) => call("GetFunction", { FunctionName, ...more });
  const RevisionId = "wrong";
  await stage.step("get_function_active_rev2", get());
  await stage.step("publish_version_revision_exception", call("PublishVersion", { FunctionName, RevisionId }));
  await stage.step("publish_version_response_rev_v1", call("PublishVersion", { FunctionName }));
  await stage.step("get_function_published_version_rev_v2", get({ Qualifier: "1" }));
  await stage.step("get_function_latest_rev3", get());
  await stage.step(
    "create_alias_response_rev_a1",
    call("CreateAlias", alias("revision_alias", { FunctionVersion: "1" })),
  );
  await stage.step("get_function_latest_rev4", get());
  await stage.step("get_function_published_version_rev_v3", get({ Qualifier: "1" }));
  await stage.step("update_alias_revision_exception", call("UpdateAlias", alias("revision_alias", { RevisionId })));
  const Description = "something changed";
  await stage.step("update_alias_response_rev_a2", call("UpdateAlias", alias("revision_alias", { Description })));
}

async function concurrency(stage: Stage) {
  await createHelped(stage);
  const put = (ReservedConcurrentExecutions: number) =>
    call("PutFunctionConcurrency", { FunctionName, ReservedConcurrentExecutions });
  await stage.step("put_function_concurrency_with_reserved_0", put(0));
  await stage.step("put_function_concurrency_with_reserved_1", put(1));
  await stage.step("get_function_concurrency", call("GetFunctionConcurrency", { FunctionName }));
  await stage.step("delete_response", call("DeleteFunctionConcurrency", { FunctionName }));
  await stage.step("get_function_concurrency_after_delete", call("GetFunctionConcurrency", { FunctionName }));
}

async function concurrencyExceptions(stage: Stage) {
  await createHelped(stage, { Publish: true });
  const put = (name: string, ReservedConcurrentExecutions: number) =>
    call("PutFunctionConcurrency", { FunctionName: name, ReservedConcurrentExecutions });
  await stage.step("put_function_concurrency_with_function_name_doesnotexist", put("doesnotexist", 1));
  await stage.step(
    "put_function_concurrency_with_function_name_doesnotexist_and_invalid_concurrency",
    put("doesnotexist", 5000),
  );
  const qualified = "arn:aws:lambda:us-east-1:000000000000:function:fn:1";
  await stage.step("put_function_concurrency_with_qualified_arn", put(qualified, 1));
}

async function concurrencyLimits(stage: Stage) {
  await createHelped(stage);
  const put = (ReservedConcurrentExecutions: number) =>
    call("PutFunctionConcurrency", { FunctionName, ReservedConcurrentExecutions });
  await stage.step("put_function_concurrency_account_limit_exceeded", put(1001));
  await stage.step("put_function_concurrency_below_unreserved_min_value", put(901));
}

async function provisionedExceptions(stage: Stage) {
  await createHelped(stage);
  await stage.step("publish_version_result", call("PublishVersion", { FunctionName }));
  const of = (Qualifier: string, name = FunctionName) => ({ FunctionName: name, Qualifier });
  const get = (step: string, target: Shape) =>
    stage.step(`get_provisioned_${step}`, call("GetProvisionedConcurrencyConfig", target));
  const remove = (step: string, target: Shape) =>
    stage.step(`delete_provisioned_${step}`, call("DeleteProvisionedConcurrencyConfig", target));
  const put = (step: string, target: Shape, ProvisionedConcurrentExecutions = 1) =>
    stage.step(
      `put_provisioned_${step}`,
      call("PutProvisionedConcurrencyConfig", { ...target, ProvisionedConcurrentExecutions }),
    );
  const list = (step: string, name: string) =>
    stage.step(`list_provisioned_${step}`, call("ListProvisionedConcurrencyConfigs", { FunctionName: name }));
  await get("config_doesnotexist", of("1"));
  await get("functionname_doesnotexist", of("noalias", "doesnotexist"));
  await get("qualifier_doesnotexist", of("noalias"));
  await get("version_doesnotexist", of("10"));
  await get("latest", of("$LATEST"));
  await list("noconfigs", FunctionName);
  await list("functionname_doesnotexist", "doesnotexist");
  await remove("functionname_doesnotexist", of("1", "doesnotexist"));
  await remove("qualifier_doesnotexist", of("noalias"));
  await remove("version_doesnotexist", of("10"));
  await remove("latest", of("$LATEST"));
  await remove("config_doesnotexist", of("1"));
  await put("invalid_param_0", of("1"), 0);
  await put("functionname_doesnotexist_alias", of("noalias", "doesnotexist"));
  await put("functionname_doesnotexist_version", of("1", "doesnotexist"));
  await put("qualifier_doesnotexist", of("doesnotexist"));
  await put("version_doesnotexist", of("10"));
  await put("latest", of("$LATEST"));
}

async function provisionedLifecycle(stage: Stage) {
  await createHelped(stage);
  await stage.step("publish_version_result", call("PublishVersion", { FunctionName }));
  await stage.step("create_alias_result", call("CreateAlias", alias("live", { FunctionVersion: "1" })));
  const put = (Qualifier: string) =>
    call("PutProvisionedConcurrencyConfig", { FunctionName, Qualifier, ProvisionedConcurrentExecutions: 1 });
  const get = (Qualifier: string) => call("GetProvisionedConcurrencyConfig", { FunctionName, Qualifier });
  await stage.step("put_provisioned_on_version", put("1"));
  stage.settle();
  await stage.step("put_provisioned_on_alias_versionconflict", put("live"));
  const remove = call("DeleteProvisionedConcurrencyConfig", { FunctionName, Qualifier: "1" });
  await stage.step("delete_provisioned_version", remove);
  await stage.step("get_provisioned_version_postdelete", get("1"));
  await stage.step("put_provisioned_on_alias", put("live"));
  await stage.step("put_provisioned_on_version_conflict", put("1"));
  await stage.step("delete_alias_result", call("DeleteAlias", alias("live")));
  await stage.step("get_provisioned_alias_postaliasdelete", get("live"));
  await stage.step("list_response_postdeletes", call("ListProvisionedConcurrencyConfigs", { FunctionName }));
}

export const VERSION_REPLAYS: Readonly<Record<string, Replay>> = {
  "TestLambdaAlias::test_alias_lifecycle": aliasLifecycle,
  "TestLambdaAlias::test_notfound_and_invalid_routingconfigs": invalidRouting,
  "TestLambdaAlias::test_alias_naming": aliasNaming,
  "TestLambdaAlias::test_non_existent_alias_deletion": missingAliasDeletion,
  "TestLambdaAlias::test_non_existent_alias_update": missingAliasUpdate,
  "TestLambdaRevisions::test_function_revisions_version_and_alias": revisionsOfVersionAndAlias,
  "TestLambdaReservedConcurrency::test_function_concurrency": concurrency,
  "TestLambdaReservedConcurrency::test_function_concurrency_exceptions": concurrencyExceptions,
  "TestLambdaReservedConcurrency::test_function_concurrency_limits": concurrencyLimits,
  "TestLambdaProvisionedConcurrency::test_provisioned_concurrency_exceptions": provisionedExceptions,
  "TestLambdaProvisionedConcurrency::test_lambda_provisioned_lifecycle": provisionedLifecycle,
};
