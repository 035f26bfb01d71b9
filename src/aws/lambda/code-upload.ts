import type { UpdateFunctionCodeRequest } from "@aws-sdk/client-lambda";
import { StepbackError } from "../../domain/errors.ts";
import type { CodeSource, FunctionCode, ReferencedObject } from "../gateways/code.ts";
import type { Staging } from "../objects/staging.ts";

/** The members for code, which CreateFunction's `Code` and UpdateFunctionCode have in common. */
type CodeMembers = Pick<
  UpdateFunctionCodeRequest,
  "ZipFile" | "S3Bucket" | "S3Key" | "S3ObjectVersion" | "S3ObjectStorageMode" | "ImageUri" | "SourceKMSKeyArn"
>;

/** The largest zip that UpdateFunctionCode accepts in the request (facts B5). */
const DIRECT_UPLOAD_LIMIT_BYTES = 52_428_800;

/**
 * Sends code: an image by its URI, a zip by the object that Lambda is to run it from, else through the staging bucket or,
 * if there is none, in the request itself. `send` may get all bytes in memory, so it must not keep its argument.
 * Throws STAGING_BUCKET_NEEDED for a zip that is too large for a request.
 */
export async function withCode<Output>(
  code: FunctionCode,
  staging: Staging,
  send: (members: CodeMembers) => Promise<Output>,
): Promise<Output> {
  if (code.packageType === "Image") return send({ ImageUri: code.imageUri });
  const key = code.sourceKmsKeyArn === null ? {} : { SourceKMSKeyArn: code.sourceKmsKeyArn };
  if (code.reference) return send({ ...referenced(code.reference), ...key });
  if (staging.bucket !== null || code.zip.sizeBytes > DIRECT_UPLOAD_LIMIT_BYTES) {
    const staged = await staging.putCode(code.zip);
    return send({ S3Bucket: staged.bucket, S3Key: staged.key, ...key });
  }
  return staging.oneAtATime(async () => send({ ZipFile: await readWhole(code.zip), ...key }));
}

function referenced({ bucket, key, version }: ReferencedObject): CodeMembers {
  return { S3Bucket: bucket, S3Key: key, S3ObjectVersion: version, S3ObjectStorageMode: "REFERENCE" };
}

/** Into one buffer of the known size, so that the bytes are never held twice. */
async function readWhole(zip: CodeSource): Promise<Uint8Array> {
  const bytes = Buffer.allocUnsafe(zip.sizeBytes);
  let read = 0;
  for await (const chunk of zip.open() as AsyncIterable<Buffer>) {
    chunk.copy(bytes, read);
    read += chunk.length;
  }
  if (read === zip.sizeBytes) return bytes;
  throw new StepbackError("ARTIFACT_MISSING", `The code has ${read} bytes where ${zip.sizeBytes} were stored.`);
}
