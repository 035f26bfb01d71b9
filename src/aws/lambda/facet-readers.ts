import type { FunctionEventInvokeConfig, FunctionUrlConfig, GetPolicyResponse } from "@aws-sdk/client-lambda";
import { StepbackError } from "../../domain/errors.ts";
import { asObject, asObjects, type Json, type JsonObject } from "../../domain/json.ts";
import { readOptional } from "../availability.ts";
import type {
  AccountConcurrency,
  EventInvoke,
  FacetReaders,
  FacetTarget,
  FunctionPolicy,
  FunctionUrl,
} from "../gateways/facets.ts";
import type { LambdaCall } from "./function-readers.ts";

/** AWS's maximum for both lists. */
const PAGE_SIZE = 50;

export function createFacetReaders(call: LambdaCall): FacetReaders {
  return {
    getRuntimeManagement: (name) => readOptional(getRuntimeManagement(call, name), null),
    getAccountConcurrency: () => readOptional(getAccountConcurrency(call), NO_ACCOUNT),
    getRecursiveLoop: (name) => readOptional(getRecursiveLoop(call, name), null),
    getCodeSigning: (name) => readOptional(getCodeSigning(call, name), null),
    isSigningConfigGone: (arn) => readOptional(isSigningConfigGone(call, arn), true),
    listEventInvokes: (name) => readOptional(listEventInvokes(call, name), []),
    listUrls: (name) => readOptional(listUrls(call, name), []),
    getPolicy: (target) => readOptional(getPolicy(call, target), null),
  };
}

async function getRuntimeManagement(call: LambdaCall, name: string) {
  const response = await call((sdk) => new sdk.GetRuntimeManagementConfigCommand({ FunctionName: name }));
  return { updateRuntimeOn: response.UpdateRuntimeOn ?? "Auto", runtimeVersionArn: response.RuntimeVersionArn ?? null };
}

/** Every account has settings. */
const NO_ACCOUNT: AccountConcurrency = { limit: 0, unreserved: 0 };

async function getAccountConcurrency(call: LambdaCall): Promise<AccountConcurrency> {
  const { AccountLimit } = await call((sdk) => new sdk.GetAccountSettingsCommand({}));
  const { ConcurrentExecutions: limit = 0, UnreservedConcurrentExecutions: unreserved = 0 } = AccountLimit ?? {};
  return { limit, unreserved };
}

async function getRecursiveLoop(call: LambdaCall, name: string) {
  const response = await call((sdk) => new sdk.GetFunctionRecursionConfigCommand({ FunctionName: name }));
  return response.RecursiveLoop ?? "Terminate";
}

async function getCodeSigning(call: LambdaCall, name: string) {
  const response = await call((sdk) => new sdk.GetFunctionCodeSigningConfigCommand({ FunctionName: name }));
  return response.CodeSigningConfigArn ?? null;
}

/** False where AWS returns it: a deleted one is not found, for which the caller has the answer. */
async function isSigningConfigGone(call: LambdaCall, arn: string): Promise<boolean> {
  await call((sdk) => new sdk.GetCodeSigningConfigCommand({ CodeSigningConfigArn: arn }));
  return false;
}

async function listEventInvokes(call: LambdaCall, name: string) {
  const configs = await call.list(
    (sdk, client) =>
      sdk.paginateListFunctionEventInvokeConfigs({ client, pageSize: PAGE_SIZE }, { FunctionName: name }),
    (page) => page.FunctionEventInvokeConfigs,
  );
  return configs.map(toEventInvoke);
}

async function listUrls(call: LambdaCall, name: string) {
  const configs = await call.list(
    (sdk, client) => sdk.paginateListFunctionUrlConfigs({ client, pageSize: PAGE_SIZE }, { FunctionName: name }),
    (page) => page.FunctionUrlConfigs,
  );
  return configs.map(toFunctionUrl);
}

async function getPolicy(call: LambdaCall, { functionName, qualifier }: FacetTarget) {
  const request = { FunctionName: functionName, ...(qualifier ? { Qualifier: qualifier } : {}) };
  return toPolicy(await call((sdk) => new sdk.GetPolicyCommand(request)));
}

/** Some calls return `$LATEST` for the function without a qualifier. */
function qualifierOf(arn: string | undefined): string | null {
  const qualifier = arn?.split(":")[7];
  return qualifier === undefined || qualifier === "$LATEST" ? null : qualifier;
}

function toEventInvoke(config: FunctionEventInvokeConfig): EventInvoke & { qualifier: string | null } {
  const { OnSuccess, OnFailure } = config.DestinationConfig ?? {};
  return {
    qualifier: qualifierOf(config.FunctionArn),
    maximumRetryAttempts: config.MaximumRetryAttempts ?? null,
    maximumEventAgeInSeconds: config.MaximumEventAgeInSeconds ?? null,
    onSuccess: OnSuccess?.Destination || null,
    onFailure: OnFailure?.Destination || null,
  };
}

function toFunctionUrl(config: FunctionUrlConfig): FunctionUrl {
  return {
    qualifier: qualifierOf(config.FunctionArn),
    url: config.FunctionUrl ?? "",
    authType: config.AuthType ?? "NONE",
    invokeMode: config.InvokeMode ?? "BUFFERED",
    // Through JSON once: this drops the undefined members of the SDK's object and leaves plain data.
    cors: JSON.parse(JSON.stringify(config.Cors ?? {})) as JsonObject,
  };
}

function toPolicy({ Policy, RevisionId }: GetPolicyResponse): FunctionPolicy {
  return { statements: asObjects(parse(Policy ?? "{}")["Statement"]), revisionId: RevisionId ?? null };
}

function parse(text: string): JsonObject {
  try {
    return asObject(JSON.parse(text) as Json);
  } catch (cause) {
    throw new StepbackError("AWS_REJECTED", "lambda GetPolicy: the policy is not JSON.", [], { cause });
  }
}
