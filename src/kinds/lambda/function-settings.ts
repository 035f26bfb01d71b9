import type { ConfigurationPatch, FunctionConfiguration } from "../../aws/gateways/lambda.ts";
import type { Reason } from "../../domain/errors.ts";
import { digestOf, type Json, type JsonObject, sameJson } from "../../domain/json.ts";
import { updatesBlockedSince } from "../../domain/plan/runtimes.ts";

/**
 * Every field of a function's configuration that can be written back, in the form of UpdateFunctionConfiguration's
 * request, except that `Environment` is the map of variables itself. What AWS leaves out stands with the value that
 * clears it (facts B4), so that absent and cleared are the same and a patch is just the fields that differ.
 */
export function functionSettings(configuration: FunctionConfiguration): JsonObject {
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
  // Through JSON once: undefined members of the SDK's objects go, and what stays is plain data.
  return { ...defaults, ...(JSON.parse(JSON.stringify(given)) as JsonObject) };
}

/** The value of each field that means "none"; sent as it stands, it clears the field. Null: no value clears it. */
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

/** The fields that bring live to the goal. Empty when nothing differs. */
export function configurationPatch(goal: JsonObject, live: JsonObject): ConfigurationPatch {
  const differing = Object.keys(goal).filter((key) => !sameJson(goal[key] ?? null, live[key] ?? null));
  // A new key encrypts only what is sent with it (facts B4).
  const keys = differing.includes("KMSKeyArn") ? [...new Set([...differing, "Environment"])] : differing;
  return asRequest(Object.fromEntries(keys.map((key) => [key, goal[key] ?? null])));
}

/** Members that only CreateFunction takes (facts B5). */
const CREATE_ONLY = new Set(["TenancyConfig"]);

/**
 * Differing fields that no update reaches, each with what is known about it: create-only ones, and those that can be set on
 * a live function only where they were set from the beginning, or never be taken off (facts A4, B4).
 */
export function unreachableFields(goal: JsonObject, live: JsonObject): string[] {
  const differs = (key: string) => !sameJson(goal[key] ?? null, live[key] ?? null);
  const comesOrGoes = (key: string) => isNone(goal[key]) !== isNone(live[key]);
  const fields = [...CREATE_ONLY].filter(differs);
  if (comesOrGoes("DurableConfig")) fields.push("DurableConfig");
  if (isNone(goal["CapacityProviderConfig"]) && !isNone(live["CapacityProviderConfig"]))
    fields.push("CapacityProviderConfig");
  return fields;
}

function isNone(value: Json | undefined): boolean {
  return value === null || value === undefined;
}

/** UpdateFunctionConfiguration's limit for its whole body (facts B5). The gateway splits a patch, but not a field. */
const UPDATE_LIMIT_BYTES = 5_120;

/** Fields of a patch that are too large for any update. CreateFunction has no such limit, so they can be live. */
export function oversizedFields(patch: ConfigurationPatch): string[] {
  return Object.keys(patch).filter(
    (key) => Buffer.byteLength(JSON.stringify({ [key]: patch[key] })) > UPDATE_LIMIT_BYTES,
  );
}

/** Settings in the form of CreateFunction's request: only what differs from a fresh function. */
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

/** A warning where AWS is known to refuse updates of functions with this runtime since some day before `at`. */
export function runtimeWarning(name: string, settings: JsonObject, at: number): Reason[] {
  const runtime = String(settings["Runtime"] ?? "");
  const since = updatesBlockedSince(runtime, at);
  if (since === null) return [];
  const detail = `AWS announced to refuse changes of functions with ${runtime} since ${since}; ${name} has it. It is tried all the same.`;
  return [{ code: "RUNTIME_BLOCKED", detail }];
}

/** What tells the content of a version: its configuration without the description, which publishing may set anew. */
export function configDigest(settings: JsonObject): string {
  return digestOf({ ...settings, Description: "" });
}
