import { mapOf, scalarText, type ValueMap } from "../../template/value.ts";
import type { EventTarget } from "./events/event.ts";
import { EVENTS } from "./events/table.ts";
import { expandDestinations } from "./function-destinations.ts";
import { executionRole, type RoleNeeds } from "./function-role.ts";
import { functionUrl } from "./function-url.ts";
import { aliasOf, versionOf } from "./function-version.ts";
import { CODE_NAMES, s3Location } from "./s3-location.ts";
import {
  type Expander,
  generated,
  getAtt,
  type SamResource,
  SamResourceError,
  type SamTemplate,
  tagList,
} from "./sam-template.ts";

/** Properties that the plain function has under the same name. */
const SAME = [
  "Architectures",
  "CodeSigningConfigArn",
  "Description",
  "Environment",
  "EphemeralStorage",
  "FileSystemConfigs",
  "FunctionName",
  "Handler",
  "ImageConfig",
  "KmsKeyArn",
  "Layers",
  "LoggingConfig",
  "MemorySize",
  "PackageType",
  "RecursiveLoop",
  "ReservedConcurrentExecutions",
  "Runtime",
  "RuntimeManagementConfig",
  "SnapStart",
  "Timeout",
  "VpcConfig",
];

/** A function with its version and alias, URL, destinations, role and events, in SAM's order. */
export const expandFunction: Expander = (resource, sam) => {
  const { id, properties, attributes, own } = resource;
  if ("DeploymentPreference" in properties) {
    throw new SamResourceError(id, "DeploymentPreference is not supported by the sandbox.");
  }
  const plain = plainProperties(resource);
  const version = versionOf(resource, plain, sam);
  const alias = version === null ? null : aliasOf(resource, version.id, sam);
  const target: EventTarget = { id, aliasId: alias?.id ?? null, attributes };
  const url = functionUrl(resource, target);
  const destinations = expandDestinations(resource, target, alias?.name);
  const events = eventsOf(resource, target, sam);
  const needs: RoleNeeds = {
    managedPolicies: [...new Set(events.flatMap(({ rolePolicy }) => rolePolicy ?? []))],
    policies: destinations.policies,
  };
  const role = properties["Role"];
  const roleId = `${id}Role`;
  const withRole = { ...plain, Role: role ?? getAtt(roleId, "Arn") };
  return {
    [id]: generated("AWS::Lambda::Function", withRole, { ...attributes, ...own }),
    ...version?.resources,
    ...alias?.resources,
    ...url,
    ...destinations.resources,
    ...(role === undefined ? { [roleId]: executionRole(resource, needs) } : {}),
    ...Object.assign({}, ...events.map(({ resources }) => resources)),
  };
};

function plainProperties({ id, properties }: SamResource): ValueMap {
  const image = scalarText(properties["PackageType"]) === "Image";
  if (!image && !("Runtime" in properties && "Handler" in properties)) {
    throw new SamResourceError(id, "Runtime and Handler needs to be present when PackageType is of type `Zip`");
  }
  const plain: ValueMap = { Code: codeOf(id, properties, image) };
  for (const name of SAME) {
    const value = properties[name];
    if (value !== undefined) plain[name] = value;
  }
  const queue = mapOf(properties["DeadLetterQueue"])["TargetArn"];
  const tracing = properties["Tracing"];
  if (queue !== undefined) plain["DeadLetterConfig"] = { TargetArn: queue };
  if (tracing !== undefined) plain["TracingConfig"] = { Mode: tracing };
  plain["Tags"] = tagList(properties["Tags"], "lambda:createdBy");
  return plain;
}

function codeOf(id: string, { CodeUri, InlineCode, ImageUri }: ValueMap, image: boolean): ValueMap {
  if (image) {
    if (ImageUri === undefined) throw new SamResourceError(id, "'ImageUri' must be set.");
    return { ImageUri };
  }
  if (InlineCode !== undefined) return { ZipFile: InlineCode };
  if (CodeUri === undefined) throw new SamResourceError(id, "Either 'InlineCode' or 'CodeUri' must be set.");
  return s3Location(CodeUri, CODE_NAMES, { id, property: "CodeUri" });
}

interface ExpandedEvent {
  readonly resources: ValueMap;
  /** The managed policy that a poller's role needs; undefined for sources that invoke the function themselves. */
  readonly rolePolicy: string | undefined;
}

function eventsOf(resource: SamResource, target: EventTarget, sam: SamTemplate): ExpandedEvent[] {
  const { Events = {} } = resource.properties;
  return Object.entries(mapOf(Events)).map(([name, event]) => {
    const type = scalarText(mapOf(event)["Type"]) ?? "";
    const source = EVENTS.get(type);
    if (!source) {
      throw new SamResourceError(
        resource.id,
        `Event with id [${name}] is invalid. Event type ${type} is not supported by the sandbox.`,
      );
    }
    const properties = mapOf(mapOf(event)["Properties"]);
    const id = `${resource.id}${name}`;
    return { resources: source.expand({ id, name, properties, target }, sam), rolePolicy: source.rolePolicy };
  });
}
