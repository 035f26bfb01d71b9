import type { Shape } from "../core/contract.ts";
import { defined, optionalNumber, optionalText } from "../core/shape.ts";
import type { S3Account, S3Operations } from "./account.ts";
import type { BucketRecord, ObjectVersion } from "./bucket-record.ts";
import { invalidArgument } from "./errors.ts";

const MAX_KEYS = 1000;

export function listingOperations(account: S3Account): S3Operations {
  return {
    ListObjectsV2: (input) => listObjectsV2(account, input),
    ListObjects: (input) => listObjects(account, input),
    ListObjectVersions: (input) => listObjectVersions(account, input),
  };
}

function listObjectsV2(account: S3Account, input: Shape): Shape {
  const bucket = account.bucket(input);
  const token = optionalText(input, "ContinuationToken");
  const startAfter = optionalText(input, "StartAfter");
  if (token === "")
    throw invalidArgument("continuation-token", undefined, "The continuation token provided is incorrect");
  const after = token === undefined ? startAfter : Buffer.from(token, "base64url").toString();
  const page = listPage(currentObjects(bucket), input, after);
  const encode = keyEncoder(input);
  return defined({
    ...requestMembers(bucket, input, page),
    KeyCount: page.entries.length,
    ContinuationToken: token,
    StartAfter: startAfter && token === undefined ? encode(startAfter) : undefined,
    NextContinuationToken: page.next && Buffer.from(page.next.key).toString("base64url"),
    Contents: contents(page, encode, optionalText(input, "FetchOwner") === "true" ? bucket : undefined),
    CommonPrefixes: commonPrefixes(page, encode),
  });
}

function listObjects(account: S3Account, input: Shape): Shape {
  const bucket = account.bucket(input);
  const marker = optionalText(input, "Marker");
  const page = listPage(currentObjects(bucket), input, marker);
  const encode = keyEncoder(input);
  return defined({
    ...requestMembers(bucket, input, page),
    Marker: marker === undefined ? "" : encode(marker),
    // Without a delimiter the last key says where the next page begins.
    NextMarker: page.next && optionalText(input, "Delimiter") ? encode(page.next.key) : undefined,
    Contents: contents(page, encode, bucket),
    CommonPrefixes: commonPrefixes(page, encode),
  });
}

function listObjectVersions(account: S3Account, input: Shape): Shape {
  const bucket = account.bucket(input);
  const [keyMarker, versionMarker] = [textIn(input, "KeyMarker"), textIn(input, "VersionIdMarker")];
  if (versionMarker && !keyMarker) {
    const message = "A version-id marker cannot be specified without a key marker.";
    throw invalidArgument("version-id-marker", versionMarker, message);
  }
  const every = sortedKeys(bucket).flatMap((key) => bucket.objects.get(key) ?? []);
  const rest = versionMarker ? versionsAfter(every, { key: keyMarker ?? "", versionId: versionMarker }) : every;
  const page = listPage(rest, input, versionMarker ? undefined : keyMarker);
  const encode = keyEncoder(input);
  const shown = (version: ObjectVersion) => ({
    Key: encode(version.key),
    VersionId: version.versionId,
    IsLatest: bucket.objects.get(version.key)?.[0] === version,
    LastModified: version.lastModified,
    Owner: { ID: bucket.accountId },
  });
  const versions = page.entries.flatMap((entry) => (entry.kind === "object" ? [entry.object] : []));
  return defined({
    ...requestMembers(bucket, input, page),
    KeyMarker: encode(keyMarker ?? ""),
    VersionIdMarker: versionMarker ?? "",
    NextKeyMarker: page.next && encode(page.next.key),
    NextVersionIdMarker: page.next?.kind === "object" ? page.next.object.versionId : undefined,
    Version: versions
      .filter((version) => !version.isDeleteMarker)
      .map((version) => ({ ...shown(version), ...objectMembers(version) })),
    DeleteMarker: versions.filter((version) => version.isDeleteMarker).map(shown),
    CommonPrefixes: commonPrefixes(page, encode),
  });
}

/** What follows a version inside its key, whether it still exists or not, and all later keys. */
function versionsAfter(
  sorted: readonly ObjectVersion[],
  { key, versionId }: Pick<ObjectVersion, "key" | "versionId">,
): readonly ObjectVersion[] {
  const at = sorted.findIndex((version) => version.key === key && version.versionId === versionId);
  if (at >= 0) return sorted.slice(at + 1);
  return sorted.filter((version) => version.key > key || (version.key === key && version.versionId > versionId));
}

type Entry =
  | { readonly kind: "object"; readonly key: string; readonly object: ObjectVersion }
  | { readonly kind: "prefix"; readonly key: string };

interface Page {
  readonly entries: readonly Entry[];
  /** The last entry of a page; undefined on the last page. */
  readonly next: Entry | undefined;
}

/** Objects come sorted. Keys that are equal up to the delimiter become one prefix. */
function listPage(sorted: readonly ObjectVersion[], input: Shape, after: string | undefined): Page {
  const limit = limitIn(input, "MaxKeys");
  const entries: Entry[] = [];
  for (const entry of entriesOf(sorted, input)) {
    const last = entries.at(-1);
    if (entry.kind === "prefix" && last?.key === entry.key) continue;
    if (after !== undefined && entry.key <= after) continue;
    if (entries.length >= limit) return { entries, next: last };
    entries.push(entry);
  }
  return { entries, next: undefined };
}

function entriesOf(sorted: readonly ObjectVersion[], input: Shape): Entry[] {
  const prefix = optionalText(input, "Prefix") ?? "";
  const delimiter = optionalText(input, "Delimiter") ?? "";
  return sorted
    .filter((object) => object.key.startsWith(prefix))
    .map((object) => {
      const cut = delimiter === "" ? -1 : object.key.indexOf(delimiter, prefix.length);
      if (cut < 0) return { kind: "object", key: object.key, object };
      return { kind: "prefix", key: object.key.slice(0, cut + delimiter.length) };
    });
}

function currentObjects(bucket: BucketRecord): ObjectVersion[] {
  return sortedKeys(bucket).flatMap((key) => {
    const latest = bucket.objects.get(key)?.[0];
    return latest && !latest.isDeleteMarker ? [latest] : [];
  });
}

function sortedKeys(bucket: BucketRecord): string[] {
  return [...bucket.objects.keys()].sort((a, b) => (a < b ? -1 : 1));
}

function requestMembers(bucket: BucketRecord, input: Shape, page: Page): Shape {
  const encode = keyEncoder(input);
  const delimiter = optionalText(input, "Delimiter");
  return {
    Name: bucket.name,
    Prefix: encode(optionalText(input, "Prefix") ?? ""),
    Delimiter: delimiter ? encode(delimiter) : undefined,
    MaxKeys: limitIn(input, "MaxKeys"),
    EncodingType: optionalText(input, "EncodingType"),
    IsTruncated: page.next !== undefined,
  };
}

function contents(page: Page, encode: (key: string) => string, owner: BucketRecord | undefined): Shape[] {
  const Owner = owner && { ID: owner.accountId };
  return page.entries.flatMap((entry) => {
    if (entry.kind === "prefix") return [];
    const { key, object } = entry;
    return [defined({ Key: encode(key), LastModified: object.lastModified, Owner, ...objectMembers(object) })];
  });
}

function objectMembers(object: ObjectVersion): Shape {
  return {
    ETag: object.etag,
    ChecksumAlgorithm: object.checksum && [object.checksum.algorithm],
    ChecksumType: object.checksum?.type,
    Size: object.body.byteLength,
    StorageClass: object.attributes.StorageClass ?? "STANDARD",
  };
}

function commonPrefixes(page: Page, encode: (key: string) => string): Shape[] {
  return page.entries.flatMap((entry) => (entry.kind === "prefix" ? [{ Prefix: encode(entry.key) }] : []));
}

/** Percent-encodes keys if the client asks for it, so that XML can contain any key. Throws InvalidArgument for another encoding. */
export function keyEncoder(input: Shape): (key: string) => string {
  const encoding = optionalText(input, "EncodingType");
  if (encoding === undefined) return (key) => key;
  if (encoding === "url") return (key) => encodeURIComponent(key).replaceAll("%2F", "/");
  throw invalidArgument("encoding-type", encoding, "Invalid Encoding Method specified in Request");
}

/** How many items a page may have; a parameter without a value counts as absent. */
export function limitIn(input: Shape, member: string): number {
  return Math.min(
    textIn(input, member) === undefined ? MAX_KEYS : (optionalNumber(input, member) ?? MAX_KEYS),
    MAX_KEYS,
  );
}

/** The text of a parameter that has a value. */
function textIn(input: Shape, member: string): string | undefined {
  return input[member] === "" ? undefined : String(input[member] ?? "") || undefined;
}
