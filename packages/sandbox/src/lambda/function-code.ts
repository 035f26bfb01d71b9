import { createHash } from "node:crypto";
import { unzipSync } from "fflate";
import { AwsError, type Shape } from "../core/contract.ts";
import { optionalBytes, optionalText } from "../core/shape.ts";
import type { LambdaAccount } from "./account.ts";
import { invalidParameter, tooLarge } from "./errors.ts";
import type { FunctionCode, ImageCode, ZipCode } from "./function-record.ts";

/** A zip in the request itself; larger ones come through S3. */
const MAX_ZIP_FILE_BYTES = 52_428_800;
/** The total size of a zip's files: 250 MB. */
const MAX_UNZIPPED_BYTES = 262_144_000;

/**
 * Loads the code that a request names by `ZipFile`, by S3 object or by image; null if it names none. Throws
 * InvalidParameterValueException for unusable code, RequestEntityTooLargeException above the limits.
 */
export async function loadCode(account: LambdaAccount, request: Shape): Promise<FunctionCode | null> {
  const imageUri = optionalText(request, "ImageUri");
  if (imageUri !== undefined) return imageCode(imageUri);
  const bytes = await loadZip(account, request);
  if (!bytes) return null;
  const reference = referenceIn(request);
  return { ...zipCode(bytes, optionalText(request, "SourceKMSKeyArn")), ...(reference ? { reference } : {}) };
}

/** Without the mode, or with COPY, Lambda keeps a copy of the bytes. The bucket has to be versioned. */
function referenceIn(request: Shape): ZipCode["reference"] {
  if (optionalText(request, "S3ObjectStorageMode") !== "REFERENCE") return undefined;
  const [bucket, key] = [optionalText(request, "S3Bucket"), optionalText(request, "S3Key")];
  const version = optionalText(request, "S3ObjectVersion");
  if (bucket && key && version) return { bucket, key, version };
  throw invalidParameter("S3ObjectStorageMode REFERENCE requires S3Bucket, S3Key and S3ObjectVersion.");
}

/** The bytes of the zip that a request contains or names, checked; null if it does neither. */
export async function loadZip(account: LambdaAccount, request: Shape): Promise<Uint8Array | null> {
  const zipFile = optionalBytes(request, "ZipFile");
  if (zipFile && zipFile.byteLength > MAX_ZIP_FILE_BYTES) {
    throw tooLarge(`Zipped size must be smaller than ${MAX_ZIP_FILE_BYTES} bytes`);
  }
  const bytes = zipFile ?? (await fetchObject(account, request));
  if (bytes) requireZip(bytes);
  return bytes;
}

function zipCode(bytes: Uint8Array, sourceKmsKeyArn: string | undefined): ZipCode {
  const sha256 = createHash("sha256").update(bytes).digest("base64");
  return { kind: "zip", bytes, sha256, ...(sourceKmsKeyArn ? { sourceKmsKeyArn } : {}) };
}

async function fetchObject(account: LambdaAccount, request: Shape): Promise<Uint8Array | null> {
  const bucket = optionalText(request, "S3Bucket");
  const key = optionalText(request, "S3Key");
  if (bucket === undefined || key === undefined) return null;
  const versionId = optionalText(request, "S3ObjectVersion");
  try {
    const object = await account.context
      .service("s3")
      .call("GetObject", { Bucket: bucket, Key: key, ...(versionId ? { VersionId: versionId } : {}) }, "lambda");
    return optionalBytes(object, "Body") ?? new Uint8Array();
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw invalidParameter(
      `Error occurred while GetObject. S3 Error Code: ${error.code}. S3 Error Message: ${s3Message(error)}`,
    );
  }
}

/** Lambda has words of its own for a bucket in another region. */
function s3Message({ code, message, details }: AwsError): string {
  if (code !== "PermanentRedirect") return message;
  return `The bucket is in this region: ${details["BucketRegion"]}. Please use this region to retry the request`;
}

/** Reads only the zip's directory; nothing is unpacked. */
function requireZip(bytes: Uint8Array): void {
  let entries = 0;
  let unzippedBytes = 0;
  try {
    unzipSync(bytes, {
      filter: (entry) => {
        entries += 1;
        unzippedBytes += entry.originalSize;
        return false;
      },
    });
  } catch {
    throw invalidParameter("Could not unzip uploaded file. Please check your file, then try to upload again.");
  }
  if (entries === 0) throw invalidParameter("Uploaded file must be a non-empty zip");
  if (unzippedBytes > MAX_UNZIPPED_BYTES) {
    throw invalidParameter(`Unzipped size must be smaller than ${MAX_UNZIPPED_BYTES} bytes`);
  }
}

/** The sandbox has no registry: an image's digest is derived from its name, so the same name is the same image. */
function imageCode(imageUri: string): ImageCode {
  const [repository = imageUri, digest] = imageUri.split("@sha256:");
  const sha256 = digest ?? createHash("sha256").update(imageUri).digest("hex");
  return { kind: "image", imageUri, resolvedUri: `${withoutTag(repository)}@sha256:${sha256}`, sha256 };
}

function withoutTag(repository: string): string {
  return repository.replace(/:[^:/]*$/, "");
}

export function sizeOf(code: FunctionCode): number {
  return code.kind === "zip" ? code.bytes.byteLength : 0;
}
