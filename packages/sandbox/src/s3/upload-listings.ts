import type { Shape } from "../core/contract.ts";
import { defined, optionalNumber, optionalText } from "../core/shape.ts";
import type { S3Account, S3Operations } from "./account.ts";
import type { MultipartUpload } from "./bucket-record.ts";
import { typeOfCombined } from "./checksums.ts";
import { invalidArgument } from "./errors.ts";
import { keyEncoder, limitIn } from "./listings.ts";
import { findUpload } from "./multipart.ts";

/** Lists of uploads that are not complete, and of their parts. */
export function uploadListingOperations(account: S3Account): S3Operations {
  return {
    ListParts: (input) => listParts(account, input),
    ListMultipartUploads: (input) => listUploads(account, input),
  };
}

function listParts(account: S3Account, input: Shape): Shape {
  const bucket = account.bucket(input);
  const upload = findUpload(bucket, input);
  const marker = partMarkerIn(input);
  const limit = limitIn(input, "MaxParts");
  const parts = [...upload.parts.values()]
    .sort((one, other) => one.number - other.number)
    .filter(({ number }) => number > marker);
  const { algorithm } = upload.checksum;
  const page = parts.slice(0, limit);
  return {
    Bucket: bucket.name,
    Key: upload.key,
    UploadId: upload.uploadId,
    PartNumberMarker: marker,
    NextPartNumberMarker: page.at(-1)?.number ?? 0,
    MaxParts: limit,
    IsTruncated: parts.length > limit,
    ...ownerMembers(account, upload),
    ...(algorithm ? { ChecksumAlgorithm: algorithm, ChecksumType: typeOfCombined(upload.checksum) } : {}),
    Part: page.map(({ number, etag, body, checksum, lastModified }) => ({
      PartNumber: number,
      ETag: etag,
      Size: body.byteLength,
      LastModified: lastModified,
      // Checksums that nobody asked for are not shown (recorded).
      ...(algorithm ? { [`Checksum${algorithm}`]: checksum.value } : {}),
    })),
  };
}

/** The number of the part that a page begins after. */
export function partMarkerIn(input: Shape): number {
  return input["PartNumberMarker"] === "" ? 0 : (optionalNumber(input, "PartNumberMarker") ?? 0);
}

/** Uploads in the order of their keys, then of their beginning; keys that are equal up to the delimiter are one prefix. */
function listUploads(account: S3Account, input: Shape): Shape {
  const bucket = account.bucket(input);
  const [prefix, delimiter] = [optionalText(input, "Prefix") ?? "", optionalText(input, "Delimiter") ?? ""];
  const limit = limitIn(input, "MaxUploads");
  const entries = uploadsAfterMarker([...bucket.uploads.values()].sort(byKeyThenTime), input)
    .filter(({ key }) => key.startsWith(prefix))
    .map((upload) => ({ upload, folder: folderOf(upload.key, prefix, delimiter) }))
    .filter(({ folder }, at, all) => folder === null || all[at - 1]?.folder !== folder)
    .filter(({ folder }) => folder === null || folder > (optionalText(input, "KeyMarker") ?? ""));
  const page = entries.slice(0, limit);
  const last = page.at(-1);
  const encode = keyEncoder(input);
  return defined({
    Bucket: bucket.name,
    KeyMarker: encode(optionalText(input, "KeyMarker") ?? ""),
    UploadIdMarker: optionalText(input, "KeyMarker") ? (optionalText(input, "UploadIdMarker") ?? "") : "",
    // A page that ends in a prefix has no marker, which is as AWS answers (recorded).
    NextKeyMarker: last && last.folder === null ? encode(last.upload.key) : "",
    NextUploadIdMarker: last && last.folder === null ? last.upload.uploadId : "",
    Prefix: prefix ? encode(prefix) : undefined,
    Delimiter: delimiter ? encode(delimiter) : undefined,
    EncodingType: optionalText(input, "EncodingType"),
    MaxUploads: limit,
    IsTruncated: entries.length > limit,
    Upload: page.flatMap(({ upload, folder }) => (folder === null ? [shownUpload(account, upload, encode)] : [])),
    CommonPrefixes: page.flatMap(({ folder }) => (folder === null ? [] : [{ Prefix: encode(folder) }])),
  });
}

function byKeyThenTime(one: MultipartUpload, other: MultipartUpload): number {
  if (one.key !== other.key) return one.key < other.key ? -1 : 1;
  return one.initiated.getTime() - other.initiated.getTime();
}

/** A marker of an upload counts only with its key's. Throws InvalidArgument if the key has no such upload. */
function uploadsAfterMarker(sorted: readonly MultipartUpload[], input: Shape): readonly MultipartUpload[] {
  const key = optionalText(input, "KeyMarker") ?? "";
  const uploadId = optionalText(input, "UploadIdMarker") ?? "";
  if (key === "") return sorted;
  if (uploadId === "") return sorted.filter((upload) => upload.key > key);
  const at = sorted.findIndex((upload) => upload.key === key && upload.uploadId === uploadId);
  if (at >= 0) return sorted.slice(at + 1);
  throw invalidArgument("upload-id-marker", uploadId, "Invalid uploadId marker");
}

function folderOf(key: string, prefix: string, delimiter: string): string | null {
  const cut = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
  return cut < 0 ? null : key.slice(0, cut + delimiter.length);
}

function shownUpload(account: S3Account, upload: MultipartUpload, encode: (key: string) => string): Shape {
  return {
    Key: encode(upload.key),
    UploadId: upload.uploadId,
    Initiated: upload.initiated,
    ...ownerMembers(account, upload),
  };
}

function ownerMembers({ context }: S3Account, { attributes }: MultipartUpload): Shape {
  return {
    Owner: { ID: context.accountId },
    Initiator: { ID: context.accountId, DisplayName: "sandbox" },
    StorageClass: attributes.StorageClass ?? "STANDARD",
  };
}
