import { createHash } from "node:crypto";
import { AwsError, type Shape } from "../core/contract.ts";
import { defined, optionalBytes, optionalNumber, optionalShape, optionalShapes, optionalText } from "../core/shape.ts";
import { etagOf, requiredMember, type S3Account, type S3Operations } from "./account.ts";
import type { BucketRecord, MultipartUpload, UploadedPart } from "./bucket-record.ts";
import { checkedChecksum, checksumOf, combinedChecksum, namedAlgorithm, shownChecksum } from "./checksums.ts";
import { requireWriteConditions } from "./conditions.ts";
import { noSuchUpload } from "./errors.ts";
import { readAttributes, readCopySource, shownVersion, storeObject } from "./objects.ts";
import { readRange } from "./range.ts";

/** For every part except the last. */
const MIN_PART_BYTES = 5 * 1024 * 1024;

/** Multipart uploads. */
export function multipartOperations(account: S3Account): S3Operations {
  return {
    CreateMultipartUpload: (input) => createUpload(account, input),
    UploadPart: (input) => uploadPart(account, input),
    UploadPartCopy: (input) => uploadPartCopy(account, input),
    CompleteMultipartUpload: (input) => completeUpload(account, input),
    AbortMultipartUpload: (input) => abortUpload(account, input),
  };
}

function createUpload(account: S3Account, input: Shape): Shape {
  const bucket = account.bucket(input);
  const key = requiredMember(input, "Key");
  const uploadId = account.context.uuid().replaceAll("-", "");
  const initiated = account.now();
  const attributes = readAttributes(input);
  const { ServerSideEncryption } = attributes;
  const checksum = askedChecksum(input);
  bucket.uploads.set(uploadId, { key, uploadId, initiated, attributes, checksum, parts: new Map() });
  return { Bucket: bucket.name, Key: key, UploadId: uploadId, ServerSideEncryption };
}

function askedChecksum(input: Shape): MultipartUpload["checksum"] {
  const algorithm = namedAlgorithm(input);
  const type = optionalText(input, "ChecksumType");
  return {
    ...(algorithm ? { algorithm } : {}),
    ...(type === "FULL_OBJECT" || type === "COMPOSITE" ? { type } : {}),
  };
}

function uploadPart(account: S3Account, input: Shape): Shape {
  const body = optionalBytes(input, "Body") ?? new Uint8Array();
  const { algorithm, value } = checkedChecksum(input, body);
  const part = addPart(account, input, body);
  const { ServerSideEncryption } = findUpload(account.bucket(input), input).attributes;
  return defined({ ETag: part.etag, ServerSideEncryption, [`Checksum${algorithm}`]: value });
}

function uploadPartCopy(account: S3Account, input: Shape): Shape {
  const { body } = readCopySource(account, input);
  const range = readRange(optionalText(input, "CopySourceRange"), body.byteLength);
  const part = addPart(account, input, range ? body.subarray(range.start, range.end) : body);
  return { CopyPartResult: { ETag: part.etag, LastModified: part.lastModified } };
}

function addPart(account: S3Account, input: Shape, body: Uint8Array): UploadedPart {
  const upload = findUpload(account.bucket(input), input);
  const checksum = checksumOf(body, upload.checksum.algorithm);
  const number = optionalNumber(input, "PartNumber") ?? 1;
  const part = { number, body, etag: etagOf(body), checksum, lastModified: account.now() };
  upload.parts.set(number, part);
  return part;
}

function completeUpload(account: S3Account, input: Shape): Shape {
  const bucket = account.bucket(input);
  const upload = findUpload(bucket, input);
  const named = optionalShapes(optionalShape(input, "MultipartUpload") ?? {}, "Parts") ?? [];
  const parts = named.map((part) => namedPart(upload, part));
  if (parts.slice(0, -1).some((part) => part.body.byteLength < MIN_PART_BYTES)) {
    throw new AwsError("EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size", 400);
  }
  requireWriteConditions(bucket, upload.key, input);
  const bodies = parts.map((part) => part.body);
  const checksum = combinedChecksum(bodies, upload.checksum);
  const stored = storeObject(account, bucket, {
    key: upload.key,
    body: Buffer.concat(bodies),
    etag: combinedEtag(parts),
    checksum,
    parts: parts.map(({ number, body, checksum }) => ({ number, sizeBytes: body.byteLength, checksum })),
    attributes: upload.attributes,
  });
  bucket.uploads.delete(upload.uploadId);
  const location = `${account.context.endpoint()}/${bucket.name}/${upload.key}`;
  return defined({
    Location: location,
    Bucket: bucket.name,
    Key: upload.key,
    ETag: stored.etag,
    ServerSideEncryption: upload.attributes.ServerSideEncryption,
    VersionId: shownVersion(bucket, stored),
    ...shownChecksum(checksum),
  });
}

function namedPart(upload: MultipartUpload, named: Shape): UploadedPart {
  const part = upload.parts.get(optionalNumber(named, "PartNumber") ?? 0);
  const etag = optionalText(named, "ETag") ?? "";
  if (part && part.etag.replaceAll('"', "") === etag.replaceAll('"', "")) return part;
  throw new AwsError(
    "InvalidPart",
    "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
    400,
  );
}

/** S3's ETag of a multipart object: the MD5 of the parts' MD5s, and the number of parts. */
function combinedEtag(parts: readonly UploadedPart[]): string {
  const combined = createHash("md5");
  for (const part of parts) combined.update(Buffer.from(part.etag.replaceAll('"', ""), "hex"));
  return `"${combined.digest("hex")}-${parts.length}"`;
}

function abortUpload(account: S3Account, input: Shape): Shape {
  const bucket = account.bucket(input);
  bucket.uploads.delete(findUpload(bucket, input).uploadId);
  return {};
}

export function findUpload(bucket: BucketRecord, input: Shape): MultipartUpload {
  const uploadId = requiredMember(input, "UploadId");
  const upload = bucket.uploads.get(uploadId);
  if (!upload || upload.key !== optionalText(input, "Key")) throw noSuchUpload(uploadId);
  return upload;
}
