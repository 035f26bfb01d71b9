import { strToU8, zipSync } from "fflate";
import type { Shape } from "../../core/contract.ts";
import { defined } from "../../core/shape.ts";
import { isMap, mapOf, scalarText, type Value, type ValueMap } from "../template/value.ts";
import { typed } from "./lambda-calls.ts";
import { tagsOf } from "./lambda-tags.ts";
import type { ExistingResource, ResourceRequest } from "./provider.ts";

/** A property of the type, the corresponding member of Lambda's API, and what to send when the template drops it. */
interface ConfigurationProperty {
  readonly member: string;
  readonly cleared?: Value;
}

/** What to send for a dropped property: Lambda's own default, because an absent member would mean "unchanged". */
const CONFIGURATION: Readonly<Record<string, ConfigurationProperty>> = {
  // A function stays on its capacity provider; without the member Lambda leaves it as it is.
  CapacityProviderConfig: { member: "CapacityProviderConfig" },
  DeadLetterConfig: { member: "DeadLetterConfig", cleared: { TargetArn: "" } },
  Description: { member: "Description", cleared: "" },
  // Cannot be taken away from a function; without the member Lambda leaves it as it is.
  DurableConfig: { member: "DurableConfig" },
  Environment: { member: "Environment", cleared: { Variables: {} } },
  EphemeralStorage: { member: "EphemeralStorage", cleared: { Size: 512 } },
  FileSystemConfigs: { member: "FileSystemConfigs", cleared: [] },
  Handler: { member: "Handler", cleared: "" },
  ImageConfig: { member: "ImageConfig", cleared: {} },
  KmsKeyArn: { member: "KMSKeyArn", cleared: "" },
  Layers: { member: "Layers", cleared: [] },
  LoggingConfig: { member: "LoggingConfig", cleared: { LogFormat: "Text" } },
  MemorySize: { member: "MemorySize", cleared: 128 },
  Role: { member: "Role", cleared: "" },
  Runtime: { member: "Runtime", cleared: "" },
  SnapStart: { member: "SnapStart", cleared: { ApplyOn: "None" } },
  Timeout: { member: "Timeout", cleared: 3 },
  TracingConfig: { member: "TracingConfig", cleared: { Mode: "PassThrough" } },
  VpcConfig: { member: "VpcConfig", cleared: { SubnetIds: [], SecurityGroupIds: [] } },
};

export const CONFIGURATION_PROPERTIES = Object.keys(CONFIGURATION);
export const CODE_PROPERTIES = ["Code", "Architectures"];

const TYPES = {
  numbers: [
    ...["MemorySize", "Timeout", "Size", "ExecutionTimeout", "RetentionPeriodInDays"],
    ...["PerExecutionEnvironmentMaxConcurrency", "ExecutionEnvironmentMemoryGiBPerVCpu"],
  ],
  flags: ["Ipv6AllowedForDualStack"],
};
/** The date inside a zip of inline code, so that the same code has the same SHA-256. */
const INLINE_DATE = new Date("1980-01-01T00:00:00");

export function createInput(name: string, wanted: ResourceRequest): Shape {
  const { properties } = wanted;
  return defined({
    FunctionName: name,
    PackageType: properties["PackageType"],
    Architectures: properties["Architectures"],
    TenancyConfig: properties["TenancyConfig"],
    CodeSigningConfigArn: properties["CodeSigningConfigArn"],
    Code: codeOf(properties),
    ...configurationOf(properties),
    Tags: tagsOf(wanted),
  });
}

/** The whole configuration, as CloudFormation sends it; whatever the template dropped is cleared. */
export function configurationInput(wanted: ExistingResource, existing: ExistingResource): Shape {
  const dropped = Object.entries(CONFIGURATION)
    .filter(([name]) => name in existing.properties && !(name in wanted.properties))
    .flatMap(([, { member, cleared }]) => (cleared === undefined ? [] : [[member, cleared]]));
  return { FunctionName: wanted.physicalId, ...configurationOf(wanted.properties), ...Object.fromEntries(dropped) };
}

export function codeInput(wanted: ExistingResource): Shape {
  const { properties, physicalId } = wanted;
  return defined({ FunctionName: physicalId, ...codeOf(properties), Architectures: properties["Architectures"] });
}

function configurationOf(properties: ValueMap): Shape {
  const members = Object.entries(CONFIGURATION).flatMap(([name, { member }]) => {
    const value = properties[name];
    if (value === undefined) return [];
    return [[member, name === "Environment" ? environmentOf(value) : value]];
  });
  return mapOf(typed(Object.fromEntries(members), TYPES));
}

/** Lambda's variables are text; a template may write numbers and booleans. */
function environmentOf(value: Value): Value {
  const variables = Object.entries(mapOf(mapOf(value)["Variables"]));
  return {
    Variables: Object.fromEntries(variables.map(([name, text]) => [name, scalarText(text) ?? JSON.stringify(text)])),
  };
}

function codeOf(properties: ValueMap): Shape {
  const code = properties["Code"];
  const inline = isMap(code) ? scalarText(code["ZipFile"]) : undefined;
  if (inline === undefined) return { ...mapOf(code) };
  const file = scalarText(properties["Runtime"])?.startsWith("python") ? "index.py" : "index.js";
  return { ZipFile: zipSync({ [file]: strToU8(inline) }, { mtime: INLINE_DATE }) };
}
