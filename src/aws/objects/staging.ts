import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { StepbackError } from "../../domain/errors.ts";
import { hexOfBase64 } from "../../domain/json.ts";
import { isCode } from "../error-mapping.ts";
import type { CodeSource } from "../gateways/lambda.ts";
import type { ObjectGateway } from "../gateways/objects.ts";

/**
 * Objects under this prefix are named for their content and only pass through: a lifecycle rule may remove them at any
 * age. What templates go on naming lies under another one (`CODE_PREFIX`).
 */
const PREFIX = "stepback/transfer/";

export interface StagedObject {
  readonly bucket: string;
  readonly key: string;
}

/** The bucket through which large code and templates go in. */
export interface Staging {
  /** Null where no bucket is configured. */
  readonly bucket: string | null;
  putCode(code: CodeSource): Promise<StagedObject>;
  putTemplate(template: string): Promise<StagedObject>;
}

/** Both methods throw STAGING_BUCKET_NEEDED without a bucket, and leave what is already there alone. */
export function createStaging(bucket: string | null, objects: ObjectGateway): Staging {
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
    putCode: (code) => put(`${hexOfBase64(code.codeSha256)}.zip`, code),
    putTemplate: (template) => {
      const bytes = Buffer.from(template);
      const digest = createHash("sha256").update(bytes).digest("hex");
      return put(`${digest}.template`, { sizeBytes: bytes.length, open: () => Readable.from([bytes]) });
    },
  };
}

/** Null where nothing is staged. So it counts when S3 denies the look: without s3:ListBucket it does for a missing key. */
async function stagedSize(objects: ObjectGateway, { bucket, key }: StagedObject): Promise<number | null> {
  try {
    return (await objects.head(bucket, key))?.sizeBytes ?? null;
  } catch (error) {
    if (isCode(error, "AWS_DENIED")) return null;
    throw error;
  }
}
