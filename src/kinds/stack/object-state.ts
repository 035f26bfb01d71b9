import type { ObjectGateway } from "../../aws/gateways/objects.ts";
import type { ArchivedObject } from "../../domain/component/states/stack.ts";
import { StepbackError } from "../../domain/errors.ts";
import type { ObjectState } from "../../domain/template/code-relocation.ts";

/** An object in S3 as it was when the backup was taken. */
export interface BackedUpObject {
  readonly bucket: string;
  readonly key: string;
  readonly version: string | null;
  /** Null if the backup has no bytes: then any object counts as the same. */
  readonly digest: string | null;
  readonly sizeBytes: number;
  /** Null in backups from before ETags were recorded. */
  readonly etag: string | null;
}

/** One of the code objects in a stack's evidence. */
export function backedUpObject(object: ArchivedObject): BackedUpObject {
  const { bucket, key, version = null, digest, sizeBytes = 0, etag = null } = object;
  return { bucket, key, version, digest, sizeBytes, etag };
}

/**
 * Compares the object in the bucket with the backup. Usually its size and ETag suffice; otherwise its bytes are read, but
 * not stored. The bytes of a version never change, so a version that exists is the same.
 */
export async function readObjectState(
  objects: Pick<ObjectGateway, "head" | "digest">,
  object: BackedUpObject,
): Promise<ObjectState> {
  const { bucket, key, version, digest, sizeBytes, etag } = object;
  const found = await orDenied(objects.head(bucket, key, version ?? undefined));
  if (found === null) return "gone";
  if (found === "denied") return "denied";
  if (version !== null || digest === null) return "same";
  if (found.sizeBytes !== sizeBytes) return "other";
  if (etag !== null && found.etag === etag) return "same";
  const now = await orDenied(objects.digest(bucket, key));
  if (now === null) return "gone";
  if (now === "denied") return "denied";
  return now === digest ? "same" : "other";
}

/**
 * Whether the bucket has anything under the key, whatever its bytes. "denied" says nothing of that: without s3:ListBucket, S3 denies the
 * look at a missing object, too, and without s3:GetObject at an existing one.
 */
export async function readPresence(
  objects: Pick<ObjectGateway, "head">,
  { bucket, key, version }: Pick<BackedUpObject, "bucket" | "key" | "version">,
): Promise<"there" | "gone" | "denied"> {
  const found = await orDenied(objects.head(bucket, key, version ?? undefined));
  if (found === "denied") return "denied";
  return found === null ? "gone" : "there";
}

async function orDenied<Value>(reading: Promise<Value>): Promise<Value | "denied"> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof StepbackError && error.code === "AWS_DENIED") return "denied";
    throw error;
  }
}
