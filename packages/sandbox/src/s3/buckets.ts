import { AwsError, type Shape } from "../core/contract.ts";
import { isRegion } from "../core/regions.ts";
import { defined, optionalNumber, optionalShape, optionalText } from "../core/shape.ts";
import { HOME_REGION, requiredMember, type S3Account, type S3Operations } from "./account.ts";
import { type BucketRecord, newBucketRecord } from "./bucket-record.ts";
import { invalidArgument } from "./errors.ts";

const BUCKET_NAME = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

export function bucketOperations(account: S3Account): S3Operations {
  return {
    CreateBucket: (input) => createBucket(account, input),
    HeadBucket: (input) => headBucket(account, input),
    ListBuckets: (input) => listBuckets(account, input),
    DeleteBucket: (input) => deleteBucket(account, input),
    GetBucketLocation: (input) => getBucketLocation(account, input),
    PutBucketVersioning: (input) => putBucketVersioning(account, input),
    GetBucketVersioning: (input) => defined({ Status: account.bucket(input).versioning }),
  };
}

/** In us-east-1, creating a bucket that the caller already owns there succeeds; elsewhere it is an error. */
function createBucket(account: S3Account, input: Shape): Shape {
  const name = requiredMember(input, "Bucket");
  if (!BUCKET_NAME.test(name)) {
    throw new AwsError("InvalidBucketName", "The specified bucket is not valid.", 400, { BucketName: name });
  }
  const { accountId } = account.context;
  const region = newBucketRegion(account, input);
  const existing = account.namespace.get(name);
  if (!existing) account.namespace.set(name, newBucketRecord({ name, accountId, region, createdAt: account.now() }));
  else if (existing.accountId !== accountId) throw nameTaken(name);
  else if (existing.region !== HOME_REGION || region !== HOME_REGION) {
    const message = "Your previous request to create the named bucket succeeded and you already own it.";
    throw new AwsError("BucketAlreadyOwnedByYou", message, 409, { BucketName: name });
  }
  return { Location: region === HOME_REGION ? `/${name}` : `http://${name}.s3.amazonaws.com/` };
}

/** What eu-west-1 was called as long as it was S3's only region in Europe; us-east-1 still takes it. */
const OLD_NAME = "EU";

/** us-east-1 creates buckets in any region; every other region only its own, and only when the request names it. */
function newBucketRegion({ context }: S3Account, input: Shape): string {
  const constraint = optionalText(optionalShape(input, "CreateBucketConfiguration") ?? {}, "LocationConstraint");
  if (constraint === HOME_REGION || (constraint && constraint !== OLD_NAME && !isRegion(constraint))) {
    throw new AwsError("InvalidLocationConstraint", "The specified location-constraint is not valid", 400, {
      LocationConstraint: constraint,
    });
  }
  if (context.region === HOME_REGION) return constraint === OLD_NAME ? "eu-west-1" : constraint || HOME_REGION;
  if (constraint === context.region) return constraint;
  const message = `The ${constraint || "unspecified"} location constraint is incompatible for the region specific endpoint this request was sent to.`;
  throw new AwsError("IllegalLocationConstraintException", message, 400);
}

function nameTaken(name: string): AwsError {
  const message =
    "The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.";
  return new AwsError("BucketAlreadyExists", message, 409, { BucketName: name });
}

function headBucket(account: S3Account, input: Shape): Shape {
  return { BucketRegion: account.bucket(input).region };
}

/** The account's buckets of all regions. Regions and ARNs are shown to requests that ask for a part of them. */
function listBuckets(account: S3Account, input: Shape): Shape {
  const { accountId } = account.context;
  const [prefix, region] = [optionalText(input, "Prefix") ?? "", optionalText(input, "BucketRegion")];
  if (region !== undefined && !isRegion(region)) {
    throw invalidArgument("bucket-region", undefined, `Argument value ${region} is not a valid AWS Region`);
  }
  const after = Buffer.from(optionalText(input, "ContinuationToken") ?? "", "base64url").toString();
  const limit = optionalNumber(input, "MaxBuckets") ?? Number.POSITIVE_INFINITY;
  const buckets = [...account.namespace.values()]
    .filter((bucket) => bucket.accountId === accountId && bucket.name.startsWith(prefix) && bucket.name > after)
    .filter((bucket) => region === undefined || bucket.region === region)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const page = buckets.slice(0, limit);
  const last = page.at(-1);
  const isPart = ["Prefix", "BucketRegion", "ContinuationToken", "MaxBuckets"].some((member) => member in input);
  return defined({
    Buckets: page.map((bucket) => describeBucket(bucket, isPart)),
    Owner: { ID: accountId },
    Prefix: prefix || undefined,
    ContinuationToken: last && buckets.length > limit ? Buffer.from(last.name).toString("base64url") : undefined,
  });
}

function describeBucket({ name, region, createdAt }: BucketRecord, isPart: boolean): Shape {
  const place = isPart ? { BucketRegion: region, BucketArn: `arn:aws:s3:::${name}` } : {};
  return { Name: name, CreationDate: createdAt, ...place };
}

function deleteBucket(account: S3Account, input: Shape): Shape {
  const bucket = account.bucket(input);
  if (bucket.objects.size > 0) {
    const message =
      bucket.versioning === undefined
        ? "The bucket you tried to delete is not empty"
        : "The bucket you tried to delete is not empty. You must delete all versions in the bucket.";
    throw new AwsError("BucketNotEmpty", message, 409, { BucketName: bucket.name });
  }
  account.namespace.delete(bucket.name);
  return {};
}

function getBucketLocation(account: S3Account, input: Shape): Shape {
  const { region } = account.bucket(input);
  return region === HOME_REGION ? {} : { LocationConstraint: region };
}

function putBucketVersioning(account: S3Account, input: Shape): Shape {
  const bucket = account.bucket(input);
  const status = optionalText(optionalShape(input, "VersioningConfiguration") ?? {}, "Status");
  if (status !== "Enabled" && status !== "Suspended") {
    throw new AwsError("IllegalVersioningConfigurationException", "The versioning configuration is invalid", 400);
  }
  bucket.versioning = status;
  return {};
}
