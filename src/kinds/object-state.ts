import type { ObjectGateway } from "../aws/gateways/objects.ts";
import { StepbackError } from "../domain/errors.ts";
import type { Json, JsonObject } from "../domain/json.ts";
import type { ObjectState } from "../domain/template/code-relocation.ts";

/** An object as the backup remembers it. */
export interface RememberedObject {
  readonly bucket: string;
  readonly key: string;
  readonly version: string | null;
  /** Null where the backup has no bytes: then whatever is there counts as the same. */
  readonly digest: string | null;
  readonly sizeBytes: number;
  /** Null in backups of earlier days. */
  readonly etag: string | null;
}

/** One of the code objects in a stack's evidence. */
export function remembered(object: JsonObject): RememberedObject {
  const text = (value: Json | undefined) => (typeof value === "string" ? value : null);
  return {
    bucket: String(object["bucket"]),
    key: String(object["key"]),
    version: text(object["version"]),
    digest: text(object["digest"]),
    sizeBytes: Number(object["sizeBytes"]),
    etag: text(object["etag"]),
  };
}

/**
 * What stands at an object's place now. Size and ETag usually settle it; the bytes are read, and not kept, only where they
 * do not. A version's bytes never change, so that one which is there is the same.
 */
export async function standingOf(
  objects: Pick<ObjectGateway, "head" | "digest">,
  object: RememberedObject,
): Promise<ObjectState> {
  const { bucket, key, version, digest, sizeBytes, etag } = object;
  const found = await unlessDenied(objects.head(bucket, key, version ?? undefined));
  if (found === null) return "gone";
  if (found === "denied") return "denied";
  if (version !== null || digest === null) return "same";
  if (found.sizeBytes !== sizeBytes) return "other";
  if (etag !== null && found.etag === etag) return "same";
  const now = await unlessDenied(objects.digest(bucket, key));
  if (now === null) return "gone";
  if (now === "denied") return "denied";
  return now === digest ? "same" : "other";
}

/** Not where the look is denied: whoever uses the object may be allowed more. */
export async function isGone(objects: Pick<ObjectGateway, "head">, object: RememberedObject): Promise<boolean> {
  const { bucket, key, version } = object;
  return (await unlessDenied(objects.head(bucket, key, version ?? undefined))) === null;
}

async function unlessDenied<Answer>(asking: Promise<Answer>): Promise<Answer | "denied"> {
  try {
    return await asking;
  } catch (error) {
    if (error instanceof StepbackError && error.code === "AWS_DENIED") return "denied";
    throw error;
  }
}
