import { AwsError, type Shape } from "../core/contract.ts";
import { defined, optionalShape, optionalText } from "../core/shape.ts";
import { requiredMember, type S3Account, type S3Operations } from "./account.ts";
import { newBucketRecord } from "./bucket-record.ts";

const BUCKET_NAME = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

export function bucketOperations(account: S3Account): S3Operations {
  return {
    CreateBucket: (input) => createBucket(account, input),
    HeadBucket: (input) => headBucket(account, input),
    ListBuckets: () => listBuckets(account),
    DeleteBucket: (input) => deleteBucket(account, input),
    GetBucketLocation: (input) => getBucketLocation(account, input),
    PutBucketVersioning: (input) => putBucketVersioning(account, input),
    GetBucketVersioning: (input) => defined({ Status: account.bucket(input).versioning }),
  };
}

/** In us-east-1, creating a bucket that the caller already owns succeeds; elsewhere it is an error. */
function createBucket(account: S3Account, input: Shape): Shape {
  const name = requiredMember(input, "Bucket");
  if (!BUCKET_NAME.test(name)) {
    throw new AwsError("InvalidBucketName", "The specified bucket is not valid.", 400, { BucketName: name });
  }
  if (!account.buckets.has(name)) {
    account.buckets.set(name, newBucketRecord(name, account.now()));
  } else if (account.context.region !== "us-east-1") {
    const message = "Your previous request to create the named bucket succeeded and you already own it.";
    throw new AwsError("BucketAlreadyOwnedByYou", message, 409, { BucketName: name });
  }
  return { Location: `/${name}` };
}

function headBucket(account: S3Account, input: Shape): Shape {
  account.bucket(input);
  return { BucketRegion: account.context.region };
}

function listBuckets(account: S3Account): Shape {
  const buckets = [...account.buckets.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    Buckets: buckets.map((bucket) => ({ Name: bucket.name, CreationDate: bucket.createdAt })),
    Owner: { ID: account.context.accountId, DisplayName: "sandbox" },
  };
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
  account.buckets.delete(bucket.name);
  return {};
}

/** us-east-1 is the region without a name. */
function getBucketLocation(account: S3Account, input: Shape): Shape {
  account.bucket(input);
  const { region } = account.context;
  return region === "us-east-1" ? {} : { LocationConstraint: region };
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
