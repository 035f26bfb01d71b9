import type { Shape } from "../core/contract.ts";
import {
  defined,
  optionalFlag,
  optionalNumber,
  optionalShape,
  optionalShapes,
  optionalText,
  optionalTextMap,
  optionalTexts,
} from "../core/shape.ts";
import type { LambdaAccount } from "./account.ts";
import { requireEnvironment } from "./environment.ts";
import { invalidParameter } from "./errors.ts";
import type { FunctionSettings, LayerReference, LoggingConfig, VpcConfig } from "./function-record.ts";
import { resolveLayers } from "./layer-references.ts";
import { requireRuntime } from "./runtimes.ts";

/** AWS's defaults for a new function. */
export function defaultSettings(functionName: string, role: string): FunctionSettings {
  return {
    PackageType: "Zip",
    Role: role,
    Description: "",
    Timeout: 3,
    MemorySize: 128,
    Architectures: ["x86_64"],
    EphemeralStorage: { Size: 512 },
    TracingConfig: { Mode: "PassThrough" },
    SnapStart: { ApplyOn: "None" },
    LoggingConfig: { LogFormat: "Text", LogGroup: defaultLogGroup(functionName) },
  };
}

/**
 * The settings after a create or update request. Whatever the request leaves out stays as it was; an empty value clears
 * a setting where AWS allows that. Throws InvalidParameterValueException for values that AWS rejects.
 */
export function withRequested(account: LambdaAccount, current: FunctionSettings, input: Shape): FunctionSettings {
  const runtime = optionalText(input, "Runtime");
  if (runtime !== undefined) requireRuntime(runtime);
  const storage = optionalShape(input, "EphemeralStorage");
  const tracing = optionalShape(input, "TracingConfig");
  const snapStart = optionalShape(input, "SnapStart");
  const logging = optionalShape(input, "LoggingConfig");
  const requested: { [Name in keyof FunctionSettings]?: FunctionSettings[Name] | undefined } = {
    Role: optionalText(input, "Role"),
    Runtime: runtime,
    Handler: optionalText(input, "Handler"),
    Description: optionalText(input, "Description"),
    Timeout: optionalNumber(input, "Timeout"),
    MemorySize: optionalNumber(input, "MemorySize"),
    EphemeralStorage: storage && { Size: optionalNumber(storage, "Size") ?? 512 },
    TracingConfig: tracing && { Mode: optionalText(tracing, "Mode") ?? "PassThrough" },
    SnapStart: snapStart && { ApplyOn: optionalText(snapStart, "ApplyOn") ?? "None" },
    LoggingConfig: logging && requestedLogging(current.LoggingConfig, logging),
    Environment: requestedEnvironment(input),
    VpcConfig: requestedVpc(input),
    Layers: requestedLayers(account, input),
    TenancyConfig: optionalShape(input, "TenancyConfig"),
    DurableConfig: optionalShape(input, "DurableConfig"),
    CapacityProviderConfig: optionalShape(input, "CapacityProviderConfig"),
  };
  return withClearables({ ...current, ...withoutUndefined(requested) }, input);
}

/** Removes the members that a request set to an empty value. */
function withClearables(settings: FunctionSettings, input: Shape): FunctionSettings {
  const deadLetter = optionalShape(input, "DeadLetterConfig");
  const targetArn = deadLetter && (optionalText(deadLetter, "TargetArn") ?? "");
  const kmsKeyArn = optionalText(input, "KMSKeyArn");
  const fileSystems = optionalShapes(input, "FileSystemConfigs");
  const imageConfig = optionalShape(input, "ImageConfig");
  return {
    ...without(settings, [
      ["DeadLetterConfig", targetArn === ""],
      ["KMSKeyArn", kmsKeyArn === ""],
      ["FileSystemConfigs", fileSystems?.length === 0],
      ["ImageConfig", imageConfig !== undefined && isEmpty(imageConfig)],
      ["Layers", settings.Layers?.length === 0],
    ]),
    ...(targetArn ? { DeadLetterConfig: { TargetArn: targetArn } } : {}),
    ...(kmsKeyArn ? { KMSKeyArn: kmsKeyArn } : {}),
    ...(fileSystems?.length ? { FileSystemConfigs: fileSystems } : {}),
    ...(imageConfig && !isEmpty(imageConfig) ? { ImageConfig: imageConfig } : {}),
  };
}

function without(
  settings: FunctionSettings,
  cleared: readonly (readonly [keyof FunctionSettings, boolean])[],
): FunctionSettings {
  const rest: { -readonly [Name in keyof FunctionSettings]?: FunctionSettings[Name] } = { ...settings };
  for (const [name, isCleared] of cleared) if (isCleared) delete rest[name];
  return rest as FunctionSettings;
}

/** Drops undefined members, so that a spread keeps the current value where the request has none. */
function withoutUndefined<T extends object>(requested: T): { [Name in keyof T]?: Exclude<T[Name], undefined> } {
  return Object.fromEntries(Object.entries(requested).filter(([, value]) => value !== undefined)) as {
    [Name in keyof T]?: Exclude<T[Name], undefined>;
  };
}

function requestedEnvironment(input: Shape): FunctionSettings["Environment"] {
  const environment = optionalShape(input, "Environment");
  if (!environment) return undefined;
  const variables = optionalTextMap(environment, "Variables") ?? {};
  requireEnvironment(variables);
  return { Variables: variables };
}

function requestedLogging(current: LoggingConfig, requested: Shape): LoggingConfig {
  const format = optionalText(requested, "LogFormat") ?? current.LogFormat;
  const group = optionalText(requested, "LogGroup") ?? current.LogGroup;
  if (format !== "JSON") return { LogFormat: format, LogGroup: group };
  return {
    LogFormat: format,
    LogGroup: group,
    ApplicationLogLevel: optionalText(requested, "ApplicationLogLevel") ?? current.ApplicationLogLevel ?? "INFO",
    SystemLogLevel: optionalText(requested, "SystemLogLevel") ?? current.SystemLogLevel ?? "INFO",
  };
}

/** The sandbox has no networks: any subnet exists, and all are in the same VPC. */
function requestedVpc(input: Shape): VpcConfig | undefined {
  const vpc = optionalShape(input, "VpcConfig");
  if (!vpc) return undefined;
  const subnets = optionalTexts(vpc, "SubnetIds") ?? [];
  return {
    SubnetIds: subnets,
    SecurityGroupIds: optionalTexts(vpc, "SecurityGroupIds") ?? [],
    VpcId: subnets.length > 0 ? "vpc-0a1b2c3d4e5f60718" : "",
    Ipv6AllowedForDualStack: optionalFlag(vpc, "Ipv6AllowedForDualStack") ?? false,
  };
}

function requestedLayers(account: LambdaAccount, input: Shape): readonly LayerReference[] | undefined {
  const layers = optionalTexts(input, "Layers");
  return layers && resolveLayers(account, layers);
}

/** An image brings all three. */
export function requireNoRuntime(input: Shape): void {
  if (!["Runtime", "Handler", "Layers"].some((member) => (input[member] ?? undefined) !== undefined)) return;
  throw invalidParameter(
    "Please don't provide handler or runtime or layer when the intended function PackageType is Image.",
  );
}

/** Throws if a zip function lacks a runtime or handler. */
export function requireRunnable(settings: FunctionSettings): void {
  if (settings.PackageType !== "Zip") return;
  if (settings.Runtime === undefined || settings.Handler === undefined) {
    throw invalidParameter(
      "Runtime and Handler are mandatory parameters for functions created with deployment packages.",
    );
  }
}

function defaultLogGroup(functionName: string): string {
  return `/aws/lambda/${functionName}`;
}

function isEmpty(shape: Shape): boolean {
  return Object.keys(defined(shape)).length === 0;
}
