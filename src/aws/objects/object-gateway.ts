import { createHash } from "node:crypto";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type {
  PutObjectCommandInput,
  S3Client,
  S3ClientResolvedConfig,
  ServiceInputTypes,
  ServiceOutputTypes,
} from "@aws-sdk/client-s3";
import { StepbackError } from "../../domain/errors.ts";
import type { Call, CallContext } from "../call.ts";
import { isAwsError, isCode, nullIfMissing, nullIfNamed } from "../error-mapping.ts";
import type { ObjectGateway, ObjectSource } from "../gateways/objects.ts";
import type { S3Sdk } from "../sdk-clients.ts";

type S3Call = Call<S3Sdk, S3Client, ServiceInputTypes, ServiceOutputTypes, S3ClientResolvedConfig>;

/** The SDK cannot send a stream twice, so failed uploads are repeated here, each with a fresh stream. */
const UPLOAD_TRIES = 4;
const UPLOAD_PAUSE_MS = 500;

export function createObjectGateway(call: S3Call, { clock, signal }: CallContext): ObjectGateway {
  const open: ObjectGateway["open"] = async (bucket, key, version) => {
    const reading = call((sdk) => new sdk.GetObjectCommand({ Bucket: bucket, Key: key, VersionId: version }));
    const response = await nullIfNoVersion(reading, version);
    // On Node the SDK's body is a Readable; its type also covers browsers.
    const { Body, ETag = null, ContentLength = 0 } = response ?? {};
    return response && { bytes: Body as Readable, etag: ETag, sizeBytes: ContentLength };
  };
  const upload = async (where: Upload, source: ObjectSource): Promise<void> => {
    for (let tries = 1; ; tries += 1) {
      try {
        return await putOnce(call, where, source);
      } catch (error) {
        if (tries === UPLOAD_TRIES || !mayPass(error)) throw error;
        await clock.sleep(tries * UPLOAD_PAUSE_MS, signal);
      }
    }
  };
  return {
    head: async (bucket, key, version) => {
      const reading = call((sdk) => new sdk.HeadObjectCommand({ Bucket: bucket, Key: key, VersionId: version }));
      const response = await nullIfNoVersion(reading, version);
      return response && { sizeBytes: response.ContentLength ?? 0, etag: response.ETag ?? null };
    },
    open,
    digest: async (bucket, key, version) => {
      const object = await open(bucket, key, version);
      return object && digestOf(object.bytes, { name: `${bucket}/${key}`, signal });
    },
    isEmpty: async (bucket) => {
      const listing = call((sdk) => new sdk.ListObjectVersionsCommand({ Bucket: bucket, MaxKeys: 1 }));
      const found = await nullIfNamed(listing, ["NoSuchBucket"]);
      return (found?.Versions ?? []).length + (found?.DeleteMarkers ?? []).length === 0;
    },
    put: (Bucket, Key, source) => upload({ Bucket, Key }, source),
    putIfAbsent: async (Bucket, Key, source) => {
      try {
        await upload({ Bucket, Key, IfNoneMatch: "*" }, source);
        return true;
      } catch (error) {
        // An attempt whose response was lost may have put these bytes: then, too, the key has an object.
        if (isAwsError(error, "PreconditionFailed")) return false;
        throw error;
      }
    },
  };
}

type Upload = Pick<PutObjectCommandInput, "Bucket" | "Key" | "IfNoneMatch">;

async function putOnce(call: S3Call, upload: Upload, { sizeBytes, open }: ObjectSource): Promise<void> {
  const body = open();
  try {
    await call((sdk) => new sdk.PutObjectCommand({ ...upload, Body: body, ContentLength: sizeBytes }));
  } finally {
    body.destroy();
  }
}

/** Whether another attempt may succeed: S3 asks for one where a deletion came in between a condition and its upload. */
function mayPass(error: unknown): boolean {
  return isCode(error, "AWS_UNAVAILABLE", "AWS_THROTTLED") || isAwsError(error, "ConditionalRequestConflict");
}

/** Throws AWS_UNAVAILABLE if the stream breaks off. */
async function digestOf(bytes: Readable, { name, signal }: { name: string; signal: AbortSignal }): Promise<string> {
  const hash = createHash("sha256");
  try {
    await pipeline(bytes, hash, { signal });
  } catch (cause) {
    if (cause instanceof StepbackError) throw cause;
    if (signal.aborted) throw new StepbackError("SHUTTING_DOWN", `Reading ${name} was stopped.`, [], { cause });
    throw new StepbackError("AWS_UNAVAILABLE", `Reading ${name} broke off.`, [], { cause });
  }
  return hash.digest("hex");
}

/** S3 returns 400 for a malformed version id and 405 for a delete marker: neither has bytes. */
async function nullIfNoVersion<Output>(reading: Promise<Output>, version: string | undefined): Promise<Output | null> {
  try {
    return await nullIfMissing(reading);
  } catch (error) {
    if (version !== undefined && isCode(error, "AWS_REJECTED")) return null;
    throw error;
  }
}
