import type { ConfigurationPatch, FunctionConfiguration } from "../../aws/gateways/lambda.ts";
import type { ComponentState } from "../../domain/component/component.ts";
import { lambdaConfigState } from "../../domain/component/states/lambda.ts";
import type { Reason } from "../../domain/errors.ts";
import { digestOf, type Json, type JsonObject, sameJson } from "../../domain/json.ts";
import { updatesBlockedSince } from "../../domain/plan/runtimes.ts";
import type { SettingsOf } from "../captured-state.ts";

/** The members that have a schema, and all others as JSON. */
export type FunctionSettings = SettingsOf<typeof lambdaConfigState> & JsonObject;

/**
 * Every writable field of a function's configuration, in the form of UpdateFunctionConfiguration's request, except that
 * `Environment` is the map of variables itself. A field that AWS leaves out gets the value that clears it (facts B4), so
 * absent and cleared are the same, and a patch consists of the fields that differ.
 */
export function functionSettings(configuration: FunctionConfiguration): FunctionSettings {
  const defaults = clearedSettings(configuration.FunctionName ?? "");
  const given = {
    Description: configuration.Description,
    Handler: configuration.Handler,
    Runtime: configuration.Runtime,
    Role: configuration.Role,
    MemorySize: configuration.MemorySize,
    Timeout: configuration.Timeout,
    Environment: configuration.Environment?.Variables,
    KMSKeyArn: configuration.KMSKeyArn,
    DeadLetterConfig: configuration.DeadLetterConfig?.TargetArn
      ? { TargetArn: configuration.DeadLetterConfig.TargetArn }
      : undefined,
    EphemeralStorage: configuration.EphemeralStorage?.Size ? { Size: configuration.EphemeralStorage.Size } : undefined,
    FileSystemConfigs: configuration.FileSystemConfigs,
    ImageConfig: configuration.ImageConfigResponse?.ImageConfig,
    Layers: configuration.Layers?.map(({ Arn }) => Arn),
    LoggingConfig: configuration.LoggingConfig,
    SnapStart: configuration.SnapStart?.ApplyOn ? { ApplyOn: configuration.SnapStart.ApplyOn } : undefined,
    TracingConfig: configuration.TracingConfig?.Mode ? { Mode: configuration.TracingConfig.Mode } : undefined,
    VpcConfig: vpcSettings(configuration.VpcConfig),
    TenancyConfig: configuration.TenancyConfig,
    DurableConfig: configuration.DurableConfig,
    CapacityProviderConfig: configuration.CapacityProviderConfig,
  };
  // Through JSON once: this drops the undefined members of the SDK's objects and leaves plain data.
  return { ...defaults, ...(JSON.parse(JSON.stringify(given)) as JsonObject) } as FunctionSettings;
}

/** The value of each field that means "none" and clears the field when it is sent; null if no value clears it. */
function clearedSettings(functionName: string): JsonObject {
  return {
    Description: "",
    Handler: null,
    Runtime: null,
    Environment: {},
    KMSKeyArn: "",
    DeadLetterConfig: { TargetArn: "" },
    EphemeralStorage: { Size: 512 },
    FileSystemConfigs: [],
    ImageConfig: {},
    Layers: [],
    LoggingConfig: { LogFormat: "Text", LogGroup: `/aws/lambda/${functionName}` },
    SnapStart: { ApplyOn: "None" },
    TracingConfig: { Mode: "PassThrough" },
    VpcConfig: { SubnetIds: [], SecurityGroupIds: [], Ipv6AllowedForDualStack: false },
    TenancyConfig: null,
    DurableConfig: null,
    CapacityProviderConfig: null,
  };
}

function vpcSettings(vpc: FunctionConfiguration["VpcConfig"]): Json | undefined {
  if (!vpc?.SubnetIds?.length) return undefined;
  return {
    SubnetIds: [...vpc.SubnetIds].sort(),
    SecurityGroupIds: [...(vpc.SecurityGroupIds ?? [])].sort(),
    Ipv6AllowedForDualStack: vpc.Ipv6AllowedForDualStack ?? false,
  };
}

/** The fields that bring live to the goal. Empty if nothing differs. */
export function configurationPatch(goal: JsonObject, live: JsonObject): ConfigurationPatch {
  const differing = Object.keys(goal).filter((key) => !sameJson(goal[key] ?? null, live[key] ?? null));
  // A new key encrypts only the environment in the same request (facts B4).
  const keys = differing.includes("KMSKeyArn") ? [...new Set([...differing, "Environment"])] : differing;
  return asRequest(Object.fromEntries(keys.map((key) => [key, goal[key] ?? null])));
}

/** Members that only CreateFunction accepts (facts B5). */
const CREATE_ONLY = new Set(["TenancyConfig"]);

/**
 * Differing fields that no update can restore: those that only CreateFunction accepts, and those that can be set only if
 * the function was created with them, or can never be removed (facts A4, B4).
 */
export function unreachableFields(goal: JsonObject, live: JsonObject): string[] {
  const differs = (key: string) => !sameJson(goal[key] ?? null, live[key] ?? null);
  const isAddedOrRemoved = (key: string) => isNone(goal[key]) !== isNone(live[key]);
  const fields = [...CREATE_ONLY].filter(differs);
  if (isAddedOrRemoved("DurableConfig")) fields.push("DurableConfig");
  if (isNone(goal["CapacityProviderConfig"]) && !isNone(live["CapacityProviderConfig"]))
    fields.push("CapacityProviderConfig");
  return fields;
}

function isNone(value: Json | undefined): boolean {
  return value === null || value === undefined;
}

/** UpdateFunctionConfiguration's limit for its whole body (facts B5). The gateway splits a patch, but cannot split a field. */
const UPDATE_LIMIT_BYTES = 5_120;

/** Fields of a patch that are too large for any update. They can exist because CreateFunction has no such limit. */
export function oversizedFields(patch: ConfigurationPatch): string[] {
  return Object.keys(patch).filter(
    (key) => Buffer.byteLength(JSON.stringify({ [key]: patch[key] })) > UPDATE_LIMIT_BYTES,
  );
}

/** Settings in the form of CreateFunction's request: only those that differ from a new function. */
export function creationSettings(goal: JsonObject, functionName: string): ConfigurationPatch {
  const cleared = clearedSettings(functionName);
  return asRequest(
    Object.fromEntries(Object.entries(goal).filter(([key, value]) => !sameJson(value, cleared[key] ?? null))),
  );
}

function asRequest(settings: JsonObject): ConfigurationPatch {
  const present = Object.entries(settings).filter(([, value]) => value !== null);
  return Object.fromEntries(
    present.map(([key, value]) => [key, key === "Environment" ? { Variables: value } : value]),
  ) as ConfigurationPatch;
}

/** A warning if AWS announced that it refuses updates of functions with this runtime since a day before `at`. */
export function runtimeWarning(name: string, configuration: ComponentState | undefined, at: number): Reason[] {
  const runtime = lambdaConfigState(configuration).settings.Runtime ?? "";
  const since = updatesBlockedSince(runtime, at);
  if (since === null) return [];
  const detail = `AWS announced that it refuses changes of functions with ${runtime} since ${since}; ${name} has it. The change is tried all the same.`;
  return [{ code: "RUNTIME_BLOCKED", detail }];
}

/** Identifies the configuration of a version, without the description, which publishing may change. */
export function configDigest(settings: JsonObject): string {
  return digestOf({ ...settings, Description: "" });
}
