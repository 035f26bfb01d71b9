import { createHash } from "node:crypto";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { S3ClientResolvedConfig, ServiceInputTypes, ServiceOutputTypes } from "@aws-sdk/client-s3";
import { StepbackError } from "../../domain/errors.ts";
import type { Call, CallContext } from "../call.ts";
import { isCode, nullIfMissing } from "../error-mapping.ts";
import type { ObjectGateway } from "../gateways/objects.ts";
import type { S3Sdk } from "../sdk-clients.ts";

export type S3Call = Call<S3Sdk, ServiceInputTypes, ServiceOutputTypes, S3ClientResolvedConfig>;

/** The SDK cannot send a stream a second time, so broken uploads are tried again here, with a fresh stream. */
const UPLOAD_TRIES = 4;
const UPLOAD_PAUSE_MS = 500;

export function createObjectGateway(call: S3Call, { clock, signal }: CallContext): ObjectGateway {
  const open: ObjectGateway["open"] = async (bucket, key, version) => {
    const asking = call((sdk) => new sdk.GetObjectCommand({ Bucket: bucket, Key: key, VersionId: version }));
    const answer = await nullIfNoVersion(asking, version);
    // On Node the SDK's body is a Readable; its type names the browser's too.
    return answer && { bytes: answer.Body as Readable, etag: answer.ETag ?? null };
  };
  return {
    head: async (bucket, key, version) => {
      const asking = call((sdk) => new sdk.HeadObjectCommand({ Bucket: bucket, Key: key, VersionId: version }));
      const answer = await nullIfNoVersion(asking, version);
      return answer && { sizeBytes: answer.ContentLength ?? 0, etag: answer.ETag ?? null };
    },
    open,
    digest: async (bucket, key, version) => {
      const object = await open(bucket, key, version);
      return object && digestOf(object.bytes, `${bucket}/${key}`);
    },
    put: async (bucket, key, source) => {
      for (let tries = 1; ; tries += 1) {
        try {
          return await putOnce(call, { bucket, key }, source);
        } catch (error) {
          if (tries === UPLOAD_TRIES || !isCode(error, "AWS_UNAVAILABLE", "AWS_THROTTLED")) throw error;
          await clock.sleep(tries * UPLOAD_PAUSE_MS, signal);
        }
      }
    },
  };
}

async function putOnce(
  call: S3Call,
  { bucket, key }: { bucket: string; key: string },
  source: { sizeBytes: number; open(): Readable },
): Promise<void> {
  const body = source.open();
  try {
    await call(
      (sdk) => new sdk.PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ContentLength: source.sizeBytes }),
    );
  } finally {
    body.destroy();
  }
}

/** Throws AWS_UNAVAILABLE where the stream breaks off. */
async function digestOf(bytes: Readable, name: string): Promise<string> {
  const hash = createHash("sha256");
  try {
    await pipeline(bytes, hash);
  } catch (cause) {
    throw new StepbackError("AWS_UNAVAILABLE", `Reading ${name} broke off.`, [], { cause });
  }
  return hash.digest("hex");
}

/** A malformed version id is 400, and a version that is a deletion is 405: neither can be had. */
async function nullIfNoVersion<Answer>(asking: Promise<Answer>, version: string | undefined): Promise<Answer | null> {
  try {
    return await nullIfMissing(asking);
  } catch (error) {
    if (version !== undefined && isCode(error, "AWS_REJECTED")) return null;
    throw error;
  }
}
