import type { Shape } from "../core/contract.ts";
import { defined, optionalNumber, optionalText } from "../core/shape.ts";
import type { S3Account, S3Operations } from "./account.ts";
import type { BucketRecord, ObjectVersion } from "./bucket-record.ts";

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
  const after = token === undefined ? startAfter : Buffer.from(token, "base64url").toString();
  const page = listPage(currentObjects(bucket), input, after);
  const encode = keyEncoder(input);
  return defined({
    ...requestMembers(bucket, input, page),
    KeyCount: page.entries.length,
    ContinuationToken: token,
    StartAfter: startAfter && encode(startAfter),
    NextContinuationToken: page.next === undefined ? undefined : Buffer.from(page.next).toString("base64url"),
    Contents: contents(page, encode),
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
    NextMarker: page.next === undefined ? undefined : encode(page.next),
    Contents: contents(page, encode),
    CommonPrefixes: commonPrefixes(page, encode),
  });
}

function listObjectVersions(account: S3Account, input: Shape): Shape {
  const bucket = account.bucket(input);
  const every = sortedKeys(bucket).flatMap((key) => bucket.objects.get(key) ?? []);
  const keyMarker = optionalText(input, "KeyMarker");
  const page = listPage(every, input, keyMarker);
  const encode = keyEncoder(input);
  const shown = (version: ObjectVersion) => ({
    Key: encode(version.key),
    VersionId: version.versionId,
    IsLatest: bucket.objects.get(version.key)?.[0] === version,
    LastModified: version.lastModified,
  });
  const versions = page.entries.flatMap((entry) => (entry.kind === "object" ? [entry.object] : []));
  return defined({
    ...requestMembers(bucket, input, page),
    KeyMarker: keyMarker ?? "",
    NextKeyMarker: page.next === undefined ? undefined : encode(page.next),
    Version: versions
      .filter((version) => !version.isDeleteMarker)
      .map((version) => ({ ...shown(version), ...objectMembers(version) })),
    DeleteMarker: versions.filter((version) => version.isDeleteMarker).map(shown),
    CommonPrefixes: commonPrefixes(page, encode),
  });
}

type Entry =
  | { readonly kind: "object"; readonly key: string; readonly object: ObjectVersion }
  | { readonly kind: "prefix"; readonly key: string };

interface Page {
  readonly entries: readonly Entry[];
  /** The last key or prefix of a page; undefined on the last page. */
  readonly next: string | undefined;
}

/** Objects come sorted. Keys that are equal up to the delimiter become one prefix. */
function listPage(sorted: readonly ObjectVersion[], input: Shape, after: string | undefined): Page {
  const limit = Math.min(optionalNumber(input, "MaxKeys") ?? MAX_KEYS, MAX_KEYS);
  const entries: Entry[] = [];
  for (const entry of entriesOf(sorted, input)) {
    const last = entries.at(-1);
    if (entry.kind === "prefix" && last?.key === entry.key) continue;
    if (after !== undefined && entry.key <= after) continue;
    const startsNewKey = last?.key !== entry.key;
    if (entries.length >= limit && startsNewKey) return { entries, next: last?.key };
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
    Delimiter: delimiter && encode(delimiter),
    MaxKeys: optionalNumber(input, "MaxKeys") ?? MAX_KEYS,
    EncodingType: optionalText(input, "EncodingType"),
    IsTruncated: page.next !== undefined,
  };
}

function contents(page: Page, encode: (key: string) => string): Shape[] {
  return page.entries.flatMap((entry) =>
    entry.kind === "object"
      ? [{ Key: encode(entry.key), LastModified: entry.object.lastModified, ...objectMembers(entry.object) }]
      : [],
  );
}

function objectMembers(object: ObjectVersion): Shape {
  return {
    ETag: object.etag,
    Size: object.body.byteLength,
    StorageClass: object.attributes.StorageClass ?? "STANDARD",
  };
}

function commonPrefixes(page: Page, encode: (key: string) => string): Shape[] {
  return page.entries.flatMap((entry) => (entry.kind === "prefix" ? [{ Prefix: encode(entry.key) }] : []));
}

/** Percent-encodes keys if the client asks for it, so that XML can contain any key. */
function keyEncoder(input: Shape): (key: string) => string {
  if (optionalText(input, "EncodingType") !== "url") return (key) => key;
  return (key) => encodeURIComponent(key).replaceAll("%2F", "/");
}
