import { createHash } from "node:crypto";
import { AwsError, type Shape } from "../core/contract.ts";
import { defined, optionalBytes, optionalNumber, optionalShape, optionalShapes, optionalText } from "../core/shape.ts";
import { etagOf, requiredMember, type S3Account, type S3Operations } from "./account.ts";
import type { BucketRecord, MultipartUpload, UploadedPart } from "./bucket-record.ts";
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
    ListParts: (input) => listParts(account, input),
    ListMultipartUploads: (input) => listUploads(account, input),
  };
}

function createUpload(account: S3Account, input: Shape): Shape {
  const bucket = account.bucket(input);
  const key = requiredMember(input, "Key");
  const uploadId = account.context.uuid().replaceAll("-", "");
  const initiated = account.now();
  bucket.uploads.set(uploadId, { key, uploadId, initiated, attributes: readAttributes(input), parts: new Map() });
  return { Bucket: bucket.name, Key: key, UploadId: uploadId };
}

function uploadPart(account: S3Account, input: Shape): Shape {
  const part = addPart(account, input, optionalBytes(input, "Body") ?? new Uint8Array());
  return { ETag: part.etag };
}

function uploadPartCopy(account: S3Account, input: Shape): Shape {
  const { body } = readCopySource(account, input);
  const range = readRange(optionalText(input, "CopySourceRange"), body.byteLength);
  const part = addPart(account, input, range ? body.subarray(range.start, range.end) : body);
  return { CopyPartResult: { ETag: part.etag, LastModified: part.lastModified } };
}

function addPart(account: S3Account, input: Shape, body: Uint8Array): UploadedPart {
  const upload = findUpload(account.bucket(input), input);
  const part = { body, etag: etagOf(body), lastModified: account.now() };
  upload.parts.set(optionalNumber(input, "PartNumber") ?? 1, part);
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
  const stored = storeObject(account, bucket, {
    key: upload.key,
    body: Buffer.concat(parts.map((part) => part.body)),
    etag: combinedEtag(parts),
    attributes: upload.attributes,
  });
  bucket.uploads.delete(upload.uploadId);
  const location = `${account.context.endpoint()}/${bucket.name}/${upload.key}`;
  return defined({
    Location: location,
    Bucket: bucket.name,
    Key: upload.key,
    ETag: stored.etag,
    VersionId: shownVersion(bucket, stored),
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

function listParts(account: S3Account, input: Shape): Shape {
  const bucket = account.bucket(input);
  const upload = findUpload(bucket, input);
  const parts = [...upload.parts].sort(([a], [b]) => a - b);
  return {
    Bucket: bucket.name,
    Key: upload.key,
    UploadId: upload.uploadId,
    IsTruncated: false,
    Part: parts.map(([number, part]) => ({
      PartNumber: number,
      ETag: part.etag,
      Size: part.body.byteLength,
      LastModified: part.lastModified,
    })),
  };
}

function listUploads(account: S3Account, input: Shape): Shape {
  const bucket = account.bucket(input);
  const uploads = [...bucket.uploads.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  return {
    Bucket: bucket.name,
    IsTruncated: false,
    Upload: uploads.map(({ key, uploadId, initiated }) => ({ Key: key, UploadId: uploadId, Initiated: initiated })),
  };
}

function findUpload(bucket: BucketRecord, input: Shape): MultipartUpload {
  const uploadId = requiredMember(input, "UploadId");
  const upload = bucket.uploads.get(uploadId);
  if (!upload || upload.key !== optionalText(input, "Key")) throw noSuchUpload(uploadId);
  return upload;
}
