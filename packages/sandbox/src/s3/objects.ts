import { AwsError, type Shape } from "../core/contract.ts";
import {
  defined,
  optionalBytes,
  optionalFlag,
  optionalShape,
  optionalShapes,
  optionalText,
  optionalTextMap,
} from "../core/shape.ts";
import { etagOf, requiredMember, type S3Account, type S3Operations } from "./account.ts";
import {
  type BucketRecord,
  NULL_VERSION,
  type ObjectAttributes,
  type ObjectPart,
  type ObjectVersion,
} from "./bucket-record.ts";
import { type Checksum, checkedChecksum, shownChecksum } from "./checksums.ts";
import { requireCopyConditions, requireReadConditions, requireWriteConditions } from "./conditions.ts";
import { noSuchKey, noSuchVersion, preconditionFailed } from "./errors.ts";
import { readRange } from "./range.ts";

/** Every object is encrypted; without a choice, under keys of S3. */
const DEFAULT_ENCRYPTION = "AES256";

export function objectOperations(account: S3Account): S3Operations {
  return {
    PutObject: (input) => putObject(account, input),
    GetObject: (input) => getObject(account, input),
    HeadObject: (input) => headObject(account, input),
    CopyObject: (input) => copyObject(account, input),
    DeleteObject: (input) => deleteObject(account, input),
    DeleteObjects: (input) => deleteObjects(account, input),
  };
}

function putObject(account: S3Account, input: Shape): Shape {
  const bucket = account.bucket(input);
  const key = requiredMember(input, "Key");
  const body = optionalBytes(input, "Body") ?? new Uint8Array();
  const checksum = checkedChecksum(input, body);
  requireWriteConditions(bucket, key, input);
  const attributes = readAttributes(input);
  const stored = storeObject(account, bucket, { key, body, etag: etagOf(body), checksum, attributes });
  return defined({
    ETag: stored.etag,
    VersionId: shownVersion(bucket, stored),
    ServerSideEncryption: attributes.ServerSideEncryption,
    ...shownChecksum(checksum),
  });
}

interface NewObject {
  readonly key: string;
  readonly body: Uint8Array;
  readonly etag: string;
  readonly checksum: Checksum | undefined;
  readonly parts?: readonly ObjectPart[];
  readonly attributes: ObjectAttributes;
}

/** Adds a new version; in a bucket that is not versioned it replaces the `null` version. */
export function storeObject(account: S3Account, bucket: BucketRecord, object: NewObject): ObjectVersion {
  return pushVersion(account, bucket, { ...object, isDeleteMarker: false });
}

function pushVersion(
  account: S3Account,
  bucket: BucketRecord,
  object: NewObject & { readonly isDeleteMarker: boolean },
): ObjectVersion {
  const version = { ...object, versionId: account.newVersionId(bucket), lastModified: account.now() };
  const older = (bucket.objects.get(object.key) ?? []).filter(({ versionId }) => versionId !== version.versionId);
  bucket.objects.set(object.key, [version, ...older]);
  return version;
}

export function readAttributes(input: Shape): ObjectAttributes {
  return defined({
    ContentType: optionalText(input, "ContentType") ?? "binary/octet-stream",
    ContentEncoding: optionalText(input, "ContentEncoding"),
    ContentDisposition: optionalText(input, "ContentDisposition"),
    ContentLanguage: optionalText(input, "ContentLanguage"),
    CacheControl: optionalText(input, "CacheControl"),
    StorageClass: optionalText(input, "StorageClass"),
    ServerSideEncryption: optionalText(input, "ServerSideEncryption") ?? DEFAULT_ENCRYPTION,
    Metadata: optionalTextMap(input, "Metadata"),
  });
}

function getObject(account: S3Account, input: Shape): Shape {
  const found = readableVersion(account, input);
  requireReadConditions(input, found, account.now());
  const range = readRange(optionalText(input, "Range"), found.body.byteLength);
  if (!range) return { ...describeObject(account, input, found), Body: found.body };
  const body = found.body.subarray(range.start, range.end);
  return {
    ...describeObject(account, input, found),
    Body: body,
    ContentLength: body.byteLength,
    ContentRange: `bytes ${range.start}-${range.end - 1}/${found.body.byteLength}`,
    ...(found.checksum ? { [`Checksum${found.checksum.algorithm}`]: undefined, ChecksumType: undefined } : {}),
  };
}

function headObject(account: S3Account, input: Shape): Shape {
  const found = readableVersion(account, input);
  requireReadConditions(input, found, account.now());
  return describeObject(account, input, found);
}

function describeObject(account: S3Account, input: Shape, found: ObjectVersion): Shape {
  const bucket = account.bucket(input);
  const wantsChecksum = optionalText(input, "ChecksumMode") === "ENABLED";
  return defined({
    ...found.attributes,
    AcceptRanges: "bytes",
    ContentLength: found.body.byteLength,
    ETag: found.etag,
    LastModified: found.lastModified,
    VersionId: shownVersion(bucket, found),
    ...(wantsChecksum && found.checksum ? shownChecksum(found.checksum) : {}),
  });
}

/** The version that a request may read. Throws NoSuchKey, NoSuchVersion, or MethodNotAllowed for a delete marker. */
export function readableVersion(account: S3Account, input: Shape): ObjectVersion {
  const bucket = account.bucket(input);
  const key = requiredMember(input, "Key");
  const versionId = optionalText(input, "VersionId");
  const found = findVersion(bucket, key, versionId);
  if (found.isDeleteMarker) {
    if (versionId === undefined) throw noSuchKey(key);
    throw new AwsError("MethodNotAllowed", "The specified method is not allowed against this resource.", 405);
  }
  return found;
}

function findVersion(bucket: BucketRecord, key: string, versionId: string | undefined): ObjectVersion {
  const versions = bucket.objects.get(key);
  if (versionId === undefined) {
    const latest = versions?.[0];
    if (!latest) throw noSuchKey(key);
    return latest;
  }
  const found = versions?.find((version) => version.versionId === versionId);
  if (!found) throw noSuchVersion(key, versionId);
  return found;
}

/** `CopySource` is `/bucket/key?versionId=…`, percent-encoded. */
function copyObject(account: S3Account, input: Shape): Shape {
  const bucket = account.bucket(input);
  const key = requiredMember(input, "Key");
  const source = readCopySource(account, input);
  requireWriteConditions(bucket, key, input);
  const { body } = source;
  const asked = readAttributes(input);
  const { ServerSideEncryption } = asked;
  const replace = optionalText(input, "MetadataDirective") === "REPLACE";
  const attributes = replace ? asked : { ...source.attributes, ...defined({ ServerSideEncryption }) };
  const algorithm = optionalText(input, "ChecksumAlgorithm") ?? source.checksum?.algorithm;
  const checksum = checkedChecksum(defined({ ChecksumAlgorithm: algorithm }), body);
  const stored = storeObject(account, bucket, { key, body, etag: etagOf(body), checksum, attributes });
  return defined({
    CopyObjectResult: { ETag: stored.etag, LastModified: stored.lastModified, ...shownChecksum(checksum) },
    CopySourceVersionId: sourceVersion(account, input, source),
    ServerSideEncryption,
    VersionId: shownVersion(bucket, stored),
  });
}

function sourceVersion(account: S3Account, input: Shape, source: ObjectVersion): string | undefined {
  return shownVersion(account.bucket({ Bucket: parseCopySource(input).Bucket }), source);
}

/** The object that a copy reads from. Throws PreconditionFailed if it does not meet the request's conditions. */
export function readCopySource(account: S3Account, input: Shape): ObjectVersion {
  const source = readableVersion(account, parseCopySource(input));
  requireCopyConditions(input, source, account.now());
  return source;
}

function parseCopySource(input: Shape): Shape {
  const [path = "", query = ""] = requiredMember(input, "CopySource").split("?");
  const [Bucket = "", ...key] = decodeURIComponent(path).replace(/^\//, "").split("/");
  const versionId = new URLSearchParams(query).get("versionId");
  return { Bucket, Key: key.join("/"), ...(versionId ? { VersionId: versionId } : {}) };
}

function deleteObject(account: S3Account, input: Shape): Shape {
  const bucket = account.bucket(input);
  const target = readTarget(input);
  const current = bucket.objects.get(target.key)?.[0];
  const ifMatch = optionalText(input, "IfMatch");
  if (ifMatch !== undefined && current && !current.isDeleteMarker && ifMatch !== "*") requireEtag(current, ifMatch);
  return removeObject(account, bucket, target);
}

interface Target {
  readonly key: string;
  /** Undefined if the request means the latest version. */
  readonly versionId: string | undefined;
}

function readTarget(input: Shape): Target {
  return { key: requiredMember(input, "Key"), versionId: optionalText(input, "VersionId") };
}

/** Without a version id a versioned bucket gets a delete marker. Deleting an object that does not exist succeeds. */
function removeObject(account: S3Account, bucket: BucketRecord, { key, versionId }: Target): Shape {
  if (versionId === undefined && bucket.versioning !== undefined) {
    const marker = { key, body: new Uint8Array(), etag: "", checksum: undefined, attributes: {}, isDeleteMarker: true };
    return { DeleteMarker: true, VersionId: pushVersion(account, bucket, marker).versionId };
  }
  const wanted = versionId ?? NULL_VERSION;
  const versions = bucket.objects.get(key) ?? [];
  const removed = versions.find((version) => version.versionId === wanted);
  const rest = versions.filter((version) => version !== removed);
  if (rest.length > 0) bucket.objects.set(key, rest);
  else bucket.objects.delete(key);
  return defined({ VersionId: versionId, DeleteMarker: removed?.isDeleteMarker || undefined });
}

function deleteObjects(account: S3Account, input: Shape): Shape {
  const bucket = account.bucket(input);
  const request = optionalShape(input, "Delete") ?? {};
  const quiet = optionalFlag(request, "Quiet") ?? false;
  const deleted = (optionalShapes(request, "Objects") ?? []).map((object) => {
    const target = readTarget(object);
    const { key, versionId } = target;
    const { VersionId, DeleteMarker } = removeObject(account, bucket, target);
    const madeMarker = versionId === undefined && DeleteMarker === true;
    return defined({
      Key: key,
      VersionId: versionId,
      DeleteMarker,
      DeleteMarkerVersionId: madeMarker ? VersionId : undefined,
    });
  });
  return { Deleted: quiet ? [] : deleted };
}

function requireEtag({ etag }: ObjectVersion, wanted: string): void {
  if (unquoted(wanted) !== unquoted(etag)) throw preconditionFailed("If-Match");
}

/** The response of a bucket that was never versioned does not mention versions. */
export function shownVersion(bucket: BucketRecord, version: ObjectVersion): string | undefined {
  return bucket.versioning === undefined ? undefined : version.versionId;
}

function unquoted(etag: string): string {
  return etag.replaceAll('"', "");
}
