import type {
  Cors,
  FunctionUrlAuthType,
  InvokeMode,
  PutFunctionEventInvokeConfigRequest,
  RecursiveLoop,
  UpdateRuntimeOn,
} from "@aws-sdk/client-lambda";
import { type JsonObject, sameJson } from "../../domain/json.ts";
import { isAwsError, nullIfMissing } from "../error-mapping.ts";
import type { EventInvoke, FacetReaders, FacetTarget, FacetWriters, UrlSettings } from "../gateways/facets.ts";
import { NOT_YET, poll } from "../polling.ts";
import { type LambdaParts, untilAccepted } from "./function-writers.ts";
import { unlessAlreadySo } from "./lost-responses.ts";

export function createFacetWriters(parts: LambdaParts, readers: FacetReaders): FacetWriters {
  return {
    ...createControlWriters(parts),
    ...createEventInvokeWriters(parts),
    ...createPermissionWriters(parts, readers),
    ...createUrlWriters(parts, readers),
    ...createWholeFunctionWriters(parts),
  };
}

type ControlWriters = Pick<FacetWriters, "putRuntimeManagement" | "putRecursiveLoop" | "putCodeSigning">;

function createControlWriters(parts: LambdaParts): ControlWriters {
  const { call } = parts;
  return {
    putRuntimeManagement: async (name, { updateRuntimeOn, runtimeVersionArn }) => {
      const request = {
        FunctionName: name,
        UpdateRuntimeOn: updateRuntimeOn as UpdateRuntimeOn,
        ...(runtimeVersionArn ? { RuntimeVersionArn: runtimeVersionArn } : {}),
      };
      await untilAccepted(parts, name, () => call((sdk) => new sdk.PutRuntimeManagementConfigCommand(request)));
    },
    putRecursiveLoop: async (name, recursiveLoop) => {
      const request = { FunctionName: name, RecursiveLoop: recursiveLoop as RecursiveLoop };
      await untilAccepted(parts, name, () => call((sdk) => new sdk.PutFunctionRecursionConfigCommand(request)));
    },
    putCodeSigning: async (name, configArn) => {
      await untilAccepted<unknown>(parts, name, () =>
        configArn === null
          ? call((sdk) => new sdk.DeleteFunctionCodeSigningConfigCommand({ FunctionName: name }))
          : call(
              (sdk) =>
                new sdk.PutFunctionCodeSigningConfigCommand({ FunctionName: name, CodeSigningConfigArn: configArn }),
            ),
      );
    },
  };
}

function createEventInvokeWriters(parts: LambdaParts): Pick<FacetWriters, "putEventInvoke" | "deleteEventInvoke"> {
  const { call } = parts;
  return {
    putEventInvoke: async (target, settings) => {
      const request = { ...named(target), ...toEventInvokeRequest(settings) };
      await untilAccepted(parts, target.functionName, () =>
        call((sdk) => new sdk.PutFunctionEventInvokeConfigCommand(request)),
      );
    },
    deleteEventInvoke: async (target) => {
      await untilAccepted(parts, target.functionName, () =>
        nullIfMissing(call((sdk) => new sdk.DeleteFunctionEventInvokeConfigCommand(named(target)))),
      );
    },
  };
}

/** The destinations are always sent: the call needs at least one setting, and empty destinations are one (facts B4). */
function toEventInvokeRequest(settings: EventInvoke): Omit<PutFunctionEventInvokeConfigRequest, "FunctionName"> {
  const { maximumRetryAttempts: retries, maximumEventAgeInSeconds: age, onSuccess, onFailure } = settings;
  return {
    ...(retries === null ? {} : { MaximumRetryAttempts: retries }),
    ...(age === null ? {} : { MaximumEventAgeInSeconds: age }),
    DestinationConfig: {
      OnSuccess: onSuccess === null ? {} : { Destination: onSuccess },
      OnFailure: onFailure === null ? {} : { Destination: onFailure },
    },
  };
}

/** What Lambda says of a principal that does not exist, and of one that is seconds old (facts I5). */
const UNKNOWN_PRINCIPAL = /provided principal was invalid/i;

/** IAM tells Lambda of a new role within seconds. With growing pauses, these tries take half a minute. */
const PRINCIPAL_TRIES = 10;
const PRINCIPAL_LIMIT_MS = 60_000;

/** Repeats a call while Lambda does not know its principal, and throws the refusal at the end. */
async function untilPrincipalIsKnown(parts: LambdaParts, send: () => Promise<unknown>): Promise<void> {
  let tries = 0;
  await poll(parts.polling, { what: "the principal to be known", limitMs: PRINCIPAL_LIMIT_MS }, async () => {
    tries += 1;
    try {
      await send();
      return true;
    } catch (error) {
      const isUnknown = isAwsError(error, "InvalidParameterValueException", UNKNOWN_PRINCIPAL);
      if (!isUnknown || tries === PRINCIPAL_TRIES) throw error;
      return NOT_YET;
    }
  });
}

type PermissionWriters = Pick<FacetWriters, "addPermission" | "removePermission">;

function createPermissionWriters(parts: LambdaParts, { getPolicy }: FacetReaders): PermissionWriters {
  const { call } = parts;
  const hasStatement = async (target: FacetTarget, statementId: string) => {
    const policy = await getPolicy(target);
    return "value" in policy && (policy.value?.statements.some(({ Sid }) => Sid === statementId) ?? false);
  };
  return {
    addPermission: async (target, permission, revisionId) => {
      const request = { ...named(target), ...permission, ...guard(revisionId) };
      const send = () =>
        untilAccepted(parts, target.functionName, () => call((sdk) => new sdk.AddPermissionCommand(request)));
      const sending = untilPrincipalIsKnown(parts, send);
      // Only the id is compared here; the step's verification compares the whole policy.
      const added = unlessAlreadySo(sending, () => hasStatement(target, permission.StatementId));
      return added.then(
        () => true,
        (error: unknown) => {
          if (isAwsError(error, "InvalidParameterValueException", UNKNOWN_PRINCIPAL)) return false;
          throw error;
        },
      );
    },
    removePermission: async (target, statementId, revisionId) => {
      const request = { ...named(target), StatementId: statementId, ...guard(revisionId) };
      const sending = untilAccepted(parts, target.functionName, () =>
        nullIfMissing(call((sdk) => new sdk.RemovePermissionCommand(request))),
      );
      await unlessAlreadySo(sending, async () => !(await hasStatement(target, statementId)));
    },
  };
}

function createUrlWriters(
  parts: LambdaParts,
  { listUrls }: FacetReaders,
): Pick<FacetWriters, "createUrl" | "updateUrl" | "deleteUrl"> {
  const { call } = parts;
  const isThere = async ({ functionName, qualifier }: FacetTarget, sent: UrlSettings) => {
    const urls = await listUrls(functionName);
    return "value" in urls && urls.value.some((url) => url.qualifier === qualifier && isSame(url, sent));
  };
  return {
    createUrl: async (target, settings) => {
      const { Cors, ...others } = toUrlRequest(settings);
      const request = { ...named(target), ...others, ...(isEmpty(settings.cors) ? {} : { Cors }) };
      const sending = untilAccepted(parts, target.functionName, () =>
        call((sdk) => new sdk.CreateFunctionUrlConfigCommand(request)),
      );
      await unlessAlreadySo(sending, async () => isThere(target, settings));
    },
    updateUrl: async (target, settings) => {
      const request = { ...named(target), ...toUrlRequest(settings) };
      await untilAccepted(parts, target.functionName, () =>
        call((sdk) => new sdk.UpdateFunctionUrlConfigCommand(request)),
      );
    },
    deleteUrl: async (target) => {
      await untilAccepted(parts, target.functionName, () =>
        nullIfMissing(call((sdk) => new sdk.DeleteFunctionUrlConfigCommand(named(target)))),
      );
    },
  };
}

/** An empty `Cors` clears the settings; without the member an update would keep them. */
function toUrlRequest({ authType, invokeMode, cors }: UrlSettings) {
  return { AuthType: authType as FunctionUrlAuthType, InvokeMode: invokeMode as InvokeMode, Cors: cors as Cors };
}

function isSame(live: UrlSettings, sent: UrlSettings): boolean {
  return live.authType === sent.authType && live.invokeMode === sent.invokeMode && sameJson(live.cors, sent.cors);
}

function isEmpty(settings: JsonObject): boolean {
  return Object.keys(settings).length === 0;
}

type WholeFunctionWriters = Pick<
  FacetWriters,
  "putConcurrency" | "deleteConcurrency" | "tagFunction" | "untagFunction"
>;

function createWholeFunctionWriters(parts: LambdaParts): WholeFunctionWriters {
  const { call } = parts;
  return {
    putConcurrency: async (name, reserved) => {
      const request = { FunctionName: name, ReservedConcurrentExecutions: reserved };
      await untilAccepted(parts, name, () => call((sdk) => new sdk.PutFunctionConcurrencyCommand(request)));
    },
    deleteConcurrency: async (name) => {
      await untilAccepted(parts, name, () =>
        nullIfMissing(call((sdk) => new sdk.DeleteFunctionConcurrencyCommand({ FunctionName: name }))),
      );
    },
    tagFunction: async (name, functionArn, tags) => {
      const request = { Resource: functionArn, Tags: { ...tags } };
      await untilAccepted(parts, name, () => call((sdk) => new sdk.TagResourceCommand(request)));
    },
    untagFunction: async (name, functionArn, keys) => {
      const request = { Resource: functionArn, TagKeys: [...keys] };
      await untilAccepted(parts, name, () => call((sdk) => new sdk.UntagResourceCommand(request)));
    },
  };
}

function named({ functionName, qualifier }: FacetTarget) {
  return { FunctionName: functionName, ...(qualifier === null ? {} : { Qualifier: qualifier }) };
}

function guard(revisionId: string | null) {
  return revisionId === null ? {} : { RevisionId: revisionId };
}
