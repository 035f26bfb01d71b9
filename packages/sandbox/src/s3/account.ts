import { createHash } from "node:crypto";
import { AwsError, type SandboxContext, type Shape } from "../core/contract.ts";
import { optionalText } from "../core/shape.ts";
import { type BucketNamespace, type BucketRecord, NULL_VERSION } from "./bucket-record.ts";
import { accessDenied, noSuchBucket } from "./errors.ts";

/** Eight hexadecimal digits. */
const MAX_VERSIONS = 0xffffffff;

/** The region that answers for every other one, and that has no name in locations. */
export const HOME_REGION = "us-east-1";

type S3Operation = (input: Shape) => Shape;
export type S3Operations = Readonly<Record<string, S3Operation>>;

/** S3 as an account reaches it in one region. The namespace is every account's and every region's. */
export class S3Account {
  constructor(
    readonly context: SandboxContext,
    readonly namespace: BucketNamespace,
  ) {}

  now(): Date {
    return new Date(this.context.clock.now());
  }

  /** The bucket that a request names. Throws NoSuchBucket, or AccessDenied for another account's. */
  bucket(input: Shape): BucketRecord {
    const name = requiredMember(input, "Bucket");
    const bucket = this.namespace.get(name);
    if (!bucket) throw noSuchBucket(name);
    if (bucket.accountId !== this.context.accountId) throw accessDenied(bucket);
    return bucket;
  }

  /** Newer ids sort before older ones, so that a list can go on after a version that is gone. */
  newVersionId(bucket: BucketRecord): string {
    if (bucket.versioning !== "Enabled") return NULL_VERSION;
    bucket.versionCount += 1;
    return (MAX_VERSIONS - bucket.versionCount).toString(16) + this.context.uuid().replaceAll("-", "").slice(0, 24);
  }
}

export function requiredMember(input: Shape, name: string): string {
  const value = optionalText(input, name);
  if (value) return value;
  throw new AwsError("InvalidRequest", `The request must name ${name}`, 400);
}

export function etagOf(body: Uint8Array): string {
  return `"${createHash("md5").update(body).digest("hex")}"`;
}
