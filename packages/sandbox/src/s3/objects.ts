import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
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
import { type BucketRecord, NULL_VERSION, type ObjectAttributes, type ObjectVersion } from "./bucket-record.ts";
import { noSuchKey, noSuchVersion, preconditionFailed } from "./errors.ts";
import { readRange } from "./range.ts";

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
  requireDigests(input, body);
  requireWriteConditions(bucket, key, input);
  const stored = storeObject(account, bucket, { key, body, etag: etagOf(body), attributes: readAttributes(input) });
  return defined({
    ETag: stored.etag,
    VersionId: shownVersion(bucket, stored),
    ChecksumCRC32: checksum(body),
    ChecksumType: "FULL_OBJECT",
  });
}

interface NewObject {
  readonly key: string;
  readonly body: Uint8Array;
  readonly etag: string;
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
    Metadata: optionalTextMap(input, "Metadata"),
  });
}

function getObject(account: S3Account, input: Shape): Shape {
  const found = readableVersion(account, input);
  const range = readRange(optionalText(input, "Range"), found.body.byteLength);
  if (!range) return { ...describeObject(account, input, found), Body: found.body };
  const body = found.body.subarray(range.start, range.end);
  return {
    ...describeObject(account, input, found),
    Body: body,
    ContentLength: body.byteLength,
    ContentRange: `bytes ${range.start}-${range.end - 1}/${found.body.byteLength}`,
    ChecksumCRC32: undefined,
    ChecksumType: undefined,
  };
}

function headObject(account: S3Account, input: Shape): Shape {
  return describeObject(account, input, readableVersion(account, input));
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
    ...(wantsChecksum ? { ChecksumCRC32: checksum(found.body), ChecksumType: "FULL_OBJECT" } : {}),
  });
}

/** The version that a request may read. Throws NoSuchKey, NoSuchVersion, or the error of an unmet condition. */
function readableVersion(account: S3Account, input: Shape): ObjectVersion {
  const bucket = account.bucket(input);
  const key = requiredMember(input, "Key");
  const versionId = optionalText(input, "VersionId");
  const found = findVersion(bucket, key, versionId);
  if (found.isDeleteMarker) {
    if (versionId === undefined) throw noSuchKey(key);
    throw new AwsError("MethodNotAllowed", "The specified method is not allowed against this resource.", 405);
  }
  const ifMatch = optionalText(input, "IfMatch");
  if (ifMatch !== undefined && unquoted(ifMatch) !== unquoted(found.etag)) throw preconditionFailed("If-Match");
  const ifNoneMatch = optionalText(input, "IfNoneMatch");
  if (ifNoneMatch !== undefined && unquoted(ifNoneMatch) === unquoted(found.etag)) {
    throw new AwsError("NotModified", "Not Modified", 304);
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
  const source = readCopySource(account, input);
  const replace = optionalText(input, "MetadataDirective") === "REPLACE";
  const stored = storeObject(account, bucket, {
    key: requiredMember(input, "Key"),
    body: source.body,
    etag: etagOf(source.body),
    attributes: replace ? readAttributes(input) : source.attributes,
  });
  return defined({
    CopyObjectResult: { ETag: stored.etag, LastModified: stored.lastModified },
    VersionId: shownVersion(bucket, stored),
  });
}

/** The object that a copy reads from. */
export function readCopySource(account: S3Account, input: Shape): ObjectVersion {
  const [path = "", query = ""] = requiredMember(input, "CopySource").split("?");
  const [bucketName = "", ...key] = decodeURIComponent(path).replace(/^\//, "").split("/");
  const versionId = new URLSearchParams(query).get("versionId");
  return readableVersion(account, {
    Bucket: bucketName,
    Key: key.join("/"),
    ...(versionId ? { VersionId: versionId } : {}),
  });
}

function deleteObject(account: S3Account, input: Shape): Shape {
  const bucket = account.bucket(input);
  return removeObject(account, bucket, readTarget(input));
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
    const marker = { key, body: new Uint8Array(), etag: "", attributes: {}, isDeleteMarker: true };
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

function requireDigests(input: Shape, body: Uint8Array): void {
  const md5 = optionalText(input, "ContentMD5");
  const crc = optionalText(input, "ChecksumCRC32");
  const isWrong =
    (md5 !== undefined && md5 !== createHash("md5").update(body).digest("base64")) ||
    (crc !== undefined && crc !== checksum(body));
  if (isWrong) {
    throw new AwsError(
      "BadDigest",
      "The Content-MD5 or checksum value that you specified did not match what the server received.",
      400,
    );
  }
}

function requireWriteConditions(bucket: BucketRecord, key: string, input: Shape): void {
  const current = bucket.objects.get(key)?.[0];
  const exists = current !== undefined && !current.isDeleteMarker;
  if (optionalText(input, "IfNoneMatch") === "*" && exists) throw preconditionFailed("If-None-Match");
  const ifMatch = optionalText(input, "IfMatch");
  if (ifMatch === undefined) return;
  if (!exists) throw noSuchKey(key);
  if (unquoted(ifMatch) !== unquoted(current.etag)) throw preconditionFailed("If-Match");
}

function checksum(body: Uint8Array): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(body));
  return bytes.toString("base64");
}

/** The response of a bucket that was never versioned does not mention versions. */
export function shownVersion(bucket: BucketRecord, version: ObjectVersion): string | undefined {
  return bucket.versioning === undefined ? undefined : version.versionId;
}

function unquoted(etag: string): string {
  return etag.replaceAll('"', "");
}
