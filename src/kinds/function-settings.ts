import type { ConfigurationPatch, FunctionConfiguration } from "../aws/gateways.ts";
import { digestOf, type Json, type JsonObject, sameJson } from "../domain/json.ts";

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
    FileSystemConfigs: configuration.FileSystemConfigs?.map(({ Arn, LocalMountPath }) => ({ Arn, LocalMountPath })),
    ImageConfig: configuration.ImageConfigResponse?.ImageConfig,
    Layers: configuration.Layers?.map(({ Arn }) => Arn),
    LoggingConfig: configuration.LoggingConfig,
    SnapStart: configuration.SnapStart?.ApplyOn ? { ApplyOn: configuration.SnapStart.ApplyOn } : undefined,
    TracingConfig: configuration.TracingConfig?.Mode ? { Mode: configuration.TracingConfig.Mode } : undefined,
    VpcConfig: vpcSettings(configuration.VpcConfig),
  };
  // Through JSON once: undefined members of the SDK's objects go, and what stays is plain data.
  return { ...defaults, ...(JSON.parse(JSON.stringify(given)) as JsonObject) };
}

/** The value of each field that means "none"; sent as it stands, it clears the field. */
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

/** What tells the content of a version: its configuration without the description, which publishing may set anew. */
export function configDigest(settings: JsonObject): string {
  return digestOf({ ...settings, Description: "" });
}
