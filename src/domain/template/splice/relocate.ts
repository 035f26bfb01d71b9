import { StepbackError } from "../../errors.ts";
import { asObject, type Json, type JsonObject } from "../../json.ts";
import { codePropertyOf, globalReferenceOf } from "../code-objects.ts";
import { resourcesOf, type TemplateResource } from "../template.ts";
import { editsOf, type MapChange, type TextEdit } from "./map-edits.ts";
import { child, entryOf, type MapNode, madeEntry, madeText, NO_REWRITES, readingOf } from "./node.ts";
import { inSection, MAX_TEMPLATE_BYTES, readTemplateText, type TemplateText } from "./template-text.ts";
import { written } from "./write-text.ts";

/** The new place of the code, layer, template or definition of a resource. */
export interface Relocation {
  readonly logicalId: string;
  readonly bucket: string;
  readonly key: string;
  /** The region of the bucket. */
  readonly region: string;
}

/** The template with new references, or why one cannot be written, as a clause that continues a sentence. */
export type Relocated = { readonly template: string } | { readonly refusal: string; readonly logicalId: string | null };

/**
 * The template with references to the new places; all other bytes stay, and pinned versions are removed. Pure, never throws.
 * Applying the same relocations to the result changes nothing.
 */
export function relocate(text: string, relocations: readonly Relocation[]): Relocated {
  if (relocations.length === 0) return { template: text };
  const template = readText(text);
  if (typeof template === "string") return { refusal: template, logicalId: null };
  const meant = asObject(readingOf(template.root));
  const resources = new Map(resourcesOf(meant).map((resource) => [resource.logicalId, resource]));
  const edits: TextEdit[] = [];
  const values = new Map<TemplateResource, Json>();
  for (const to of relocations) {
    const resource = resources.get(to.logicalId);
    const reference = resource && referenceIn(template, resource, meant);
    if (!reference) return { refusal: "the template does not name an object there", logicalId: to.logicalId };
    if (isReadInPlace(reference))
      return { refusal: "Lambda reads the object in its present place (S3ObjectStorageMode)", logicalId: to.logicalId };
    edits.push(...referenceEdits(template, reference, to));
    values.set(resource, meantValue(reference, to));
  }
  const result = written(template, edits, () => withReferences(meant, values));
  if (result === null) return { refusal: "the resulting text does not read as intended", logicalId: null };
  if (Buffer.byteLength(result) > MAX_TEMPLATE_BYTES)
    return { refusal: `the template would have more than ${MAX_TEMPLATE_BYTES} bytes`, logicalId: null };
  return { template: result };
}

function readText(text: string): TemplateText | string {
  try {
    return readTemplateText(text);
  } catch (error) {
    if (!(error instanceof StepbackError)) throw error;
    return error.code === "SPLICE_IMPOSSIBLE" ? "the template uses YAML anchors or aliases" : error.detail;
  }
}

/** A reference in the text. */
interface Reference {
  readonly property: string;
  /** `map`: only bucket and key are changed, which are separate members; `text`: the whole value is replaced. */
  readonly form: "map" | "text";
  readonly definition: MapNode;
  readonly reading: Json | undefined;
}

function referenceIn(template: TemplateText, resource: TemplateResource, meant: JsonObject): Reference | null {
  const definition = inSection(template, "Resources", resource.logicalId);
  const property = codePropertyOf(resource.type);
  if (definition?.kind !== "map" || property === null) return null;
  const reading = resource.properties[property];
  const global = globalReferenceOf(meant, resource);
  if (reading === undefined && global === undefined) return null;
  // SAM would merge a map with a map of the Globals, including its version; a text is not merged.
  const form = global === undefined && memberNames(reading) ? "map" : "text";
  return { property, form, definition, reading };
}

const MEMBER_NAMES = [
  { bucket: "S3Bucket", key: "S3Key" },
  { bucket: "Bucket", key: "Key" },
] as const;
/** Members that identify the bytes at the old place: version and checksum. */
const OF_OLD_PLACE: readonly string[] = ["S3ObjectVersion", "Version", "ETag", "Etag"];

function memberNames(reading: Json | undefined) {
  const members = asObject(reading);
  return MEMBER_NAMES.find(({ bucket, key }) => bucket in members && key in members) ?? null;
}

/** Whether the function needs its object while it runs, in a versioned bucket that Lambda may read (facts A3). */
function isReadInPlace({ reading }: Reference): boolean {
  return asObject(reading)["S3ObjectStorageMode"] === "REFERENCE";
}

function referenceEdits(template: TemplateText, reference: Reference, to: Relocation): TextEdit[] {
  const properties = child(reference.definition, "Properties");
  const value = child(properties, reference.property);
  const names = memberNames(reference.reading);
  if (reference.form === "map" && names && value?.kind === "map") {
    const dropped = value.entries.filter(({ key }) => OF_OLD_PLACE.includes(key));
    const drops: MapChange = { map: value, entries: new Map(dropped.map(({ key }) => [key, null])) };
    return [
      ...replaced(value, names.bucket, to.bucket),
      ...replaced(value, names.key, to.key),
      ...(dropped.length > 0 ? editsOf(template, drops) : []),
    ];
  }
  const text = placeText(reference.property, to);
  if (value && properties?.kind === "map") return replaced(properties, reference.property, text);
  const piece = {
    key: reference.property,
    entry: madeEntry(reference.property, madeText(text)),
    source: template,
    rewrites: NO_REWRITES,
  };
  return properties?.kind === "map"
    ? editsOf(template, { map: properties, entries: new Map([[reference.property, piece]]) })
    : editsOf(template, { map: reference.definition, entries: new Map([["Properties", [piece]]]) });
}

/** Replaces only the range of the value, so that comments next to it stay. A quoted text is valid in JSON and in YAML. */
function replaced(map: MapNode, key: string, text: string): TextEdit[] {
  const { value } = entryOf(map, key) ?? {};
  return value ? [{ start: value.start, end: value.end, text: JSON.stringify(text) }] : [];
}

const BY_URL: readonly string[] = ["TemplateURL", "Location"];

/** URLs have the bucket in the path and the region in the host, which CloudFormation accepts in all regions. */
function placeText(property: string, { bucket, key, region }: Relocation): string {
  if (!BY_URL.includes(property)) return `s3://${bucket}/${key}`;
  return `https://s3.${region}.amazonaws.com${region.startsWith("cn-") ? ".cn" : ""}/${bucket}/${key}`;
}

function meantValue({ property, form, reading }: Reference, to: Relocation): Json {
  const names = memberNames(reading);
  if (form === "text" || !names) return placeText(property, to);
  const kept = Object.entries(asObject(reading)).filter(([name]) => !OF_OLD_PLACE.includes(name));
  return { ...Object.fromEntries(kept), [names.bucket]: to.bucket, [names.key]: to.key };
}

function withReferences(meant: JsonObject, values: ReadonlyMap<TemplateResource, Json>): Json {
  const resources = { ...asObject(meant["Resources"]) };
  for (const [{ logicalId, type, properties }, value] of values) {
    const Properties = { ...properties, [codePropertyOf(type) ?? ""]: value };
    resources[logicalId] = { ...asObject(resources[logicalId]), Properties };
  }
  return { ...meant, Resources: resources };
}
