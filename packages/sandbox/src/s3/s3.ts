import { AwsError, type AwsService, type Caller, type SandboxContext, type Shape } from "../core/contract.ts";
import { optionalFlag, optionalText } from "../core/shape.ts";
import { S3Account, type S3Operations } from "./account.ts";
import { bucketDocumentOperations } from "./bucket-documents.ts";
import type { BucketNamespace } from "./bucket-record.ts";
import { bucketOperations } from "./buckets.ts";
import { redirectTo, signedForWrongRegion } from "./errors.ts";
import { listingOperations } from "./listings.ts";
import { multipartOperations } from "./multipart.ts";
import { objectAttributeOperations } from "./object-attributes.ts";
import { objectOperations } from "./objects.ts";
import { uploadListingOperations } from "./upload-listings.ts";

/** Operations that every region serves for buckets of any region. */
const REGIONLESS = new Set(["CreateBucket", "GetBucketLocation"]);

/**
 * S3 in memory, as an account reaches it in one region: buckets, objects with versions, multipart uploads, and settings
 * that are stored without effect.
 */
export function createS3(context: SandboxContext, namespace: BucketNamespace): AwsService {
  const account = new S3Account(context, namespace);
  const operations: S3Operations = {
    ...bucketOperations(account),
    ...bucketDocumentOperations(account),
    ...objectOperations(account),
    ...objectAttributeOperations(account),
    ...listingOperations(account),
    ...multipartOperations(account),
    ...uploadListingOperations(account),
  };
  return {
    name: "s3",
    call: async (operation, input, caller) => {
      const perform = operations[operation];
      if (!perform) {
        throw new AwsError(
          "NotImplemented",
          `A header or operation you provided implies functionality that is not implemented: ${operation}`,
          501,
        );
      }
      if (!REGIONLESS.has(operation)) requireRegion(account, input, caller);
      return perform(input);
    },
  };
}

/**
 * Throws the redirect to the bucket's own region. CloudFormation follows it: launch links name templates in the bucket of
 * one region and work in all of them.
 */
function requireRegion({ context, namespace }: S3Account, input: Shape, caller: Caller): void {
  const bucket = namespace.get(optionalText(input, "Bucket") ?? "");
  if (!bucket || bucket.region === context.region || caller === "cloudformation") return;
  if (!optionalFlag(input, "HostNamesBucket")) throw redirectTo(bucket);
  // A host that names the bucket leads to the bucket's region.
  const isPresigned = optionalFlag(input, "IsPresigned") ?? false;
  throw signedForWrongRegion(bucket.region, { region: context.region, isPresigned });
}
