import { checkReferences } from "./check-references.ts";
import type { OutputDefinition, ParameterDefinition, ResourceDefinition, Template } from "./definitions.ts";
import { formatError, parseTemplateText, validationError } from "./parse.ts";
import { isMap, mapOf, nodesOf, scalarText, type Value, type ValueMap } from "./value.ts";

const SECTIONS = [
  "AWSTemplateFormatVersion",
  "Description",
  "Metadata",
  "Parameters",
  "Mappings",
  "Conditions",
  "Rules",
  "Transform",
  "Resources",
  "Outputs",
  "Hooks",
];
const RESOURCE_MEMBERS = [
  "Type",
  "Properties",
  "DependsOn",
  "Condition",
  "Metadata",
  "DeletionPolicy",
  "UpdateReplacePolicy",
  "CreationPolicy",
  "UpdatePolicy",
];
/** Types whose resources may say which version of their definition they are. */
const CUSTOM_RESOURCE = /^(Custom::|AWS::CloudFormation::CustomResource$)/;
const NAME = /^[a-zA-Z0-9]+$/;

/**
 * Reads a template and checks everything that does not depend on parameter values. A template with a transform is read
 * as far as possible and checked again after the transform. Throws ValidationError in AWS's words for the first fault.
 */
export function readTemplate(body: string): Template {
  const document = parseTemplateText(body);
  return templateFrom(document, { body, processed: undefined, transforms: declaredTransforms(document) });
}

/** The result of a template's transforms. Throws ValidationError in AWS's words for the first fault. */
export function processedTemplate({ body, transforms }: Template, document: ValueMap): Template {
  return templateFrom(document, { body, transforms, processed: JSON.stringify(document) });
}

/** Whether the template still has to be transformed before its resources are known. */
export function isUnprocessed({ transforms, processed }: Pick<Template, "transforms" | "processed">): boolean {
  return transforms.length > 0 && processed === undefined;
}

function templateFrom(document: ValueMap, source: Pick<Template, "body" | "processed" | "transforms">): Template {
  const whole = { ...source, document };
  const unprocessed = isUnprocessed(whole);
  if (!unprocessed) checkDocument(document);
  const final = unprocessed ? withoutCalls(document) : document;
  const template = {
    ...whole,
    version: scalarText(document["AWSTemplateFormatVersion"]),
    description: scalarText(document["Description"]),
    metadata: document["Metadata"],
    parameters: membersOf(document, "Parameters", readParameter),
    rules: mapOf(document["Rules"]),
    mappings: mapOf(document["Mappings"]),
    conditions: mapOf(document["Conditions"]),
    resources: membersOf(final, "Resources", unprocessed ? readSubmittedResource : readResource),
    outputs: membersOf(final, "Outputs", readOutput),
  };
  checkCounts(template);
  if (!unprocessed) checkReferences(template);
  return template;
}

/** AWS's limits for one template. */
const MAX_RESOURCES = 500;
const MAX_PARAMETERS = 200;
const MAX_OUTPUTS = 200;
const MAX_MAPPINGS = 200;

function checkCounts({ resources, parameters, outputs, mappings }: Counted): void {
  const counts = [
    ["resources", resources.size, MAX_RESOURCES],
    ["parameters", parameters.size, MAX_PARAMETERS],
    ["outputs", outputs.size, MAX_OUTPUTS],
    ["mappings", Object.keys(mappings).length, MAX_MAPPINGS],
  ] as const;
  for (const [what, count, max] of counts) {
    if (count > max) throw formatError(`Number of ${what}, ${count}, is greater than maximum allowed, ${max}`);
  }
}

type Counted = Pick<Template, "mappings" | "outputs" | "parameters" | "resources">;

/**
 * The document without `Fn::Transform` and `Fn::ForEach` in place of resources or outputs: their results are not known
 * yet.
 */
function withoutCalls(document: ValueMap): ValueMap {
  const plain = (section: string): ValueMap =>
    Object.fromEntries(Object.entries(mapOf(document[section])).filter(([name]) => !name.startsWith("Fn::")));
  return { ...document, Resources: plain("Resources"), Outputs: plain("Outputs") };
}

function declaredTransforms(document: ValueMap): string[] {
  return [...transformsOf(document["Transform"]), ...transformsWithin(document)];
}

function checkDocument(document: ValueMap): void {
  const unknown = Object.keys(document).filter((key) => !SECTIONS.includes(key));
  if (unknown.length > 0) throw validationError(`Invalid template property or properties [${unknown.join(", ")}]`);
  for (const { node, path } of nodesOf(document)) {
    if (node === null) throw validationError(`[/${path.join("/")}] 'null' values are not allowed in templates`);
  }
  const resources = document["Resources"];
  if (resources !== undefined && !isMap(resources)) throw formatError("Any Resources member must be an object.");
  if (Object.keys(mapOf(resources)).length === 0) {
    throw formatError("At least one Resources member must be defined.");
  }
}

/** `Transform` is one name or a list of names; a name may be written as a map with `Name`. */
function transformsOf(value: Value | undefined): string[] {
  if (value === undefined) return [];
  const items = Array.isArray(value) ? value : [value];
  return items.map((item) => scalarText(item) ?? scalarText(mapOf(item)["Name"]) ?? "");
}

/** The names in `Fn::Transform` calls, each of which transforms the part of the template that contains it. */
function transformsWithin(document: ValueMap): string[] {
  return [...nodesOf(document)].flatMap(({ node }) =>
    isMap(node) && "Fn::Transform" in node ? transformsOf(node["Fn::Transform"]) : [],
  );
}

function membersOf<T>(
  document: ValueMap,
  section: string,
  read: (name: string, member: ValueMap) => T,
): Map<string, T> {
  const members = new Map<string, T>();
  const noun = section.slice(0, -1);
  for (const [name, member] of Object.entries(mapOf(document[section]))) {
    if (!NAME.test(name)) throw formatError(`${noun} name ${name} is non alphanumeric.`);
    if (!isMap(member)) throw formatError(`Every ${section} member must be an object.`);
    members.set(name, read(name, member));
  }
  return members;
}

function readParameter(_name: string, member: ValueMap): ParameterDefinition {
  const type = scalarText(member["Type"]);
  if (type === undefined) throw formatError("Every Parameters object must contain a Type member.");
  if (member["Default"] !== undefined && scalarText(member["Default"]) === undefined) {
    throw formatError("Every Default member must be a string.");
  }
  return {
    type,
    default: scalarText(member["Default"]),
    noEcho: scalarText(member["NoEcho"]) === "true",
    description: scalarText(member["Description"]),
    rules: member,
  };
}

function readResource(name: string, member: ValueMap): ResourceDefinition {
  const type = scalarText(member["Type"]) ?? "";
  const isKnown = (key: string) => RESOURCE_MEMBERS.includes(key) || (key === "Version" && CUSTOM_RESOURCE.test(type));
  const unknown = Object.keys(member).find((key) => !isKnown(key));
  if ("Type" in member && unknown) throw validationError(`Invalid template resource property '${unknown}'`);
  // These types exist only before a transform.
  if (type.startsWith("AWS::Serverless::")) throw formatError(`Unrecognized resource types: [${type}]`);
  return readSubmittedResource(name, member);
}

/** A resource that a transform may still change, and that may have members which only the transform knows. */
function readSubmittedResource(name: string, member: ValueMap): ResourceDefinition {
  const type = scalarText(member["Type"]);
  if (type === undefined) throw formatError(`[/Resources/${name}] Every Resources object must contain a Type member.`);
  if (!/^[A-Za-z0-9]+::[A-Za-z0-9:_@-]+$/.test(type)) throw formatError(`Unrecognized resource types: [${type}]`);
  const dependsOn = member["DependsOn"] ?? [];
  return {
    type,
    properties: mapOf(member["Properties"]),
    dependsOn: (Array.isArray(dependsOn) ? dependsOn : [dependsOn]).map((id) => scalarText(id) ?? ""),
    condition: scalarText(member["Condition"]),
    metadata: member["Metadata"],
    deletionPolicy: scalarText(member["DeletionPolicy"]),
    updateReplacePolicy: scalarText(member["UpdateReplacePolicy"]),
  };
}

function readOutput(_name: string, member: ValueMap): OutputDefinition {
  const value = member["Value"];
  if (value === undefined) throw formatError("Every Outputs member must contain a Value object");
  return {
    value,
    description: scalarText(member["Description"]),
    exportName: mapOf(member["Export"])["Name"],
    condition: scalarText(member["Condition"]),
  };
}
