import type { FunctionEventInvokeConfig, FunctionUrlConfig, GetPolicyResponse } from "@aws-sdk/client-lambda";
import { StepbackError } from "../../domain/errors.ts";
import { asObject, asObjects, type Json, type JsonObject } from "../../domain/json.ts";
import { told } from "../availability.ts";
import type { EventInvoke, FacetReaders, FacetTarget, FunctionPolicy, FunctionUrl } from "../gateways/facets.ts";
import { allPages } from "../paging.ts";
import type { LambdaCall } from "./function-readers.ts";

/** The most that these two lists give per page. */
const PAGE_SIZE = 50;

export function createFacetReaders(call: LambdaCall): FacetReaders {
  return {
    getRuntimeManagement: (name) => told(getRuntimeManagement(call, name), null),
    getRecursiveLoop: (name) => told(getRecursiveLoop(call, name), null),
    getCodeSigning: (name) => told(getCodeSigning(call, name), null),
    listEventInvokes: (name) => told(listEventInvokes(call, name), []),
    listUrls: (name) => told(listUrls(call, name), []),
    getPolicy: (target) => told(getPolicy(call, target), null),
  };
}

async function getRuntimeManagement(call: LambdaCall, name: string) {
  const answer = await call((sdk) => new sdk.GetRuntimeManagementConfigCommand({ FunctionName: name }));
  return { updateRuntimeOn: answer.UpdateRuntimeOn ?? "Auto", runtimeVersionArn: answer.RuntimeVersionArn ?? null };
}

async function getRecursiveLoop(call: LambdaCall, name: string) {
  const answer = await call((sdk) => new sdk.GetFunctionRecursionConfigCommand({ FunctionName: name }));
  return answer.RecursiveLoop ?? "Terminate";
}

async function getCodeSigning(call: LambdaCall, name: string) {
  const answer = await call((sdk) => new sdk.GetFunctionCodeSigningConfigCommand({ FunctionName: name }));
  return answer.CodeSigningConfigArn ?? null;
}

async function listEventInvokes(call: LambdaCall, name: string) {
  const configs = await allPages(async (marker) => {
    const request = { FunctionName: name, Marker: marker, MaxItems: PAGE_SIZE };
    const page = await call((sdk) => new sdk.ListFunctionEventInvokeConfigsCommand(request));
    return { items: page.FunctionEventInvokeConfigs ?? [], next: page.NextMarker };
  });
  return configs.map(toEventInvoke);
}

async function listUrls(call: LambdaCall, name: string) {
  const configs = await allPages(async (marker) => {
    const request = { FunctionName: name, Marker: marker, MaxItems: PAGE_SIZE };
    const page = await call((sdk) => new sdk.ListFunctionUrlConfigsCommand(request));
    return { items: page.FunctionUrlConfigs ?? [], next: page.NextMarker };
  });
  return configs.map(toFunctionUrl);
}

async function getPolicy(call: LambdaCall, { functionName, qualifier }: FacetTarget) {
  const request = { FunctionName: functionName, ...(qualifier ? { Qualifier: qualifier } : {}) };
  return toPolicy(await call((sdk) => new sdk.GetPolicyCommand(request)));
}

/** The function itself appears as `$LATEST` where a call knows no unqualified target. */
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
    // Through JSON once: undefined members of the SDK's object go, and what stays is plain data.
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
    throw new StepbackError("AWS_REJECTED", "lambda GetPolicy: the policy is no JSON.", [], { cause });
  }
}
