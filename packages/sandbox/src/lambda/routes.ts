/**
 * Lambda's operations as HTTP: a REST API with JSON bodies, whose paths start with the date of the API version that
 * introduced them.
 */
export interface LambdaRoute {
  readonly operation: string;
  readonly method: string;
  /** `{Name}` matches one percent-encoded segment, which becomes the member with that name. */
  readonly path: string;
  /** Query parameters that become members; `name=Member` if the names differ. */
  readonly query: readonly string[];
  /** A query parameter that the request must have, for two operations that share a path. */
  readonly when?: readonly [name: string, value: string];
  readonly status: number;
}

const PAGE = ["Marker", "MaxItems"];

export const LAMBDA_ROUTES: readonly LambdaRoute[] = [
  route("CreateFunction", "POST /2015-03-31/functions", { status: 201 }),
  route("ListFunctions", "GET /2015-03-31/functions", { query: ["FunctionVersion", "MasterRegion", ...PAGE] }),
  route("GetFunction", "GET /2015-03-31/functions/{FunctionName}", { query: ["Qualifier"] }),
  route("DeleteFunction", "DELETE /2015-03-31/functions/{FunctionName}", { query: ["Qualifier"], status: 204 }),
  route("GetFunctionConfiguration", "GET /2015-03-31/functions/{FunctionName}/configuration", { query: ["Qualifier"] }),
  route("UpdateFunctionConfiguration", "PUT /2015-03-31/functions/{FunctionName}/configuration"),
  route("UpdateFunctionCode", "PUT /2015-03-31/functions/{FunctionName}/code"),
  route("Invoke", "POST /2015-03-31/functions/{FunctionName}/invocations", { query: ["Qualifier"] }),
  route("PublishVersion", "POST /2015-03-31/functions/{FunctionName}/versions", { status: 201 }),
  route("ListVersionsByFunction", "GET /2015-03-31/functions/{FunctionName}/versions", { query: PAGE }),

  route("CreateAlias", "POST /2015-03-31/functions/{FunctionName}/aliases", { status: 201 }),
  route("ListAliases", "GET /2015-03-31/functions/{FunctionName}/aliases", { query: ["FunctionVersion", ...PAGE] }),
  route("GetAlias", "GET /2015-03-31/functions/{FunctionName}/aliases/{Name}"),
  route("UpdateAlias", "PUT /2015-03-31/functions/{FunctionName}/aliases/{Name}"),
  route("DeleteAlias", "DELETE /2015-03-31/functions/{FunctionName}/aliases/{Name}", { status: 204 }),

  route("AddPermission", "POST /2015-03-31/functions/{FunctionName}/policy", { query: ["Qualifier"], status: 201 }),
  route("GetPolicy", "GET /2015-03-31/functions/{FunctionName}/policy", { query: ["Qualifier"] }),
  route("RemovePermission", "DELETE /2015-03-31/functions/{FunctionName}/policy/{StatementId}", {
    query: ["Qualifier", "RevisionId"],
    status: 204,
  }),

  route("CreateEventSourceMapping", "POST /2015-03-31/event-source-mappings", { status: 202 }),
  route("ListEventSourceMappings", "GET /2015-03-31/event-source-mappings", {
    query: ["EventSourceArn", "FunctionName", ...PAGE],
  }),
  route("GetEventSourceMapping", "GET /2015-03-31/event-source-mappings/{UUID}"),
  route("UpdateEventSourceMapping", "PUT /2015-03-31/event-source-mappings/{UUID}", { status: 202 }),
  route("DeleteEventSourceMapping", "DELETE /2015-03-31/event-source-mappings/{UUID}", { status: 202 }),

  route("GetAccountSettings", "GET /2016-08-19/account-settings"),

  route("ListTags", "GET /2017-03-31/tags/{Resource}"),
  route("TagResource", "POST /2017-03-31/tags/{Resource}", { status: 204 }),
  route("UntagResource", "DELETE /2017-03-31/tags/{Resource}", { query: ["tagKeys=TagKeys"], status: 204 }),

  route("PutFunctionConcurrency", "PUT /2017-10-31/functions/{FunctionName}/concurrency"),
  route("DeleteFunctionConcurrency", "DELETE /2017-10-31/functions/{FunctionName}/concurrency", { status: 204 }),
  route("GetFunctionConcurrency", "GET /2019-09-30/functions/{FunctionName}/concurrency"),

  route("ListProvisionedConcurrencyConfigs", "GET /2019-09-30/functions/{FunctionName}/provisioned-concurrency", {
    query: PAGE,
    when: ["List", "ALL"],
  }),
  route("GetProvisionedConcurrencyConfig", "GET /2019-09-30/functions/{FunctionName}/provisioned-concurrency", {
    query: ["Qualifier"],
  }),
  route("PutProvisionedConcurrencyConfig", "PUT /2019-09-30/functions/{FunctionName}/provisioned-concurrency", {
    query: ["Qualifier"],
    status: 202,
  }),
  route("DeleteProvisionedConcurrencyConfig", "DELETE /2019-09-30/functions/{FunctionName}/provisioned-concurrency", {
    query: ["Qualifier"],
    status: 204,
  }),

  route("CreateFunctionUrlConfig", "POST /2021-10-31/functions/{FunctionName}/url", {
    query: ["Qualifier"],
    status: 201,
  }),
  route("GetFunctionUrlConfig", "GET /2021-10-31/functions/{FunctionName}/url", { query: ["Qualifier"] }),
  route("UpdateFunctionUrlConfig", "PUT /2021-10-31/functions/{FunctionName}/url", { query: ["Qualifier"] }),
  route("DeleteFunctionUrlConfig", "DELETE /2021-10-31/functions/{FunctionName}/url", {
    query: ["Qualifier"],
    status: 204,
  }),
  route("ListFunctionUrlConfigs", "GET /2021-10-31/functions/{FunctionName}/urls", { query: PAGE }),

  route("ListFunctionEventInvokeConfigs", "GET /2019-09-25/functions/{FunctionName}/event-invoke-config/list", {
    query: PAGE,
  }),
  route("GetFunctionEventInvokeConfig", "GET /2019-09-25/functions/{FunctionName}/event-invoke-config", {
    query: ["Qualifier"],
  }),
  route("PutFunctionEventInvokeConfig", "PUT /2019-09-25/functions/{FunctionName}/event-invoke-config", {
    query: ["Qualifier"],
  }),
  route("UpdateFunctionEventInvokeConfig", "POST /2019-09-25/functions/{FunctionName}/event-invoke-config", {
    query: ["Qualifier"],
  }),
  route("DeleteFunctionEventInvokeConfig", "DELETE /2019-09-25/functions/{FunctionName}/event-invoke-config", {
    query: ["Qualifier"],
    status: 204,
  }),

  route("GetRuntimeManagementConfig", "GET /2021-07-20/functions/{FunctionName}/runtime-management-config", {
    query: ["Qualifier"],
  }),
  route("PutRuntimeManagementConfig", "PUT /2021-07-20/functions/{FunctionName}/runtime-management-config", {
    query: ["Qualifier"],
  }),
  route("GetFunctionRecursionConfig", "GET /2024-08-31/functions/{FunctionName}/recursion-config"),
  route("PutFunctionRecursionConfig", "PUT /2024-08-31/functions/{FunctionName}/recursion-config"),

  route("GetFunctionScalingConfig", "GET /2025-11-30/functions/{FunctionName}/function-scaling-config", {
    query: ["Qualifier"],
  }),
  route("PutFunctionScalingConfig", "PUT /2025-11-30/functions/{FunctionName}/function-scaling-config", {
    query: ["Qualifier"],
    status: 202,
  }),

  route("CreateCodeSigningConfig", "POST /2020-04-22/code-signing-configs", { status: 201 }),
  route("ListCodeSigningConfigs", "GET /2020-04-22/code-signing-configs", { query: PAGE }),
  route("GetCodeSigningConfig", "GET /2020-04-22/code-signing-configs/{CodeSigningConfigArn}"),
  route("UpdateCodeSigningConfig", "PUT /2020-04-22/code-signing-configs/{CodeSigningConfigArn}"),
  route("DeleteCodeSigningConfig", "DELETE /2020-04-22/code-signing-configs/{CodeSigningConfigArn}", { status: 204 }),
  route("ListFunctionsByCodeSigningConfig", "GET /2020-04-22/code-signing-configs/{CodeSigningConfigArn}/functions", {
    query: PAGE,
  }),
  route("GetFunctionCodeSigningConfig", "GET /2020-06-30/functions/{FunctionName}/code-signing-config"),
  route("PutFunctionCodeSigningConfig", "PUT /2020-06-30/functions/{FunctionName}/code-signing-config"),
  route("DeleteFunctionCodeSigningConfig", "DELETE /2020-06-30/functions/{FunctionName}/code-signing-config", {
    status: 204,
  }),

  route("GetLayerVersionByArn", "GET /2018-10-31/layers", { query: ["Arn"], when: ["find", "LayerVersion"] }),
  route("ListLayers", "GET /2018-10-31/layers", { query: ["CompatibleRuntime", "CompatibleArchitecture", ...PAGE] }),
  route("ListLayerVersions", "GET /2018-10-31/layers/{LayerName}/versions", {
    query: ["CompatibleRuntime", "CompatibleArchitecture", ...PAGE],
  }),
  route("PublishLayerVersion", "POST /2018-10-31/layers/{LayerName}/versions", { status: 201 }),
  route("GetLayerVersion", "GET /2018-10-31/layers/{LayerName}/versions/{VersionNumber}"),
  route("DeleteLayerVersion", "DELETE /2018-10-31/layers/{LayerName}/versions/{VersionNumber}", { status: 204 }),
  route("AddLayerVersionPermission", "POST /2018-10-31/layers/{LayerName}/versions/{VersionNumber}/policy", {
    query: ["RevisionId"],
    status: 201,
  }),
  route("GetLayerVersionPolicy", "GET /2018-10-31/layers/{LayerName}/versions/{VersionNumber}/policy"),
  route(
    "RemoveLayerVersionPermission",
    "DELETE /2018-10-31/layers/{LayerName}/versions/{VersionNumber}/policy/{StatementId}",
    { query: ["RevisionId"], status: 204 },
  ),
];

interface RouteOptions {
  readonly query?: readonly string[];
  readonly when?: LambdaRoute["when"];
  readonly status?: number;
}

/** `request` is written as in AWS's documentation: `GET /2015-03-31/functions`. */
function route(operation: string, request: string, { query = [], when, status = 200 }: RouteOptions = {}): LambdaRoute {
  const [method = "", path = ""] = request.split(" ");
  return { operation, method, path, query, status, ...(when ? { when } : {}) };
}
