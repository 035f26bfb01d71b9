import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { StepbackError } from "../../domain/errors.ts";
import { hexOfBase64 } from "../../domain/json.ts";
import { isCode } from "../error-mapping.ts";
import type { CodeSource } from "../gateways/code.ts";
import type { ObjectGateway } from "../gateways/objects.ts";

/**
 * Objects under this prefix are named for their content, templates by a keyed digest of it, and needed only for one request: a lifecycle rule may remove them
 * at any age. Objects that templates go on naming have another prefix (`CODE_PREFIX`).
 */
const PREFIX = "stepback/transfer/";

export interface StagedObject {
  readonly bucket: string;
  readonly key: string;
}

/** The bucket through which large code and templates reach AWS. */
export interface Staging {
  /** Null if no bucket is configured. */
  readonly bucket: string | null;
  putCode(code: CodeSource): Promise<StagedObject>;
  putTemplate(template: string): Promise<StagedObject>;
  /** Uploads in the request itself, for which all bytes are in memory. */
  readonly oneAtATime: Turns;
}

/** Runs work once all earlier work has ended, well or not. */
export type Turns = <Output>(work: () => Promise<Output>) => Promise<Output>;

/** One upload at a time for all targets: the largest zip, its Base64 text and the request take 130 MB (measured). */
export function createTurns(): Turns {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const turn = last.then(work);
    last = turn.catch(() => {});
    return turn;
  };
}

/** Keys a digest, so that it tells nothing of what it is made of: whoever may list a bucket sees its names. */
export type KeyedDigest = (digest: string) => Promise<string>;

/** Both methods throw STAGING_BUCKET_NEEDED if there is no bucket, and leave an object that is already there as it is. */
export function createStaging(
  bucket: string | null,
  objects: ObjectGateway,
  { oneAtATime, keyed }: { readonly oneAtATime: Turns; readonly keyed: KeyedDigest },
): Staging {
  const put = async (name: string, source: { sizeBytes: number; open(): Readable }): Promise<StagedObject> => {
    if (bucket === null) {
      throw new StepbackError(
        "STAGING_BUCKET_NEEDED",
        `${source.sizeBytes} bytes are too many to send without a bucket.`,
      );
    }
    const key = PREFIX + name;
    if ((await stagedSize(objects, { bucket, key })) !== source.sizeBytes) await objects.put(bucket, key, source);
    return { bucket, key };
  };
  return {
    bucket,
    oneAtATime,
    putCode: (code) => put(`${hexOfBase64(code.codeSha256)}.zip`, code),
    putTemplate: async (template) => {
      const bytes = Buffer.from(template);
      const digest = await keyed(createHash("sha256").update(bytes).digest("hex"));
      return put(`${digest}.template`, { sizeBytes: bytes.length, open: () => Readable.from([bytes]) });
    },
  };
}

/** Null if nothing is staged, and if S3 denies the call: without s3:ListBucket it does so for a missing key. */
async function stagedSize(objects: ObjectGateway, { bucket, key }: StagedObject): Promise<number | null> {
  try {
    return (await objects.head(bucket, key))?.sizeBytes ?? null;
  } catch (error) {
    if (isCode(error, "AWS_DENIED")) return null;
    throw error;
  }
}
