import { asObject, isJsonObject, type Json, type JsonObject } from "../json.ts";
import { resourcesOf, type TemplateResource } from "./template.ts";

/** An object in S3 that a template names: code, a layer, a nested template, the definition of an API. */
export interface CodeObject {
  /** The resource whose definition names it. */
  readonly logicalId: string;
  readonly bucket: string;
  readonly key: string;
  /** Null where the template names no version. */
  readonly version: string | null;
}

/** The property of each type that names an object (facts F1; SAM in its submitted form). */
const PROPERTIES: Readonly<Record<string, string>> = {
  "AWS::Lambda::Function": "Code",
  "AWS::Lambda::LayerVersion": "Content",
  "AWS::Serverless::Function": "CodeUri",
  "AWS::Serverless::LayerVersion": "ContentUri",
  "AWS::Serverless::Api": "DefinitionUri",
  "AWS::Serverless::HttpApi": "DefinitionUri",
  "AWS::Serverless::StateMachine": "DefinitionUri",
  "AWS::Serverless::Application": "Location",
  "AWS::CloudFormation::Stack": "TemplateURL",
  "AWS::ApiGateway::RestApi": "BodyS3Location",
  "AWS::ApiGatewayV2::Api": "BodyS3Location",
  "AWS::AppSync::GraphQLSchema": "DefinitionS3Location",
  "AWS::StepFunctions::StateMachine": "DefinitionS3Location",
};

type Resolve = (value: Json | undefined) => string | null;

/**
 * The objects that the template names. `resolve` reads values that are references (a bucket that the template itself
 * creates, a parameter); unresolved ones are left out.
 */
export function codeObjectsOf(template: JsonObject, resolve: Resolve): CodeObject[] {
  return resourcesOf(template).flatMap((resource) => {
    const place = placeOf(referenceOf(template, resource), resolve);
    return place ? [{ logicalId: resource.logicalId, ...place }] : [];
  });
}

/** The property by which resources of a type name an object; null for types that name none. */
export function codePropertyOf(type: string): string | null {
  return PROPERTIES[type] ?? null;
}

/** The value that SAM's Globals give the property of a resource. */
export function globalReferenceOf(
  template: JsonObject,
  { logicalId, type, properties }: TemplateResource,
): Json | undefined {
  const property = codePropertyOf(type);
  const section = /^AWS::Serverless::(\w+)$/.exec(type)?.[1];
  if (!property || !section || "InlineCode" in properties || "ImageUri" in properties) return undefined;
  const ignored = asObject(asObject(template["Resources"])[logicalId])["IgnoreGlobals"];
  if (ignored === "*" || (Array.isArray(ignored) && ignored.includes(property))) return undefined;
  return asObject(asObject(template["Globals"])[section])[property];
}

/** The resource's own value over that of the Globals, as SAM merges them: maps by member, everything else as a whole. */
function referenceOf(template: JsonObject, resource: TemplateResource): Json | undefined {
  const own = resource.properties[codePropertyOf(resource.type) ?? ""];
  const global = globalReferenceOf(template, resource);
  return isPlaceMap(own) && isPlaceMap(global) ? { ...global, ...own } : (own ?? global);
}

function isPlaceMap(value: Json | undefined): value is JsonObject {
  return isJsonObject(value) && ["Bucket", "Key", "Version"].some((name) => name in value);
}

type ObjectPlace = Omit<CodeObject, "logicalId">;

function placeOf(value: Json | undefined, resolve: Resolve): ObjectPlace | null {
  const text = resolve(value);
  if (text !== null) return placeInText(text);
  if (!isJsonObject(value)) return null;
  const member = (name: string) => resolve(value[`S3${name}`] ?? value[name]);
  const [bucket, key] = [member("Bucket"), member("Key")];
  const version = resolve(value["S3ObjectVersion"] ?? value["Version"]);
  return bucket && key ? { bucket, key, version } : null;
}

/** Reads `s3://bucket/key` and URLs of S3, which have the bucket in the host or at the beginning of the path. */
function placeInText(text: string): ObjectPlace | null {
  const s3 = /^s3:\/\/([^/]+)\/([^?]+)(?:\?versionId=(.+))?/.exec(text);
  if (s3) return { bucket: s3[1] ?? "", key: s3[2] ?? "", version: s3[3] ?? null };
  if (!/^https?:\/\//.test(text) || !URL.canParse(text)) return null;
  const { hostname, pathname, searchParams } = new URL(text);
  const version = searchParams.get("versionId");
  const inHost = /^(.+)\.s3[.-][a-z0-9.-]*amazonaws\.com(\.cn)?$/.exec(hostname);
  const path = decodeURIComponent(pathname.slice(1));
  if (inHost) return { bucket: inHost[1] ?? "", key: path, version };
  const slash = path.indexOf("/");
  return slash > 0 ? { bucket: path.slice(0, slash), key: path.slice(slash + 1), version } : null;
}
